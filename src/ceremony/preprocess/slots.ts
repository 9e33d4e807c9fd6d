/**
 * The slots of one preprocessing, in memory only: our nonces, one pair a slot, and the pairs of points of all signers. A slot is destroyed when it is
 * first named, whatever becomes of the signing that names it, also before the preprocessing has ended.
 */
import { copyBytes, equalBytes, itemOf, wipe } from '../../bytes.ts'
import { NONCE_PAIR_BYTES } from '../../crypto/frost-nonces.ts'
import { COMMITMENT_PAIR_BYTES } from '../../crypto/frost-transcript.ts'
import { SingleUseNonces } from '../../crypto/single-use-nonces.ts'
import type { ValidatorId } from '../../wire/message.ts'

/** What a preprocessing makes. */
export interface Preprocessed {
  /** of the key that it was made for */
  readonly keyDigest: Uint8Array
  readonly participants: readonly ValidatorId[]
  /** what every participant has confirmed */
  readonly digest: Uint8Array
  /** of each participant in order, count x 128 */
  readonly pairs: readonly Uint8Array[]
  /** our own, count x 64 */
  readonly nonces: SingleUseNonces
}

/** A range of slots that a signing names. */
export interface NamedSlots {
  readonly firstSlot: number
  /** one a message */
  readonly count: number
  /** of the key that signs */
  readonly keyDigest: Uint8Array
  /** in index order */
  readonly signers: readonly ValidatorId[]
}

/** What a one-round signing starts with. */
export interface PreparedNonces {
  readonly digest: Uint8Array
  /** of each signer in order, messages x 128 */
  readonly pairs: readonly Uint8Array[]
  /** our own of the named range, nobody else's */
  readonly nonces: SingleUseNonces
}

type Held = Omit<Preprocessed, 'nonces'> & { /** secret, count x 64; zeros where a slot was named */ readonly secrets: Uint8Array }

export class Slots {
  /** a private field: no property, clone, inspection or JSON reaches it; null until all have confirmed, and when nothing is left */
  #held: Held | null = null
  /** 1: named */
  readonly #named: Uint8Array
  #left: number

  constructor(count: number) {
    this.#named = new Uint8Array(count)
    this.#left = count
  }

  /** Slots that nobody has named. */
  get left(): number {
    return this.#left
  }

  /** What it holds, secret or not. */
  get bytes(): number {
    if (this.#held === null) return this.#named.length
    return this.#held.pairs.reduce((sum, { length }) => sum + length, this.#named.length + this.#held.secrets.length)
  }

  /** All participants have confirmed. The nonces are this object's from now on. */
  fill({ nonces, ...rest }: Preprocessed): void {
    const secrets = nonces.take()
    this.#named.forEach((named, slot) => {
      if (named === 1) wipe(itemOf(secrets, slot, NONCE_PAIR_BYTES))
    })
    this.#held = { ...rest, secrets }
    if (this.#left === 0) this.destroy()
  }

  /** Null if a slot of the range is used or unknown here. The whole range is destroyed in any case. */
  take(range: NamedSlots): PreparedNonces | null {
    const held = this.#held
    const { firstSlot, count } = range
    const end = firstSlot + count
    // defence: slot-given-once
    const fresh = end <= this.#named.length && !this.#named.subarray(firstSlot, end).includes(1)
    const nonces = held !== null && fresh ? copyBytes(held.secrets, firstSlot * NONCE_PAIR_BYTES, end * NONCE_PAIR_BYTES) : null
    // defence: slot-destroyed
    this.#destroy(firstSlot, Math.min(end, this.#named.length))
    if (held === null || nonces === null) return null
    const places = placesIn(held, range)
    if (places === null) {
      wipe(nonces)
      return null
    }
    const from = firstSlot * COMMITMENT_PAIR_BYTES
    const pairs = places.map((place) => copyBytes(held.pairs[place] ?? new Uint8Array(), from, end * COMMITMENT_PAIR_BYTES))
    return { digest: held.digest, pairs, nonces: new SingleUseNonces(nonces) }
  }

  /** Nothing is left of any slot. */
  destroy(): void {
    if (this.#held !== null) wipe(this.#held.secrets)
    this.#held = null
    this.#named.fill(1)
    this.#left = 0
  }

  #destroy(from: number, end: number): void {
    for (let slot = from; slot < end; slot++) {
      if (this.#named[slot] === 1) continue
      this.#named[slot] = 1
      this.#left -= 1
      if (this.#held !== null) wipe(itemOf(this.#held.secrets, slot, NONCE_PAIR_BYTES))
    }
    if (this.#left === 0) this.destroy()
  }
}

/** Where the signers stand among the participants; null unless all are there, and the key is the same. */
function placesIn({ keyDigest, participants }: Held, range: NamedSlots): readonly number[] | null {
  const places = range.signers.map((id) => participants.indexOf(id))
  return equalBytes(keyDigest, range.keyDigest) && !places.includes(-1) ? places : null
}
