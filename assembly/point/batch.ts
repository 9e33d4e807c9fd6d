/**
 * The batch-affine engine: a list of independent additions of affine points that share one field inversion (Montgomery's trick), so that an
 * addition costs 5M + 1S and a doubling 5M + 2S. Public points only. An operation is 16 bytes (u32 each): destination, a, b, kind. A cheap
 * test of the low limbs tells additions with nothing special; what it lets through is decided exactly: equal x with equal y
 * doubles, with opposite y gives infinity, an infinite operand copies the other.
 *
 * Order: products are collected from the last operation to the first and results are written from the first to the last, so an operation
 * may write to a place that only itself and *earlier* operations read. A full list runs by itself: the rule then holds for each part.
 */
import { fieldInvertVar, fieldIsZeroVar, fieldZeroMask } from '../field/element'
import { fieldCopy, fieldSet, fieldSub } from '../field/linear'
import { fieldMul, fieldMulSub, fieldSqrSub2, fieldSqrSubDouble, fieldSqrTriple } from '../field/multiply'
import { AFFINE, BATCH_CAPACITY, BATCH_OPERATIONS, BATCH_PRODUCTS, FIELD, noteBatch, TEMP_BATCH } from '../memory'
import { isAffineInfinity } from './codec'

/** zero, as pushAdd writes it: the common kind is never stored again */
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

/** Adds `destination = a + b` to the list. */
export function pushAdd(destination: usize, a: usize, b: usize): void {
  if (count == BATCH_CAPACITY) runBatchVar()
  const op = BATCH_OPERATIONS + (<usize>count << 4)
  store<u64>(op, <u64>destination | (<u64>a << 32), 0)
  store<u64>(op, <u64>b, 8)
  count++
}

/** After a trap the list may be half full. */
export function dropPending(): void {
  count = 0
}

export function copyAffine(r: usize, a: usize): void {
  fieldCopy(r, a)
  fieldCopy(r + 72, a + 72)
}

/**
 * False for nearly every pair that is not special. Infinity has x = 0, limbs and all. x_b - x_a = 0 mod p is 0, p or -p: its lowest 29 bits are
 * 0, 2^29 - 977 or 977; the test takes all of -977..977, 4 in a million of the others.
 */
function maybeSpecial(a: usize, b: usize): bool {
  const xa = load<i64>(a)
  const xb = load<i64>(b)
  return <i32>(((xb - xa + 977) & 0x1fffffff) <= 1954) | <i32>(xa == 0) | <i32>(xb == 0) ? true : false
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
  if (n == 0) return
  count = 0
  noteBatch(n)
  let product = BATCH_PRODUCTS + <usize>n * FIELD
  let op = BATCH_OPERATIONS + (<usize>n << 4)
  fieldSet(product, 1)
  while (op > BATCH_OPERATIONS) {
    op -= 16
    product -= FIELD
    const a = <usize>load<u32>(op, 4)
    const b = <usize>load<u32>(op, 8)
    if (maybeSpecial(a, b)) {
      const kind = classify(a, b)
      store<u32>(op, kind, 12)
      if (kind == DOUBLE) {
        doubled(D, a + 72)
        fieldMul(product, product + FIELD, D)
        continue
      }
      if (kind != ADD) {
        fieldCopy(product, product + FIELD)
        continue
      }
    }
    fieldSub(D, b, a)
    fieldMul(product, product + FIELD, D)
  }
  fieldInvertVar(INVERSE, BATCH_PRODUCTS)
  const end = BATCH_OPERATIONS + (<usize>n << 4)
  for (; op < end; op += 16) {
    const destination = <usize>load<u32>(op, 0)
    const a = <usize>load<u32>(op, 4)
    const b = <usize>load<u32>(op, 8)
    const kind = load<u32>(op, 12)
    product += FIELD
    if (kind == ADD) {
      fieldMul(SLOPE, INVERSE, product)
      fieldSub(D, b, a)
      fieldMul(INVERSE, INVERSE, D)
      fieldSub(T, b + 72, a + 72)
      fieldMul(SLOPE, SLOPE, T)
      // the operand that the result does not overwrite gives y3 = slope (x - x3) - y
      const kept = destination == a ? b : a
      fieldSqrSub2(destination, SLOPE, a, b)
      fieldSub(T, kept, destination)
      fieldMulSub(destination + 72, SLOPE, T, kept + 72)
    } else if (kind == DOUBLE) {
      doubled(D, a + 72)
      fieldMul(SLOPE, INVERSE, product)
      fieldMul(INVERSE, INVERSE, D)
      fieldSqrTriple(T, a)
      fieldMul(SLOPE, SLOPE, T)
      fieldSqrSubDouble(X3, SLOPE, a)
      fieldSub(T, a, X3)
      fieldMulSub(destination + 72, SLOPE, T, a + 72)
      fieldCopy(destination, X3)
    } else if (kind == COPY_A) {
      copyAffine(destination, a)
    } else if (kind == COPY_B) {
      copyAffine(destination, b)
    } else {
      memory.fill(destination, 0, AFFINE)
    }
  }
}

/** r = 2 a, m(r) = 2 */
function doubled(r: usize, a: usize): void {
  for (let i: usize = 0; i < FIELD; i += 8) store<i64>(r + i, load<i64>(a + i) << 1)
}
