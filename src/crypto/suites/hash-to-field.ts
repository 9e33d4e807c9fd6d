/**
 * expand_message_xmd with SHA-256 (RFC 9380 section 5.3.1) to 48 bytes: the hash under H1, H2 and H3 of RFC 9591 section 6.5.
 * The reduction modulo q is `reduceWide`, many values at a time.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { asciiBytes, concatBytes } from '../../bytes.ts'
import { WIDE_BYTES } from './contract.ts'

type Sha256State = ReturnType<typeof sha256.create>

const BLOCK_BYTES = 64
/** Z_pad is one whole block of zeros: its compression is the same for every message, so it is done once. */
const AFTER_ZERO_BLOCK = sha256.create().update(new Uint8Array(BLOCK_BYTES))
/** I2OSP(48, 2) || I2OSP(0, 1) */
const LENGTH_AND_ZERO = new Uint8Array([0, WIDE_BYTES, 0])

/** One domain separation tag, as the function that hashes under it. */
export class HashToField {
  readonly #domain: Uint8Array
  readonly #first: Uint8Array
  readonly #second: Uint8Array

  /** @param tag ASCII, at most 255 characters */
  constructor(tag: string) {
    const name = asciiBytes(tag)
    this.#domain = concatBytes(name, new Uint8Array([name.length]))
    this.#first = concatBytes(new Uint8Array([1]), this.#domain)
    this.#second = concatBytes(new Uint8Array([2]), this.#domain)
  }

  /** Parts may be secret: every intermediate value is overwritten. */
  hash(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const state = AFTER_ZERO_BLOCK.clone()
    for (const part of parts) state.update(part)
    return this.#finish(state)
  }

  /** Hashes of `prefix || suffix`, for each suffix: the prefix is compressed once. Public inputs. */
  hashEach(prefix: readonly Uint8Array[], suffixes: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
    const common = AFTER_ZERO_BLOCK.clone()
    for (const part of prefix) common.update(part)
    const hashes = suffixes.map((suffix) => this.#finish(common.clone().update(suffix)))
    common.destroy()
    return hashes
  }

  #finish(state: Sha256State): Uint8Array<ArrayBuffer> {
    // noble's digest() destroys its state, so what remains of a secret message is b_0, b_1 and b_2, wiped below.
    const b0 = state.update(LENGTH_AND_ZERO).update(this.#domain).digest()
    const b1 = sha256.create().update(b0).update(this.#first).digest()
    for (let i = 0; i < b0.length; i++) b0[i] = (b0[i] ?? 0) ^ (b1[i] ?? 0)
    const b2 = sha256.create().update(b0).update(this.#second).digest()
    const wide = new Uint8Array(WIDE_BYTES)
    wide.set(b1)
    wide.set(b2.subarray(0, WIDE_BYTES - b1.length), b1.length)
    b0.fill(0)
    b1.fill(0)
    b2.fill(0)
    return wide
  }
}
