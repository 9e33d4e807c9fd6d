/** The JSON that leaves on the subject MultisigEvent, byte for byte: watchers parse it. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { InnerEvent } from '../../src/ceremony/outcome.ts'
import { eventBytes } from '../../src/client/event-json.ts'

const text = (event: InnerEvent): string => new TextDecoder().decode(eventBytes(event))
const bytes = (byte: number, length = 2): Uint8Array => new Uint8Array(length).fill(byte)

describe('MultisigEvent', () => {
  it('has ids as decimal strings and bytes as lowercase hex', () => {
    expect(text({ type: 'readyToKeygen', validator: 'a' })).toBe('{"type":"readyToKeygen","validator":"a"}')
    expect(text({ type: 'keyReady', keyId: 'ab' })).toBe('{"type":"keyReady","keyId":"ab"}')
    expect(text({ type: 'messageSigned', ceremonyId: 2n ** 64n - 1n, index: 3, signature: bytes(0xab) })).toBe(
      '{"type":"messageSigned","ceremonyId":"18446744073709551615","index":3,"signature":"abab"}',
    )
  })

  it('has maps as objects', () => {
    const key = {
      keyId: 'cd',
      suite: 'evm',
      protocol: 'frost',
      minSigners: 1,
      participants: ['a'],
      groupPublicKey: bytes(2),
      verifyingShares: new Map([['a', bytes(3)]]),
      state: 'active',
      keygenCeremonyId: 1n,
      certificates: new Map([['a', bytes(4)]]),
    } as const
    expect(text({ type: 'keygenOutcome', outcome: { status: 'success', ceremonyId: 1n, key } })).toBe(
      '{"type":"keygenOutcome","outcome":{"status":"success","ceremonyId":"1","key":{"keyId":"cd","suite":"evm","protocol":"frost","minSigners":1,' +
        '"participants":["a"],"groupPublicKey":"0202","verifyingShares":{"a":"0303"},"state":"active","keygenCeremonyId":"1",' +
        '"certificates":{"a":"0404"}}}}',
    )
  })

  it('has the SHA-256 of evidence instead of its megabytes', () => {
    const evidence = bytes(7, 5_000_000)
    const digest = createHash('sha256').update(evidence).digest('hex')
    const blamed = [{ validator: 'b', fault: 'bad-proof', evidence }] as const
    const outcome = { status: 'failure', ceremonyId: 9n, reason: 'fault', stage: 'Commitments', blamed, missing: [] } as const
    expect(text({ type: 'keygenOutcome', outcome })).toBe(
      '{"type":"keygenOutcome","outcome":{"status":"failure","ceremonyId":"9","reason":"fault","stage":"Commitments",' +
        `"blamed":[{"validator":"b","fault":"bad-proof","evidence":"sha256:${digest}"}],"missing":[]}}`,
    )
  })
})
