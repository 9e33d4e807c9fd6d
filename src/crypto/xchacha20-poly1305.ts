/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) for keys that encrypt one message in their life, so that the nonce is 24 zero bytes:
 * HChaCha20 makes the subkey, and ChaCha20-Poly1305 (RFC 8439) of node:crypto does the rest. Against the whole cipher in JavaScript that is a third
 * off a message of one share and ten times as fast on a batch of a thousand (bench/decisions/hashing.ts).
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { hchacha } from '@noble/ciphers/chacha.js'
import { asciiBytes, concatBytes, copyBytes, wipe } from '../bytes.ts'

export const KEY_BYTES = 32
/** Bytes that a ciphertext is longer than its plaintext: the authentication tag. */
export const TAG_BYTES = 16

const CIPHER = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES }
/** The words of ChaCha20's constant in the host's order, as `hchacha` reads them. */
const SIGMA = new Uint32Array(asciiBytes('expand 32-byte k').buffer)
const FIRST_NONCE_BYTES = new Uint32Array(4)
/** Four zero bytes, then the last eight of the nonce. */
const REST_OF_NONCE = new Uint8Array(12)

/** @returns secret: HChaCha20 of the key and the first 16 bytes of the nonce */
function subkeyOf(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(KEY_BYTES / 4)
  const bytes = new Uint8Array(words.buffer)
  bytes.set(key)
  const out = new Uint32Array(KEY_BYTES / 4)
  hchacha(SIGMA, words, FIRST_NONCE_BYTES, out)
  wipe(bytes)
  return new Uint8Array(out.buffer)
}

/**
 * @param key secret, 32 bytes, never used before and never again
 * @returns ciphertext || tag
 */
export function sealOnce(key: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const subkey = subkeyOf(key)
  try {
    const cipher = createCipheriv(CIPHER, subkey, REST_OF_NONCE, OPTIONS)
    cipher.setAAD(associatedData, { plaintextLength: plaintext.length })
    const encrypted = cipher.update(plaintext)
    cipher.final()
    return concatBytes(encrypted, cipher.getAuthTag())
  } finally {
    wipe(subkey)
  }
}

/** @returns secret: the plaintext, or null when the tag is wrong or missing */
export function openOnce(key: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const length = ciphertext.length - TAG_BYTES
  if (length < 0) return null
  const subkey = subkeyOf(key)
  try {
    const decipher = createDecipheriv(CIPHER, subkey, REST_OF_NONCE, OPTIONS)
    decipher.setAAD(associatedData, { plaintextLength: length })
    decipher.setAuthTag(ciphertext.subarray(length))
    const decrypted = decipher.update(ciphertext.subarray(0, length))
    // Nothing of the text may be seen before `final` has said that the tag is right.
    const plaintext = isAuthentic(decipher) ? copyBytes(decrypted) : null
    wipe(decrypted)
    return plaintext
  } finally {
    wipe(subkey)
  }
}

/** The cipher's one way to say that the tag is wrong is to throw; its inputs were sized before. */
function isAuthentic(decipher: { final(): Buffer }): boolean {
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
