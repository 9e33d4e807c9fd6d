/**
 * The weights of a random linear combination (BIP-340, "Batch Verification"): 16 bytes an item from ChaCha20, keyed with the SHA-256 of all that
 * is verified, so that nobody who makes an item knows its weight before all items are fixed, and every node that verifies the same batch
 * computes the same. The first weight is 1. Each is two little-endian words u, v and means u + v lambda (assembly/operations/equations.ts).
 */
import { createHash } from 'node:crypto'
import { chacha20 } from '@noble/ciphers/chacha.js'

export const WEIGHT_BYTES = 16
const NONCE_BYTES = 12
const DOMAIN = 'quorate batch verification v1'

/** @param columns the inputs, whole: the length of each is hashed as well, so that no two inputs look alike */
export function batchWeights(what: string, count: number, columns: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256').update(`${DOMAIN}/${what}/${columns.map((column) => column.length).join(',')}/`)
  for (const column of columns) hash.update(column)
  const weights = Uint8Array.from(chacha20(hash.digest(), new Uint8Array(NONCE_BYTES), new Uint8Array(count * WEIGHT_BYTES)))
  weights.fill(0, 0, WEIGHT_BYTES)
  weights[0] = 1
  return weights
}
