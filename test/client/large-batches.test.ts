/** One ceremony for up to 1,000 messages: one envelope a stage and signer, and a nonce of its own for each message. */
import { describe, expect, it } from 'vitest'
import { MemoryBus, type Protocol, type Suite, verifySignature } from '../../src/index.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { Cluster } from './cluster.ts'
import { wrapBus } from './wrapped-bus.ts'

const NODES = ['a', 'b', 'c'] as const

interface Signed {
  readonly envelopes: readonly Envelope[]
  readonly noncePoints: ReadonlySet<string>
}

/** Signs equal messages, whose nonces must differ all the same, as well as different ones. */
async function signBatch(count: number, suite: Suite, protocol: Protocol): Promise<Signed> {
  const frames: Uint8Array[] = []
  const bus = wrapBus(new MemoryBus(), {
    publish({ subject, bytes }) {
      if (subject === 'P2P') frames.push(bytes)
      return [bytes]
    },
  })
  await using cluster = await Cluster.start(NODES, () => ({ bus, stageTimeoutMs: 600_000 }))
  const key = await cluster.makeKey({ ceremonyId: 1n, participants: NODES, minSigners: 2, suite, protocol })
  frames.length = 0
  const messages = Array.from({ length: count }, (_, i) => new Uint8Array(32).fill(i % 100))
  const outcomes = await cluster.sign({ ceremonyId: 2n, keyId: key.keyId, signers: NODES, messages })
  const noncePoints = new Set<string>()
  for (const outcome of outcomes) {
    if (outcome.status !== 'success') throw new Error(`signing ended as ${outcome.reason}`)
    expect(outcome.signatures).toHaveLength(count)
    for (const signature of outcome.signatures) noncePoints.add(Buffer.from(signature.subarray(0, 32)).toString('hex'))
  }
  for (const i of [0, 1, count - 1]) {
    const input = { suite, groupPublicKey: key.groupPublicKey, message: messages[i] as Uint8Array }
    for (const outcome of outcomes) {
      const signature = outcome.status === 'success' ? (outcome.signatures[i] as Uint8Array) : new Uint8Array()
      expect(verifySignature({ ...input, signature })).toBe(true)
    }
  }
  return { envelopes: frames.map((bytes) => decodeEnvelope(bytes, 'test')), noncePoints }
}

/** How many envelopes of each stage each node sent. */
function countsOf(envelopes: readonly Envelope[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { header } of envelopes) {
    const slot = `${header.from} ${header.stage}`
    counts[slot] = (counts[slot] ?? 0) + 1
  }
  return counts
}

function itemsOf({ body }: Envelope, itemBytes: number): string[] {
  return Array.from({ length: body.length / itemBytes }, (_, i) =>
    Buffer.from(body.subarray(i * itemBytes, (i + 1) * itemBytes)).toString('hex'),
  )
}

describe('a batch', () => {
  it('of 1,000 messages costs one envelope a stage and signer, and no two messages or signers share a nonce', async () => {
    const { envelopes, noncePoints } = await signBatch(1_000, 'bip340', 'frost')
    expect(countsOf(envelopes)).toEqual({ 'a 1': 1, 'a 2': 1, 'b 1': 1, 'b 2': 1, 'c 1': 1, 'c 2': 1 })
    const points = envelopes.filter(({ header }) => header.stage === 1).flatMap((envelope) => itemsOf(envelope, 64))
    expect(points).toHaveLength(3 * 1_000 * 2)
    expect(new Set(points).size).toBe(points.length)
    // Nor do the openings say the same twice, and every message has an R of its own.
    const shares = envelopes.filter(({ header }) => header.stage === 2).flatMap((envelope) => itemsOf(envelope, 32))
    expect(shares).toHaveLength(3 * 1_000)
    expect(new Set(shares).size).toBe(shares.length)
    expect(noncePoints.size).toBe(1_000)
  })

  it('of a Stinson-Strobl key costs one a stage too, the shares of the nonces being one for each recipient', async () => {
    const { envelopes, noncePoints } = await signBatch(200, 'secp256k1-sha256', 'stinson-strobl')
    const each = NODES.map((id) => ({ [`${id} 1`]: 1, [`${id} 2`]: 1, [`${id} 3`]: 2, [`${id} 4`]: 1, [`${id} 5`]: 1 }))
    expect(countsOf(envelopes)).toEqual(Object.assign({}, ...each))
    const shares = envelopes.filter(({ header }) => header.stage === 5).flatMap((envelope) => itemsOf(envelope, 32))
    expect(new Set(shares).size).toBe(3 * 200)
    expect(noncePoints.size).toBe(200)
  })
})
