/**
 * Points of the two-lane engine: 80 bytes, x and then y as in one lane of pair-arithmetic.ts, ten numbers end to end; infinity is all bytes zero.
 * Two of them are joined to pairs when they are loaded. Public values.
 */
import { BETA } from '../curve'
import { pairMul } from '../field/pair-arithmetic'
import { fieldFromLane, laneFromField } from '../field/pair-convert'
import { AFFINE, TEMP_BATCH_POINT } from '../memory'

export const PAIR_POINT: usize = 80

/** (p + 1) / 2 - p: the stored form of 1 */
export const PAIR_ONE: usize = memory.data<f64>([2147484137.0, 2147484137.0, 0, 0, 0, 0, 0, 0, -2251799813685248.0, -2251799813685248.0], 16)

/** beta in both lanes, laid by initialisePairs: a constant, which is not wiped */
const BETA_PAIR: usize = memory.data(80, 16)

const PRODUCT: usize = TEMP_BATCH_POINT + AFFINE

export function initialisePairs(): void {
  laneFromField(BETA_PAIR, 16, BETA)
  laneFromField(BETA_PAIR + 8, 16, BETA)
}

export function pairFromAffine(r: usize, a: usize): void {
  laneFromField(r, 8, a)
  laneFromField(r + 40, 8, a + 72)
}

/** r = a with canonical coordinates */
export function pairToAffine(r: usize, a: usize): void {
  fieldFromLane(r, a, 8)
  fieldFromLane(r + 72, a + 40, 8)
}

/** r = lambda a = (beta x, y); r is not a */
export function pairEndomorphism(r: usize, a: usize): void {
  for (let i: usize = 0; i < 5; i++) v128.store(PRODUCT + (i << 4), v128.load64_splat(a + (i << 3)))
  pairMul(PRODUCT, PRODUCT, BETA_PAIR)
  for (let i: usize = 0; i < 5; i++) store<u64>(r + (i << 3), load<u64>(PRODUCT + (i << 4)))
  for (let i: usize = 40; i < 80; i += 8) store<u64>(r + i, load<u64>(a + i))
}

export function pairIsInfinity(a: usize): bool {
  return (
    load<u64>(a, 40) == 0 &&
    (load<u64>(a, 48) | load<u64>(a, 56) | load<u64>(a, 64) | load<u64>(a, 72)) == 0
  )
}

export function pairPointCopy(r: usize, a: usize): void {
  v128.store(r, v128.load(a, 0), 0)
  v128.store(r, v128.load(a, 16), 16)
  v128.store(r, v128.load(a, 32), 32)
  v128.store(r, v128.load(a, 48), 48)
  v128.store(r, v128.load(a, 64), 64)
}

/** r = a for mask 0, -a for mask -1; adding 0 makes +0 of -0, so that infinity stays all bytes zero */
export function pairPointCopySigned(r: usize, a: usize, mask: i64): void {
  const sign = i64x2.splat(mask << 63)
  const zero = f64x2.splat(0)
  const middle = v128.load(a, 32)
  v128.store(r, v128.load(a, 0), 0)
  v128.store(r, v128.load(a, 16), 16)
  v128.store(r, v128.shuffle<f64>(middle, f64x2.add(v128.xor(middle, sign), zero), 0, 3), 32)
  v128.store(r, f64x2.add(v128.xor(v128.load(a, 48), sign), zero), 48)
  v128.store(r, f64x2.add(v128.xor(v128.load(a, 64), sign), zero), 64)
}

/** Ten limbs of two points, x then y, as pairs. */
export function loadPoints(r: usize, a: usize, b: usize): void {
  for (let k: usize = 0; k < 5; k++) {
    const first = v128.load(a + (k << 4))
    const second = v128.load(b + (k << 4))
    v128.store(r + (k << 5), v128.shuffle<f64>(first, second, 0, 2), 0)
    v128.store(r + (k << 5), v128.shuffle<f64>(first, second, 1, 3), 16)
  }
}

/** Ten pairs of limbs to two points. */
export function storePoints(a: usize, b: usize, r: usize): void {
  for (let k: usize = 0; k < 5; k++) {
    const first = v128.load(r + (k << 5), 0)
    const second = v128.load(r + (k << 5), 16)
    v128.store(a + (k << 4), v128.shuffle<f64>(first, second, 0, 2))
    v128.store(b + (k << 4), v128.shuffle<f64>(first, second, 1, 3))
  }
}
