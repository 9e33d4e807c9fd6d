/** Odd multiples P, 3P, ... 15P and their images under lambda, for many public points at once. */
import { BETA } from '../curve'
import { fieldCopy } from '../field/linear'
import { fieldMul } from '../field/multiply'
import { AFFINE, JACOBIAN, mark, release, take } from '../memory'
import { copyAffine, pushAdd, runBatchVar } from '../point/batch'
import { isAffineInfinity } from '../point/codec'
import { addMixedVar, copyJacobian, setAffine, setInfinity } from '../point/jacobian'
import { jacobianToAffineVar } from '../point/normalise'

export const ODD_MULTIPLES: i32 = 8
/** eight multiples, then eight of lambda P */
export const TABLE_BYTES: usize = 16 * AFFINE
export const LAMBDA_HALF: usize = 8 * AFFINE
/** Below this many points two shared inversions beat eight. */
const LOCK_STEP_FROM: i32 = 8

/** Tables of `count` affine points, TABLE_BYTES each. Infinity gives a table of infinities. */
export function buildOddTablesVar(tables: usize, points: usize, count: i32): void {
  const start = mark()
  const doubles = take(<usize>count * AFFINE)
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * AFFINE
    copyAffine(tables + <usize>i * TABLE_BYTES, point)
    pushAdd(doubles + <usize>i * AFFINE, point, point)
  }
  runBatchVar()
  if (count >= LOCK_STEP_FROM) {
    for (let j = 1; j < ODD_MULTIPLES; j++) {
      for (let i = 0; i < count; i++) {
        const entry = tables + <usize>i * TABLE_BYTES + <usize>j * AFFINE
        pushAdd(entry, entry - AFFINE, doubles + <usize>i * AFFINE)
      }
      runBatchVar()
    }
  } else {
    const jacobian = take(<usize>ODD_MULTIPLES * JACOBIAN)
    for (let i = 0; i < count; i++) {
      const point = points + <usize>i * AFFINE
      const twice = doubles + <usize>i * AFFINE
      const infinite = isAffineInfinity(point)
      setAffine(jacobian, point, point + 72)
      if (infinite) setInfinity(jacobian)
      for (let j = 1; j < ODD_MULTIPLES; j++) {
        const entry = jacobian + <usize>j * JACOBIAN
        copyJacobian(entry, entry - JACOBIAN)
        if (!infinite) addMixedVar(entry, twice, twice + 72)
      }
      jacobianToAffineVar(tables + <usize>i * TABLE_BYTES, jacobian, ODD_MULTIPLES)
    }
  }
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
