/** Batch operations that parse, write and add points. Public values, variable time. */
import { INPUT, OUTPUT, reset, take, TEMP_OPERATION } from '../memory'
import { BATCH_POINT, batchAdd, batchDecompressVar, batchFromBytes, batchRunVar, batchToBytes } from '../point/batch-points'
import { POINT_IDENTITY, POINT_INVALID, POINT_VALID, pointCompress, pointFromBytes } from '../point/codec'
import { DONE, REFUSED } from './status'

const P: usize = TEMP_OPERATION + 432

/** inputs: points n x 64 -> n x 1: 1 for a point of the curve that is not the identity */
export function checkPoints(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const state = pointFromBytes(P, INPUT + (<usize>i << 6))
    store<u8>(OUTPUT + <usize>i, <u8>(state == POINT_VALID))
  }
  return DONE
}

/** inputs: points n x 64 -> the index of the first that is neither on the curve nor the identity, or -1 */
export function firstBadPoint(n: i32): i32 {
  for (let i = 0; i < n; i++) if (pointFromBytes(P, INPUT + (<usize>i << 6)) == POINT_INVALID) return i
  return -1
}

/** inputs: points n x 64, none the identity -> n x 33 */
export function compress(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const state = pointFromBytes(P, INPUT + (<usize>i << 6))
    if (state == POINT_INVALID || state == POINT_IDENTITY) return REFUSED
    pointCompress(OUTPUT + <usize>i * 33, P)
  }
  return DONE
}

/** inputs: points n x 33 -> n x 64, then n x 1; an invalid item is 64 zero bytes and 0 */
export function decompress(n: i32): i32 {
  batchDecompressVar(OUTPUT, OUTPUT + (<usize>n << 6), INPUT, n)
  return DONE
}

/** inputs: points rows x columns x 64, row-major -> columns x 64: the sum of each column, halving the rows a round */
export function sumColumns(rows: i32, columns: i32): i32 {
  reset()
  const all = rows * columns
  const points = take(<usize>all * BATCH_POINT)
  for (let i = 0; i < all; i++) {
    if (batchFromBytes(points + <usize>i * BATCH_POINT, INPUT + (<usize>i << 6)) == POINT_INVALID) return REFUSED
  }
  let left = rows
  while (left > 1) {
    const half = left >> 1
    const upper = <usize>((left - half) * columns) * BATCH_POINT
    const pairs = half * columns
    for (let i = 0; i < pairs; i++) {
      const point = points + <usize>i * BATCH_POINT
      batchAdd(point, point, point + upper)
    }
    batchRunVar()
    left -= half
  }
  for (let i = 0; i < columns; i++) batchToBytes(OUTPUT + (<usize>i << 6), points + <usize>i * BATCH_POINT)
  return DONE
}
