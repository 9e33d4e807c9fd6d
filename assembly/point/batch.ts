/**
 * The batch-affine engine: a list of independent additions of affine points that share one field inversion (Montgomery's trick), so that an
 * addition costs 5M + 1S. Public points only. An operation is 16 bytes (u32 each): destination, a, b, kind. Every special case is
 * decided first: equal x with equal y doubles, with opposite y gives infinity, an infinite operand copies the other.
 *
 * Order: products are collected from the last operation to the first and results are written from the first to the last, so an operation
 * may write to a place that only itself and *earlier* operations read.
 */
import { fieldInvertVar, fieldIsZeroVar, fieldZeroMask } from '../field/element'
import { fieldCopy, fieldNegate, fieldSet, fieldSub } from '../field/linear'
import { fieldMul, fieldMulSub, fieldSqrSub2, fieldSqrSubDouble, fieldSqrTriple } from '../field/multiply'
import { AFFINE, BATCH_CAPACITY, BATCH_OPERATIONS, BATCH_PRODUCTS, FIELD, noteBatch, TEMP_BATCH } from '../memory'
import { isAffineInfinity } from './codec'

const ADD: u32 = 0
const DOUBLE: u32 = 1
const COPY_A: u32 = 2
const COPY_B: u32 = 3
const INFINITY: u32 = 4

const D: usize = TEMP_BATCH
const INVERSE: usize = TEMP_BATCH + 72
const SLOPE: usize = TEMP_BATCH + 144
const X3: usize = TEMP_BATCH + 216
const T: usize = TEMP_BATCH + 288

let count: i32 = 0

/** Adds `destination = a + b` to the list; traps when it is full (callers chunk). */
export function pushAdd(destination: usize, a: usize, b: usize): void {
  if (count >= BATCH_CAPACITY) unreachable()
  const op = BATCH_OPERATIONS + (<usize>count << 4)
  store<u32>(op, <u32>destination, 0)
  store<u32>(op, <u32>a, 4)
  store<u32>(op, <u32>b, 8)
  count++
}

export function pending(): i32 {
  return count
}

/** After a trap the list may be half full. */
export function dropPending(): void {
  count = 0
}

export function copyAffine(r: usize, a: usize): void {
  fieldCopy(r, a)
  fieldCopy(r + 72, a + 72)
}

function classify(a: usize, b: usize): u32 {
  if (isAffineInfinity(b)) return COPY_A
  if (isAffineInfinity(a)) return COPY_B
  if (a == b) return DOUBLE
  fieldSub(D, b, a)
  if (!fieldIsZeroVar(D)) return ADD
  fieldSub(T, b + 72, a + 72)
  // y may be negated, so |T| can reach 2 p: the exact test of both signs is by the full normal form
  return fieldIsZeroExact(T) ? DOUBLE : INFINITY
}

/** zero mod p without the shortcut's range condition */
function fieldIsZeroExact(a: usize): bool {
  const low = load<i64>(a) & 0x1fffffff
  // multiples of p up to 2 p: 0, +-977, +-1954 mod 2^29
  if (low != 0 && low != 977 && low != 1954 && low != 0x1ffffc2f && low != 0x1ffff85e) return false
  return fieldZeroMask(a) != 0
}

/** Runs and empties the list. */
export function runBatchVar(): void {
  const n = count
  count = 0
  noteBatch(n)
  const end = BATCH_PRODUCTS + <usize>n * FIELD
  fieldSet(end, 1)
  let work = 0
  for (let i = n - 1; i >= 0; i--) {
    const op = BATCH_OPERATIONS + (<usize>i << 4)
    const a = <usize>load<u32>(op, 4)
    const b = <usize>load<u32>(op, 8)
    const kind = classify(a, b)
    store<u32>(op, kind, 12)
    const product = BATCH_PRODUCTS + <usize>i * FIELD
    if (kind == ADD) {
      // D = x_b - x_a is left by classify
      fieldMul(product, product + FIELD, D)
      work++
    } else if (kind == DOUBLE) {
      doubled(D, a + 72)
      fieldMul(product, product + FIELD, D)
      work++
    } else {
      fieldCopy(product, product + FIELD)
    }
  }
  if (work > 0) fieldInvertVar(INVERSE, BATCH_PRODUCTS)
  for (let i = 0; i < n; i++) {
    const op = BATCH_OPERATIONS + (<usize>i << 4)
    const destination = <usize>load<u32>(op, 0)
    const a = <usize>load<u32>(op, 4)
    const b = <usize>load<u32>(op, 8)
    const kind = load<u32>(op, 12)
    const next = BATCH_PRODUCTS + <usize>(i + 1) * FIELD
    if (kind == ADD) {
      fieldSub(D, b, a)
      fieldMul(SLOPE, INVERSE, next)
      fieldMul(INVERSE, INVERSE, D)
      fieldSub(T, b + 72, a + 72)
      fieldMul(SLOPE, SLOPE, T)
      fieldSqrSub2(X3, SLOPE, a, b)
    } else if (kind == DOUBLE) {
      doubled(D, a + 72)
      fieldMul(SLOPE, INVERSE, next)
      fieldMul(INVERSE, INVERSE, D)
      fieldSqrTriple(T, a)
      fieldMul(SLOPE, SLOPE, T)
      fieldSqrSubDouble(X3, SLOPE, a)
    } else {
      if (kind == COPY_A) copyAffine(destination, a)
      else if (kind == COPY_B) copyAffine(destination, b)
      else memory.fill(destination, 0, AFFINE)
      continue
    }
    fieldSub(T, a, X3)
    fieldMulSub(destination + 72, SLOPE, T, a + 72)
    fieldCopy(destination, X3)
  }
}

/** r = 2 a, m(r) = 2 */
function doubled(r: usize, a: usize): void {
  for (let i: usize = 0; i < FIELD; i += 8) store<i64>(r + i, load<i64>(a + i) << 1)
}

/** r = -a (infinity stays infinity) */
export function negateAffine(r: usize, a: usize): void {
  fieldCopy(r, a)
  fieldNegate(r + 72, a + 72)
}
