/**
 * expand_message_xmd with SHA-256 (RFC 9380 section 5.3.1) to 48 bytes: the hash under H1, H2 and H3 of RFC 9591 section 6.5.
 * The reduction modulo q is `reduceWide`, many values at a time.
 */
import { asciiBytes, concatBytes, wipe } from '../../bytes.ts'
import { sha256 } from '../sha256.ts'
import { WIDE_BYTES } from './contract.ts'

/** Z_pad of section 5.3.1: one whole block of SHA-256. */
const ZERO_BLOCK = new Uint8Array(64)
/** I2OSP(48, 2) || I2OSP(0, 1) */
const LENGTH_AND_ZERO = new Uint8Array([0, WIDE_BYTES, 0])

/** One domain separation tag, as the function that hashes under it. */
export class HashToField {
  /** what follows the message, b_0 and b_0 xor b_1 */
  readonly #afterMessage: Uint8Array
  readonly #first: Uint8Array
  readonly #second: Uint8Array

  /** @param tag ASCII, at most 255 characters */
  constructor(tag: string) {
    const name = asciiBytes(tag)
    const domain = concatBytes(name, new Uint8Array([name.length]))
    this.#afterMessage = concatBytes(LENGTH_AND_ZERO, domain)
    this.#first = concatBytes(new Uint8Array([1]), domain)
    this.#second = concatBytes(new Uint8Array([2]), domain)
  }

  /** Parts may be secret: every intermediate value is overwritten. */
  hash(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const b0 = sha256([ZERO_BLOCK, ...parts, this.#afterMessage])
    const b1 = sha256([b0, this.#first])
    for (let i = 0; i < b0.length; i++) b0[i] = (b0[i] ?? 0) ^ (b1[i] ?? 0)
    const b2 = sha256([b0, this.#second])
    const wide = new Uint8Array(WIDE_BYTES)
    wide.set(b1)
    wide.set(b2.subarray(0, WIDE_BYTES - b1.length), b1.length)
    wipe(b0, b1, b2)
    return wide
  }
}
