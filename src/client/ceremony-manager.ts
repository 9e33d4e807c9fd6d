/**
 * Routes messages and results to the ceremonies of one kind, so that many run at once, and forgets each at its end. Keys are never its to
 * touch: cleaning up means deadlines, nothing else.
 */
import type { Ceremony } from '../ceremony/ceremony.ts'
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { Ending } from '../ceremony/program.ts'
import type { CeremonyId, Envelope, EnvelopeHeader } from '../wire/message.ts'

export class CeremonyManager<Result> {
  readonly #open = new Map<CeremonyId, Ceremony<Result>>()
  /** the events that report an ending, in order */
  readonly #report: (ceremonyId: CeremonyId, ending: Ending<Result>) => readonly InnerEvent[]

  constructor(report: (ceremonyId: CeremonyId, ending: Ending<Result>) => readonly InnerEvent[]) {
    this.#report = report
  }

  get open(): number {
    return this.#open.size
  }

  has(id: CeremonyId): boolean {
    return this.#open.has(id)
  }

  ids(): readonly CeremonyId[] {
    return [...this.#open.keys()]
  }

  start(ceremony: Ceremony<Result>, early: readonly Envelope[], now: number): Effect[] {
    const id = ceremony.context.ceremonyId
    this.#open.set(id, ceremony)
    const effects = this.#step(id, (running) => running.start(now))
    for (const envelope of early) effects.push(...this.message(envelope))
    return effects
  }

  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    return this.#open.get(header.ceremonyId)?.admit(header, bodyBytes) ?? null
  }

  message(envelope: Envelope): Effect[] {
    if (!this.#open.has(envelope.header.ceremonyId)) return [{ type: 'dropped', reason: 'late' }]
    return this.#step(envelope.header.ceremonyId, (ceremony) => ceremony.message(envelope))
  }

  awaits(id: CeremonyId, token: number): boolean {
    return this.#open.get(id)?.awaits(token) ?? false
  }

  computed(id: CeremonyId, token: number, computed: Computed): Effect[] {
    return this.#step(id, (ceremony) => ceremony.computed(token, computed))
  }

  stored(id: CeremonyId, token: number, ok: boolean): Effect[] {
    return this.#step(id, (ceremony) => ceremony.stored(token, ok))
  }

  /** Ends what waited past its deadline. */
  cleanup(now: number): Effect[] {
    return this.ids().flatMap((id) => this.#step(id, (ceremony) => ceremony.tick(now)))
  }

  abort(id: CeremonyId): Effect[] {
    return this.#step(id, (ceremony) => ceremony.abort())
  }

  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const ceremony of this.#open.values()) next = Math.min(next, ceremony.deadline)
    return next
  }

  /** Every change of a ceremony goes through here, so that its ending is reported exactly once. */
  #step(id: CeremonyId, change: (ceremony: Ceremony<Result>) => Effect[]): Effect[] {
    const ceremony = this.#open.get(id)
    if (ceremony === undefined) return []
    const effects = change(ceremony)
    const { ending } = ceremony
    if (ending === null) return effects
    this.#open.delete(id)
    const transcript = ceremony.transcript()
    if (transcript !== null) {
      const info = { kind: ceremony.context.kind, ceremonyId: id, status: ending.status }
      effects.push({ type: 'transcript', info, bytes: transcript })
    }
    return [...effects, ...this.#report(id, ending).map((event): Effect => ({ type: 'event', event }))]
  }
}
