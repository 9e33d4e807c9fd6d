/** Jacobian points to affine, many at a time, one inversion for all (Montgomery's trick). */
import { fieldInvert, fieldInvertVar, fieldZeroMask } from '../field/element'
import { fieldSelect, fieldSet } from '../field/linear'
import { fieldMul, fieldSqr } from '../field/multiply'
import { AFFINE, FIELD, JACOBIAN, mark, release, take, TEMP_OPERATION } from '../memory'
import { isInfinity } from './jacobian'

const INVERSE: usize = TEMP_OPERATION + 144
const SQUARE: usize = TEMP_OPERATION + 216
const ONE: usize = TEMP_OPERATION + 288
const CLEAR: usize = TEMP_OPERATION + 360

/** `count` public points; infinity becomes all limbs clear. Coordinates are reduced, not canonical. */
export function jacobianToAffineVar(r: usize, points: usize, count: i32): void {
  const start = mark()
  const products = take(<usize>(count + 1) * FIELD)
  fieldSet(products, 1)
  for (let i = 0; i < count; i++) {
    const product = products + <usize>i * FIELD
    const point = points + <usize>i * JACOBIAN
    if (isInfinity(point)) memory.copy(product + FIELD, product, FIELD)
    else fieldMul(product + FIELD, product, point + 144)
  }
  fieldInvertVar(INVERSE, products + <usize>count * FIELD)
  for (let i = count - 1; i >= 0; i--) {
    const point = points + <usize>i * JACOBIAN
    const out = r + <usize>i * AFFINE
    if (isInfinity(point)) {
      memory.fill(out, 0, AFFINE)
      continue
    }
    const inverse = products + <usize>i * FIELD
    fieldMul(inverse, inverse, INVERSE)
    fieldMul(INVERSE, INVERSE, point + 144)
    fieldSqr(SQUARE, inverse)
    fieldMul(out, point, SQUARE)
    fieldMul(SQUARE, SQUARE, inverse)
    fieldMul(out + 72, point + 72, SQUARE)
  }
  release(start)
}

/** As above for results of secret scalars: constant time, infinity (Z = 0 mod p) found and cleared by masks. */
export function jacobianToAffine(r: usize, points: usize, count: i32): void {
  const start = mark()
  const products = take(<usize>(count + 1) * FIELD)
  fieldSet(ONE, 1)
  fieldSet(CLEAR, 0)
  fieldSet(products, 1)
  for (let i = 0; i < count; i++) {
    const z = points + <usize>i * JACOBIAN + 144
    // infinity becomes (0, 0, 1): the product stays invertible and the coordinates come out as zero
    const infinite = fieldZeroMask(z)
    fieldSelect(z, ONE, infinite)
    fieldSelect(z - 144, CLEAR, infinite)
    fieldSelect(z - 72, CLEAR, infinite)
    const product = products + <usize>i * FIELD
    fieldMul(product + FIELD, product, z)
  }
  fieldInvert(INVERSE, products + <usize>count * FIELD)
  for (let i = count - 1; i >= 0; i--) {
    const point = points + <usize>i * JACOBIAN
    const out = r + <usize>i * AFFINE
    const inverse = products + <usize>i * FIELD
    fieldMul(inverse, inverse, INVERSE)
    fieldMul(INVERSE, INVERSE, point + 144)
    fieldSqr(SQUARE, inverse)
    fieldMul(out, point, SQUARE)
    fieldMul(SQUARE, SQUARE, inverse)
    fieldMul(out + 72, point + 72, SQUARE)
  }
  release(start)
}
