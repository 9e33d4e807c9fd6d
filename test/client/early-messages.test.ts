/** What a node keeps of messages that come before its instruction, and what nobody can make it keep. */
import { describe, expect, it } from 'vitest'
import { EarlyMessages } from '../../src/client/early-messages.ts'
import type { Envelope } from '../../src/wire/message.ts'

const LIMITS = { bytesPerPeer: 1_000, bytesTotal: 3_000, ttlMs: 100, peers: 3, window: 10 }

/** Only what the buffer looks at. */
function message(from: string, ceremonyId: bigint, size = 100, body = 0): Envelope {
  const digest = new Uint8Array(32).fill(body)
  return {
    header: {
      kind: 'sign',
      ceremonyId,
      sid: digest,
      stage: 1,
      from,
      to: null,
      previousTranscript: digest,
      bodyDigest: digest,
    },
    headerHash: digest,
    signature: new Uint8Array(64),
    body: new Uint8Array(),
    bytes: new Uint8Array(size),
  }
}

describe('early messages', () => {
  it('are handed out once, for their ceremony only', () => {
    const early = new EarlyMessages(LIMITS)
    for (const from of ['a', 'b']) for (const id of [1n, 2n]) expect(early.hold(message(from, id), 0)).toEqual([])
    expect(early.take(1n).map(({ header }) => header.from)).toEqual(['a', 'b'])
    expect(early.take(1n)).toEqual([])
    expect(early.bytes).toBe(200)
    expect(early.take(2n)).toHaveLength(2)
    expect(early.bytes).toBe(0)
  })

  it('T6: hold one a mode: a share of the one-round form beside the beginning of two rounds, and no second of either', () => {
    const early = new EarlyMessages(LIMITS)
    const share = (body: number): Envelope => {
      const { header, ...rest } = message('a', 1n, 100, body)
      return { ...rest, header: { ...header, stage: 2 } }
    }
    expect(early.hold(share(1), 0)).toEqual([])
    expect(early.hold(message('a', 1n), 0)).toEqual([])
    expect(early.hold(share(2), 0)).toEqual(['duplicate'])
    expect(early.hold(message('a', 1n, 100, 3), 0)).toEqual(['duplicate'])
    expect(early.take(1n).map(({ header }) => [header.stage, header.sid[0]])).toEqual([
      [1, 0],
      [2, 1],
    ])
    expect(early.bytes).toBe(0)
  })

  it('ancestor fault 10: hold one slot a sender and ceremony, the first one', () => {
    const early = new EarlyMessages(LIMITS)
    expect(early.hold(message('a', 1n, 100, 1), 0)).toEqual([])
    expect(early.hold(message('a', 1n, 100, 2), 0)).toEqual(['duplicate'])
    expect(early.take(1n).map(({ headerHash }) => headerHash[0])).toEqual([1])
  })

  it("T7: push out their own sender's oldest, and nobody else's, when the budget is full", () => {
    const early = new EarlyMessages(LIMITS)
    early.hold(message('b', 1n), 0)
    for (let id = 1n; id <= 10n; id++) expect(early.hold(message('a', id), 0)).toEqual([])
    expect(early.hold(message('a', 11n, 150), 0)).toEqual(['early-budget', 'early-budget'])
    expect(early.take(1n).map(({ header }) => header.from)).toEqual(['b'])
    expect(early.take(2n)).toEqual([])
    expect(early.take(3n)).toHaveLength(1)
    expect(early.take(11n)).toHaveLength(1)
  })

  it('T7: share the total fairly, whatever one sender was promised', () => {
    const early = new EarlyMessages({ ...LIMITS, bytesPerPeer: 10_000 })
    for (let id = 1n; id <= 1_000n; id++) early.hold(message('a', id, 500), 0)
    expect(early.bytes).toBe(1_000)
    expect(early.hold(message('b', 1n, 1_000), 0)).toEqual([])
    expect(early.hold(message('c', 1n, 1_000), 0)).toEqual([])
    expect(early.admit(1_001)).toBe('early-budget')
    expect(early.hold(message('c', 2n, 1_001), 0)).toEqual(['early-budget'])
  })

  it('follow a sender that jumps ahead, and forget what it left behind', () => {
    const early = new EarlyMessages(LIMITS)
    early.hold(message('a', 1n), 0)
    early.hold(message('b', 1n), 0)
    expect(early.hold(message('a', 1_000_000n), 0)).toEqual(['early-budget'])
    expect(early.take(1_000_000n)).toHaveLength(1)
    expect(early.take(1n).map(({ header }) => header.from)).toEqual(['b'])
  })

  it('are forgotten after a while', () => {
    const early = new EarlyMessages(LIMITS)
    early.hold(message('a', 1n), 0)
    early.hold(message('a', 2n), 60)
    early.expire(100)
    expect(early.bytes).toBe(100)
    expect(early.take(2n)).toHaveLength(1)
    early.expire(1_000)
    expect(early.bytes).toBe(0)
  })
})
