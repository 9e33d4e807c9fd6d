/**
 * Sums and columns over dealers x positions are longer than a call has room for arguments (about 120,000). The curve is not the subject: a
 * kernel that answers at once, with values of the right size, lets the lists be long.
 */
import { describe, expect, it } from 'vitest'
import type { Dealing } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { sumOfBatch, sumScalars } from '../../src/crypto/polynomial.ts'
import { verifyProofs } from '../../src/crypto/proof-of-knowledge.ts'
import { COMPRESSED_BYTES, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../src/kernel/contract.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'

const kernel = sharedKernel()
const POSITIONS = 1_000
const DEALERS = 131
const COUNT = POSITIONS * DEALERS

/** Says yes to every point and combination; a single proof is good if the last byte of its z is even. */
const quick: Kernel = {
  ...kernel,
  checkPoints: (points) => new Uint8Array(points.length / POINT_BYTES).fill(1),
  compress: (points) => new Uint8Array((points.length / POINT_BYTES) * COMPRESSED_BYTES).fill(2),
  scalarMul: (a) => new Uint8Array(a.length),
  scalarAdd: (a) => new Uint8Array(a.length),
  msmVar: () => new Uint8Array(POINT_BYTES),
  verifySignatureShares: ({ shares }) =>
    Uint8Array.from({ length: shares.length / SCALAR_BYTES }, (_, i) => (((shares[(i + 1) * SCALAR_BYTES - 1] ?? 0) & 1) === 0 ? 1 : 0)),
}

describe(`${DEALERS} dealers of ${POSITIONS} positions`, () => {
  const dealings = Array.from(
    { length: DEALERS },
    (_, i): Dealing => ({
      index: i + 1,
      encryptionKey: new Uint8Array(POINT_BYTES),
      commitments: new Uint8Array(POSITIONS * POINT_BYTES),
      proofs: new Uint8Array(POSITIONS * (POINT_BYTES + SCALAR_BYTES)),
    }),
  )
  const args = {
    sid: new Uint8Array(32),
    positions: POSITIONS,
    minSigners: 1,
    dealings,
    weightSeed: new Uint8Array(32),
    ownCommitments: null,
  }

  it('are checked together', () => {
    expect(runJob(quick, { name: 'checkDealings', args }).faults).toEqual(new Uint8Array(DEALERS))
  })

  it('are checked singly', () => {
    const statements = dealings.flatMap(({ index, commitments, proofs }) =>
      Array.from({ length: POSITIONS }, (_, position) => ({
        sid: args.sid,
        index,
        position,
        constantTerm: commitments.subarray(0, POINT_BYTES),
        proof: position === 7 ? proofs.slice(0, POINT_BYTES + SCALAR_BYTES).fill(1, -1) : proofs.subarray(0, POINT_BYTES + SCALAR_BYTES),
      })),
    )
    const valid = verifyProofs(quick, statements, null)
    expect(valid.length).toBe(COUNT)
    expect(valid.every((bit, i) => bit === (i % POSITIONS === 7 ? 0 : 1))).toBe(true)
  })
})

describe('sums of scalars', () => {
  const scalars = seededRandom(`${testSeed()} sums`)(37 * SCALAR_BYTES).map((byte, i) => (i % SCALAR_BYTES === 0 ? 0 : byte))
  const rows = (width: number) => Array.from({ length: scalars.length / width }, (_, i) => scalars.slice(i * width, (i + 1) * width))

  it('of a batch is that of its scalars as rows, and leaves the batch alone', () => {
    const before = scalars.slice()
    for (const count of [1, 2, 3, 4, 5, 36, 37]) {
      const batch = scalars.slice(0, count * SCALAR_BYTES)
      const one = rows(SCALAR_BYTES).slice(0, count)
      const expected = one.reduce((sum, scalar) => new Uint8Array(kernel.scalarAdd(sum, scalar)), new Uint8Array(SCALAR_BYTES))
      expect(sumOfBatch(kernel, batch)).toEqual(expected)
      expect(sumScalars(kernel, one)).toEqual(expected)
      expect(batch).toEqual(before.slice(0, batch.length))
    }
  })

  it(`of ${COUNT} scalars`, () => {
    const batch = new Uint8Array(COUNT * SCALAR_BYTES)
    for (let i = 1; i <= COUNT; i++) batch[i * SCALAR_BYTES - 1] = 1
    const sum = new Uint8Array(SCALAR_BYTES)
    new DataView(sum.buffer).setUint32(SCALAR_BYTES - 4, COUNT)
    expect(sumOfBatch(kernel, batch)).toEqual(sum)
  })

  it('of as many rows', () => {
    const row = new Uint8Array(SCALAR_BYTES)
    row[SCALAR_BYTES - 1] = 1
    expect(sumScalars(kernel, Array<Uint8Array>(COUNT).fill(row))).toEqual(
      sumOfBatch(
        kernel,
        new Uint8Array(COUNT * SCALAR_BYTES).map((_, i) => (i % SCALAR_BYTES === SCALAR_BYTES - 1 ? 1 : 0)),
      ),
    )
  })
})
