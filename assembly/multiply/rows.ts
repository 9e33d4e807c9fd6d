/**
 * Rows of points times small public multipliers, one a row, in lock-step. A multiplication is a program of doublings and of additions and
 * subtractions of the row itself, the shortest of its kind (31 = 2 2 2 2 2 1 - 1); operation s of all rows is one list of the batch engine, so
 * that there are as many lists as the longest program has operations.
 */
import { BATCH_POINT, batchAdd, batchCopy, batchCopySigned, batchRunVar } from '../point/batch-points'

/** bytes a multiplier takes: its program, two bits an operation from the lowest, its length, and which copies of the row it needs */
export const MULTIPLIER: usize = 16

const DOUBLE: u64 = 1
const ADD: u64 = 2
const SUBTRACT: u64 = 3

const ADDS: u32 = 1
const SUBTRACTS: u32 = 2

/**
 * Writes the program of k, 1 .. 2^16. For the leading bits p of k it knows the shortest programs of p and of p + 1; the next bit doubles one of
 * them, or doubles one and adds, or doubles the other and subtracts. At most 17 doublings and 8 others: 50 bits.
 */
export function setMultiplier(at: usize, k: i32): void {
  let low: u64 = 0
  let lowLength: u32 = 0
  let high: u64 = DOUBLE
  let highLength: u32 = 1
  for (let bit = 30 - clz<i32>(k); bit >= 0; bit--) {
    const fromLow = lowLength <= highLength
    const length = fromLow ? lowLength : highLength
    const then = fromLow ? ADD : SUBTRACT
    const between = (fromLow ? low : high) | (DOUBLE << (2 * length)) | (then << (2 * length + 2))
    if (((k >> bit) & 1) != 0) {
      // 2 p + 1 and 2 p + 2
      high |= DOUBLE << (2 * highLength)
      highLength++
      low = between
      lowLength = length + 2
    } else {
      // 2 p and 2 p + 1
      low |= DOUBLE << (2 * lowLength)
      lowLength++
      high = between
      highLength = length + 2
    }
  }
  let needs: u32 = 0
  for (let rest = low; rest != 0; rest >>= 2) {
    if ((rest & 3) == ADD) needs |= ADDS
    if ((rest & 3) == SUBTRACT) needs |= SUBTRACTS
  }
  store<u64>(at, low)
  store<u32>(at, lowLength, 8)
  store<u32>(at, needs, 12)
}

/** Bytes of working area for `count` rows of `width` points. */
export function rowsWorkBytes(count: i32, width: i32): usize {
  return <usize>(2 * count * width) * BATCH_POINT
}

/** Every row times its multiplier, in place. `work` is rowsWorkBytes long. */
export function multiplyRowsVar(rows: usize, multipliers: usize, count: i32, width: i32, work: usize): void {
  const rowBytes = <usize>width * BATCH_POINT
  const negated = work + <usize>count * rowBytes
  let longest: u32 = 0
  for (let i = 0; i < count; i++) {
    const multiplier = multipliers + <usize>i * MULTIPLIER
    longest = max(longest, load<u32>(multiplier, 8))
    const needs = load<u32>(multiplier, 12)
    const at = <usize>i * rowBytes
    for (let p: usize = 0; p < rowBytes; p += BATCH_POINT) {
      if ((needs & ADDS) != 0) batchCopy(work + at + p, rows + at + p)
      if ((needs & SUBTRACTS) != 0) batchCopySigned(negated + at + p, rows + at + p, -1)
    }
  }
  for (let step: u64 = 0; step < longest; step++) {
    for (let i = 0; i < count; i++) {
      const operation = (load<u64>(multipliers + <usize>i * MULTIPLIER) >> (2 * step)) & 3
      if (operation == 0) continue
      const at = <usize>i * rowBytes
      const row = rows + at
      const other = operation == DOUBLE ? row : operation == ADD ? work + at : negated + at
      for (let p: usize = 0; p < rowBytes; p += BATCH_POINT) batchAdd(row + p, row + p, other + p)
    }
    batchRunVar()
  }
}
