/**
 * First messages of ceremonies that this node was not instructed for yet: verified, one a sender, ceremony and mode, and only for a while. Each sender
 * has a byte budget, its fair share of the total at most, and a window of ids below the highest that it signed; what no longer fits pushes out
 * the sender's own oldest. So nobody can crowd out anybody else, and a node that sat out many ceremonies still hears the next one.
 */
import type { DropReason } from '../ceremony/effects.ts'
import { type CeremonyId, type Envelope, FIRST_STAGE, STAGE_NUMBER, type ValidatorId } from '../wire/message.ts'

/** The number of a first message: in the one-round mode of signing it is 2. */
const FIRST_NUMBERS = [FIRST_STAGE, STAGE_NUMBER.oneRoundFrost.SignatureShare] as const

export interface EarlyLimits {
  readonly bytesPerPeer: number
  readonly bytesTotal: number
  readonly ttlMs: number
  /** peers that may send: the total is shared among them */
  readonly peers: number
  /** ids that one sender may be ahead of its own oldest message */
  readonly window: number
}

/** A window is cleared once a 64th of it has been left behind: a look at all that is held for every message that comes would be quadratic. */
const SLACK_BITS = 6

interface Held {
  readonly envelope: Envelope
  readonly expires: number
}

/** One sender's messages by ceremony id and stage, oldest first: also in the order of expiry. */
interface Sender {
  readonly held: Map<string, Held>
  bytes: number
  /** no id held is below it */
  floor: CeremonyId
}

export class EarlyMessages {
  readonly #limits: EarlyLimits
  readonly #budget: number
  readonly #senders = new Map<ValidatorId, Sender>()

  constructor(limits: EarlyLimits) {
    this.#limits = limits
    this.#budget = Math.min(limits.bytesPerPeer, Math.floor(limits.bytesTotal / Math.max(1, limits.peers)))
  }

  get bytes(): number {
    let total = 0
    for (const { bytes } of this.#senders.values()) total += bytes
    return total
  }

  /** Null, or why a message of this size is not worth the verification of its signature. */
  admit(bytes: number): DropReason | null {
    return bytes > this.#budget ? 'early-budget' : null
  }

  /** What is dropped for it: nothing, the message itself, or older ones of its sender. */
  hold(envelope: Envelope, now: number): readonly DropReason[] {
    const { ceremonyId, from, stage } = envelope.header
    const slot = slotOf(ceremonyId, stage)
    const size = envelope.bytes.length
    if (this.admit(size) !== null) return ['early-budget']
    const sender = this.#senders.get(from) ?? { held: new Map<string, Held>(), bytes: 0, floor: ceremonyId }
    const known = sender.held.get(slot)
    // The first one holds the slot. A second one that differs is the author's fault, but nothing can be proven before the sid is known.
    if (known !== undefined) return ['duplicate']
    const dropped = this.#makeRoom(from, sender, ceremonyId, size)
    if (ceremonyId < sender.floor) sender.floor = ceremonyId
    sender.held.set(slot, { envelope, expires: now + this.#limits.ttlMs })
    sender.bytes += size
    this.#senders.set(from, sender)
    return dropped
  }

  /** Drops what has left the window, then the oldest until there is room. */
  #makeRoom(from: ValidatorId, sender: Sender, ceremonyId: CeremonyId, size: number): DropReason[] {
    const lowest = ceremonyId - BigInt(this.#limits.window)
    const dropped: DropReason[] = []
    if (sender.floor + BigInt(this.#limits.window >> SLACK_BITS) >= lowest && sender.bytes + size <= this.#budget) return dropped
    for (const [slot, held] of sender.held) {
      const inside = held.envelope.header.ceremonyId >= lowest
      if (inside && sender.bytes + size <= this.#budget) continue
      this.#remove(from, sender, slot)
      dropped.push('early-budget')
    }
    sender.floor = ceremonyId
    for (const { envelope } of sender.held.values()) {
      if (envelope.header.ceremonyId < sender.floor) sender.floor = envelope.header.ceremonyId
    }
    return dropped
  }

  /** All messages held for a ceremony that starts now. */
  take(ceremonyId: CeremonyId): Envelope[] {
    const taken: Envelope[] = []
    for (const [from, sender] of this.#senders) {
      for (const slot of FIRST_NUMBERS.map((stage) => slotOf(ceremonyId, stage))) {
        const held = sender.held.get(slot)
        if (held === undefined) continue
        taken.push(held.envelope)
        this.#remove(from, sender, slot)
      }
    }
    return taken
  }

  expire(now: number): void {
    for (const [from, sender] of this.#senders) {
      for (const [slot, { expires }] of sender.held) {
        if (expires > now) break
        this.#remove(from, sender, slot)
      }
    }
  }

  #remove(from: ValidatorId, sender: Sender, slot: string): void {
    sender.bytes -= sender.held.get(slot)?.envelope.bytes.length ?? 0
    sender.held.delete(slot)
    if (sender.held.size === 0) this.#senders.delete(from)
  }
}

function slotOf(id: CeremonyId, stage: number): string {
  return `${id} ${stage}`
}
