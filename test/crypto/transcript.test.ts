import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { TAGS } from '../../src/crypto/tags.ts'
import { bodyDigest, hashCommitment, nextTranscript } from '../../src/crypto/transcript.ts'
import { QuorateError } from '../../src/errors.ts'

const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte)

function reference(tag: string, ...parts: readonly Uint8Array[]): string {
  const prefix = createHash('sha256').update(tag).digest()
  return createHash('sha256')
    .update(prefix)
    .update(prefix)
    .update(concatBytes(...parts))
    .digest('hex')
}

describe('transcript digests', () => {
  const sid = fill(1)
  const digests = [fill(3), fill(4), fill(5)]

  it('have the bytes of the protocol document', () => {
    expect(toHex(bodyDigest(fill(9, 100)))).toBe(reference(TAGS.body, fill(9, 100)))
    const expected = reference(TAGS.transcript, sid, Uint8Array.of(2), fill(2), Uint8Array.of(0, 3), ...digests)
    expect(toHex(nextTranscript(sid, 2, fill(2), digests))).toBe(expected)
    const commitment = reference(TAGS.hashCommitment, sid, Uint8Array.of(1, 2), fill(7, 300), fill(6))
    expect(toHex(hashCommitment(sid, 258, fill(6), fill(7, 300)))).toBe(commitment)
  })

  it('G15: depend on every participant, their order, the stage, the ceremony and all earlier stages', () => {
    const variants = [
      nextTranscript(sid, 1, sid, digests),
      nextTranscript(fill(2), 1, sid, digests),
      nextTranscript(sid, 2, sid, digests),
      nextTranscript(sid, 1, fill(2), digests),
      nextTranscript(sid, 1, sid, [fill(4), fill(3), fill(5)]),
      nextTranscript(sid, 1, sid, [fill(3), fill(4)]),
      nextTranscript(sid, 1, sid, [fill(3), fill(4), fill(6)]),
    ]
    expect(new Set(variants.map(toHex)).size).toBe(variants.length)
  })

  it('refuse items of another width', () => {
    expect(() => nextTranscript(sid.subarray(1), 1, sid, digests)).toThrow(QuorateError)
    expect(() => nextTranscript(sid, 256, sid, digests)).toThrow(QuorateError)
    expect(() => nextTranscript(sid, 1, fill(1, 31), digests)).toThrow(QuorateError)
    expect(() => nextTranscript(sid, 1, sid, [fill(3), fill(4, 33)])).toThrow('bodyDigests[1]')
    expect(() => nextTranscript(sid, 1, sid, [])).toThrow(QuorateError)
  })
})

describe('hash commitments', () => {
  it('G6, G7: depend on the ceremony, the author, the blind and every byte of the body', () => {
    const rest = fill(7, 200)
    const first = toHex(hashCommitment(fill(1), 1, fill(2), rest))
    expect(toHex(hashCommitment(fill(9), 1, fill(2), rest))).not.toBe(first)
    expect(toHex(hashCommitment(fill(1), 2, fill(2), rest))).not.toBe(first)
    expect(toHex(hashCommitment(fill(1), 1, fill(3), rest))).not.toBe(first)
    for (let i = 0; i < rest.length; i++) {
      const other = rest.slice()
      other[i] = 8
      expect(toHex(hashCommitment(fill(1), 1, fill(2), other))).not.toBe(first)
    }
    expect(toHex(hashCommitment(fill(1), 1, fill(2), rest.slice(1)))).not.toBe(first)
  })

  it('refuse a blind or ceremony of another width, and an index outside u16', () => {
    expect(() => hashCommitment(fill(1), 1, fill(2, 31), fill(3))).toThrow('blind')
    expect(() => hashCommitment(fill(1, 33), 1, fill(2), fill(3))).toThrow('sid')
    expect(() => hashCommitment(fill(1), 65_536, fill(2), fill(3))).toThrow(QuorateError)
  })
})
