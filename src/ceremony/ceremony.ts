/**
 * One ceremony: what it hears and when it ends. The stages are `StageRunner`'s; here are the ways in, the deadline, and the one ending.
 * Synchronous and pure: events in, effects out.
 */
import { equalBytes } from '../bytes.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { type Envelope, type EnvelopeHeader, FIRST_STAGE, type ValidatorId } from '../wire/message.ts'
import { EARLY_BODY_BYTES } from '../wire/sizes.ts'
import type { Archive } from './archive.ts'
import type { Computed, DropReason, Effect } from './effects.ts'
import type { FailureReason } from './outcome.ts'
import type { CeremonyOptions, Ending } from './program.ts'
import { Seat } from './seat.ts'
import { planOf } from './stage.ts'
import { faultOf, StageRunner, type Stop } from './stage-runner.ts'
import { type ProvenFault, required } from './step.ts'

type State<Result> =
  | { readonly phase: 'new' }
  | { readonly phase: 'running'; readonly startedAt: number }
  | { readonly phase: 'ended'; readonly ending: Ending<Result> }

export class Ceremony<Result> {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly #options: CeremonyOptions<Result>
  readonly #seat: Seat
  readonly #effects: Effect[] = []
  readonly #runner: StageRunner<Result>
  #state: State<Result> = { phase: 'new' }

  constructor(options: CeremonyOptions<Result>) {
    this.#options = options
    this.context = options.context
    this.#seat = new Seat(options)
    this.sid = this.#seat.sid
    this.#runner = new StageRunner(options, this.#seat, this.#effects)
  }

  /** The ending, once there is one; it never changes. */
  get ending(): Ending<Result> | null {
    return this.#state.phase === 'ended' ? this.#state.ending : null
  }

  /** What was sent and accepted, to answer requests from. */
  get archive(): Archive {
    return this.#runner.archive
  }

  /** Number of the stage, as in a header, whose messages are waited for; 0: none. */
  get awaited(): number {
    return this.#state.phase === 'running' ? this.#runner.awaited : 0
  }

  /** Who has not sent a message of that stage, in index order, and whether any holder can give it. */
  missing(): { readonly authors: readonly ValidatorId[]; readonly broadcast: boolean } {
    const authors = this.#runner.absent().map((place) => this.#seat.validator(place))
    return { authors, broadcast: this.#runner.stage?.plan.delivery === 'broadcast' }
  }

  /** What was said in it, to be audited offline; null if nobody asked for that. Complete once the ceremony has ended. */
  transcript(): Uint8Array | null {
    return this.#options.recording?.encode() ?? null
  }

  /** Monotonic time at which `tick` would end it: for lack of messages, or because our own computation hangs. */
  get deadline(): number {
    if (this.#state.phase !== 'running') return Number.POSITIVE_INFINITY
    // Unused time carries over: every stage adds one timeout to the start. Our own computation may take longer than a stage, but not for ever.
    const { entered, busy } = this.#runner
    return this.#state.startedAt + (entered + (busy ? 1 : 0)) * this.#options.stageTimeoutMs
  }

  /** Which message it waits for, and whose; null while it waits for nobody. */
  get lacking(): { readonly stage: number; readonly authors: readonly ValidatorId[] } | null {
    const { busy, stage } = this.#runner
    if (this.#state.phase !== 'running' || busy || stage === null) return null
    return { stage: stage.plan.number, authors: this.#runner.absent().map((place) => this.#seat.validator(place)) }
  }

  /** Reserves the ceremony id durably, then enters the first stage. */
  start(now: number): Effect[] {
    this.#state = { phase: 'running', startedAt: now }
    return this.#settle(this.#runner.start())
  }

  /** Whether a message is worth the verification of its signature: null, or why it is dropped. Changes nothing. */
  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    if (this.#state.phase === 'ended') return 'late'
    if (header.ceremonyId !== this.context.ceremonyId) return 'ceremony'
    if (!this.#seat.concerns(header)) return 'sender'
    // Another sid in stage 1 is not noise: its author was instructed differently, and the signature decides whether it said so.
    if (!this.#seat.agrees(header)) {
      const wellFormed = header.stage === FIRST_STAGE && header.to === null && equalBytes(header.previousTranscript, header.sid)
      if (!wellFormed || this.#runner.entered > 1) return 'ceremony'
      return bodyBytes > EARLY_BODY_BYTES ? 'size' : null
    }
    const plan = planOf(this.#options.plan, header.stage)
    if (plan === undefined) return 'stage'
    if (bodyBytes > plan.maxBodyBytes) return 'size'
    const relation = this.#runner.relation(plan)
    return relation === 'past' ? 'late' : relation === 'beyond' ? 'stage' : null
  }

  /** A message whose signature and body digest were verified against the participant's identity key. */
  message(envelope: Envelope): Effect[] {
    const { header } = envelope
    const refused = this.admit(header, envelope.body.length)
    if (refused !== null) return [{ type: 'dropped', reason: refused }]
    const place = required(this.#seat.placeOf(header.from))
    if (!this.#seat.agrees(header)) return this.#endFailed('instructed-differently', [], [place])
    this.#options.recording?.note(envelope)
    const plan = required(planOf(this.#options.plan, header.stage))
    const misaddressed = (plan.delivery === 'broadcast') !== (header.to === null)
    const wrongStart = header.stage === FIRST_STAGE && !equalBytes(header.previousTranscript, this.sid)
    return this.#settle(misaddressed || wrongStart ? faultOf(place, 'malformed', envelope) : this.#runner.message(place, envelope))
  }

  /** Whether the answer to this request would still change anything; if not, its receiver wipes it. */
  awaits(token: number): boolean {
    return this.#runner.awaits(token)
  }

  computed(token: number, computed: Computed): Effect[] {
    return this.#settle(this.#runner.resume(token, computed))
  }

  stored(token: number, ok: boolean): Effect[] {
    // defence: stored-before-ok
    return this.#settle(this.#runner.resume(token, ok ? { ok: true, result: undefined } : { ok: false }))
  }

  tick(now: number): Effect[] {
    if (now < this.deadline) return []
    return this.#runner.busy ? this.#endFailed('internal', [], []) : this.#endFailed('timeout', [], this.#runner.absent())
  }

  abort(): Effect[] {
    return this.#state.phase === 'ended' ? [] : this.#endFailed('aborted', [], [])
  }

  #settle(stop: Stop<Result> | null): Effect[] {
    if (stop === null) return this.#drain()
    switch (stop.type) {
      case 'success':
        this.#end({ status: 'success', result: stop.result })
        return this.#drain()
      case 'failure':
        return this.#endFailed(stop.reason, stop.faults, [])
      case 'differs':
        // A different digest opens a dispute (views, then proof of who lied). Until views exist the ceremony ends here, blaming nobody.
        return this.#endFailed('dispute', [], [])
    }
  }

  #endFailed(reason: FailureReason, faults: readonly ProvenFault[], missing: readonly number[]): Effect[] {
    const { stage } = this.#runner
    const { name } = stage?.plan ?? required(this.#options.plan[0])
    this.#end(this.#seat.failure(stage?.failureReason ?? reason, name, faults, missing))
    return this.#drain()
  }

  /** The one place where a ceremony ends: its secrets and buffers go at once. */
  #end(ending: Ending<Result>): void {
    this.#state = { phase: 'ended', ending }
    this.#runner.stop()
    this.archive.finish(required(this.#options.plan.at(-1)).number)
  }

  #drain(): Effect[] {
    return this.#effects.splice(0)
  }
}
