/**
 * What is left of ceremonies that have ended: their archives, for a while, so that a node that is behind can still be helped. Bounded in bytes,
 * the oldest going first, and in time. No secret is in them, and nothing is computed for them.
 */
import type { Answers } from '../ceremony/running-ceremony.ts'
import type { CeremonyId } from '../wire/message.ts'

export interface TailLimits {
  readonly bytesTotal: number
  readonly lifeMs: number
}

interface Tail {
  readonly archive: Answers
  readonly bytes: number
  readonly expires: number
}

export class Tails {
  readonly #limits: TailLimits
  /** in the order of their ends, so also of their expiry */
  readonly #tails = new Map<CeremonyId, Tail>()
  #bytes = 0

  constructor(limits: TailLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  /** One that is too large for the whole budget is not kept at all: it would only push out the others. */
  add(id: CeremonyId, archive: Answers, now: number): void {
    const { bytes } = archive
    if (bytes > this.#limits.bytesTotal) return
    for (const oldest of this.#tails.keys()) {
      if (this.#bytes + bytes <= this.#limits.bytesTotal) break
      this.#remove(oldest)
    }
    this.#tails.set(id, { archive, bytes, expires: now + this.#limits.lifeMs })
    this.#bytes += bytes
  }

  get(id: CeremonyId): Answers | null {
    return this.#tails.get(id)?.archive ?? null
  }

  expire(now: number): void {
    for (const [id, { expires }] of this.#tails) {
      if (expires > now) break
      this.#remove(id)
    }
  }

  /** When the next one expires. */
  nextDeadline(): number {
    for (const { expires } of this.#tails.values()) return expires
    return Number.POSITIVE_INFINITY
  }

  #remove(id: CeremonyId): void {
    this.#bytes -= this.#tails.get(id)?.bytes ?? 0
    this.#tails.delete(id)
  }
}
