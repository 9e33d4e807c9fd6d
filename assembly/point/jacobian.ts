/**
 * Jacobian points (x, y) = (X/Z^2, Y/Z^3) on y^2 = x^3 + 7; infinity is all limbs of Z zero. Formulas: Bernstein, Lange, Explicit-Formulas
 * Database, and Bitcoin Core's doubling with a halved slope. Coordinates are reduced before and after. In place.
 *
 * Affine operands are never infinity: callers test points that come from outside, and an odd multiple of one below the group order is finite.
 * In the groups of a few elements in which the tests try every case (LARGE_ORDER false, curve.ts) the tables do hold infinity (x = y = 0), and
 * sums that the large order keeps apart do meet: there the operand is tested and the additions are the complete ones.
 */
import { LARGE_ORDER } from '../curve'
import { fieldCopy, fieldHalve, fieldIsClear, fieldNegate, fieldSelect, fieldSet, fieldSub } from '../field/linear'
import { fieldIsZeroVar } from '../field/element'
import { fieldMul, fieldMulSub, fieldSqr, fieldSqrSub1Plus2, fieldSqrSubDouble, fieldSqrTriple } from '../field/multiply'
import { JACOBIAN, TEMP_JACOBIAN } from '../memory'
import { addMixedComplete } from './complete'

const A: usize = TEMP_JACOBIAN
const B: usize = TEMP_JACOBIAN + 72
const H: usize = TEMP_JACOBIAN + 144
const R: usize = TEMP_JACOBIAN + 216
const V: usize = TEMP_JACOBIAN + 288
const W: usize = TEMP_JACOBIAN + 360
const U: usize = TEMP_JACOBIAN + 432
const NEGATED_Y: usize = TEMP_JACOBIAN + 504

export function setInfinity(r: usize): void {
  memory.fill(r, 0, JACOBIAN)
}

export function isInfinity(a: usize): bool {
  return fieldIsClear(a + 144)
}

export function setAffine(r: usize, x: usize, y: usize): void {
  fieldCopy(r, x)
  fieldCopy(r + 72, y)
  fieldSet(r + 144, LARGE_ORDER ? 1 : i64(!fieldIsClear(y)))
}

export function copyJacobian(r: usize, a: usize): void {
  fieldCopy(r, a)
  fieldCopy(r + 72, a + 72)
  fieldCopy(r + 144, a + 144)
}

/** r = r where mask is 0, a where it is -1; constant time */
export function selectJacobian(r: usize, a: usize, mask: i64): void {
  fieldSelect(r, a, mask)
  fieldSelect(r + 72, a + 72, mask)
  fieldSelect(r + 144, a + 144, mask)
}

/** r = 2 r; infinity stays infinity (0 Z = 0 limb by limb; no point has y = 0). 3M + 4S, constant time. */
export function double(r: usize): void {
  const x = r
  const y = r + 72
  const z = r + 144
  fieldMul(z, y, z)
  fieldSqrTriple(A, x)
  fieldHalve(A, A) // slope L = 3 x^2 / 2, m <= 1.5
  fieldSqr(B, y) // S = y^2
  fieldMul(V, x, B) // T = x S
  fieldSqrSubDouble(x, A, V) // L^2 - 2 T
  fieldSub(V, V, x)
  fieldSqr(B, B)
  fieldMulSub(y, A, V, B) // L (T - x) - S^2
}

/** H = x2 Z^2 - X and R = y2 Z^3 - Y, reduced: both zero when the points are equal, only H when opposite */
function differences(r: usize, x2: usize, y2: usize): void {
  fieldSqr(A, r + 144)
  fieldMulSub(H, x2, A, r)
  fieldMul(A, A, r + 144)
  fieldMulSub(R, y2, A, r + 72)
}

/** the rest of the addition of H and R, for H != 0 */
function finish(r: usize): void {
  fieldMul(r + 144, r + 144, H)
  fieldSqr(A, H)
  fieldMul(B, A, H)
  fieldMul(V, r, A)
  fieldSqrSub1Plus2(r, R, B, V) // R^2 - H^3 - 2 V
  fieldSub(V, V, r)
  fieldMul(W, r + 72, B)
  fieldMulSub(r + 72, R, V, W) // R (V - X) - Y H^3
}

/** r = r + (x2, y2) for r not infinity and r != +-(x2, y2): the caller proves it. 8M + 3S, constant time. */
export function addMixedUnchecked(r: usize, x2: usize, y2: usize): void {
  if (LARGE_ORDER) {
    differences(r, x2, y2)
    finish(r)
  } else {
    addMixedComplete(r, x2, y2)
  }
}

/** The two differences for the masked complete addition of complete.ts. */
export function addMixedParts(r: usize, x2: usize, y2: usize): void {
  differences(r, x2, y2)
  fieldCopy(U, H)
  fieldCopy(NEGATED_Y, R)
  finish(r)
}
export const PART_H: usize = U
export const PART_R: usize = NEGATED_Y

/** r = r + (x2, y2), all cases; (x2, y2) is not infinity */
export function addMixedVar(r: usize, x2: usize, y2: usize): void {
  if (!LARGE_ORDER && fieldIsClear(y2)) return
  if (isInfinity(r)) {
    setAffine(r, x2, y2)
    return
  }
  differences(r, x2, y2)
  if (fieldIsZeroVar(H)) {
    if (fieldIsZeroVar(R)) double(r)
    else setInfinity(r)
    return
  }
  finish(r)
}

/** r = r +- (x2, y2): negative subtracts */
export function addSignedVar(r: usize, x2: usize, y2: usize, negative: bool): void {
  if (!negative) {
    addMixedVar(r, x2, y2)
    return
  }
  fieldNegate(NEGATED_Y, y2)
  addMixedVar(r, x2, NEGATED_Y)
}

/** r = r + a, both Jacobian, all cases; 12M + 4S */
export function addVar(r: usize, a: usize): void {
  if (isInfinity(a)) return
  if (isInfinity(r)) {
    copyJacobian(r, a)
    return
  }
  fieldSqr(A, r + 144) // Z1^2
  fieldSqr(B, a + 144) // Z2^2
  fieldMul(U, r, B) // U1
  fieldMulSub(H, a, A, U)
  fieldMul(A, A, r + 144)
  fieldMul(B, B, a + 144)
  fieldMul(W, r + 72, B) // S1
  fieldMulSub(R, a + 72, A, W)
  if (fieldIsZeroVar(H)) {
    if (fieldIsZeroVar(R)) double(r)
    else setInfinity(r)
    return
  }
  fieldMul(r + 144, r + 144, a + 144)
  fieldCopy(r, U)
  fieldCopy(r + 72, W)
  finish(r)
}
