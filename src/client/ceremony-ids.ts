/**
 * Which ceremony ids were used: exactly within a window below the highest, and everything below the window counts as used. Without this a
 * restarted honest node would sign two different messages for one stage of one ceremony.
 */
import { QuorateError } from '../errors.ts'
import type { CeremonyId } from '../wire/message.ts'

export class CeremonyIds {
  readonly #window: bigint
  /** every id up to it was used by an earlier process */
  readonly #mark: CeremonyId
  readonly #used = new Set<CeremonyId>()
  #highest: CeremonyId

  constructor(window: number, mark: CeremonyId) {
    this.#window = BigInt(window)
    this.#mark = mark
    this.#highest = mark
  }

  has(id: CeremonyId): boolean {
    return id <= this.#mark || id <= this.#floor() || this.#used.has(id)
  }

  /** @throws ERR_CEREMONY_ID_USED, ERR_CEREMONY_ID_WINDOW */
  assertUnused(id: CeremonyId): void {
    if (id <= this.#mark || this.#used.has(id)) throw new QuorateError('ERR_CEREMONY_ID_USED', { field: 'ceremonyId' })
    if (id <= this.#floor()) throw new QuorateError('ERR_CEREMONY_ID_WINDOW', { field: 'ceremonyId' })
  }

  /** Spends the id. @returns how far it lies above the highest before it */
  use(id: CeremonyId): bigint {
    const ahead = id - this.#highest
    const before = this.#floor()
    this.#used.add(id)
    if (id > this.#highest) this.#highest = id
    this.#forget(before)
    return ahead
  }

  #floor(): CeremonyId {
    return this.#highest > this.#window ? this.#highest - this.#window : 0n
  }

  /** Drops what fell out of the window; an instruction may jump ahead by 2^63, so whichever walk is shorter. */
  #forget(before: CeremonyId): void {
    const floor = this.#floor()
    if (floor - before <= BigInt(this.#used.size)) {
      for (let id = before + 1n; id <= floor; id++) this.#used.delete(id)
      return
    }
    for (const id of this.#used) if (id <= floor) this.#used.delete(id)
  }
}
