/** FROST's first round: fresh hedged nonces of our own, in memory, and the pairs of points that are published for them. */
import { itemOf, wipe } from '../../bytes.ts'
import { type RandomSource, randomScalars } from '../../crypto/random-scalars.ts'
import { SingleUseNonces } from '../../crypto/single-use-nonces.ts'
import { TAGS, taggedHash, uintBytes } from '../../crypto/tags.ts'
import { SCALAR_BYTES } from '../../kernel/contract.ts'
import type { KeyMaterial } from '../key-material.ts'
import { compute, required, type Step } from '../step.ts'

export class NoncePairs {
  readonly #key: KeyMaterial
  readonly #share: Uint8Array
  /** what the nonces are derived from */
  readonly #randomness: Uint8Array
  #nonces: SingleUseNonces | null = null

  /** @param sid of the ceremony that they are made in */
  constructor(key: KeyMaterial, sid: Uint8Array, positions: number, random: RandomSource) {
    // Drawn as scalars because that draw notices a source that starts again.
    const fresh = randomScalars(random, 2 * positions)
    this.#randomness = bindRandomness(fresh, sid)
    wipe(fresh)
    this.#key = key
    this.#share = key.share()
  }

  /** @param next gets what is published: positions x 128, D || E */
  make<Result>(next: (pairs: Uint8Array) => Step<Result>): Step<Result> {
    const args = { suite: this.#key.record.suite, share: this.#share, randomness: this.#randomness }
    return compute('commitNonces', args, ({ nonces, commitments }) => {
      wipe(this.#randomness, this.#share)
      this.#nonces = new SingleUseNonces(nonces)
      return next(commitments)
    })
  }

  /** They are the caller's from now on, and nobody else's. */
  handOver(): SingleUseNonces {
    const nonces = required(this.#nonces ?? undefined)
    this.#nonces = null
    return nonces
  }

  wipe(): void {
    wipe(this.#share, this.#randomness)
    this.#nonces?.destroy()
  }
}

/**
 * 32 fresh bytes a nonce, hashed with the ceremony and the place in it: a source that repeats itself over two ceremonies (a cloned or restored
 * machine) still gives two messages two nonces.
 */
function bindRandomness(fresh: Uint8Array, sid: Uint8Array): Uint8Array {
  const bound = new Uint8Array(fresh.length)
  for (let i = 0; i * SCALAR_BYTES < fresh.length; i++) {
    const hash = taggedHash(TAGS.nonceRandomness, sid, uintBytes(i, 4), itemOf(fresh, i, SCALAR_BYTES))
    bound.set(hash, i * SCALAR_BYTES)
    wipe(hash)
  }
  return bound
}
