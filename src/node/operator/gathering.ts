/**
 * What the participants of one ceremony have reported so far, and whether that is all there is to wait for. One node's word ends nothing that others could
 * still bring to a good end: while some may yet report, a failure waits until they have been silent for a while. A node tells its progress every two
 * seconds at least, so silence means that it is gone, or has given up without being heard.
 */
import type { CeremonyId, CeremonyKind, StageName, ValidatorId } from '../../wire/message.ts'
import type { FailureBody, OutcomeBody, RefusedBody } from '../report-bodies.ts'
import type { NodeReport } from './reports.ts'

export type SuccessBody = Extract<OutcomeBody, { readonly status: 'success' }>

export type End =
  | { readonly type: 'success'; readonly body: SuccessBody }
  | { readonly type: 'failure'; readonly body: FailureBody }
  | { readonly type: 'refused'; readonly body: RefusedBody }
  /** a success that is none */
  | { readonly type: 'untrue'; readonly why: string }

export interface GatheringOptions {
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  readonly participants: readonly ValidatorId[]
  /** silence that means that nothing comes any more, in milliseconds */
  readonly settleMs: number
  /** why what a participant reports as a success is none; null: it stands */
  readonly judge: (body: SuccessBody) => string | null
  /** whether these successes make the ceremony's */
  readonly enough: (successes: ReadonlyMap<ValidatorId, SuccessBody>) => boolean
}

export class Gathering {
  readonly #options: GatheringOptions
  readonly #ends = new Map<ValidatorId, End>()
  readonly #heard = new Map<ValidatorId, number>()
  readonly #contradicted = new Set<ValidatorId>()
  #stage: StageName | null = null
  #badSince: number | null = null

  constructor(options: GatheringOptions) {
    this.#options = options
  }

  get ends(): ReadonlyMap<ValidatorId, End> {
    return this.#ends
  }

  /** Who reported two ends that differ. */
  get contradicted(): ReadonlySet<ValidatorId> {
    return this.#contradicted
  }

  /** Where the ceremony was, last heard. */
  get stage(): StageName | null {
    return this.#stage
  }

  get successes(): ReadonlyMap<ValidatorId, SuccessBody> {
    return new Map([...this.#ends].flatMap(([id, end]) => (end.type === 'success' ? [[id, end.body] as const] : [])))
  }

  get succeeded(): boolean {
    return this.#options.enough(this.successes)
  }

  get unsuccessful(): readonly ValidatorId[] {
    return this.#options.participants.filter((id) => this.#ends.get(id)?.type !== 'success')
  }

  /** Those of whose ceremony nothing true is known: who is silent, refused, or told an untruth. */
  get unheard(): readonly ValidatorId[] {
    return this.#options.participants.filter((id) => {
      const type = this.#ends.get(id)?.type
      return type === undefined || type === 'refused' || type === 'untrue'
    })
  }

  /** Those who have not reported an end. */
  get open(): readonly ValidatorId[] {
    return this.#options.participants.filter((id) => !this.#ends.has(id))
  }

  /** Those who have not reported an end, and nothing at all since then. */
  silentSince(time: number): readonly ValidatorId[] {
    return this.open.filter((id) => (this.#heard.get(id) ?? 0) < time)
  }

  concerns({ ceremonyId, from }: NodeReport): boolean {
    return ceremonyId === this.#options.ceremonyId && this.#options.participants.includes(from)
  }

  /** @returns the end that is new with it, or null */
  add(report: NodeReport, now: number): End | null {
    const { from } = report
    if (!this.concerns(report)) return null
    this.#heard.set(from, now)
    switch (report.type) {
      case 'status':
        return null
      case 'progress':
        this.#stage = report.body.stage
        return null
      case 'refused':
        return this.#end(from, { type: 'refused', body: report.body }, now)
      case 'outcome':
        return report.body.kind === this.#options.kind ? this.#end(from, this.#judged(report.body), now) : null
    }
  }

  /** What a node tells of itself later counts for what it missed to report, and for a failure that mended: a key that became active after all. */
  amend(from: ValidatorId, body: SuccessBody, now: number): boolean {
    const before = this.#ends.get(from)
    if (before?.type === 'success' || before?.type === 'untrue' || !this.#options.participants.includes(from)) return false
    if (this.#options.judge(body) !== null) return false
    this.#heard.set(from, now)
    this.#ends.set(from, { type: 'success', body })
    return true
  }

  /** Whether all is said. */
  over(now: number): boolean {
    if (this.succeeded) return true
    const { settleMs } = this.#options
    const since = this.#badSince
    if (since === null) return false
    return this.open.every((id) => now - Math.max(since, this.#heard.get(id) ?? since) >= settleMs)
  }

  #judged(body: OutcomeBody): End {
    if (body.status === 'failure') return { type: 'failure', body }
    const why = this.#options.judge(body)
    return why === null ? { type: 'success', body } : { type: 'untrue', why }
  }

  #end(from: ValidatorId, end: End, now: number): End | null {
    const before = this.#ends.get(from)
    if (before !== undefined) {
      // The same again is a repetition: a broker may deliver twice.
      if (JSON.stringify(before) !== JSON.stringify(end)) this.#contradicted.add(from)
      return null
    }
    this.#ends.set(from, end)
    if (end.type !== 'success') this.#badSince ??= now
    return end
  }
}
