import { describe, expect, it } from 'vitest'
import { encodeCommitments, encodeConfirm } from '../../src/wire/bodies.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { MAX_BATCH, MAX_BATCH_COEFFICIENTS, MAX_PARTICIPANTS, type StageName } from '../../src/wire/message.ts'
import {
  type BodyShape,
  EARLY_BODY_BYTES,
  MAX_BODY_BYTES,
  MAX_FRAME_BYTES,
  MAX_REVEALED_BYTES,
  maxAbortBytes,
  maxBodyBytes,
  revealedBytes,
} from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'

const shape = (
  stage: StageName,
  participants: number,
  minSigners: number,
  positions: number,
  kind: BodyShape['kind'] = 'sign',
): BodyShape => ({
  kind,
  stage,
  participants,
  minSigners,
  positions,
})
const commitmentsOf = (positions: number, coefficients: number) =>
  encodeCommitments({
    blind: new Uint8Array(32),
    encryptionKey: new Uint8Array(64),
    positions,
    coefficients,
    commitments: new Uint8Array(positions * coefficients * 64),
    proofs: new Uint8Array(positions * 96),
  }).length

describe('maxBodyBytes', () => {
  it('T8: is exact for the stages whose bodies have one size', () => {
    expect(maxBodyBytes(shape('HashCommitment', 5, 3, 7))).toBe(32)
    expect(maxBodyBytes(shape('SecretShare', 5, 3, 7))).toBe(7 * 32 + 16)
    expect(maxBodyBytes(shape('NonceCommitments', 5, 3, 7))).toBe(7 * 128)
    expect(maxBodyBytes(shape('Preprocess', 5, 3, 7))).toBe(7 * 128)
    expect(maxBodyBytes(shape('SignatureShare', 5, 3, 7))).toBe(7 * 32)
    expect(maxBodyBytes(shape('LocalSig', 5, 3, 7))).toBe(7 * 32)
    expect(maxBodyBytes(shape('Confirm', 5, 3, 7, 'preprocess'))).toBe(33)
    expect(maxBodyBytes(shape('Confirm', 1, 1, 1, 'keygen'))).toBe(33)
  })

  it('G2: lets commitments with up to max(2n + 16, t + 16) coefficients through, to be blamed', () => {
    for (const [n, t, positions] of [
      [1, 1, 1],
      [2, 2, 1],
      [5, 3, 1],
      [7, 7, 20],
      [100, 67, 1],
      [1000, 1000, 1],
    ] as const) {
      const largest = Math.max(2 * n + 16, t + 16)
      expect(maxBodyBytes(shape('Commitments', n, t, positions))).toBe(commitmentsOf(positions, largest))
      for (const wrong of [0, t + 1, t + 5, 2 * n]) {
        expect(commitmentsOf(positions, wrong)).toBeLessThanOrEqual(maxBodyBytes(shape('Commitments', n, t, positions)))
      }
    }
  })

  it('commitments of a large batch stay within a few megabytes, and honest ones always fit with room for t + 16', () => {
    for (const [n, t, positions] of [
      [1000, 8, 1000],
      [1000, 1, 1000],
      [8, 8, 1000],
      [1000, 1000, 8],
    ] as const) {
      const limit = maxBodyBytes(shape('Commitments', n, t, positions))
      expect(limit).toBeGreaterThanOrEqual(commitmentsOf(positions, t + 16))
      expect(limit).toBeLessThanOrEqual(4 * MAX_BATCH_COEFFICIENTS * 64 + MAX_BATCH * 96 + 100)
    }
  })

  it('a confirmation can complain about all other dealers, with envelopes of the longest ids', () => {
    const envelope = sealEnvelope(
      testIdentity('a'),
      'sizes test',
      {
        kind: 'sign',
        ceremonyId: 1n,
        sid: new Uint8Array(32),
        stage: 3,
        from: 'f'.repeat(64),
        to: 't'.repeat(64),
        previousTranscript: new Uint8Array(32),
      },
      new Uint8Array(7 * 32 + 16),
    ).bytes
    const complaints = new Array(4).fill({ envelope, sharedPoint: new Uint8Array(64), proof: new Uint8Array(160) })
    expect(encodeConfirm({ type: 'complaints', complaints }).length).toBe(maxBodyBytes(shape('Confirm', 5, 3, 7)))
    expect(encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) }).length).toBeLessThan(maxBodyBytes(shape('Confirm', 2, 1, 1)))
  })

  it('no body of any ceremony is above MAX_BODY_BYTES, and no early one above EARLY_BODY_BYTES', () => {
    const stages: StageName[] = [
      'Preprocess',
      'HashCommitment',
      'Commitments',
      'SecretShare',
      'Confirm',
      'NonceCommitments',
      'SignatureShare',
      'LocalSig',
    ]
    const early: readonly StageName[] = ['Preprocess', 'HashCommitment', 'NonceCommitments', 'SignatureShare']
    for (const n of [1, 2, 100, MAX_PARTICIPANTS]) {
      for (const t of [1, n]) {
        for (const positions of [1, 8, MAX_BATCH]) {
          for (const stage of stages) {
            const size = maxBodyBytes(shape(stage, n, t, positions))
            expect(size).toBeGreaterThan(0)
            // A batch that large has fewer coefficients: t x positions is capped by the instruction.
            if (stage !== 'Commitments' || t * positions <= MAX_BATCH_COEFFICIENTS) expect(size).toBeLessThanOrEqual(MAX_BODY_BYTES)
            if (early.includes(stage)) expect(size).toBeLessThanOrEqual(EARLY_BODY_BYTES)
          }
        }
      }
    }
    expect(EARLY_BODY_BYTES).toBe(128_000)
    // docs/protocol.md names these figures.
    expect(MAX_REVEALED_BYTES).toBe(64_196_000)
    expect(MAX_BODY_BYTES).toBe(66_293_159)
    expect(MAX_FRAME_BYTES).toBe(66_293_466)
    expect(MAX_FRAME_BYTES).toBeLessThanOrEqual(64 * 1024 * 1024)
  })

  it('what the participants of a SharedSecret reveal together is counted to the byte, and any single message may be signed', () => {
    for (const [n, t, positions] of [
      [1, 1, 1],
      [7, 5, 3],
      [100, 67, 122],
    ] as const) {
      expect(revealedBytes({ participants: n, minSigners: t, positions })).toBe(n * commitmentsOf(positions, t))
    }
    const largest = revealedBytes({ participants: MAX_PARTICIPANTS, minSigners: MAX_PARTICIPANTS, positions: 1 })
    expect(largest).toBe(MAX_REVEALED_BYTES)
  })

  it('T8: an abort of a small ceremony is small, and none is larger than a body', () => {
    const few = {
      participants: 3,
      minSigners: 2,
      positions: 1,
      largestStageBody: maxBodyBytes(shape('Confirm', 3, 2, 1)),
      longestMessage: 0,
    }
    expect(maxAbortBytes(few)).toBeLessThan(64_000)
    expect(maxAbortBytes({ ...few, longestMessage: 1 << 20 })).toBe(maxAbortBytes(few) + 3 * (1 << 20))
    const many = { participants: MAX_PARTICIPANTS, minSigners: MAX_PARTICIPANTS, positions: 1, largestStageBody: 1, longestMessage: 0 }
    expect(maxAbortBytes(many)).toBe(MAX_BODY_BYTES)
  })

  it('refuses a stage that does not exist', () => {
    expect(() => maxBodyBytes(shape('toString' as StageName, 2, 2, 1))).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'stage' }),
    )
  })
})
