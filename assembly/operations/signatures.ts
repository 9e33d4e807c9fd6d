/** Verification of signature shares and of final signatures: public values, variable time. */
import { fieldFromBytes, fieldParity, fieldZeroMask } from '../field/element'
import { fieldSub } from '../field/linear'
import { AFFINE, INPUT, JACOBIAN, OUTPUT, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { beginStreams, clearStreams, streamGenerator, streamPoint, sumStreamsVar } from '../multiply/strauss'
import { buildOddTablesVar, TABLE_BYTES } from '../multiply/tables'
import { copyAffine } from '../point/batch'
import { batchDecompressVar } from '../point/batch-points'
import { affineEqualVar, isAffineInfinity, POINT_INVALID, pointFromBytes, pointToBytes } from '../point/codec'
import { jacobianToAffineVar } from '../point/normalise'
import { scalarFromBytes } from '../scalar/element'
import {
  beginEquations, decideBySums, HOLDS, INVALID, keyCount, keyOf, keys, multipliers, nonces, responses, setKeyCount, states, UNDECIDED,
} from './equations'
import { readScalars } from './scalars'
import { DONE, REFUSED } from './status'

const X: usize = TEMP_OPERATION + 432
const DIFFERENCE: usize = TEMP_OPERATION + 504

/** suites as the host numbers them */
export const SUITE_RFC9591: i32 = 0
export const SUITE_BIP340: i32 = 1
export const SUITE_EVM: i32 = 2

const PROBES: i32 = 8

/**
 * Numbers the distinct keys among m encodings of `size` bytes: keyOf[i], and firstOf[number] = the first item with that key. After PROBES
 * collisions a key counts as new: then it is merely not merged with its like.
 */
function numberKeys(bytes: usize, size: usize, m: i32): usize {
  const firstOf = take(<usize>m << 2)
  // a hash table of at least twice as many places, a power of two
  let placeCount = 4
  while (placeCount < 2 * m) placeCount <<= 1
  const places = take(<usize>placeCount << 2)
  memory.fill(places, 0, <usize>placeCount << 2)
  let distinct = 0
  for (let i = 0; i < m; i++) {
    const key = bytes + <usize>i * size
    let place = <i32>(load<u32>(key, 29) ^ (load<u32>(key, 17) >> 7))
    let number = -1
    for (let probe = 0; probe < PROBES; probe++) {
      place = (place + 1) & (placeCount - 1)
      const at = places + (<usize>place << 2)
      const found = load<i32>(at) - 1
      if (found < 0) {
        store<i32>(at, distinct + 1)
        break
      }
      if (memory.compare(key, bytes + <usize>load<i32>(firstOf + (<usize>found << 2)) * size, size) == 0) {
        number = found
        break
      }
    }
    if (number < 0) {
      number = distinct
      store<i32>(firstOf + (<usize>distinct << 2), i)
      distinct++
    }
    store<i32>(keyOf + (<usize>i << 2), number)
  }
  setKeyCount(distinct)
  return firstOf
}

/** r (affine, `count` places listed as i32) = s G - e P, or s G + e P: one equation after the other */
function leftSides(r: usize, list: usize, count: i32, negated: bool): void {
  // tables of the keys that are needed, each once; tableOf[key] is its table's address or 0
  const tableOf = take(<usize>keyCount << 2)
  memory.fill(tableOf, 0, <usize>keyCount << 2)
  const points = take(<usize>count * AFFINE)
  const tables = take(<usize>count * TABLE_BYTES)
  let needed = 0
  for (let k = 0; k < count; k++) {
    const key = <usize>load<i32>(keyOf + (<usize>load<i32>(list + (<usize>k << 2)) << 2))
    if (load<u32>(tableOf + (key << 2)) != 0) continue
    store<u32>(tableOf + (key << 2), <u32>(tables + <usize>needed * TABLE_BYTES))
    copyAffine(points + <usize>needed * AFFINE, keys + key * AFFINE)
    needed++
  }
  buildOddTablesVar(tables, points, needed)
  const results = take(<usize>count * JACOBIAN)
  beginStreams(1)
  for (let k = 0; k < count; k++) {
    const i = <usize>load<i32>(list + (<usize>k << 2))
    clearStreams()
    streamGenerator(responses + i * SCALAR)
    streamPoint(multipliers + i * SCALAR, <usize>load<u32>(tableOf + (<usize>load<i32>(keyOf + (i << 2)) << 2)), negated)
    sumStreamsVar(results + <usize>k * JACOBIAN)
  }
  jacobianToAffineVar(r, results, count)
}

/** The undecided equations, as i32; `undecided` is how many. */
let undecided: i32 = 0
function listUndecided(m: i32): usize {
  const list = take(<usize>m << 2)
  undecided = 0
  for (let i = 0; i < m; i++) {
    if (load<u8>(states + <usize>i) != UNDECIDED) continue
    store<i32>(list + (<usize>undecided << 2), i)
    undecided++
  }
  return list
}

function writeStates(m: i32): void {
  for (let i = 0; i < m; i++) store<u8>(OUTPUT + <usize>i, <u8>(load<u8>(states + <usize>i) == HOLDS))
}

/**
 * inputs: shares m x 32, nonce points m x 64, verifying shares m x 64, multipliers m x 32, weights m x 16 (absent when `weighted` is 0)
 * -> m x 1: z G - c Y == N
 */
export function verifySignatureShares(m: i32, weighted: i32): i32 {
  reset()
  const nonceBytes = INPUT + (<usize>m << 5)
  const keyBytes = nonceBytes + (<usize>m << 6)
  const multiplierBytes = keyBytes + (<usize>m << 6)
  beginEquations(m)
  if (readScalars(multipliers, multiplierBytes, m) >= 0) return REFUSED
  const firstOf = numberKeys(keyBytes, 64, m)
  const keyValid = take(<usize>keyCount)
  for (let key = 0; key < keyCount; key++) {
    const source = keyBytes + (<usize>load<i32>(firstOf + (<usize>key << 2)) << 6)
    const valid = pointFromBytes(keys + <usize>key * AFFINE, source) != POINT_INVALID
    if (!valid) memory.fill(keys + <usize>key * AFFINE, 0, AFFINE)
    store<u8>(keyValid + <usize>key, <u8>valid)
  }
  for (let i = 0; i < m; i++) {
    const at = <usize>i
    const shareOk = scalarFromBytes(responses + at * SCALAR, INPUT + (at << 5)) != 0
    const nonceOk = pointFromBytes(nonces + at * AFFINE, nonceBytes + (at << 6)) != POINT_INVALID
    const keyOk = load<u8>(keyValid + <usize>load<i32>(keyOf + (at << 2))) != 0
    if (!shareOk || !nonceOk || !keyOk) store<u8>(states + at, INVALID)
  }
  if (weighted != 0) decideBySums(m, multiplierBytes + (<usize>m << 5), true)
  const list = listUndecided(m)
  const points = take(<usize>undecided * AFFINE)
  if (undecided > 0) leftSides(points, list, undecided, true)
  for (let k = 0; k < undecided; k++) {
    const i = <usize>load<i32>(list + (<usize>k << 2))
    store<u8>(states + i, affineEqualVar(points + <usize>k * AFFINE, nonces + i * AFFINE) ? HOLDS : INVALID)
  }
  writeStates(m)
  return DONE
}

/** 64 bytes of a decompressed point, which is on the curve -> affine */
function readPoint(r: usize, bytes: usize): void {
  fieldFromBytes(r, bytes)
  fieldFromBytes(r + 72, bytes + 32)
}

/** Decompresses the distinct keys (of BIP-340: the point with even y), and the nonce points when `lift`; marks what is no point as invalid. */
function readPoints(m: i32, suite: i32, signatures: usize, size: usize, lift: bool): void {
  const firstOf = numberKeys(INPUT, 33, m)
  const count = lift ? keyCount + m : keyCount
  const compressed = take(<usize>count * 33)
  const points = take(<usize>count << 6)
  const valid = take(<usize>count)
  for (let key = 0; key < keyCount; key++) {
    const to = compressed + <usize>key * 33
    memory.copy(to, INPUT + <usize>load<i32>(firstOf + (<usize>key << 2)) * 33, 33)
    const prefix = load<u8>(to)
    // BIP-340 means the even point with either prefix
    if (suite == SUITE_BIP340 && prefix == 3) store<u8>(to, 2)
  }
  if (lift) {
    for (let i = 0; i < m; i++) {
      const to = compressed + <usize>(keyCount + i) * 33
      const from = signatures + <usize>i * size
      if (suite == SUITE_BIP340) {
        store<u8>(to, 2)
        memory.copy(to + 1, from, 32)
      } else {
        memory.copy(to, from, 33)
      }
    }
  }
  batchDecompressVar(points, valid, compressed, count)
  for (let key = 0; key < keyCount; key++) readPoint(keys + <usize>key * AFFINE, points + (<usize>key << 6))
  for (let i = 0; i < m; i++) {
    if (load<u8>(valid + <usize>load<i32>(keyOf + (<usize>i << 2))) == 0) store<u8>(states + <usize>i, INVALID)
    if (!lift) continue
    readPoint(nonces + <usize>i * AFFINE, points + (<usize>(keyCount + i) << 6))
    if (load<u8>(valid + <usize>(keyCount + i)) == 0) store<u8>(states + <usize>i, INVALID)
  }
}

/**
 * inputs: public keys m x 33, challenges m x 32, signatures m x (65, 64 or 52) by suite, weights m x 16 (absent when `weighted` is 0) -> m x 1.
 * RFC 9591: R || z, z G - c Y == R. BIP-340: x(R) || s, s G - c Y has that x and an even y. EVM, never weighted: s || address: the point s G + c Y
 * is written for the host to hash, m x 64 after the mask, and the mask says that there is one.
 */
export function verifySignatures(m: i32, suite: i32, weighted: i32): i32 {
  reset()
  const size: usize = suite == SUITE_RFC9591 ? 65 : suite == SUITE_BIP340 ? 64 : 52
  const challengeBytes = INPUT + <usize>m * 33
  const signatures = challengeBytes + (<usize>m << 5)
  beginEquations(m)
  if (readScalars(multipliers, challengeBytes, m) >= 0) return REFUSED
  const response: usize = suite == SUITE_RFC9591 ? 33 : suite == SUITE_BIP340 ? 32 : 0
  readPoints(m, suite, signatures, size, weighted != 0)
  for (let i = 0; i < m; i++) {
    const inRange = scalarFromBytes(responses + <usize>i * SCALAR, signatures + <usize>i * size + response)
    if (inRange == 0) store<u8>(states + <usize>i, INVALID)
  }
  if (weighted != 0) decideBySums(m, signatures + <usize>m * size, false)
  const list = listUndecided(m)
  const points = take(<usize>undecided * AFFINE)
  if (undecided > 0) leftSides(points, list, undecided, suite != SUITE_EVM)
  if (suite == SUITE_EVM) memory.fill(OUTPUT + <usize>m, 0, <usize>m << 6)
  for (let k = 0; k < undecided; k++) {
    const i = <usize>load<i32>(list + (<usize>k << 2))
    const point = points + <usize>k * AFFINE
    const signature = signatures + i * size
    let holds = !isAffineInfinity(point)
    if (suite == SUITE_EVM) {
      if (holds) pointToBytes(OUTPUT + <usize>m + (i << 6), point)
    } else if (suite == SUITE_BIP340) {
      holds = holds && matchesX(point, signature) && fieldParity(point + 72) == 0
    } else {
      const prefix = <i64>load<u8>(signature)
      holds = holds && matchesX(point, signature + 1) && prefix == 2 + fieldParity(point + 72)
    }
    store<u8>(states + i, holds ? HOLDS : INVALID)
  }
  writeStates(m)
  return DONE
}

/** x of the point is the canonical number at `bytes` */
function matchesX(point: usize, bytes: usize): bool {
  if (fieldFromBytes(X, bytes) == 0) return false
  fieldSub(DIFFERENCE, point, X)
  return fieldZeroMask(DIFFERENCE) != 0
}
