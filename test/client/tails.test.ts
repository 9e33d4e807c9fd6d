import { describe, expect, it } from 'vitest'
import { Archive } from '../../src/ceremony/archive.ts'
import { Tails } from '../../src/client/tails.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { testIdentity } from '../helpers/identities.ts'

const sid = new Uint8Array(32).fill(0x51)

function archiveOf(bodyBytes: number): Archive {
  const archive = new Archive({ kind: 'sign', sid, self: 'a', participants: ['a', 'b'] })
  const header = { kind: 'sign', ceremonyId: 1n, sid, stage: 1, from: 'a', to: null, previousTranscript: sid } as const
  archive.sent(sealEnvelope(testIdentity('a'), 'tails test', header, new Uint8Array(bodyBytes)))
  archive.finish(2)
  return archive
}

describe('tails', () => {
  it('T12: are there for their life and not longer', () => {
    const tails = new Tails({ bytesTotal: 1 << 20, lifeMs: 100 })
    tails.add(1n, archiveOf(10), 1_000)
    tails.add(2n, archiveOf(10), 1_050)
    expect(tails.nextDeadline()).toBe(1_100)
    tails.expire(1_099)
    expect(tails.get(1n)).not.toBeNull()
    tails.expire(1_100)
    expect(tails.get(1n)).toBeNull()
    expect(tails.get(2n)).not.toBeNull()
    expect(tails.nextDeadline()).toBe(1_150)
    tails.expire(1_150)
    expect(tails.bytes).toBe(0)
    expect(tails.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('T16: stay within their budget, the oldest going first', () => {
    const { bytes } = archiveOf(1_000)
    const tails = new Tails({ bytesTotal: 3 * bytes, lifeMs: 100 })
    for (let id = 1n; id <= 1_000n; id++) {
      tails.add(id, archiveOf(1_000), 0)
      expect(tails.bytes).toBeLessThanOrEqual(3 * bytes)
    }
    expect([997n, 998n, 999n, 1_000n].map((id) => tails.get(id) !== null)).toEqual([false, true, true, true])
    expect(tails.bytes).toBe(3 * bytes)
  })

  it('one that is larger than the budget is not kept, and pushes out nobody', () => {
    const tails = new Tails({ bytesTotal: 2 * archiveOf(100).bytes, lifeMs: 100 })
    tails.add(1n, archiveOf(100), 0)
    tails.add(2n, archiveOf(10_000), 0)
    expect(tails.get(1n)).not.toBeNull()
    expect(tails.get(2n)).toBeNull()
  })

  it('count what they hold, objects included', () => {
    const archive = archiveOf(1_000)
    expect(archive.bytes).toBeGreaterThan(1_000)
    const tails = new Tails({ bytesTotal: 1 << 20, lifeMs: 100 })
    tails.add(1n, archive, 0)
    expect(tails.bytes).toBe(archive.bytes)
  })
})
