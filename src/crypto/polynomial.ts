/**
 * Polynomials of many positions at once, and their commitments: evaluation by recipient, and sums over the dealers.
 *
 * A batch of polynomials is positions x t scalars, position-major, a_0 first; its commitments (Feldman) are positions x t points C_k = a_k G.
 */
import { concatAll, concatBytes, copyBytes, itemOf, wipe, wipeOnThrow } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'

/**
 * The values of all polynomials, one batch (positions x 32) an index: what one recipient gets.
 *
 * @param coefficients secret, positions x t x 32
 * @returns secret, one batch an index, in order
 */
export function evaluateForEach(kernel: Kernel, coefficients: Batch, minSigners: number, indices: readonly number[]): Batch[] {
  const positions = coefficients.length / (minSigners * SCALAR_BYTES)
  const out = indices.map(() => new Uint8Array(positions * SCALAR_BYTES))
  return wipeOnThrow(out, () => {
    for (let position = 0; position < positions; position++) {
      const values = kernel.evaluatePolynomial(itemOf(coefficients, position, minSigners * SCALAR_BYTES), indices)
      out.forEach((batch, i) => {
        batch.set(itemOf(values, i, SCALAR_BYTES), position * SCALAR_BYTES)
      })
      wipe(values)
    }
    return out
  })
}

/**
 * Column sums of scalars: rows of equal length, added item by item.
 *
 * @param rows may be secret; at least one
 * @returns as long as one row; secret if the rows are
 */
export function sumScalars(kernel: Kernel, rows: readonly Batch[]): Batch {
  const width = rows[0]?.length ?? 0
  if (width === 0 || rows.some((row) => row.length !== width)) throw invalidArgument('rows', 'must have the same number of scalars')
  return foldRows((a, b) => kernel.scalarAdd(a, b), concatAll(rows), width)
}

/** The sum of all scalars of a batch: as `sumScalars` with one scalar a row, without an array for each. */
export function sumOfBatch(kernel: Kernel, scalars: Batch): Scalar {
  return foldRows((a, b) => kernel.scalarAdd(a, b), copyBytes(scalars), SCALAR_BYTES)
}

/**
 * One row from all by an operation on scalars, item by item: halves the rows at each step, so that m rows take log2(m) kernel calls. Overwrites
 * the rows, which may be secret.
 */
export function foldRows(combine: (a: Batch, b: Batch) => Batch, rows: Uint8Array<ArrayBuffer>, width: number): Batch {
  let left = rows
  try {
    for (let count = rows.length / width; count > 1; ) {
      const half = count >> 1
      const combined = combine(left.subarray(0, half * width), left.subarray(half * width, 2 * half * width))
      // An odd row out waits for the next step.
      const next = concatBytes(combined, left.subarray(2 * half * width))
      wipe(left, combined)
      left = next
      count = count - half
    }
    return copyBytes(left)
  } finally {
    wipe(left)
  }
}

/**
 * The commitments of the sum of all dealers' polynomials.
 *
 * @param commitments one entry a dealer, each positions x t x 64
 * @returns positions x t x 64; any of them may be the identity
 */
export function sumCommitments(kernel: Kernel, commitments: readonly Batch[]): Batch {
  const first = commitments[0]
  if (first === undefined) throw invalidArgument('commitments', 'must have at least one dealer')
  return kernel.sum(concatAll(commitments), first.length / POINT_BYTES)
}
