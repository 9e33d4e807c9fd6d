import { describe, expect, it } from 'vitest'
import { CeremonyTimes } from '../../src/node/ceremony-times.ts'
import { NodeMetrics } from '../../src/node/metrics.ts'

const stage = (ceremonyId: bigint, name: 'HashCommitment' | 'Commitments', status: 'madeProgress' | 'full') =>
  ({ type: 'stage', kind: 'keygen', ceremonyId, stage: name, status }) as const

describe("a node's metrics", () => {
  it('count endings, faults by validator and whom a failure missed, once a ceremony', async () => {
    const metrics = new NodeMetrics({ validator: 'a' })
    metrics.ended('sign', 'success')
    metrics.ended('keygen', {
      status: 'failure',
      ceremonyId: 1n,
      reason: 'fault',
      stage: 'SecretShare',
      blamed: [{ validator: 'b', fault: 'bad-share', evidence: new Uint8Array(1) }],
      missing: ['a', 'c'].map((reportedBy) => ({ validator: 'd', reportedBy })),
    })
    metrics.refused('ERR_UNKNOWN_KEY')
    metrics.alarm('identityInUse')
    metrics.stored('get', 2)
    metrics.ran('dealShares', 0.3)
    const text = await metrics.registry.metrics()
    for (const line of [
      'quorate_ceremonies_total{kind="sign",outcome="success"} 1',
      'quorate_ceremonies_total{kind="keygen",outcome="fault"} 1',
      'quorate_faults_total{validator="b",fault="bad-share"} 1',
      'quorate_missing_total{validator="d"} 1',
      'quorate_instructions_refused_total{code="ERR_UNKNOWN_KEY"} 1',
      'quorate_alarms_total{alarm="identityInUse"} 1',
      'quorate_alarms_total{alarm="unknownVersion"} 0',
      'quorate_store_seconds_sum{operation="get"} 0.002',
      'quorate_job_seconds_bucket{le="0.0005",job="dealShares"} 1',
    ])
      expect(text.split('\n')).toContain(line)
  })

  it('read what others count at each reading, and repeat no reading', async () => {
    const metrics = new NodeMetrics({ validator: 'a' })
    let received = 0
    metrics.watchMessages(() => ({
      sent: { P2P: 1, ReadyToKeygen: 0, MultisigEvent: 0 },
      received: { P2PIncoming: received, ReadyToKeygen: 0, MultisigInstruction: 0 },
    }))
    for (const count of [3, 3, 5]) {
      received = count
      expect(await metrics.registry.metrics()).toContain(`quorate_messages_received_total{subject="P2PIncoming"} ${count}\n`)
    }
  })

  it('are a registry of their own', async () => {
    const [one, other] = [new NodeMetrics({ validator: 'a' }), new NodeMetrics({ validator: 'b' })]
    one.refused('ERR_CLOSED')
    expect(await other.registry.metrics()).not.toContain('ERR_CLOSED')
  })
})

describe('how long ceremonies take', () => {
  it('a stage lasts from the end of the one before to its last message, a ceremony to its end', () => {
    const told: unknown[] = []
    const times = new CeremonyTimes({
      stageTook: (...args) => told.push(args),
      ceremonyTook: (...args) => told.push(args),
    })
    times.stage(stage(1n, 'HashCommitment', 'madeProgress'), 1_000)
    times.stage(stage(2n, 'HashCommitment', 'madeProgress'), 1_100)
    times.stage(stage(1n, 'HashCommitment', 'full'), 1_500)
    times.stage(stage(1n, 'Commitments', 'madeProgress'), 1_600)
    times.stage(stage(1n, 'Commitments', 'full'), 1_750)
    times.ended(1n, 2_000)
    times.ended(1n, 3_000)
    times.ended(9n, 3_000)
    expect(told).toEqual([
      ['keygen', 'HashCommitment', 0.5],
      ['keygen', 'Commitments', 0.25],
      ['keygen', 1],
    ])
  })
})
