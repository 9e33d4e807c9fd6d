/** Batch operations that parse, write and add points. Public values, variable time. */
import { AFFINE, INPUT, OUTPUT, reset, take, TEMP_OPERATION } from '../memory'
import { pushAdd, runBatchVar } from '../point/batch'
import { POINT_IDENTITY, POINT_INVALID, POINT_VALID, pointCompress, pointDecompress, pointFromBytes, pointsFromBytes, pointToBytes } from '../point/codec'
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
  const mask = OUTPUT + (<usize>n << 6)
  for (let i = 0; i < n; i++) {
    const valid = pointDecompress(P, INPUT + <usize>i * 33)
    const out = OUTPUT + (<usize>i << 6)
    if (valid) pointToBytes(out, P)
    else memory.fill(out, 0, 64)
    store<u8>(mask + <usize>i, <u8>valid)
  }
  return DONE
}

/** inputs: points rows x columns x 64, row-major -> columns x 64: the sum of each column, halving the rows a round */
export function sumColumns(rows: i32, columns: i32): i32 {
  reset()
  const points = take(<usize>(rows * columns) * AFFINE)
  if (pointsFromBytes(points, INPUT, rows * columns) >= 0) return REFUSED
  let left = rows
  while (left > 1) {
    const half = left >> 1
    const upper = <usize>((left - half) * columns) * AFFINE
    const pairs = half * columns
    for (let i = 0; i < pairs; i++) {
      const point = points + <usize>i * AFFINE
      pushAdd(point, point, point + upper)
    }
    runBatchVar()
    left -= half
  }
  for (let i = 0; i < columns; i++) pointToBytes(OUTPUT + (<usize>i << 6), points + <usize>i * AFFINE)
  return DONE
}
