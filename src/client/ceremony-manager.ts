/**
 * Routes messages and results to the ceremonies of one kind, so that many run at once, and forgets each at its end, but for its tail. Keys are
 * never its to touch: cleaning up means deadlines, nothing else.
 */
import type { Archive } from '../ceremony/archive.ts'
import type { Ceremony } from '../ceremony/ceremony.ts'
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { Ending } from '../ceremony/program.ts'
import type { CeremonyId, Envelope, EnvelopeHeader } from '../wire/message.ts'
import type { Resends } from './resends.ts'
import type { Tails } from './tails.ts'

/** What the managers of a node share. */
export interface Shared {
  readonly resends: Resends
  readonly tails: Tails
}

export class CeremonyManager<Result> {
  readonly #open = new Map<CeremonyId, Ceremony<Result>>()
  readonly #shared: Shared
  /** the events that report an ending, in order */
  readonly #report: (ceremonyId: CeremonyId, ending: Ending<Result>) => readonly InnerEvent[]

  constructor(shared: Shared, report: (ceremonyId: CeremonyId, ending: Ending<Result>) => readonly InnerEvent[]) {
    this.#shared = shared
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

  /** What an open ceremony can answer requests from. */
  archive(id: CeremonyId): Archive | null {
    return this.#open.get(id)?.archive ?? null
  }

  start(ceremony: Ceremony<Result>, early: readonly Envelope[], now: number): Effect[] {
    const id = ceremony.context.ceremonyId
    this.#open.set(id, ceremony)
    const effects = this.#step(id, now, (running) => running.start(now))
    for (const envelope of early) effects.push(...this.message(envelope, now))
    return effects
  }

  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    return this.#open.get(header.ceremonyId)?.admit(header, bodyBytes) ?? null
  }

  message(envelope: Envelope, now: number): Effect[] {
    if (!this.#open.has(envelope.header.ceremonyId)) return [{ type: 'dropped', reason: 'late' }]
    return this.#step(envelope.header.ceremonyId, now, (ceremony) => ceremony.message(envelope))
  }

  awaits(id: CeremonyId, token: number): boolean {
    return this.#open.get(id)?.awaits(token) ?? false
  }

  computed(id: CeremonyId, token: number, computed: Computed, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.computed(token, computed))
  }

  stored(id: CeremonyId, token: number, ok: boolean, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.stored(token, ok))
  }

  /** Ends what waited past its deadline. */
  cleanup(now: number): Effect[] {
    return this.ids().flatMap((id) => this.#step(id, now, (ceremony) => ceremony.tick(now)))
  }

  abort(id: CeremonyId, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.abort())
  }

  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const ceremony of this.#open.values()) next = Math.min(next, ceremony.deadline)
    return next
  }

  /** What else an ending calls for. */
  protected after(_ceremony: Ceremony<Result>, _ending: Ending<Result>): Effect[] {
    return []
  }

  /** Every change of a ceremony goes through here, so that its ending is reported exactly once. */
  #step(id: CeremonyId, now: number, change: (ceremony: Ceremony<Result>) => Effect[]): Effect[] {
    const ceremony = this.#open.get(id)
    if (ceremony === undefined) return []
    const effects = change(ceremony)
    const { ending } = ceremony
    this.#shared.resends.observe(ceremony, now)
    if (ending === null) return effects
    this.#open.delete(id)
    const transcript = ceremony.transcript()
    if (transcript !== null) {
      const info = { kind: ceremony.context.kind, ceremonyId: id, status: ending.status }
      effects.push({ type: 'transcript', info, bytes: transcript })
    }
    this.#shared.tails.add(id, ceremony.archive, now)
    const events = this.#report(id, ending).map((event): Effect => ({ type: 'event', event }))
    return [...effects, ...events, ...this.after(ceremony, ending)]
  }
}
