/** Batch operations on scalars: constant time, but for the check that an input is in range and not zero, whose failure ends the call. */
import { INPUT, OUTPUT, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { scalarFromBytes, scalarInvert, scalarSelect, scalarSum, scalarToBytes, scalarZeroMask } from '../scalar/element'
import { scalarComplement, scalarMontgomery, scalarNormalise } from '../scalar/multiply'
import { scalarMul, scalarStep } from '../scalar/product'
import { DONE, REFUSED } from './status'

const A: usize = TEMP_OPERATION
const B: usize = TEMP_OPERATION + 72
const C: usize = TEMP_OPERATION + 144
const D: usize = TEMP_OPERATION + 216

/** `count` x 32 bytes -> canonical limbs; the index of the first that is not below q, or -1. Every item is read. */
export function readScalars(r: usize, bytes: usize, count: i32): i32 {
  let first: i32 = -1
  for (let i = count - 1; i >= 0; i--) {
    const inRange = <i32>scalarFromBytes(r + <usize>i * SCALAR, bytes + (<usize>i << 5))
    first ^= (first ^ i) & ~inRange
  }
  return first
}

/** inputs: scalars n x 32 -> the index of the first that is not below q, or -1; every item is read */
export function firstBadScalar(n: i32): i32 {
  let first: i32 = -1
  for (let i = n - 1; i >= 0; i--) first ^= (first ^ i) & ~<i32>scalarFromBytes(A, INPUT + (<usize>i << 5))
  return first
}

/** inputs: a n x 32, b n x 32 -> n x 32: a + b mod q */
export function scalarAddBatch(n: i32): i32 {
  const b = INPUT + (<usize>n << 5)
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 5
    if (scalarFromBytes(A, INPUT + at) == 0) return REFUSED
    if (scalarFromBytes(B, b + at) == 0) return REFUSED
    scalarSum(A, A, B)
    scalarNormalise(A, A)
    scalarToBytes(OUTPUT + at, A)
  }
  return DONE
}

/** inputs: a n x 32, b n x 32 -> n x 32: a b mod q */
export function scalarMulBatch(n: i32): i32 {
  const b = INPUT + (<usize>n << 5)
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 5
    if (scalarFromBytes(A, INPUT + at) == 0) return REFUSED
    if (scalarFromBytes(B, b + at) == 0) return REFUSED
    scalarMul(A, A, B)
    scalarToBytes(OUTPUT + at, A)
  }
  return DONE
}

/** inputs: a n x 32 -> 32: the sum of all, mod q */
export function scalarSumBatch(n: i32): i32 {
  memory.fill(C, 0, SCALAR)
  for (let i = 0; i < n; i++) {
    if (scalarFromBytes(A, INPUT + (<usize>i << 5)) == 0) return REFUSED
    scalarSum(C, C, A)
    scalarNormalise(C, C)
  }
  scalarToBytes(OUTPUT, C)
  return DONE
}

/**
 * values[i] = 1 / values[i] for `count` canonical nonzero scalars: one inversion, three products each. The Montgomery factors cancel:
 * p_i = p_(i-1) D_i / R, and (1 / p_i) p_(i-1) / R = 1 / D_i.
 */
export function invertAll(values: usize, count: i32): void {
  const products = take(<usize>count * SCALAR)
  memory.copy(products, values, SCALAR)
  for (let i = 1; i < count; i++) {
    const product = products + <usize>i * SCALAR
    scalarMontgomery(product, product - SCALAR, values + <usize>i * SCALAR)
  }
  scalarInvert(C, products + <usize>(count - 1) * SCALAR)
  for (let i = count - 1; i > 0; i--) {
    const value = values + <usize>i * SCALAR
    scalarMontgomery(B, C, products + <usize>(i - 1) * SCALAR)
    scalarMontgomery(C, C, value)
    scalarNormalise(value, B)
  }
  scalarNormalise(values, C)
}

/** inputs: a n x 32, none zero -> n x 32: 1 / a mod q */
export function scalarInvertBatch(n: i32): i32 {
  reset()
  const values = take(<usize>n * SCALAR)
  if (readScalars(values, INPUT, n) >= 0) return REFUSED
  let zeros = 0
  for (let i = 0; i < n; i++) zeros |= <i32>scalarZeroMask(values + <usize>i * SCALAR)
  if (zeros != 0) return REFUSED
  invertAll(values, n)
  for (let i = 0; i < n; i++) scalarToBytes(OUTPUT + (<usize>i << 5), values + <usize>i * SCALAR)
  return DONE
}

/** inputs: coefficients t x 32 (secret, a_0 first), indices m x u32 (public) -> m x 32: Horner, acc = acc index + a */
export function evaluatePolynomial(t: i32, m: i32): i32 {
  reset()
  const coefficients = take(<usize>t * SCALAR)
  if (readScalars(coefficients, INPUT, t) >= 0) return REFUSED
  const indices = INPUT + (<usize>t << 5)
  for (let i = 0; i < m; i++) {
    const index = <i64>load<u32>(indices + (<usize>i << 2))
    memory.copy(A, coefficients + <usize>(t - 1) * SCALAR, SCALAR)
    for (let k = t - 2; k >= 0; k--) scalarStep(A, index, coefficients + <usize>k * SCALAR)
    scalarNormalise(A, A)
    scalarToBytes(OUTPUT + (<usize>i << 5), A)
  }
  return DONE
}

/**
 * inputs: hiding b x 32, binding b x 32, factors b x 32 (both absent when `bound` is 0, not 1), multipliers b x 32, negate b x 1, share 32
 * -> b x 32: (-1)^negate (hiding + factor binding) + multiplier share
 */
export function signatureShares(b: i32, bound: i32): i32 {
  const size = <usize>b << 5
  const binding = INPUT + size
  const factors = binding + size
  const multipliers = binding + size * 2 * <usize>bound
  const negate = multipliers + size
  const share = negate + <usize>b
  if (scalarFromBytes(C, share) == 0) return REFUSED
  for (let i = 0; i < b; i++) {
    const at = <usize>i << 5
    if (scalarFromBytes(A, INPUT + at) == 0) return REFUSED
    if (bound != 0) {
      if (scalarFromBytes(B, binding + at) == 0) return REFUSED
      if (scalarFromBytes(D, factors + at) == 0) return REFUSED
      scalarMul(B, B, D)
      scalarSum(A, A, B)
      scalarNormalise(A, A)
    }
    scalarComplement(B, A)
    scalarSelect(A, B, 0 - <i64>load<u8>(negate + <usize>i))
    if (scalarFromBytes(D, multipliers + at) == 0) return REFUSED
    scalarMul(D, C, D)
    scalarSum(A, A, D)
    scalarNormalise(A, A)
    scalarToBytes(OUTPUT + at, A)
  }
  return DONE
}
