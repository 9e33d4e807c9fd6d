/**
 * How much worthless matter this node looks at under one name. A member that sends junk as fast as it can costs every other node the reading of it, and
 * checks of signatures; whoever has sent too much is not listened to at all for a moment. The name is the bus's word: a bus that lies about it could as
 * well lose what it likes.
 */

/** Frames that nobody honest sends, in a row. */
const CAPACITY = 2_000
/** Of them, forgiven. */
const PER_SECOND = 200

interface Account {
  spent: number
  /** when `spent` was right */
  at: number
}

export class JunkBudget<Name> {
  readonly #accounts = new Map<Name, Account>()

  /** Whether more of this name is to be looked at. */
  tolerates(name: Name, now: number): boolean {
    const account = this.#accounts.get(name)
    if (account === undefined) return true
    const spent = account.spent - ((now - account.at) / 1_000) * PER_SECOND
    if (spent <= 0) this.#accounts.delete(name)
    return spent < CAPACITY
  }

  /** It was worth nothing. */
  spend(name: Name, now: number): void {
    const account = this.#accounts.get(name)
    const before = account === undefined ? 0 : Math.max(0, account.spent - ((now - account.at) / 1_000) * PER_SECOND)
    this.#accounts.set(name, { spent: before + 1, at: now })
  }
}
