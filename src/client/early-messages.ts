/**
 * Stage-1 messages of ceremonies that this node was not instructed for yet: verified, one a sender and ceremony, within a byte budget a sender
 * and in total, and only for a while.
 */
import { equalBytes } from '../bytes.ts'
import type { DropReason } from '../ceremony/effects.ts'
import type { CeremonyId, Envelope, ValidatorId } from '../wire/message.ts'

export interface EarlyLimits {
  readonly bytesPerPeer: number
  readonly bytesTotal: number
  readonly ttlMs: number
}

interface Held {
  readonly envelope: Envelope
  readonly expires: number
}

export class EarlyMessages {
  readonly #limits: EarlyLimits
  readonly #held = new Map<CeremonyId, Map<ValidatorId, Held>>()
  /** all entries in the order of arrival, which is the order of expiry */
  readonly #queue = new Set<Held>()
  readonly #bytes = new Map<ValidatorId, number>()
  #total = 0

  constructor(limits: EarlyLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#total
  }

  /** Null, or why a message of this size is not worth the verification of its signature. */
  admit(from: ValidatorId, bytes: number): DropReason | null {
    const ofPeer = this.#bytes.get(from) ?? 0
    return ofPeer + bytes > this.#limits.bytesPerPeer || this.#total + bytes > this.#limits.bytesTotal ? 'early-budget' : null
  }

  hold(envelope: Envelope, now: number): DropReason | null {
    const { ceremonyId, from } = envelope.header
    const ofCeremony = this.#held.get(ceremonyId)
    const known = ofCeremony?.get(from)
    // The first one holds the slot. A second one that differs is the author's fault, but nothing can be proven before the sid is known.
    if (known !== undefined) return equalBytes(known.envelope.headerHash, envelope.headerHash) ? 'duplicate' : 'early-budget'
    const refused = this.admit(from, envelope.bytes.length)
    if (refused !== null) return refused
    const held = { envelope, expires: now + this.#limits.ttlMs }
    if (ofCeremony === undefined) this.#held.set(ceremonyId, new Map([[from, held]]))
    else ofCeremony.set(from, held)
    this.#queue.add(held)
    this.#count(from, envelope.bytes.length)
    return null
  }

  /** All messages held for a ceremony that starts now. */
  take(ceremonyId: CeremonyId): Envelope[] {
    const held = [...(this.#held.get(ceremonyId)?.values() ?? [])]
    for (const entry of held) this.#remove(entry)
    return held.map(({ envelope }) => envelope)
  }

  expire(now: number): void {
    for (const held of this.#queue) {
      if (held.expires > now) return
      this.#remove(held)
    }
  }

  #remove(held: Held): void {
    const { ceremonyId, from } = held.envelope.header
    this.#queue.delete(held)
    const ofCeremony = this.#held.get(ceremonyId)
    ofCeremony?.delete(from)
    if (ofCeremony?.size === 0) this.#held.delete(ceremonyId)
    this.#count(from, -held.envelope.bytes.length)
  }

  #count(from: ValidatorId, bytes: number): void {
    this.#total += bytes
    const ofPeer = (this.#bytes.get(from) ?? 0) + bytes
    if (ofPeer === 0) this.#bytes.delete(from)
    else this.#bytes.set(from, ofPeer)
  }
}
