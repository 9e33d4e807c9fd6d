/** The weights of random linear combinations, from a hash of what is checked. Public once everything that they weigh is fixed. */
import { chacha20 } from '@noble/ciphers/chacha.js'
import { itemOf } from '../bytes.ts'
import { type Batch, SCALAR_BYTES } from '../kernel/contract.ts'

/** 128 bits bound the chance that bad items cancel by 2^-128. */
const WEIGHT_BYTES = 16
const NONCE_BYTES = 12

/**
 * @param key 32 bytes, a hash of all that is checked: one key, one list of weights
 * @returns count x 32: scalars below 2^128 from ChaCha20
 */
export function weightScalars(key: Uint8Array, count: number): Batch {
  const stream = chacha20(key, new Uint8Array(NONCE_BYTES), new Uint8Array(count * WEIGHT_BYTES))
  const weights = new Uint8Array(count * SCALAR_BYTES)
  for (let item = 0; item < count; item++) weights.set(itemOf(stream, item, WEIGHT_BYTES), (item + 1) * SCALAR_BYTES - WEIGHT_BYTES)
  return weights
}
