/** The kernel of a small group with its point additions and sums of multiples laid open, so that tests can try every case of each. */
import { fieldFromBytes } from '../field/element'
import { fieldSqr, fieldMul } from '../field/multiply'
import { AFFINE, INPUT, JACOBIAN, mark, OUTPUT, release, reset, SCALAR, take } from '../memory'
import { pippengerVar } from '../multiply/pippenger'
import { straussVar } from '../multiply/strauss'
import { buildOddTablesVar, TABLE_BYTES } from '../multiply/tables'
import { POINT_IDENTITY, POINT_INVALID, pointFromBytes, pointToBytes } from '../point/codec'
import { addMixedComplete, addMixedMasked } from '../point/complete'
import { addMixedUnchecked, addMixedVar, addSignedVar, addVar, double, setInfinity } from '../point/jacobian'
import { jacobianToAffine, jacobianToAffineVar } from '../point/normalise'
import { scalarFromBytes } from '../scalar/element'

export * from '../index'

/** 64 bytes of a point and 32 of z -> (x z^2, y z^3, z); false for what is no point */
function jacobianFromBytes(r: usize, bytes: usize, z: usize): bool {
  const state = pointFromBytes(r, bytes)
  if (state == POINT_INVALID) return false
  fieldFromBytes(r + 144, z)
  if (state == POINT_IDENTITY) {
    setInfinity(r)
    return true
  }
  const square = take(72)
  fieldSqr(square, r + 144)
  fieldMul(r, r, square)
  fieldMul(square, square, r + 144)
  fieldMul(r + 72, r + 72, square)
  return true
}

/**
 * inputs: n times a 64, z 32, b 64, w 32 -> n x 64: of a with the Z coordinate z and b with w (affine b where the operation takes one),
 * 0: a + b, both Jacobian; 1: a + b, mixed; 2: a - b, mixed; 3: a + b by the addition for secrets where the order excludes special cases; 4: a + b,
 * complete, masked; 5: a, by the masked addition with mask 0; 6: 2 a
 */
export function addPoints(operation: i32, n: i32): i32 {
  reset()
  const results = take(<usize>n * JACOBIAN)
  const affine = take(<usize>n * AFFINE)
  for (let i = 0; i < n; i++) {
    const start = mark()
    const at = INPUT + <usize>i * 192
    const a = results + <usize>i * JACOBIAN
    const b = take(JACOBIAN)
    if (!jacobianFromBytes(a, at, at + 64)) return 0
    if (operation == 0) {
      if (!jacobianFromBytes(b, at + 96, at + 160)) return 0
      addVar(a, b)
    } else {
      if (pointFromBytes(b, at + 96) == POINT_INVALID) return 0
      if (operation == 1) addMixedVar(a, b, b + 72)
      else if (operation == 2) addSignedVar(a, b, b + 72, true)
      else if (operation == 3) addMixedUnchecked(a, b, b + 72)
      else if (operation == 4) addMixedComplete(a, b, b + 72)
      else if (operation == 5) addMixedMasked(a, b, b + 72, 0, take(JACOBIAN))
      else double(a)
    }
    release(start)
  }
  // those for secrets leave infinity as Z = 0 mod p
  if (operation >= 3) jacobianToAffine(affine, results, n)
  else jacobianToAffineVar(affine, results, n)
  for (let i = 0; i < n; i++) pointToBytes(OUTPUT + (<usize>i << 6), affine + <usize>i * AFFINE)
  return 1
}

/**
 * inputs: n tuples of `size` times (point 64, scalar 32) -> n x 64: the sum of each tuple's multiples, by 0: shared doublings, 1: buckets
 */
export function sumTuples(operation: i32, n: i32, size: i32): i32 {
  reset()
  const result = take(JACOBIAN)
  const affine = take(AFFINE)
  for (let i = 0; i < n; i++) {
    const start = mark()
    const points = take(<usize>size * AFFINE)
    const scalars = take(<usize>size * SCALAR)
    for (let j = 0; j < size; j++) {
      const at = INPUT + <usize>(i * size + j) * 96
      if (pointFromBytes(points + <usize>j * AFFINE, at) == POINT_INVALID) return 0
      if (scalarFromBytes(scalars + <usize>j * SCALAR, at + 64) == 0) return 0
    }
    if (operation == 0) {
      const tables = take(<usize>size * TABLE_BYTES)
      buildOddTablesVar(tables, points, size)
      straussVar(result, tables, scalars, size)
    } else {
      pippengerVar(result, points, scalars, size)
    }
    jacobianToAffineVar(affine, result, 1)
    pointToBytes(OUTPUT + (<usize>i << 6), affine)
    release(start)
  }
  return 1
}
