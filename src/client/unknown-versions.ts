/** Whoever speaks a version that this node does not know is named once in a while, not for every message. */
import type { ValidatorId } from '../wire/message.ts'

const INTERVAL_MS = 60_000

export class UnknownVersions {
  readonly #told = new Map<ValidatorId | null, number>()

  /** Whether this sender is to be named now. @param from of the roster, or null: the bus does not say */
  isNews(from: ValidatorId | null, now: number): boolean {
    const last = this.#told.get(from)
    if (last !== undefined && now < last + INTERVAL_MS) return false
    this.#told.set(from, now)
    return true
  }
}
