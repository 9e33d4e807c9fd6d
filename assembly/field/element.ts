/** Base-field elements: bytes, zero tests, inverse and square root. Names with `Var` are for public values only. */
import { inverseModulus, inverseModulusVar } from '../inverse/safegcd'
import { TEMP_CODEC, TEMP_POWER } from '../memory'
import { bytesFromLimbs, limbs30FromLimbs, limbsFromBytes, limbsFromLimbs30 } from '../words'
import { fieldNormalise } from './linear'
import { fieldMul, fieldSqr, fieldSqrSub2 } from './multiply'

/** p in 30-bit limbs, and 1/p mod 2^30 */
const P30: usize = memory.data<i64>([
  0x3ffffc2f, 0x3ffffffb, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0xffff,
])
const P_INVERSE: i64 = 0x2ddacacf
const FIELD_CLEAR: usize = memory.data<i64>([0, 0, 0, 0, 0, 0, 0, 0, 0])

const CANONICAL: usize = TEMP_CODEC
const WORDS: usize = TEMP_CODEC + 72
const LIMBS30: usize = TEMP_CODEC + 112

/** -1 when the canonical limbs are all zero, else 0; constant time */
function clearMask(a: usize): i64 {
  const bits =
    load<i64>(a, 0) | load<i64>(a, 8) | load<i64>(a, 16) | load<i64>(a, 24) | load<i64>(a, 32) |
    load<i64>(a, 40) | load<i64>(a, 48) | load<i64>(a, 56) | load<i64>(a, 64)
  return ~((bits | (0 - bits)) >> 63)
}

/** -1 when a = 0 mod p, else 0; constant time, m(a) <= 64 */
export function fieldZeroMask(a: usize): i64 {
  fieldNormalise(CANONICAL, a)
  return clearMask(CANONICAL)
}

/**
 * a = 0 mod p, for |a| < 2 p: then a is 0, p or -p, whose lowest 29 bits are 0, 2^29 - 977 and 977; limb 0 holds those bits of any
 * representation, so that nearly every nonzero element is told apart by one limb.
 */
export function fieldIsZeroVar(a: usize): bool {
  const low = load<i64>(a) & 0x1fffffff
  if (low != 0 && low != 0x1ffffc2f && low != 977) return false
  return fieldZeroMask(a) != 0
}

/** bytes -> canonical limbs; -1 when below p, else 0 */
export function fieldFromBytes(r: usize, bytes: usize): i64 {
  limbsFromBytes(r, bytes)
  // r < p exactly when r + 2^32 + 977 stays below 2^256
  let carry = (load<i64>(r, 0) + 977) >> 29
  carry = (load<i64>(r, 8) + 8 + carry) >> 29
  carry = (load<i64>(r, 16) + carry) >> 29
  carry = (load<i64>(r, 24) + carry) >> 29
  carry = (load<i64>(r, 32) + carry) >> 29
  carry = (load<i64>(r, 40) + carry) >> 29
  carry = (load<i64>(r, 48) + carry) >> 29
  carry = (load<i64>(r, 56) + carry) >> 29
  carry = (load<i64>(r, 64) + carry) >> 24
  return carry - 1
}

/** any element with m(a) <= 64 -> 32 bytes big-endian */
export function fieldToBytes(bytes: usize, a: usize): void {
  fieldNormalise(CANONICAL, a)
  bytesFromLimbs(bytes, CANONICAL)
}

/** The lowest bit of the canonical form: 0 or 1. */
export function fieldParity(a: usize): i64 {
  fieldNormalise(CANONICAL, a)
  return load<i64>(CANONICAL) & 1
}

/** r = 1/a, 0 for 0; constant time */
export function fieldInvert(r: usize, a: usize): void {
  fieldNormalise(CANONICAL, a)
  limbs30FromLimbs(LIMBS30, CANONICAL, WORDS)
  inverseModulus(LIMBS30, LIMBS30, P30, P_INVERSE)
  limbsFromLimbs30(r, LIMBS30)
}

/** As `fieldInvert`, variable time. */
export function fieldInvertVar(r: usize, a: usize): void {
  fieldNormalise(CANONICAL, a)
  limbs30FromLimbs(LIMBS30, CANONICAL, WORDS)
  inverseModulusVar(LIMBS30, LIMBS30, P30, P_INVERSE)
  limbsFromLimbs30(r, LIMBS30)
}

function squareTimes(r: usize, a: usize, count: i32): void {
  fieldSqr(r, a)
  for (let i = 1; i < count; i++) fieldSqr(r, r)
}

const X2: usize = TEMP_POWER
const X3: usize = TEMP_POWER + 72
const X22: usize = TEMP_POWER + 144
const X44: usize = TEMP_POWER + 216
const X88: usize = TEMP_POWER + 288
const T: usize = TEMP_POWER + 360
const U: usize = TEMP_POWER + 432

/**
 * r = a^((p + 1) / 4), a square root when a has one: true then. r must not be a. The chain of libsecp256k1 over runs of ones
 * (223, 22 and 2 bits): 253 squarings and 13 multiplications.
 */
export function fieldSqrtVar(r: usize, a: usize): bool {
  fieldSqr(T, a)
  fieldMul(X2, T, a)
  fieldSqr(T, X2)
  fieldMul(X3, T, a)
  squareTimes(T, X3, 3)
  fieldMul(T, T, X3)
  squareTimes(T, T, 3)
  fieldMul(T, T, X3)
  squareTimes(T, T, 2)
  fieldMul(U, T, X2)
  squareTimes(T, U, 11)
  fieldMul(X22, T, U)
  squareTimes(T, X22, 22)
  fieldMul(X44, T, X22)
  squareTimes(T, X44, 44)
  fieldMul(X88, T, X44)
  squareTimes(T, X88, 88)
  fieldMul(T, T, X88)
  squareTimes(T, T, 44)
  fieldMul(T, T, X44)
  squareTimes(T, T, 3)
  fieldMul(T, T, X3)
  squareTimes(T, T, 23)
  fieldMul(T, T, X22)
  squareTimes(T, T, 6)
  fieldMul(T, T, X2)
  squareTimes(r, T, 2)
  fieldSqrSub2(T, r, a, FIELD_CLEAR)
  return fieldIsZeroVar(T)
}
