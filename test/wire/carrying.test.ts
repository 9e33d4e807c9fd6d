/** What a bus must carry. That ceremonies keep to it is shown where they run. */
import { describe, expect, it } from 'vitest'
import { type CarriedShape, largestKeygenMessageBytes, largestMessageBytes } from '../../src/wire/carrying.ts'
import { MAX_ENVELOPE_OVERHEAD, MAX_FRAME_BYTES, maxViewBytes, revealedBytes } from '../../src/wire/sizes.ts'

const sign: CarriedShape = { kind: 'sign', protocol: 'frost', participants: 5, minSigners: 3, positions: 1, longestMessage: 32 }
const MIB = 1 << 20

describe('T17: the largest message of a ceremony', () => {
  it('grows with everything that it depends on', () => {
    for (const protocol of ['frost', 'stinson-strobl'] as const) {
      const base = largestMessageBytes({ ...sign, protocol })
      for (const more of [{ participants: 50 }, { positions: 100 }, { longestMessage: 5_000 }]) {
        expect(largestMessageBytes({ ...sign, protocol, ...more }), protocol).toBeGreaterThan(base)
      }
    }
    expect(largestMessageBytes({ ...sign, kind: 'keygen', minSigners: 4 })).toBeGreaterThan(
      largestMessageBytes({ ...sign, kind: 'keygen' }),
    )
    expect(largestMessageBytes({ ...sign, minSigners: 4, protocol: 'frost' })).toBe(largestMessageBytes(sign))
  })

  it('has room for every stage, a view, and the bodies that a proof opens', () => {
    for (const participants of [1, 5, 100, 1_000]) {
      const largest = largestKeygenMessageBytes(participants)
      expect(largest).toBeGreaterThanOrEqual(maxViewBytes(participants) + MAX_ENVELOPE_OVERHEAD)
      expect(largest).toBeGreaterThanOrEqual(revealedBytes({ participants, minSigners: participants, positions: 1 }))
      expect(largest).toBeLessThanOrEqual(MAX_FRAME_BYTES)
    }
    expect(largestMessageBytes({ ...sign, kind: 'preprocess', positions: 1_000 })).toBeGreaterThan(128_000)
  })

  it('is within what NATS carries by itself for 100 validators, and beyond it for 150', () => {
    expect(largestKeygenMessageBytes(100)).toBeLessThan(MIB)
    expect(largestKeygenMessageBytes(150)).toBeGreaterThan(MIB)
    expect(largestMessageBytes({ ...sign, participants: 67, minSigners: 67, positions: 1_000 })).toBeLessThan(MIB)
  })
})
