/** Single operations of the two-lane field over bytes, for the tests of its limbs and for benchmarks; no operation of the kernel uses them. */
import { fieldFromBytes, fieldToBytes } from '../field/element'
import { pairDouble, pairMul, pairMulSub, pairSqr, pairSqrSub2, pairSqrTriple, pairSub } from '../field/pair-arithmetic'
import { fieldFromLane, laneFromField } from '../field/pair-convert'
import { INPUT, OUTPUT, TEMP_BATCH_PAIR, TEMP_OPERATION } from '../memory'
import { DONE, REFUSED } from './status'

const FIELD_VALUE: usize = TEMP_OPERATION
const A: usize = TEMP_BATCH_PAIR
const B: usize = TEMP_BATCH_PAIR + 80
const C: usize = TEMP_BATCH_PAIR + 160
const D: usize = TEMP_BATCH_PAIR + 240
const R: usize = TEMP_BATCH_PAIR + 320
const T: usize = TEMP_BATCH_PAIR + 400

/**
 * inputs: a, b, c, d of lane 0, then of lane 1, 32 bytes each and below p -> 2 x 32 bytes; `times` chains the result into a, or with a negative
 * count repeats the operation on the same operands. Refused where the build has no two-lane field.
 */
export function pairTest(operation: i32, times: i32): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (let i: usize = 0; i < 8; i++) {
      fieldFromBytes(FIELD_VALUE, INPUT + (i << 5))
      laneFromField(A + (i & 3) * 80 + ((i >> 2) << 3), 16, FIELD_VALUE)
    }
    const chained = times > 0
    const count = chained ? times : -times
    for (let i = 0; i < count; i++) {
      run(operation)
      if (chained) memory.copy(A, R, 80)
    }
    for (let lane: usize = 0; lane < 2; lane++) {
      fieldFromLane(FIELD_VALUE, R + (lane << 3), 16)
      fieldToBytes(OUTPUT + (lane << 5), FIELD_VALUE)
    }
    return DONE
  }
  return REFUSED
}

function run(operation: i32): void {
  if (operation == 0) pairMul(R, A, B)
  else if (operation == 1) pairSqr(R, A)
  else if (operation == 2) pairMulSub(R, A, B, C)
  else if (operation == 3) pairSqrSub2(R, A, C, D)
  else if (operation == 4) pairSqrTriple(R, A)
  else if (operation == 5) {
    // (a - b) c and 2 a c - d: operands with m = 2, on either side
    pairSub(T, A, B)
    pairMul(R, T, C)
  } else if (operation == 6) {
    pairDouble(T, A)
    pairMulSub(R, C, T, D)
  } else if (operation == 7) {
    memory.copy(R, A, 80)
  }
}
