/**
 * Routes messages and results to the ceremonies of one kind, so that many run at once, and forgets each at its end, but for its tail. Keys are
 * never its to touch: cleaning up means deadlines, nothing else.
 */
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { Ending } from '../ceremony/program.ts'
import type { Answers, RunningCeremony } from '../ceremony/running-ceremony.ts'
import type { CeremonyId, CeremonyKind, Envelope, EnvelopeHeader, StageName, ValidatorId } from '../wire/message.ts'
import type { Resends } from './resends.ts'
import type { Tails } from './tails.ts'

/** What the managers of a node share. */
export interface Shared {
  readonly resends: Resends
  readonly tails: Tails
}

/** A ceremony that is under way. */
export interface CeremonyProgress {
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  readonly stage: StageName
  /** who has not sent what the stage needs; empty while this node computes or stores */
  readonly waitingFor: readonly ValidatorId[]
}

export class CeremonyManager<Result> {
  readonly #open = new Map<CeremonyId, RunningCeremony<Result>>()
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

  /** What is under way, and whom it waits for. */
  progress(): readonly CeremonyProgress[] {
    return [...this.#open.values()].map((ceremony) => {
      const { kind, ceremonyId } = ceremony.context
      const waitingFor = ceremony.awaited === 0 ? [] : ceremony.missing().authors
      return { kind, ceremonyId, stage: ceremony.stage, waitingFor }
    })
  }

  /** What an open ceremony can answer requests from. */
  archive(id: CeremonyId): Answers | null {
    return this.#open.get(id)?.archive ?? null
  }

  start(ceremony: RunningCeremony<Result>, early: readonly Envelope[], now: number): Effect[] {
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
    return this.#step(envelope.header.ceremonyId, now, (ceremony) => ceremony.message(envelope, now))
  }

  awaits(id: CeremonyId, token: number): boolean {
    return this.#open.get(id)?.awaits(token) ?? false
  }

  computed(id: CeremonyId, token: number, computed: Computed, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.computed(token, computed, now))
  }

  stored(id: CeremonyId, token: number, ok: boolean, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.stored(token, ok, now))
  }

  /** Ends what waited past its deadline. */
  cleanup(now: number): Effect[] {
    return this.ids().flatMap((id) => this.#step(id, now, (ceremony) => ceremony.tick(now)))
  }

  abort(id: CeremonyId, now: number): Effect[] {
    return this.#step(id, now, (ceremony) => ceremony.abort(now))
  }

  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const ceremony of this.#open.values()) next = Math.min(next, ceremony.deadline)
    return next
  }

  /** What else an ending calls for. */
  protected after(_ceremony: RunningCeremony<Result>, _now: number, _ending: Ending<Result>): Effect[] {
    return []
  }

  /** Every change of a ceremony goes through here, so that its ending is reported exactly once. */
  #step(id: CeremonyId, now: number, change: (ceremony: RunningCeremony<Result>) => Effect[]): Effect[] {
    const ceremony = this.#open.get(id)
    if (ceremony === undefined) return []
    const effects = change(ceremony)
    const { ending } = ceremony
    this.#shared.resends.observe(ceremony, now)
    if (ending === null) return effects
    this.#open.delete(id)
    const info = { kind: ceremony.context.kind, ceremonyId: id, status: ending.status }
    for (const bytes of ceremony.transcripts()) effects.push({ type: 'transcript', info, bytes })
    this.#shared.tails.add(id, ceremony.archive, now)
    const events = this.#report(id, ending).map((event): Effect => ({ type: 'event', event }))
    return [...effects, ...events, ...this.after(ceremony, now, ending)]
  }
}
