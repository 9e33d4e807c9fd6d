/**
 * What seals the entries of one store: XChaCha20-Poly1305 under a key of the store's own, a fresh nonce for each write, and in the associated
 * data what the entry is, of which key and of which validator. An entry put in another's place does not open.
 *
 * Layout: version u8 = 1 | nonce 24 | ciphertext || tag 16.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { asciiBytes, concatBytes, copyBytes, wipe } from '../../bytes.ts'
import { NONCE_BYTES, TAG_BYTES } from '../seal.ts'

export type EntryKind = 'record' | 'certificates' | 'head' | 'counter'

const VERSION = 1
const TEXT_AT = 1 + NONCE_BYTES
/** Bytes that an entry is longer than what it holds. */
export const ENTRY_OVERHEAD = TEXT_AT + TAG_BYTES

const INFO = asciiBytes('quorate/v1/store-entries')

export class Sealer {
  /** secret */
  readonly #key: Uint8Array
  readonly #self: string

  /** @param masterKey secret, the caller's own, not kept */
  constructor(masterKey: Uint8Array, self: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), INFO, masterKey.length))
    this.#self = self
  }

  /** @param subject a key id, or empty */
  seal(kind: EntryKind, subject: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    const head = concatBytes(Uint8Array.of(VERSION), randomBytes(NONCE_BYTES))
    return concatBytes(head, this.#cipher(kind, subject, head).encrypt(plaintext))
  }

  /** @returns the plaintext, which its receiver takes for secret if it is a record; null for anything but what `seal` made for this kind and subject */
  open(kind: EntryKind, subject: string, sealed: Uint8Array): Uint8Array<ArrayBuffer> | null {
    if (sealed.length < ENTRY_OVERHEAD || sealed[0] !== VERSION) return null
    try {
      const opened = this.#cipher(kind, subject, sealed.subarray(0, TEXT_AT)).decrypt(sealed.subarray(TEXT_AT))
      const plaintext = copyBytes(opened)
      wipe(opened)
      return plaintext
    } catch {
      return null
    }
  }

  wipe(): void {
    wipe(this.#key)
  }

  toJSON(): string {
    return '<redacted>'
  }

  [inspect.custom](): string {
    return 'Sealer <redacted>'
  }

  /** None of the three names has a zero byte in it. */
  #cipher(kind: EntryKind, subject: string, head: Uint8Array): ReturnType<typeof xchacha20poly1305> {
    const associated = concatBytes(head.subarray(0, 1), asciiBytes(`quorate store\0${kind}\0${this.#self}\0${subject}`))
    return xchacha20poly1305(this.#key, head.subarray(1), associated)
  }
}
