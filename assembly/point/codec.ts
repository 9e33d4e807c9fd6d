/** Affine points in memory (x at 0, y at 72; infinity is x = y = 0, all limbs clear) and on the wire. Public values. */
import { B, B_LIMBS } from '../curve'
import { fieldFromBytes, fieldIsZeroVar, fieldParity, fieldSqrtVar, fieldToBytes, fieldZeroMask } from '../field/element'
import { fieldIsClear, fieldNegate, fieldNormalise, fieldSub } from '../field/linear'
import { fieldMul, fieldSqr, fieldSqrSub2 } from '../field/multiply'
import { AFFINE, TEMP_OPERATION } from '../memory'

const CUBE: usize = TEMP_OPERATION
const CHECK: usize = TEMP_OPERATION + 72
const LIFTED: usize = TEMP_OPERATION + 432

export const POINT_INVALID: i32 = 0
export const POINT_VALID: i32 = 1
export const POINT_IDENTITY: i32 = 2

/** 64 bytes x || y -> affine; one of POINT_INVALID, POINT_VALID, POINT_IDENTITY (64 zero bytes) */
export function pointFromBytes(r: usize, bytes: usize): i32 {
  const inRange = fieldFromBytes(r, bytes) & fieldFromBytes(r + 72, bytes + 32)
  if (inRange == 0) return POINT_INVALID
  if (fieldIsClear(r) && fieldIsClear(r + 72)) return POINT_IDENTITY
  fieldSqr(CUBE, r)
  fieldMul(CUBE, CUBE, r)
  fieldSqrSub2(CHECK, r + 72, CUBE, B_LIMBS)
  return fieldIsZeroVar(CHECK) ? POINT_VALID : POINT_INVALID
}

/** Affine -> 64 bytes; infinity gives zeros. */
export function pointToBytes(bytes: usize, a: usize): void {
  fieldToBytes(bytes, a)
  fieldToBytes(bytes + 32, a + 72)
}

/** Affine, not infinity -> 33 bytes. */
export function pointCompress(bytes: usize, a: usize): void {
  store<u8>(bytes, <u8>(2 + fieldParity(a + 72)))
  fieldToBytes(bytes + 1, a)
}

/** 33 bytes -> affine with canonical coordinates; false when the prefix is not 02 or 03, x is not below p or no point has it */
export function pointDecompress(r: usize, bytes: usize): bool {
  const prefix = load<u8>(bytes)
  if (prefix != 2 && prefix != 3) return false
  return liftX(r, bytes + 1, prefix & 1)
}

/** n x 33 bytes -> n x 64 bytes and n x 1: 1, or 0 with 64 zero bytes for an invalid item. The areas do not overlap. */
export function decompressVar(out: usize, mask: usize, bytes: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const valid = pointDecompress(LIFTED, bytes + <usize>i * 33)
    const at = out + (<usize>i << 6)
    if (valid) pointToBytes(at, LIFTED)
    else memory.fill(at, 0, 64)
    store<u8>(mask + <usize>i, <u8>valid)
  }
}

/** The point with the x of 32 bytes and a y of the wanted parity. */
export function liftX(r: usize, bytes: usize, odd: u32): bool {
  if (fieldFromBytes(r, bytes) == 0) return false
  fieldSqr(CHECK, r)
  fieldMul(CUBE, CHECK, r)
  // x^3 + b: adding a small constant keeps the element within the reduced bounds but for b units
  store<i64>(CUBE, load<i64>(CUBE) + B)
  if (!fieldSqrtVar(r + 72, CUBE)) return false
  if (<u32>fieldParity(r + 72) != odd) fieldNegate(r + 72, r + 72)
  fieldNormalise(r + 72, r + 72)
  return true
}

export function isAffineInfinity(a: usize): bool {
  // y = 0 mod p never occurs on the curve: limb 0 alone tells nearly always
  return load<i64>(a, 72) == 0 && fieldIsClear(a + 72)
}

/** `count` points of 64 bytes -> affine; the index of the first invalid one, or -1. */
export function pointsFromBytes(r: usize, bytes: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) {
    if (pointFromBytes(r + <usize>i * AFFINE, bytes + (<usize>i << 6)) == POINT_INVALID) return i
  }
  return -1
}

/** Both points are equal mod p; handles infinity (all zero) as the value it is written as. */
export function affineEqualVar(a: usize, b: usize): bool {
  for (let i: usize = 0; i < AFFINE; i += 72) {
    fieldSub(CHECK, a + i, b + i)
    if (fieldZeroMask(CHECK) == 0) return false
  }
  return true
}
