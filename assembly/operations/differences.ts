/**
 * Evaluation in the exponent at 1, 2, 3 ... by forward differences: f(x) = sum_k d_k binom(x, k) with d_k the k-th difference at 0, and each further
 * value takes one addition a coefficient, d_k += d_(k+1).
 *
 * The differences come from the coefficients by Horner's rule in the basis of the binomials: x binom(x, k) = k binom(x, k) + (k + 1) binom(x, k + 1),
 * so that a step f <- x f + C is d_k <- k (d_k + d_(k-1)) for k >= 1 and d_0 <- C: t^2 / 2 additions and multiplications by numbers
 * below t, where plain evaluation at t indices takes t^2 of each. All vectors and all k of a step are one list of the batch engine.
 */
import { mark, OUTPUT, release, reset, take } from '../memory'
import { MULTIPLIER, multiplyRowsVar, rowsWorkBytes, setMultiplier } from '../multiply/rows'
import { BATCH_POINT, batchAdd, batchCopy, batchRunVar, batchToBytes } from '../point/batch-points'
import { readRows } from './exponent'
import { DONE, REFUSED } from './status'

/** [k][vector] */
let table: usize = 0
/** k at place k, from 1 */
let multipliers: usize = 0
let work: usize = 0
/** differences in the table: coefficients read so far */
let known: i32 = 0

/** Opens the differences of `vectors` polynomials of t coefficients. */
export function differencesBegin(vectors: i32, t: i32): i32 {
  reset()
  table = take(<usize>(vectors * t) * BATCH_POINT)
  work = take(rowsWorkBytes(t, vectors))
  multipliers = take(<usize>t * MULTIPLIER)
  for (let k = 1; k < t; k++) setMultiplier(multipliers + <usize>k * MULTIPLIER, k)
  known = 0
  return DONE
}

/** inputs: points vectors x rows x 64, lowest coefficient first: the next block downwards. */
export function differencesBlock(vectors: i32, rows: i32): i32 {
  const start = mark()
  const points = take(<usize>(vectors * rows) * BATCH_POINT)
  if (!readRows(points, vectors, rows)) return REFUSED
  const rowBytes = <usize>vectors * BATCH_POINT
  for (let row = rows - 1; row >= 0; row--) {
    if (known > 0) {
      const top = table + <usize>known * rowBytes
      for (let p: usize = 0; p < rowBytes; p += BATCH_POINT) batchCopy(top + p, top + p - rowBytes)
      // downwards: d_k is read, as d_(k-1) of the next, before it is written
      for (let d = top - BATCH_POINT; d >= table + rowBytes; d -= BATCH_POINT) batchAdd(d, d, d - rowBytes)
      batchRunVar()
      multiplyRowsVar(table + rowBytes, multipliers + MULTIPLIER, known, vectors, work)
    }
    const coefficients = points + <usize>row * rowBytes
    for (let p: usize = 0; p < rowBytes; p += BATCH_POINT) batchCopy(table + p, coefficients + p)
    known++
  }
  release(start)
  return DONE
}

/** The values at the next `count` indices, the first time from 1 -> count x vectors x 64, [index][vector] */
export function differencesNext(vectors: i32, count: i32): i32 {
  const rowBytes = <usize>vectors * BATCH_POINT
  const last = table + <usize>(known - 1) * rowBytes
  for (let i = 0; i < count; i++) {
    for (let d = table; d < last; d += BATCH_POINT) batchAdd(d, d, d + rowBytes)
    batchRunVar()
    for (let v = 0; v < vectors; v++) batchToBytes(OUTPUT + (<usize>(i * vectors + v) << 6), table + <usize>v * BATCH_POINT)
  }
  return DONE
}
