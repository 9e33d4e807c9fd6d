/** A kernel that checks its bounds, with functions of the limb code laid open so that a test can hand them limbs beyond those. */
import { failedBound } from './require'
import { fieldCarry, fieldHalve, fieldNegateMasked, fieldNormalise, fieldSelect } from '../field/linear'
import { fieldMul, fieldMulSub, fieldSqr, fieldSqrSub1Plus2, fieldSqrSub2, fieldSqrSubDouble, fieldSqrTriple } from '../field/multiply'
import { pairMul, pairMulSub, pairSqr, pairSqrSub2, pairSqrTriple } from '../field/pair-arithmetic'
import { fieldFromLane, laneFromField } from '../field/pair-convert'
import { updateDE, updateFG } from '../inverse/update'
import { INPUT, OUTPUT } from '../memory'
import { scalarComplement, scalarInRange, scalarMontgomery, scalarNormalise } from '../scalar/multiply'
import { scalarMul, scalarStep, scalarTimesSmall } from '../scalar/product'
import { scalarSplit } from '../scalar/split'

export * from '../index'
export { failedBound }

/** inputs: limbs of a, b, c (72 bytes each), then a mask (8 bytes); traps where a bound of the function does not hold */
export function limbTest(operation: i32): void {
  const a = INPUT
  const b = INPUT + 72
  const c = INPUT + 144
  const mask = load<i64>(INPUT, 216)
  if (operation == 0) fieldMul(OUTPUT, a, b)
  else if (operation == 1) fieldMulSub(OUTPUT, a, b, c)
  else if (operation == 2) fieldSqr(OUTPUT, a)
  else if (operation == 3) fieldSqrSub2(OUTPUT, a, b, c)
  else if (operation == 4) fieldSqrSubDouble(OUTPUT, a, c)
  else if (operation == 5) fieldSqrSub1Plus2(OUTPUT, a, b, c)
  else if (operation == 6) fieldSqrTriple(OUTPUT, a)
  else if (operation == 7) fieldHalve(OUTPUT, a)
  else if (operation == 8) fieldCarry(OUTPUT, a)
  else if (operation == 9) fieldNormalise(OUTPUT, a)
  else if (operation == 10) fieldNegateMasked(OUTPUT, a, mask)
  else if (operation == 11) fieldSelect(OUTPUT, a, mask)
  else if (operation == 12) scalarMontgomery(OUTPUT, a, b)
  else if (operation == 13) scalarNormalise(OUTPUT, a)
  else if (operation == 14) scalarInRange(a)
  else if (operation == 15) scalarComplement(OUTPUT, a)
  else if (operation == 16) scalarSplit(OUTPUT, a)
  else if (operation == 17) scalarMul(OUTPUT, a, b)
  else if (operation == 18) scalarTimesSmall(OUTPUT, a, mask)
  else if (operation == 19) updateFG(a, b, mask, mask, 1, 0)
  else if (operation == 20) updateDE(a, b, 1, 0, 0, 1, c, 1)
  else if (operation == 21) scalarStep(a, mask, b)
}

/**
 * inputs: limbs of a, b, c and d, 80 bytes each as in pair-arithmetic.ts -> those of the result; traps where a bound of the function does not hold.
 * Operation 5: a, out and in again, lane by lane.
 */
export function pairLimbTest(operation: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const a = INPUT
    const b = INPUT + 80
    const c = INPUT + 160
    const d = INPUT + 240
    if (operation == 0) pairMul(OUTPUT, a, b)
    else if (operation == 1) pairMulSub(OUTPUT, a, b, c)
    else if (operation == 2) pairSqr(OUTPUT, a)
    else if (operation == 3) pairSqrSub2(OUTPUT, a, c, d)
    else if (operation == 4) pairSqrTriple(OUTPUT, a)
    else if (operation == 5) {
      for (let lane: usize = 0; lane < 16; lane += 8) {
        fieldFromLane(INPUT + 320, a + lane, 16)
        laneFromField(OUTPUT + lane, 16, INPUT + 320)
      }
    }
  }
}
