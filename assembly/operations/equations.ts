/**
 * Many equations s G = R + e P over public values, checked by one random linear combination (BIP-340, "Batch Verification"; Bellare, Garay,
 * Rabin, EUROCRYPT 1998): sum a_i R_i + sum (a_i e_i) P_i - (sum a_i s_i) G = 0. Keys that repeat are one point with the summed multiplier.
 *
 * A weight is a = u + v lambda for two words u, v of 64 bits: different pairs give different weights, because a vector (x, y) != 0 with
 * x + y lambda = 0 mod q has max(|x|, |y|) > 2^127; and both halves of the multiplier of R_i under the endomorphism are short. A sum over any
 * fixed set of equations, one of them false, is zero for at most one in 2^128 of the weights of that one.
 *
 * When a sum fails, parts are summed with the same weights as long as that pays; what is then undecided is left to the caller, who checks it
 * singly. Only sums that hold decide anything here.
 */
import { GENERATOR, LAMBDA, LARGE_ORDER } from '../curve'
import { AFFINE, JACOBIAN, mark, release, SCALAR, take } from '../memory'
import { pippengerVar } from '../multiply/pippenger'
import { beginStreams, streamGenerator, streamPoint, sumStreamsVar } from '../multiply/strauss'
import { buildOddTablesVar, TABLE_BYTES } from '../multiply/tables'
import { copyAffine } from '../point/batch'
import { addVar, isInfinity } from '../point/jacobian'
import { scalarSum } from '../scalar/element'
import { scalarComplement, scalarNormalise } from '../scalar/multiply'
import { scalarMul } from '../scalar/product'
import { limbsFromWords } from '../words'

/** Below this many points of one sum shared doublings beat buckets. */
const BUCKETS_FROM: i32 = 32
/** Up to this many keys are summed apart from the nonce points, whose multipliers are half as long. */
const KEYS_APART: i32 = 12
/** Smaller ranges are checked singly. */
const LEAF: i32 = 3

/** what an equation's state byte says */
export const INVALID: u8 = 0
export const HOLDS: u8 = 1
export const UNDECIDED: u8 = 2

/** responses s_i, multipliers e_i: canonical scalars of 72 bytes; nonce points R_i: affine */
export let responses: usize = 0
export let multipliers: usize = 0
export let nonces: usize = 0
/** affine points, and for each equation which of them is its P, as i32 */
export let keys: usize = 0
export let keyOf: usize = 0
export let keyCount: i32 = 0
/** one byte an equation */
export let states: usize = 0

/** a_i, a_i s_i and a_i e_i */
let weights: usize = 0
let weightedResponses: usize = 0
let weightedMultipliers: usize = 0
/** the equations to decide, by number, as i32 */
let open: usize = 0
/** how many equations may still be summed */
let credit: i32 = 0
/** ranges of `open` whose sum failed: two i32 each */
let failed: usize = 0
let failedCount: i32 = 0
/** two Jacobian points and the multiplier of G */
let result: usize = 0
let other: usize = 0
let total: usize = 0

/** Room for `m` equations, all undecided; the caller fills them. */
export function beginEquations(m: i32): void {
  responses = take(<usize>m * SCALAR)
  multipliers = take(<usize>m * SCALAR)
  nonces = take(<usize>m * AFFINE)
  keys = take(<usize>m * AFFINE)
  keyOf = take(<usize>m << 2)
  states = take(<usize>m)
  result = take(JACOBIAN)
  other = take(JACOBIAN)
  total = take(SCALAR)
  keyCount = 0
  memory.fill(states, UNDECIDED, <usize>m)
}

export function setKeyCount(count: i32): void {
  keyCount = count
}

/**
 * States become HOLDS where a sum showed it; the rest stay UNDECIDED or INVALID. `bytes`: 16 a weight. `expectBad` leaves out the sum of all.
 */
export function decideBySums(m: i32, bytes: usize, expectBad: bool): void {
  if (!LARGE_ORDER) return
  open = take(<usize>m << 2)
  let count = 0
  for (let i = 0; i < m; i++) {
    if (load<u8>(states + <usize>i) != UNDECIDED) continue
    store<i32>(open + (<usize>count << 2), i)
    count++
  }
  if (count < LEAF) return
  weigh(m, bytes)
  if (!expectBad && sumIsZero(0, count)) return
  search(count)
}

function weigh(m: i32, bytes: usize): void {
  weights = take(<usize>m * SCALAR)
  weightedResponses = take(<usize>m * SCALAR)
  weightedMultipliers = take(<usize>m * SCALAR)
  for (let i = 0; i < m; i++) {
    const at = <usize>i * SCALAR
    const word = bytes + (<usize>i << 4)
    limbsFromWords(result, load<u64>(word), 0, 0, 0)
    limbsFromWords(other, load<u64>(word, 8), 0, 0, 0)
    scalarMul(other, other, LAMBDA)
    scalarSum(result, result, other)
    scalarNormalise(weights + at, result)
    scalarMul(weightedResponses + at, weights + at, responses + at)
    scalarMul(weightedMultipliers + at, weights + at, multipliers + at)
  }
}

/**
 * Finds out what it can about open[0 .. count), of which some equation seems false: sums of quarters, then of the halves of what failed. Sums must
 * earn what they cost: a sum of L equations takes L of the credit, one that holds gives 2 L. If most are false the credit is soon spent.
 */
function search(count: i32): void {
  if (count < 4 * LEAF) return
  credit = count >> 1
  failed = take(<usize>count << 3)
  failedCount = 0
  for (let quarter = 0; quarter < 4; quarter++) tryRange((count * quarter) >> 2, (count * (quarter + 1)) >> 2)
  for (let next = 0; next < failedCount; next++) {
    const from = load<i32>(failed + (<usize>next << 3))
    const to = load<i32>(failed + (<usize>next << 3), 4)
    if (to - from < 2 * LEAF) continue
    const middle = (from + to) >> 1
    const known = failedCount
    if (!tryRange(from, middle)) continue
    // where the left half holds, the right one is known to fail
    if (failedCount == known) noteFailed(middle, to)
    else tryRange(middle, to)
  }
}

function noteFailed(from: i32, to: i32): void {
  store<i32>(failed + (<usize>failedCount << 3), from)
  store<i32>(failed + (<usize>failedCount << 3), to, 4)
  failedCount++
}

/** Sums a range and notes it if that fails; false when the credit does not suffice. */
function tryRange(from: i32, to: i32): bool {
  const count = to - from
  if (credit < count) return false
  credit -= count
  if (sumIsZero(from, to)) credit += 2 * count
  else noteFailed(from, to)
  return true
}

/** Whether the weighted sum of open[from .. to) is zero; marks them as holding if so. */
function sumIsZero(from: i32, to: i32): bool {
  const start = mark()
  const count = to - from
  const sums = take(<usize>keyCount * SCALAR)
  const used = take(<usize>keyCount)
  memory.fill(sums, 0, <usize>keyCount * SCALAR)
  memory.fill(used, 0, <usize>keyCount)
  // nonce points first, then the keys, then G
  const points = take(<usize>(count + keyCount + 1) * AFFINE)
  const scalars = take(<usize>(count + keyCount + 1) * SCALAR)
  memory.fill(total, 0, SCALAR)
  for (let i = 0; i < count; i++) {
    const item = <usize>load<i32>(open + (<usize>(from + i) << 2))
    copyAffine(points + <usize>i * AFFINE, nonces + item * AFFINE)
    memory.copy(scalars + <usize>i * SCALAR, weights + item * SCALAR, SCALAR)
    scalarSum(total, total, weightedResponses + item * SCALAR)
    scalarNormalise(total, total)
    const key = <usize>load<i32>(keyOf + (item << 2))
    const sum = sums + key * SCALAR
    scalarSum(sum, sum, weightedMultipliers + item * SCALAR)
    scalarNormalise(sum, sum)
    store<u8>(used + key, 1)
  }
  let end = count
  for (let key = 0; key < keyCount; key++) {
    if (load<u8>(used + <usize>key) == 0) continue
    copyAffine(points + <usize>end * AFFINE, keys + <usize>key * AFFINE)
    memory.copy(scalars + <usize>end * SCALAR, sums + <usize>key * SCALAR, SCALAR)
    end++
  }
  scalarComplement(total, total)
  scalarNormalise(total, total)
  sumPoints(points, scalars, count, end)
  const zero = isInfinity(result)
  if (zero) for (let i = from; i < to; i++) store<u8>(states + <usize>load<i32>(open + (<usize>i << 2)), HOLDS)
  release(start)
  return zero
}

/** result = total G + the sum of `end` points, of which the first `short` have short halves */
function sumPoints(points: usize, scalars: usize, short: i32, end: i32): void {
  if (end < BUCKETS_FROM) {
    sumByStreams(points, scalars, end)
  } else if (end - short <= KEYS_APART) {
    pippengerVar(other, points, scalars, short)
    sumByStreams(points + <usize>short * AFFINE, scalars + <usize>short * SCALAR, end - short)
    addVar(result, other)
  } else {
    copyAffine(points + <usize>end * AFFINE, GENERATOR)
    memory.copy(scalars + <usize>end * SCALAR, total, SCALAR)
    pippengerVar(result, points, scalars, end + 1)
  }
}

function sumByStreams(points: usize, scalars: usize, count: i32): void {
  const start = mark()
  const tables = take(<usize>count * TABLE_BYTES)
  buildOddTablesVar(tables, points, count)
  beginStreams(count)
  for (let i = 0; i < count; i++) streamPoint(scalars + <usize>i * SCALAR, tables + <usize>i * TABLE_BYTES, false)
  streamGenerator(total)
  sumStreamsVar(result)
  release(start)
}
