/** How long ceremonies and their stages take, read off a client's events: a stage lasts from the end of the one before to its last message. */
import type { StageEvent } from '../ceremony/outcome.ts'
import type { CeremonyId, CeremonyKind, StageName } from '../wire/message.ts'

interface Times {
  readonly kind: CeremonyKind
  readonly started: number
  stageStarted: number
}

export interface TimesListener {
  readonly stageTook: (kind: CeremonyKind, stage: StageName, seconds: number) => void
  readonly ceremonyTook: (kind: CeremonyKind, seconds: number) => void
}

/** More than are ever open; an end that was lost on the way leaves its entry behind. */
const MOST = 100_000

export class CeremonyTimes {
  readonly #times = new Map<CeremonyId, Times>()
  readonly #listener: TimesListener

  constructor(listener: TimesListener) {
    this.#listener = listener
  }

  /** @param now milliseconds of a monotonic clock */
  stage({ kind, ceremonyId, stage, status }: StageEvent, now: number): void {
    const times = this.#of(kind, ceremonyId, now)
    if (status !== 'full') return
    this.#listener.stageTook(kind, stage, (now - times.stageStarted) / 1_000)
    times.stageStarted = now
  }

  /** @param now as above */
  ended(ceremonyId: CeremonyId, now: number): void {
    const times = this.#times.get(ceremonyId)
    if (times === undefined) return
    this.#times.delete(ceremonyId)
    this.#listener.ceremonyTook(times.kind, (now - times.started) / 1_000)
  }

  #of(kind: CeremonyKind, ceremonyId: CeremonyId, now: number): Times {
    const known = this.#times.get(ceremonyId)
    if (known !== undefined) return known
    const oldest = this.#times.size < MOST ? undefined : this.#times.keys().next().value
    if (oldest !== undefined) this.#times.delete(oldest)
    const times = { kind, started: now, stageStarted: now }
    this.#times.set(ceremonyId, times)
    return times
  }
}
