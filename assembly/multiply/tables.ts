/** Odd multiples P, 3P, ... 15P and their images under lambda, for many public points at once. */
import { BETA } from '../curve'
import { fieldCopy } from '../field/linear'
import { fieldMul, fieldSqr } from '../field/multiply'
import { AFFINE, FIELD, JACOBIAN, mark, release, take } from '../memory'
import { copyAffine, pushAdd, runBatchVar } from '../point/batch'
import { isAffineInfinity } from '../point/codec'
import { addMixedVar, copyJacobian, double, setAffine } from '../point/jacobian'
import { jacobianToAffineVar } from '../point/normalise'

export const ODD_MULTIPLES: i32 = 8
/** eight multiples, then eight of lambda P */
export const TABLE_BYTES: usize = 16 * AFFINE
export const LAMBDA_HALF: usize = 8 * AFFINE
/** Below this many points one inversion and additions in Jacobian coordinates beat eight inversions and affine ones. */
const LOCK_STEP_FROM: i32 = 8

/** Tables of `count` affine points, TABLE_BYTES each. Infinity gives a table of infinities. */
export function buildOddTablesVar(tables: usize, points: usize, count: i32): void {
  const start = mark()
  if (count >= LOCK_STEP_FROM) addInLockStep(tables, points, count)
  else addSingly(tables, points, count)
  for (let i = 0; i < count; i++) {
    const table = tables + <usize>i * TABLE_BYTES
    for (let j = 0; j < ODD_MULTIPLES; j++) {
      const entry = table + <usize>j * AFFINE
      fieldMul(entry + LAMBDA_HALF, entry, BETA)
      fieldCopy(entry + LAMBDA_HALF + 72, entry + 72)
    }
  }
  release(start)
}

/** Eight inversions whatever the count: one for all doubles, one for each further multiple of all points. */
function addInLockStep(tables: usize, points: usize, count: i32): void {
  const doubles = take(<usize>count * AFFINE)
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * AFFINE
    copyAffine(tables + <usize>i * TABLE_BYTES, point)
    pushAdd(doubles + <usize>i * AFFINE, point, point)
  }
  runBatchVar()
  for (let j = 1; j < ODD_MULTIPLES; j++) {
    for (let i = 0; i < count; i++) {
      const entry = tables + <usize>i * TABLE_BYTES + <usize>j * AFFINE
      pushAdd(entry, entry - AFFINE, doubles + <usize>i * AFFINE)
    }
    runBatchVar()
  }
}

/**
 * One inversion in all. With 2 P = (X, Y, Z) the map (x, y) -> (x Z^2, y Z^3) leads to a curve of the same form on which 2 P is the affine
 * (X, Y), and the formulas of jacobian.ts do not use the constant 7: the multiples are added there. The Z of a sum times that of 2 P is its Z here.
 */
function addSingly(tables: usize, points: usize, count: i32): void {
  const all = take(<usize>(count * ODD_MULTIPLES) * JACOBIAN)
  const affine = take(<usize>(count * ODD_MULTIPLES) * AFFINE)
  const twice = take(JACOBIAN)
  const power = take(FIELD)
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * AFFINE
    const row = all + <usize>(i * ODD_MULTIPLES) * JACOBIAN
    if (isAffineInfinity(point)) {
      memory.fill(row, 0, <usize>ODD_MULTIPLES * JACOBIAN)
      continue
    }
    setAffine(twice, point, point + 72)
    double(twice)
    setAffine(row, point, point + 72)
    fieldSqr(power, twice + 144)
    fieldMul(row, row, power)
    fieldMul(power, power, twice + 144)
    fieldMul(row + 72, row + 72, power)
    for (let j = 1; j < ODD_MULTIPLES; j++) {
      const entry = row + <usize>j * JACOBIAN
      copyJacobian(entry, entry - JACOBIAN)
      addMixedVar(entry, twice, twice + 72)
    }
    for (let j = 0; j < ODD_MULTIPLES; j++) {
      const z = row + <usize>j * JACOBIAN + 144
      fieldMul(z, z, twice + 144)
    }
  }
  jacobianToAffineVar(affine, all, count * ODD_MULTIPLES)
  const bytes = <usize>ODD_MULTIPLES * AFFINE
  for (let i = 0; i < count; i++) memory.copy(tables + <usize>i * TABLE_BYTES, affine + <usize>i * bytes, bytes)
}
