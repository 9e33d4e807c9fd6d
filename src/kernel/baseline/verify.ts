/** The equations of shares and signatures. Each answers false for what is not a valid encoding. Public inputs, but for the shares of `shareMatches`. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import type BN from 'bn.js'
import { equalBytes } from '../../bytes.ts'
import type { Suite } from '../contract.ts'
import { decodeCompressed, encodePoints } from './encoding.ts'
import { decodeField, isOddField } from './field.ts'
import { type BaseTable, multiply, multiplyBase } from './multiply.ts'
import { type AffinePoint, add, equalsAffine, type JacobianPoint, negate, negateAffine, toAffine } from './point.ts'
import { decodeScalar } from './scalar.ts'

/** One item of `verifySignatures`, as bytes; the challenge is already in range. */
export interface SignatureItem {
  readonly publicKey: Uint8Array
  readonly challenge: BN
  readonly signature: Uint8Array
}

/** share G == expected */
export function shareMatches(table: BaseTable, share: BN, expected: JacobianPoint): boolean {
  const [affine = null] = toAffine([expected])
  return equalsAffine(multiplyBase(table, share), affine)
}

/** z G == N + multiplier Y; null is the identity */
export function signatureShareHolds(table: BaseTable, z: BN, nonce: AffinePoint | null, key: AffinePoint | null, multiplier: BN): boolean {
  return equalsAffine(add(multiplyBase(table, z), negate(multiply(key, multiplier))), nonce)
}

export function signatureHolds(table: BaseTable, suite: Suite, item: SignatureItem): boolean {
  switch (suite) {
    case 'secp256k1-sha256':
      return holdsPlain(table, item)
    case 'bip340':
      return holdsBip340(table, item)
    case 'evm':
      return holdsEvm(table, item)
  }
}

/** RFC 9591, section 6.5 with the encodings of appendix B: R (33) || z (32), z G == R + c Y. */
function holdsPlain(table: BaseTable, { publicKey, challenge, signature }: SignatureItem): boolean {
  const key = decodeCompressed(publicKey)
  const r = decodeCompressed(signature.subarray(0, 33))
  const z = decodeScalar(signature.subarray(33))
  return key !== null && r !== null && z !== null && signatureShareHolds(table, z, r, key, challenge)
}

/** BIP-340, Verification: R.x (32) || s (32), s G - c P has x = R.x and even y, where P is the point with the key's x and even y. */
function holdsBip340(table: BaseTable, { publicKey, challenge, signature }: SignatureItem): boolean {
  const key = decodeCompressed(publicKey)
  const rx = decodeField(signature.subarray(0, 32))
  const s = decodeScalar(signature.subarray(32))
  if (key === null || rx === null || s === null) return false
  const [r = null] = toAffine([add(multiplyBase(table, s), multiply(isOddField(key.y) ? key : negateAffine(key), challenge))])
  return r !== null && !isOddField(r.y) && r.x.eq(rx)
}

/** s (32) || address (20): the address (last 20 bytes of Keccak-256 of x || y) of s G + c Y, as one `ecrecover` yields it on chain. */
function holdsEvm(table: BaseTable, { publicKey, challenge, signature }: SignatureItem): boolean {
  const key = decodeCompressed(publicKey)
  const s = decodeScalar(signature.subarray(0, 32))
  if (key === null || s === null) return false
  const [r = null] = toAffine([add(multiplyBase(table, s), multiply(key, challenge))])
  return r !== null && equalBytes(keccak_256(encodePoints([r])).subarray(12), signature.subarray(32))
}
