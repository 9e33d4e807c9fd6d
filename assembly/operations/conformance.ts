/** Single field and scalar operations over bytes, for the tests of the limb code; no operation of the kernel uses them. */
import { fieldFromBytes, fieldInvert, fieldInvertVar, fieldSqrtVar, fieldToBytes } from '../field/element'
import { fieldAdd, fieldCarry, fieldHalve, fieldNegate, fieldSub } from '../field/linear'
import { fieldMul, fieldMulSub, fieldSqr, fieldSqrSub1Plus2, fieldSqrSub2, fieldSqrSubDouble, fieldSqrTriple } from '../field/multiply'
import { INPUT, OUTPUT, TEMP_OPERATION } from '../memory'
import { scalarFromBytes, scalarToBytes } from '../scalar/element'
import { scalarComplement } from '../scalar/multiply'
import { scalarSplit } from '../scalar/split'
import { DONE } from './status'

const A: usize = TEMP_OPERATION
const B: usize = TEMP_OPERATION + 72
const C: usize = TEMP_OPERATION + 144
const D: usize = TEMP_OPERATION + 216
const R: usize = TEMP_OPERATION + 288

/**
 * inputs: a, b, c, d, 32 bytes each and below p -> 32 bytes; `times` chains the result into a. 1 or 0 for the square root. 15 and 16 are
 * multiplication and squaring with nothing else in the loop: what the benchmark times.
 */
export function fieldTest(operation: i32, times: i32): i32 {
  fieldFromBytes(A, INPUT)
  fieldFromBytes(B, INPUT + 32)
  fieldFromBytes(C, INPUT + 64)
  fieldFromBytes(D, INPUT + 96)
  let state = DONE
  if (operation == 15) {
    for (let i = 0; i < times; i++) fieldMul(A, A, B)
    times = 0
    memory.copy(R, A, 72)
  } else if (operation == 16) {
    for (let i = 0; i < times; i++) fieldSqr(A, A)
    times = 0
    memory.copy(R, A, 72)
  }
  for (let i = 0; i < times; i++) {
    if (operation == 0) fieldMul(R, A, B)
    else if (operation == 1) fieldSqr(R, A)
    else if (operation == 2) fieldMulSub(R, A, B, C)
    else if (operation == 3) fieldSqrSub2(R, A, C, D)
    else if (operation == 4) fieldSqrSubDouble(R, A, C)
    else if (operation == 5) fieldSqrSub1Plus2(R, A, C, D)
    else if (operation == 6) fieldSqrTriple(R, A)
    else if (operation == 7) fieldInvert(R, A)
    else if (operation == 8) fieldInvertVar(R, A)
    else if (operation == 9) state = fieldSqrtVar(R, A) ? 1 : 0
    else if (operation == 10) fieldHalve(R, A)
    else if (operation == 11) {
      fieldAdd(R, A, B)
      fieldCarry(R, R)
    } else if (operation == 12) {
      fieldSub(R, A, B)
      fieldCarry(R, R)
    } else if (operation == 13) {
      // (a - b)(c - d): signed operands
      fieldSub(R, A, B)
      fieldSub(B, C, D)
      fieldMul(R, R, B)
      fieldFromBytes(B, INPUT + 32)
    } else if (operation == 14) {
      fieldNegate(R, A)
    }
    memory.copy(A, R, 72)
  }
  fieldToBytes(OUTPUT, R)
  return state
}

/** inputs: k 32 -> operation 0: the GLV halves as the 48 bytes of scalarSplit; 1: q - k */
export function scalarTest(operation: i32): i32 {
  scalarFromBytes(A, INPUT)
  if (operation == 0) scalarSplit(OUTPUT, A)
  else {
    scalarComplement(R, A)
    scalarToBytes(OUTPUT, R)
  }
  return DONE
}
