/** Scalars modulo the group order q: bytes, sums, products, inverse. Constant time but for names with `Var`. */
import { Q30, Q_INVERSE } from '../curve'
import { inverseModulus } from '../inverse/safegcd'
import { SCALAR, TEMP_SCALAR } from '../memory'
import { bytesFromLimbs, limbs30FromLimbs, limbsFromBytes, limbsFromLimbs30 } from '../words'
import { scalarInRange, scalarNormalise } from './multiply'

const PLAIN: usize = TEMP_SCALAR
const WORDS: usize = TEMP_SCALAR + 72
const LIMBS30: usize = TEMP_SCALAR + 112

/** bytes -> canonical limbs; -1 when below q, else 0 */
export function scalarFromBytes(r: usize, bytes: usize): i64 {
  limbsFromBytes(r, bytes)
  return scalarInRange(r)
}

/** canonical limbs -> bytes */
export function scalarToBytes(bytes: usize, a: usize): void {
  bytesFromLimbs(bytes, a)
}

/** -1 when the canonical a is 0, else 0 */
export function scalarZeroMask(a: usize): i64 {
  const bits =
    load<i64>(a, 0) | load<i64>(a, 8) | load<i64>(a, 16) | load<i64>(a, 24) | load<i64>(a, 32) |
    load<i64>(a, 40) | load<i64>(a, 48) | load<i64>(a, 56) | load<i64>(a, 64)
  return ~((bits | (0 - bits)) >> 63)
}

/** r = a + b limb by limb: no carry, no reduction; legal first operand of `scalarMontgomery` when both are weak */
export function scalarSum(r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < SCALAR; i += 8) store<i64>(r + i, load<i64>(a + i) + load<i64>(b + i))
}

/** r = a where mask is -1, unchanged where it is 0 */
export function scalarSelect(r: usize, a: usize, mask: i64): void {
  for (let i: usize = 0; i < SCALAR; i += 8) store<i64>(r + i, load<i64>(r + i) ^ ((load<i64>(r + i) ^ load<i64>(a + i)) & mask))
}

/** r = 1/a mod q for a plain a of any reduced form, canonical; 0 for 0 */
export function scalarInvert(r: usize, a: usize): void {
  scalarNormalise(PLAIN, a)
  limbs30FromLimbs(LIMBS30, PLAIN, WORDS)
  inverseModulus(LIMBS30, LIMBS30, Q30, Q_INVERSE)
  limbsFromLimbs30(r, LIMBS30)
}
