/**
 * The bounds that the generated functions state, checked at run time: scripts/generator writes a call of one of these for each bound, from the
 * numbers that its proof uses, and leaves the calls out of the sources of a release. A bound that does not hold is noted and traps.
 */

/** What kind of bound did not hold. */
export const MAGNITUDE: i32 = 1
export const PRODUCT: i32 = 2
export const REDUCED: i32 = 3
export const RANGE: i32 = 4
export const VALUE: i32 = 5
export const MASK: i32 = 6
export const MATRIX: i32 = 7

let failed: i32 = 0

/** The kind of the bound that did not hold, or 0. */
export function failedBound(): i32 {
  return failed
}

function hold(holds: bool, kind: i32): void {
  if (holds) return
  failed = kind
  unreachable()
}

/**
 * m(a): the largest limb in units of the largest of a reduced element, 2^29 + 2^15 for limbs 0..7 and 2^24 for limb 8, as the generator's proof
 * of the columns counts it. A quotient of integers below 2^63 is off by less than 2^-50, far less than the bounds are below the limit.
 */
function magnitude(a: usize): f64 {
  let most: f64 = 0
  for (let i: usize = 0; i < 72; i += 8) {
    const limb = Math.abs(<f64>load<i64>(a + i)) / (i < 64 ? 536903680 : 16777216)
    if (limb > most) most = limb
  }
  return most
}

/** m(a) <= hundredths / 100 */
export function requireMagnitude(a: usize, hundredths: i32): void {
  hold(magnitude(a) * 100 <= <f64>hundredths, MAGNITUDE)
}

/** m(a) m(b) <= hundredths / 100 */
export function requireProduct(a: usize, b: usize, hundredths: i32): void {
  hold(magnitude(a) * magnitude(b) * 100 <= <f64>hundredths, PRODUCT)
}

/** limbs 0, 1, 3..7 in [0, 2^29), limb 2 within 2^14 of that, limb 8 in [0, 2^24) */
export function requireReduced(a: usize): void {
  for (let i: usize = 0; i < 72; i += 8) {
    const limb = load<i64>(a + i)
    const slack: i64 = i == 16 ? 16384 : 0
    hold(limb >= -slack && limb < (i < 64 ? 536870912 : 16777216) + slack, REDUCED)
  }
}

/** every limb in [least, most) */
export function requireLimbs(a: usize, least: i64, most: i64): void {
  for (let i: usize = 0; i < 72; i += 8) hold(load<i64>(a + i) >= least && load<i64>(a + i) < most, RANGE)
}

/** limbs 0..7 in [0, 2^29), limb 8 in [0, 2^24): a number below 2^256 */
export function requireCanonical(a: usize): void {
  for (let i: usize = 0; i < 72; i += 8) {
    hold(load<i64>(a + i) >= 0 && load<i64>(a + i) < (i < 64 ? 536870912 : 16777216), RANGE)
  }
}

/** least 2^232 <= the number <= (most + 1) 2^232: limb 8 after an exact carry */
export function requireValue(a: usize, least: i64, most: i64): void {
  let carry: i64 = 0
  for (let i: usize = 0; i < 72; i += 8) {
    carry = load<i64>(a + i) + (i == 0 ? 0 : carry >> 29)
  }
  hold(carry >= least && carry <= most, VALUE)
}

function valueOf(a: usize): f64 {
  let value: f64 = 0
  for (let i: usize = 72; i > 0; i -= 8) value = value * 536870912 + <f64>load<i64>(a + i - 8)
  return value
}

/** a b < limit for limbs that are not negative; a number that is off by less than 2^-50 of itself */
export function requireProductBelow(a: usize, b: usize, limit: f64): void {
  hold(valueOf(a) * valueOf(b) < limit, VALUE)
}

/** 0 <= number < 2^bits */
export function requireBelow(number: i64, bits: i64): void {
  hold(number >> bits == 0, RANGE)
}

/** 0 or -1 */
export function requireMask(mask: i64): void {
  hold(mask == 0 || mask == -1, MASK)
}

/** a row of the transition matrix of 30 division steps: |u| + |v| <= 2^30 */
export function requireRow(u: i64, v: i64): void {
  hold((u < 0 ? -u : u) + (v < 0 ? -v : v) <= 1073741824, MATRIX)
}

/** signed 30-bit limbs: limbs 0..7 in [0, 2^30), limb 8 within 2^30 */
export function requireLimbs30(a: usize): void {
  for (let i: usize = 0; i < 72; i += 8) {
    hold(load<i64>(a + i) >= (i < 64 ? 0 : -1073741824) && load<i64>(a + i) < 1073741824, RANGE)
  }
}

/** m of a two-lane element (pair-arithmetic.ts): the largest limb of both lanes, all integers, in units of the largest of a reduced element */
function pairMagnitude(a: usize): f64 {
  let most: f64 = 0
  for (let i: usize = 0; i < 80; i += 8) {
    const limb = load<f64>(a + i)
    hold(Math.floor(limb) == limb, RANGE)
    const part = Math.abs(limb) / (i < 16 ? 1126449662656512 : i < 64 ? 1125899906842624 : 2251799813685248)
    if (part > most) most = part
  }
  return most
}

/** m(a) <= hundredths / 100 */
export function requirePairMagnitude(a: usize, hundredths: i32): void {
  hold(pairMagnitude(a) * 100 <= <f64>hundredths, MAGNITUDE)
}

/** m(a) m(b) <= hundredths / 100 */
export function requirePairProduct(a: usize, b: usize, hundredths: i32): void {
  hold(pairMagnitude(a) * pairMagnitude(b) * 100 <= <f64>hundredths, PRODUCT)
}
