/** Scalars as they travel: 32 bytes big-endian below the order q of secp256k1 (SEC 2, section 2.4.1). Public values only. */
import { fromHex } from '../bytes.ts'

export const SCALAR_BYTES = 32

const ORDER = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'q', SCALAR_BYTES)

/** Are there 32 bytes at `offset`, and are they below q? */
export function isCanonicalScalar(bytes: Uint8Array, offset = 0): boolean {
  if (offset < 0 || offset + SCALAR_BYTES > bytes.length) return false
  for (let i = 0; i < SCALAR_BYTES; i++) {
    const digit = bytes[offset + i] ?? 0
    const bound = ORDER[i] ?? 0
    if (digit !== bound) return digit < bound
  }
  return false
}
