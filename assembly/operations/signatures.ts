/** Verification of signature shares and of final signatures: public values, variable time. */
import { AFFINE, INPUT, JACOBIAN, OUTPUT, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { beginStreams, clearStreams, streamGenerator, streamPoint, sumStreamsVar } from '../multiply/strauss'
import { buildOddTablesVar, TABLE_BYTES } from '../multiply/tables'
import { fieldFromBytes, fieldParity, fieldZeroMask } from '../field/element'
import { fieldSub } from '../field/linear'
import { affineEqualVar, isAffineInfinity, liftX, POINT_INVALID, pointFromBytes, pointToBytes } from '../point/codec'
import { jacobianToAffineVar } from '../point/normalise'
import { scalarFromBytes } from '../scalar/element'
import { readScalars } from './scalars'
import { DONE, REFUSED } from './status'

const X: usize = TEMP_OPERATION + 432
const DIFFERENCE: usize = TEMP_OPERATION + 504

/** suites as the host numbers them */
export const SUITE_RFC9591: i32 = 0
export const SUITE_BIP340: i32 = 1
export const SUITE_EVM: i32 = 2

/** inputs: shares m x 32, nonce points m x 64, verifying shares m x 64, multipliers m x 32 -> m x 1: z G - c Y == N */
export function verifySignatureShares(m: i32): i32 {
  reset()
  const nonceBytes = INPUT + (<usize>m << 5)
  const keyBytes = nonceBytes + (<usize>m << 6)
  const multiplierBytes = keyBytes + (<usize>m << 6)
  const shares = take(<usize>m * SCALAR)
  const multipliers = take(<usize>m * SCALAR)
  const nonces = take(<usize>m * AFFINE)
  const keys = take(<usize>m * AFFINE)
  const valid = take(<usize>m)
  if (readScalars(multipliers, multiplierBytes, m) >= 0) return REFUSED
  for (let i = 0; i < m; i++) {
    // an invalid encoding makes its item 0 and harms no other: values that compute stand in for it
    const share = shares + <usize>i * SCALAR
    const nonce = nonces + <usize>i * AFFINE
    const key = keys + <usize>i * AFFINE
    const shareOk = scalarFromBytes(share, INPUT + (<usize>i << 5)) != 0
    const nonceOk = pointFromBytes(nonce, nonceBytes + (<usize>i << 6)) != POINT_INVALID
    const keyOk = pointFromBytes(key, keyBytes + (<usize>i << 6)) != POINT_INVALID
    if (!shareOk) memory.fill(share, 0, SCALAR)
    if (!keyOk) memory.fill(key, 0, AFFINE)
    store<u8>(valid + <usize>i, <u8>(shareOk && nonceOk && keyOk))
  }
  const tables = take(<usize>m * TABLE_BYTES)
  buildOddTablesVar(tables, keys, m)
  const results = take(<usize>m * JACOBIAN)
  const affine = take(<usize>m * AFFINE)
  beginStreams(1)
  for (let i = 0; i < m; i++) {
    clearStreams()
    streamGenerator(shares + <usize>i * SCALAR)
    streamPoint(multipliers + <usize>i * SCALAR, tables + <usize>i * TABLE_BYTES, true)
    sumStreamsVar(results + <usize>i * JACOBIAN)
  }
  jacobianToAffineVar(affine, results, m)
  for (let i = 0; i < m; i++) {
    const at = <usize>i * AFFINE
    store<u8>(OUTPUT + <usize>i, <u8>(load<u8>(valid + <usize>i) != 0 && affineEqualVar(affine + at, nonces + at)))
  }
  return DONE
}

/** The key's point; the even one of its x for BIP-340. Keys repeat: the last one is remembered. */
function readKeys(keys: usize, bytes: usize, m: i32, even: bool, valid: usize): void {
  for (let i = 0; i < m; i++) {
    const key = keys + <usize>i * AFFINE
    const source = bytes + <usize>i * 33
    if (i > 0 && memory.compare(source, source - 33, 33) == 0) {
      memory.copy(key, key - AFFINE, AFFINE)
      store<u8>(valid + <usize>i, load<u8>(valid + <usize>(i - 1)))
      continue
    }
    const prefix = <u32>load<u8>(source)
    const ok = (prefix == 2 || prefix == 3) && liftX(key, source + 1, even ? 0 : prefix & 1)
    // a bad key is replaced by infinity: its item is computed and then reported invalid
    if (!ok) memory.fill(key, 0, AFFINE)
    store<u8>(valid + <usize>i, <u8>ok)
  }
}

/**
 * inputs: public keys m x 33, challenges m x 32, signatures m x (65, 64 or 52) by suite -> m x 1.
 * RFC 9591: R || z, z G - c Y == R. BIP-340: x(R) || s, s G - c Y has that x and an even y. EVM: s || address: the point s G + c Y is written
 * for the host to hash, m x 64 after the mask, and the mask says that there is one.
 */
export function verifySignatures(m: i32, suite: i32): i32 {
  reset()
  const size: usize = suite == SUITE_RFC9591 ? 65 : suite == SUITE_BIP340 ? 64 : 52
  const challengeBytes = INPUT + <usize>m * 33
  const signatures = challengeBytes + (<usize>m << 5)
  const challenges = take(<usize>m * SCALAR)
  if (readScalars(challenges, challengeBytes, m) >= 0) return REFUSED
  const keys = take(<usize>m * AFFINE)
  const valid = take(<usize>m)
  readKeys(keys, INPUT, m, suite == SUITE_BIP340, valid)
  const response: usize = suite == SUITE_RFC9591 ? 33 : suite == SUITE_BIP340 ? 32 : 0
  const scalars = take(<usize>m * SCALAR)
  for (let i = 0; i < m; i++) {
    if (scalarFromBytes(scalars + <usize>i * SCALAR, signatures + <usize>i * size + response) == 0) {
      memory.fill(scalars + <usize>i * SCALAR, 0, SCALAR)
      store<u8>(valid + <usize>i, 0)
    }
  }
  const tables = take(<usize>m * TABLE_BYTES)
  buildOddTablesVar(tables, keys, m)
  const results = take(<usize>m * JACOBIAN)
  const affine = take(<usize>m * AFFINE)
  beginStreams(1)
  for (let i = 0; i < m; i++) {
    clearStreams()
    streamGenerator(scalars + <usize>i * SCALAR)
    streamPoint(challenges + <usize>i * SCALAR, tables + <usize>i * TABLE_BYTES, suite != SUITE_EVM)
    sumStreamsVar(results + <usize>i * JACOBIAN)
  }
  jacobianToAffineVar(affine, results, m)
  for (let i = 0; i < m; i++) {
    const point = affine + <usize>i * AFFINE
    let ok = load<u8>(valid + <usize>i) != 0 && !isAffineInfinity(point)
    const signature = signatures + <usize>i * size
    if (suite == SUITE_EVM) {
      const out = OUTPUT + <usize>m + (<usize>i << 6)
      if (ok) pointToBytes(out, point)
      else memory.fill(out, 0, 64)
    } else if (suite == SUITE_BIP340) {
      ok = ok && matchesX(point, signature) && fieldParity(point + 72) == 0
    } else {
      const prefix = <i64>load<u8>(signature)
      ok = ok && matchesX(point, signature + 1) && prefix == 2 + fieldParity(point + 72)
    }
    store<u8>(OUTPUT + <usize>i, <u8>ok)
  }
  return DONE
}

/** x of the point is the canonical number at `bytes` */
function matchesX(point: usize, bytes: usize): bool {
  if (fieldFromBytes(X, bytes) == 0) return false
  fieldSub(DIFFERENCE, point, X)
  return fieldZeroMask(DIFFERENCE) != 0
}
