/** Batch operations that multiply points. Names without suffix take secret scalars: their work does not depend on them. */
import { GENERATOR, LARGE_ORDER } from '../curve'
import { AFFINE, INPUT, JACOBIAN, mark, OUTPUT, release, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { combMul, combMulVar } from '../multiply/comb'
import { COMB_BATCH_FROM, combBatch, combBatchVar } from '../multiply/comb-batch'
import { pippengerVar } from '../multiply/pippenger'
import { beginStreams, straussVar, streamGenerator, streamPoint, sumStreamsVar } from '../multiply/strauss'
import { buildOddTablesVar, TABLE_BYTES } from '../multiply/tables'
import { mulSecret } from '../multiply/variable'
import { copyAffine } from '../point/batch'
import { isAffineInfinity, pointsFromBytes, pointToBytes } from '../point/codec'
import { setInfinity } from '../point/jacobian'
import { jacobianToAffine, jacobianToAffineVar } from '../point/normalise'
import { readScalars } from './scalars'
import { DONE, REFUSED } from './status'

/** Below this many points shared doublings beat buckets: measured 1.0 at 12, 1.1 at 16, 1.3 at 40 and 1.4 at 64 (bench/decisions/sums-of-multiples.ts). */
const PIPPENGER_FROM: i32 = 16
const RESULT: usize = TEMP_OPERATION + 432
const SUM: usize = TEMP_OPERATION + 648

function writePoints(affine: usize, n: i32): void {
  for (let i = 0; i < n; i++) pointToBytes(OUTPUT + (<usize>i << 6), affine + <usize>i * AFFINE)
}

/** inputs: scalars n x 32 (secret) -> n x 64: k G. Constant time. */
export function baseMul(n: i32): i32 {
  reset()
  const scalars = take(<usize>n * SCALAR)
  if (readScalars(scalars, INPUT, n) >= 0) return REFUSED
  const affine = take(<usize>n * AFFINE)
  if (!LARGE_ORDER || n < COMB_BATCH_FROM) {
    const results = take(<usize>n * JACOBIAN)
    for (let i = 0; i < n; i++) combMul(results + <usize>i * JACOBIAN, scalars + <usize>i * SCALAR)
    jacobianToAffine(affine, results, n)
  } else {
    combBatch(affine, scalars, n)
  }
  writePoints(affine, n)
  return DONE
}

/** as baseMul for public scalars */
export function baseMulVar(n: i32): i32 {
  reset()
  const scalars = take(<usize>n * SCALAR)
  if (readScalars(scalars, INPUT, n) >= 0) return REFUSED
  const affine = take(<usize>n * AFFINE)
  if (!LARGE_ORDER || n < COMB_BATCH_FROM) {
    const results = take(<usize>n * JACOBIAN)
    for (let i = 0; i < n; i++) combMulVar(results + <usize>i * JACOBIAN, scalars + <usize>i * SCALAR)
    jacobianToAffineVar(affine, results, n)
  } else {
    combBatchVar(affine, scalars, n)
  }
  writePoints(affine, n)
  return DONE
}

/** inputs: points n x 64 (public), scalars n x 32 (secret) -> n x 64: k P. Constant time in the scalars; branches on points at infinity. */
export function mul(n: i32): i32 {
  reset()
  const points = take(<usize>n * AFFINE)
  const scalars = take(<usize>n * SCALAR)
  if (pointsFromBytes(points, INPUT, n) >= 0) return REFUSED
  if (readScalars(scalars, INPUT + (<usize>n << 6), n) >= 0) return REFUSED
  const tables = take(<usize>n * TABLE_BYTES)
  buildOddTablesVar(tables, points, n)
  const results = take(<usize>n * JACOBIAN)
  for (let i = 0; i < n; i++) {
    const result = results + <usize>i * JACOBIAN
    if (isAffineInfinity(points + <usize>i * AFFINE)) setInfinity(result)
    else mulSecret(result, tables + <usize>i * TABLE_BYTES, scalars + <usize>i * SCALAR)
  }
  jacobianToAffine(points, results, n)
  writePoints(points, n)
  return DONE
}

/** as mul for public scalars */
export function mulVar(n: i32): i32 {
  reset()
  const points = take(<usize>n * AFFINE)
  const scalars = take(<usize>n * SCALAR)
  if (pointsFromBytes(points, INPUT, n) >= 0) return REFUSED
  if (readScalars(scalars, INPUT + (<usize>n << 6), n) >= 0) return REFUSED
  const tables = take(<usize>n * TABLE_BYTES)
  buildOddTablesVar(tables, points, n)
  const results = take(<usize>n * JACOBIAN)
  for (let i = 0; i < n; i++) {
    const start = mark()
    straussVar(results + <usize>i * JACOBIAN, tables + <usize>i * TABLE_BYTES, scalars + <usize>i * SCALAR, 1)
    release(start)
  }
  jacobianToAffineVar(points, results, n)
  writePoints(points, n)
  return DONE
}

/** inputs: points n x 64, scalars n x 32, and one scalar g more when `generator` is 1 -> 64: sum k P (+ g G) */
export function msmVar(n: i32, generator: i32): i32 {
  reset()
  const points = take(<usize>(n + 1) * AFFINE)
  const scalars = take(<usize>(n + 1) * SCALAR)
  if (pointsFromBytes(points, INPUT, n) >= 0) return REFUSED
  if (readScalars(scalars, INPUT + (<usize>n << 6), n + generator) >= 0) return REFUSED
  if (n < PIPPENGER_FROM) {
    const tables = take(<usize>n * TABLE_BYTES)
    buildOddTablesVar(tables, points, n)
    beginStreams(n)
    for (let i = 0; i < n; i++) streamPoint(scalars + <usize>i * SCALAR, tables + <usize>i * TABLE_BYTES, false)
    if (generator != 0) streamGenerator(scalars + <usize>n * SCALAR)
    sumStreamsVar(RESULT)
  } else {
    if (generator != 0) copyAffine(points + <usize>n * AFFINE, GENERATOR)
    pippengerVar(RESULT, points, scalars, n + generator)
  }
  jacobianToAffineVar(SUM, RESULT, 1)
  pointToBytes(OUTPUT, SUM)
  return DONE
}
