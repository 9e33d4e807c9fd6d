/**
 * The order q of the group and the few comparisons with it that protocol code makes on bytes. Comparisons look at all 32 bytes whatever they
 * find, since the value may be a share or a fresh nonce; none of them makes a BigInt of it.
 */
import { fromHex } from '../bytes.ts'

/** q, big-endian (SEC 2, section 2.4.1). */
export const GROUP_ORDER: Uint8Array = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'q')
/** q - 1, the scalar that negates. */
export const MINUS_ONE: Uint8Array = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140', 'q - 1')
/** (q - 1) / 2: the largest x-coordinate of a group key that on-chain verifiers of the `evm` suite accept. */
export const HALF_ORDER: Uint8Array = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', '(q - 1) / 2')
/** p, the field's prime, big-endian. */
export const FIELD_PRIME: Uint8Array = fromHex('fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f', 'p')

/** `a - b` into `out` for three arrays of 32 bytes, big-endian; returns the borrow, 1 when a < b. `out` may be null or `a` itself. */
export function subtractBytes(a: Uint8Array, b: Uint8Array, out: Uint8Array | null): 0 | 1 {
  let borrow = 0
  for (let i = 31; i >= 0; i--) {
    // In -256..255, so that the arithmetic shift gives -1 exactly when the difference is negative.
    const difference = (a[i] ?? 0) - (b[i] ?? 0) - borrow
    if (out !== null) out[i] = difference & 0xff
    borrow = (difference >> 8) & 1
  }
  return borrow === 0 ? 0 : 1
}

/** Whether a 32-byte value is below q. */
export function isBelowOrder(scalar: Uint8Array): boolean {
  return subtractBytes(scalar, GROUP_ORDER, null) === 1
}

/** Whether all bytes are zero, looking at all of them: the scalar 0, or the identity as 64 bytes. */
export function isZero(bytes: Uint8Array): boolean {
  let any = 0
  for (let i = 0; i < bytes.length; i++) any |= bytes[i] ?? 0
  return any === 0
}

/** A 32-byte digest mod q, big-endian. One subtraction is enough: 2^256 < 2q. Public digests only (it branches); bias below 2^-127. */
export function digestToScalar(digest: Uint8Array): Uint8Array<ArrayBuffer> {
  const reduced = new Uint8Array(32)
  if (subtractBytes(digest, GROUP_ORDER, reduced) === 1) reduced.set(digest)
  return reduced
}
