/**
 * The slots of all preprocessings that this node took part in, in memory only. Bounded: the oldest preprocessing makes room for a new one, and whoever
 * names its slots afterwards signs in two rounds.
 */
import { type NamedSlots, type PreparedNonces, type Preprocessed, Slots } from '../ceremony/preprocess/slots.ts'
import type { CeremonyId } from '../wire/message.ts'

/** What an entry takes beside its bytes: its objects, ids and digests, roughly. */
const ENTRY_BYTES = 1_024

export class SlotRing {
  readonly #bytesTotal: number
  /** in the order in which they were instructed */
  readonly #slots = new Map<CeremonyId, Slots>()

  constructor(bytesTotal: number) {
    this.#bytesTotal = bytesTotal
  }

  get bytes(): number {
    let total = 0
    for (const { bytes } of this.#slots.values()) total += ENTRY_BYTES + bytes
    return total
  }

  /** A preprocessing begins: from now on its slots can be named, which destroys them. */
  open(id: CeremonyId, count: number): void {
    this.#slots.set(id, new Slots(count))
  }

  /** It has ended well. The nonces are this object's. */
  fill(id: CeremonyId, preprocessed: Preprocessed): void {
    const slots = this.#slots.get(id)
    if (slots === undefined) {
      preprocessed.nonces.destroy()
      return
    }
    slots.fill(preprocessed)
    if (slots.left === 0) this.drop(id)
    for (const oldest of this.#slots.keys()) {
      if (this.bytes <= this.#bytesTotal) return
      this.drop(oldest)
    }
  }

  drop(id: CeremonyId): void {
    this.#slots.get(id)?.destroy()
    this.#slots.delete(id)
  }

  /** Null if a slot is used or unknown here, the key another, or a signer no participant; the range is destroyed in any case. */
  take(id: CeremonyId, range: NamedSlots): PreparedNonces | null {
    const slots = this.#slots.get(id)
    if (slots === undefined) return null
    const taken = slots.take(range)
    if (slots.left === 0) this.drop(id)
    return taken
  }

  /** Nothing is left, and nothing comes any more. */
  close(): void {
    for (const id of [...this.#slots.keys()]) this.drop(id)
  }
}
