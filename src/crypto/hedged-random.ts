/**
 * A source for one signing whose nonces are polynomials: fresh bytes, hashed with the ceremony, the place in it and the share. A source that repeats itself
 * over two ceremonies (a cloned or restored machine) still gives two messages two nonces, and one that is only predictable gives nonces that nobody else
 * can compute: what FROST's nonces have from `makeNonces`.
 */
import { copyBytes, wipe } from '../bytes.ts'
import { SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { type RandomSource, randomScalars } from './random-scalars.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'

export class HedgedRandom {
  readonly #random: RandomSource
  readonly #sid: Uint8Array
  readonly #share: Scalar
  #blocks = 0

  /** @param share secret; a copy is kept until `wipe` */
  constructor(random: RandomSource, sid: Uint8Array, share: Scalar) {
    this.#random = random
    this.#sid = sid
    this.#share = copyBytes(share)
  }

  /** @throws ERR_INVALID_ARGUMENT with field `random` when the source is seen to fail */
  readonly draw: RandomSource = (length) => {
    const out = new Uint8Array(length)
    if (length === 0) return out
    // Drawn as scalars because that draw notices a source that starts again; out of the hashes it could not be seen.
    const fresh = randomScalars(this.#random, Math.ceil(length / SCALAR_BYTES))
    for (let from = 0; from < length; from += SCALAR_BYTES) {
      const block = taggedHash(
        TAGS.hedgedDraw,
        this.#sid,
        this.#share,
        uintBytes(this.#blocks, 4),
        fresh.subarray(from, from + SCALAR_BYTES),
      )
      out.set(block.subarray(0, length - from), from)
      wipe(block)
      this.#blocks += 1
    }
    wipe(fresh)
    return out
  }

  wipe(): void {
    wipe(this.#share)
  }
}
