/**
 * How much this node gives away for the asking: so many bytes to one asker and to all within a window. A request is small and its answer may be
 * a megabyte, so without a limit whoever can sign one could make every other node shout.
 */
import type { Effect } from '../ceremony/effects.ts'
import type { ValidatorId } from '../wire/message.ts'

export interface AnswerLimits {
  readonly bytesPerAsker: number
  readonly bytesTotal: number
  readonly windowMs: number
  /** how many may ask: each has its part of the total, whatever the others take */
  readonly askers: number
}

export class AnswerBudget {
  readonly #limits: AnswerLimits
  readonly #given = new Map<ValidatorId, number>()
  #total = 0
  #windowEnds = Number.NEGATIVE_INFINITY

  constructor(limits: AnswerLimits) {
    this.#limits = limits
  }

  /** Whether so many bytes may go to this asker; if so, they count. */
  spend(asker: ValidatorId, bytes: number, now: number): boolean {
    if (now >= this.#windowEnds) {
      this.#given.clear()
      this.#total = 0
      this.#windowEnds = now + this.#limits.windowMs
    }
    const before = this.#given.get(asker) ?? 0
    // The first answer of a window may have any size: an abort with large evidence has to get through as well.
    if (before > 0 && before + bytes > this.#limits.bytesPerAsker) return false
    const part = this.#limits.bytesTotal / this.#limits.askers
    // A few who ask for all that there is leave the others their part: at most twice the total is given.
    if (this.#total + bytes > this.#limits.bytesTotal && before + bytes > part) return false
    this.#given.set(asker, before + bytes)
    this.#total += bytes
    return true
  }

  /** As much of an answer as there is room for. */
  give(to: ValidatorId, messages: readonly Uint8Array[], now: number): Effect[] {
    return messages.map((bytes) =>
      this.spend(to, bytes.length, now) ? { type: 'send', to, bytes } : { type: 'dropped', reason: 'early-budget' },
    )
  }
}
