/**
 * Between elements of nine 29-bit limbs and one lane of the two-lane field (pair-arithmetic.ts): five centred 51-bit limbs of x / 2 mod p, written
 * as numbers `stride` bytes apart: 8 in a stored point, 16 in one lane of a pair. Public values.
 */
import { TEMP_CODEC } from '../memory'
import { wordsFromLimbs } from '../words'
import { fieldNormalise } from './linear'

const CANONICAL: usize = TEMP_CODEC + 160
const WORDS: usize = TEMP_CODEC + 232

const M29: i64 = 0x1fffffff
const M51: i64 = 0x7ffffffffffff
const HALF: i64 = 1 << 50
/** 2^32 + 977 */
const K: u64 = 0x1000003d1
/** |limb| <= 2^51 added to it is an integer of 53 bits, whose pattern counts units */
const LOW: f64 = 6755399441055744.0

/** One lane of `r` = a, for m(a) <= 64: |limb| <= 2^50, the top one <= 2^51 */
export function laneFromField(r: usize, stride: usize, a: usize): void {
  fieldNormalise(CANONICAL, a)
  wordsFromLimbs(WORDS, CANONICAL)
  const w0 = load<u64>(WORDS, 0)
  // x / 2, or (x - p) / 2 for an odd x, in [-2^255, 2^255): x - p = x + K - 2^256 in 257 bits, of which `sign` is the last
  const sign: u64 = 0 - (w0 & 1)
  let carry: u64 = K & sign
  const s0 = w0 + carry
  carry = u64(s0 < carry)
  const s1 = load<u64>(WORDS, 8) + carry
  carry = u64(s1 < carry)
  const s2 = load<u64>(WORDS, 16) + carry
  carry = u64(s2 < carry)
  const s3 = load<u64>(WORDS, 24) + carry
  const v0 = (s0 >> 1) | (s1 << 63)
  const v1 = (s1 >> 1) | (s2 << 63)
  const v2 = (s2 >> 1) | (s3 << 63)
  const v3 = (s3 >> 1) | (sign << 63)
  let limb = <i64>v0 & M51
  let up = (limb + HALF) >> 51
  store<f64>(r, <f64>(limb - (up << 51)))
  limb = (((v0 >> 51) | (v1 << 13)) & M51) + up
  up = (limb + HALF) >> 51
  store<f64>(r + stride, <f64>(limb - (up << 51)))
  limb = (((v1 >> 38) | (v2 << 26)) & M51) + up
  up = (limb + HALF) >> 51
  store<f64>(r + 2 * stride, <f64>(limb - (up << 51)))
  limb = (((v2 >> 25) | (v3 << 39)) & M51) + up
  up = (limb + HALF) >> 51
  store<f64>(r + 3 * stride, <f64>(limb - (up << 51)))
  store<f64>(r + 4 * stride, <f64>((<i64>v3 >> 12) + up))
}

function integer(x: f64): i64 {
  return reinterpret<i64>(x + LOW) - reinterpret<i64>(LOW)
}

/** r = one lane of `a`, canonical; for a reduced element or its negative */
export function fieldFromLane(r: usize, a: usize, stride: usize): void {
  let l0 = integer(load<f64>(a))
  let l1 = integer(load<f64>(a + stride)) + (l0 >> 51)
  l0 &= M51
  let l2 = integer(load<f64>(a + 2 * stride)) + (l1 >> 51)
  l1 &= M51
  let l3 = integer(load<f64>(a + 3 * stride)) + (l2 >> 51)
  l2 &= M51
  const l4 = integer(load<f64>(a + 4 * stride)) + (l3 >> 51)
  l3 &= M51
  // twice the limbs of the stored half: m = 2
  store<i64>(r, (l0 & M29) << 1, 0)
  store<i64>(r, (((l0 >> 29) | (l1 << 22)) & M29) << 1, 8)
  store<i64>(r, ((l1 >> 7) & M29) << 1, 16)
  store<i64>(r, (((l1 >> 36) | (l2 << 15)) & M29) << 1, 24)
  store<i64>(r, ((l2 >> 14) & M29) << 1, 32)
  store<i64>(r, (((l2 >> 43) | (l3 << 8)) & M29) << 1, 40)
  store<i64>(r, ((l3 >> 21) & M29) << 1, 48)
  store<i64>(r, (((l3 >> 50) | (l4 << 1)) & M29) << 1, 56)
  store<i64>(r, (l4 >> 28) << 1, 64)
  fieldNormalise(r, r)
}
