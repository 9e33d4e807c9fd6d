/**
 * Reduction of hash values modulo q. One path for public and secret values: nonces come out of it (H3), so it uses only kernel operations
 * that are constant time and no branch, BigInt or string.
 */
import { wipe } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, type Kernel, SCALAR_BYTES } from '../../kernel/contract.ts'
import { WIDE_BYTES } from './contract.ts'

const HALF_BYTES = WIDE_BYTES / 2

/** 2^192 */
const TWO_TO_192 = new Uint8Array(SCALAR_BYTES)
TWO_TO_192[SCALAR_BYTES - 1 - HALF_BYTES] = 1

/**
 * n x 48 -> n x 32, big-endian, mod q. The value is split as high 2^192 + low with both halves below 2^192 < q: each half is a scalar as it
 * stands, so no comparison with q is needed anywhere outside the kernel. The caller wipes its input where that is secret.
 *
 * @throws ERR_INVALID_ARGUMENT with `field` unless n >= 1 whole values
 */
export function reduceWide(kernel: Kernel, wide: Uint8Array, field = 'wide'): Batch {
  const n = wide.length / WIDE_BYTES
  if (n === 0 || !Number.isInteger(n)) throw invalidArgument(field, `must be one or more values of ${WIDE_BYTES} bytes`)
  const high = new Uint8Array(n * SCALAR_BYTES)
  const low = new Uint8Array(n * SCALAR_BYTES)
  const factor = new Uint8Array(n * SCALAR_BYTES)
  for (let i = 0; i < n; i++) {
    const from = i * WIDE_BYTES
    const to = i * SCALAR_BYTES + SCALAR_BYTES - HALF_BYTES
    high.set(wide.subarray(from, from + HALF_BYTES), to)
    low.set(wide.subarray(from + HALF_BYTES, from + WIDE_BYTES), to)
    factor.set(TWO_TO_192, i * SCALAR_BYTES)
  }
  const made: Uint8Array[] = [high, low]
  try {
    const shifted = kernel.scalarMul(high, factor)
    made.push(shifted)
    return kernel.scalarAdd(shifted, low)
  } finally {
    wipe(...made)
  }
}

/** A 32-byte digest in the 48-byte form that `reduceWide` takes. */
export function widenDigest(digest: Uint8Array): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(WIDE_BYTES)
  wide.set(digest, WIDE_BYTES - digest.length)
  return wide
}
