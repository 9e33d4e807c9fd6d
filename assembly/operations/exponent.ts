/**
 * Evaluation in the exponent, sum_k C_k index^k, for many vectors of commitments and many small public indices: all chains take each Horner
 * step together, so that every addition and doubling of a step shares one inversion. Coefficients arrive in blocks, highest first, so
 * that vectors of any length fit; the accumulators stay in scratch between the calls of one evaluation. For runs of indices see differences.ts.
 */
import { INPUT, mark, OUTPUT, release, reset, take } from '../memory'
import { MULTIPLIER, multiplyRowsVar, rowsWorkBytes, setMultiplier } from '../multiply/rows'
import { BATCH_POINT, batchAdd, batchCopy, batchFromBytes, batchRunVar, batchToBytes } from '../point/batch-points'
import { POINT_INVALID } from '../point/codec'
import { DONE, REFUSED } from './status'

/** [index][vector] */
let accumulators: usize = 0
let multipliers: usize = 0
let work: usize = 0
let width: i32 = 0
let begun: bool = false

/** inputs: indices m x u32. Opens an evaluation of `vectors` x m chains. */
export function evaluateBegin(vectors: i32, m: i32): i32 {
  reset()
  width = m
  accumulators = take(<usize>(vectors * m) * BATCH_POINT)
  work = take(rowsWorkBytes(m, vectors))
  multipliers = take(<usize>m * MULTIPLIER)
  for (let i: usize = 0; i < <usize>m; i++) setMultiplier(multipliers + i * MULTIPLIER, load<i32>(INPUT + (i << 2)))
  begun = false
  return DONE
}

/** `vectors` x `rows` points of the input -> [row][vector] at `points`; false when one is invalid */
export function readRows(points: usize, vectors: i32, rows: i32): bool {
  for (let v = 0; v < vectors; v++) {
    for (let k = 0; k < rows; k++) {
      const item = v * rows + k
      if (batchFromBytes(points + <usize>(k * vectors + v) * BATCH_POINT, INPUT + (<usize>item << 6)) == POINT_INVALID) return false
    }
  }
  return true
}

/** inputs: points vectors x rows x 64, lowest coefficient first: the next block downwards. */
export function evaluateBlock(vectors: i32, rows: i32): i32 {
  const start = mark()
  const points = take(<usize>(vectors * rows) * BATCH_POINT)
  if (!readRows(points, vectors, rows)) return REFUSED
  for (let k = rows - 1; k >= 0; k--) {
    const row = points + <usize>(k * vectors) * BATCH_POINT
    if (begun) multiplyRowsVar(accumulators, multipliers, width, vectors, work)
    for (let i = 0; i < width; i++) {
      for (let v = 0; v < vectors; v++) {
        const accumulator = accumulators + <usize>(i * vectors + v) * BATCH_POINT
        const point = row + <usize>v * BATCH_POINT
        if (begun) batchAdd(accumulator, accumulator, point)
        else batchCopy(accumulator, point)
      }
    }
    batchRunVar()
    begun = true
  }
  release(start)
  return DONE
}

/** -> vectors x m x 64, [vector][index] */
export function evaluateEnd(vectors: i32): i32 {
  for (let v = 0; v < vectors; v++) {
    for (let i = 0; i < width; i++) {
      batchToBytes(OUTPUT + (<usize>(v * width + i) << 6), accumulators + <usize>(i * vectors + v) * BATCH_POINT)
    }
  }
  return DONE
}
