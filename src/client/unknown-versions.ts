/** Whoever speaks a version that this node does not know is named once in a while, not for every message. */
import type { ValidatorId } from '../wire/message.ts'

const INTERVAL_MS = 60_000
/** Versions are small numbers. Text is none: a peer can have a broker's own answers, which are JSON, arrive under another's name. */
const LAST_VERSION = 0x1f

export class UnknownVersions {
  readonly #told = new Map<ValidatorId | null, number>()

  /** Whether this sender is to be named now. @param from of the roster, or null: the bus does not say */
  isNews(version: number, from: ValidatorId | null, now: number): boolean {
    if (version > LAST_VERSION) return false
    const last = this.#told.get(from)
    if (last !== undefined && now < last + INTERVAL_MS) return false
    this.#told.set(from, now)
    return true
  }
}
