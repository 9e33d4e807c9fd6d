/**
 * One ceremony: what it hears and when it ends. The stages are `StageRunner`'s, who lied is `Disputes`' to find; here are the ways in, the deadline,
 * and the one ending. Synchronous and pure: events in, effects out.
 */
import { equalBytes } from '../bytes.ts'
import { type AbortBody, encodeAbort } from '../wire/abort.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, FIRST_STAGE, type ValidatorId, VIEW_STAGE_BASE } from '../wire/message.ts'
import { type SignedHeader, signedHeaderOf } from '../wire/signed-header.ts'
import { EARLY_BODY_BYTES, maxViewBytes } from '../wire/sizes.ts'
import type { ViewBody } from '../wire/view.ts'
import { abortFor, abortLimit, hearAbort, reasonFor } from './aborts.ts'
import type { Archive } from './archive.ts'
import { Disputes } from './disputes.ts'
import { type Computed, type DropReason, drops, type Effect } from './effects.ts'
import type { Blame, Failure, FailureReason, Missing } from './outcome.ts'
import type { CeremonyOptions, Ending } from './program.ts'
import type { RunningCeremony } from './running-ceremony.ts'
import { Seat } from './seat.ts'
import { type Ground, isSideStage, readSideMessage } from './side-messages.ts'
import { broadcastBefore, planOf } from './stage.ts'
import { faultOf, StageRunner, type Stop } from './stage-runner.ts'
import { type ProvenFault, required } from './step.ts'

/** Why a ceremony failed. Who is blamed says the reason. */
interface Defeat {
  readonly reason?: FailureReason
  readonly faults?: readonly ProvenFault[]
  readonly blamed?: readonly Blame[]
  readonly missing?: readonly Missing[]
  /** the abort by whose word, without proof, we end */
  readonly by?: Envelope
  /** no abort: whoever is convicted has nothing to add */
  readonly silent?: boolean
}

type State<Result> =
  | { readonly phase: 'new' }
  | { readonly phase: 'running'; readonly startedAt: number }
  /** it cannot succeed any more; what is left is to find out who lied */
  | { readonly phase: 'disputing'; readonly deadline: number }
  | { readonly phase: 'ended'; readonly ending: Ending<Result> }

export class Ceremony<Result> implements RunningCeremony<Result> {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly #options: CeremonyOptions<Result>
  readonly #seat: Seat
  readonly #ground: Ground
  readonly #effects: Effect[] = []
  readonly #runner: StageRunner<Result>
  readonly #disputes: Disputes
  /** views and aborts that came, by author and stage: the header of a view may be known from another view before it comes */
  readonly #taken = new Set<string>()
  readonly #maxView: number
  readonly #maxAbort: number
  #state: State<Result> = { phase: 'new' }
  /** what ends it as soon as its id is reserved */
  #hasty: Defeat | null = null
  /** peers that say that no key or signature can come of this, and how many stages we had entered when they said so */
  readonly #degenerate = new Map<number, { readonly entered: number; readonly abort: Envelope }>()

  constructor(options: CeremonyOptions<Result>) {
    this.#options = options
    this.context = options.context
    this.#maxView = maxViewBytes(options.context.participants.length)
    this.#maxAbort = abortLimit(options.context, options.plan)
    this.#seat = new Seat(options)
    this.sid = this.#seat.sid
    this.#runner = new StageRunner(options, this.#seat, this.#effects)
    this.#ground = { context: options.context, sid: this.sid, plan: options.plan }
    const { transcripts, archive } = this.#runner
    this.#disputes = new Disputes({ ground: this.#ground, seat: this.#seat, transcripts, archive })
  }

  get ending(): Ending<Result> | null {
    return this.#state.phase === 'ended' ? this.#state.ending : null
  }

  get archive(): Archive {
    return this.#runner.archive
  }

  /** Number of the stage, as in a header, whose messages are waited for; 0: none. */
  get awaited(): number {
    if (this.#state.phase === 'disputing') return VIEW_STAGE_BASE + this.#disputed()
    return this.#state.phase === 'running' ? this.#runner.awaited : 0
  }

  get stage(): RunningCeremony<Result>['stage'] {
    return (this.#runner.stage?.plan ?? required(this.#options.plan[0])).name
  }

  /** Who has not sent a message of that stage, in index order, and whether any holder can give it. */
  missing(): { readonly authors: readonly ValidatorId[]; readonly broadcast: boolean } {
    const disputing = this.#state.phase === 'disputing'
    const places = disputing ? this.#disputes.silent(this.#disputed()) : this.#runner.absent()
    const authors = places.map((place) => this.#seat.validator(place))
    return { authors, broadcast: disputing || this.#runner.stage?.plan.delivery === 'broadcast' }
  }

  /** All messages of the last stage are there: the result depends on nobody any more. */
  get decided(): boolean {
    return this.#runner.decided
  }

  transcripts(): readonly Uint8Array[] {
    return this.#options.recording === undefined ? [] : [this.#options.recording.encode()]
  }

  /** Monotonic time at which `tick` would end it: for lack of messages, or because our own computation hangs. */
  get deadline(): number {
    if (this.#state.phase === 'disputing') return this.#state.deadline
    if (this.#state.phase !== 'running') return Number.POSITIVE_INFINITY
    // Unused time carries over: every stage adds one timeout to the start. Our own computation may take longer than a stage, but not for ever.
    const { entered, busy } = this.#runner
    return this.#state.startedAt + (entered + (busy ? 1 : 0)) * this.#options.stageTimeoutMs
  }

  /** Reserves the ceremony id durably, then enters the first stage. */
  start(now: number): Effect[] {
    this.#state = { phase: 'running', startedAt: now }
    return this.#settle(this.#runner.start())
  }

  /** Whether a message is worth the verification of its signature: null, or why it is dropped. Changes nothing. */
  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    if (this.#state.phase === 'ended' || this.#hasty !== null) return 'late'
    if (header.ceremonyId !== this.context.ceremonyId) return 'ceremony'
    if (!this.#seat.concerns(header)) return 'sender'
    // Another sid in stage 1 is not noise: its author was instructed differently, and the signature decides whether it said so.
    if (!this.#seat.agrees(header)) {
      const wellFormed = header.stage === FIRST_STAGE && header.to === null && equalBytes(header.previousTranscript, header.sid)
      if (!wellFormed || this.#runner.entered > 1) return 'ceremony'
      return bodyBytes > EARLY_BODY_BYTES ? 'size' : null
    }
    const place = required(this.#seat.placeOf(header.from))
    if (isSideStage(header.stage)) return this.#admitSide(place, header, bodyBytes)
    const plan = planOf(this.#options.plan, header.stage)
    if (plan === undefined) return 'stage'
    if (bodyBytes > plan.maxBodyBytes) return 'size'
    const relation = this.#runner.relation(plan)
    if (relation !== 'past') return relation === 'beyond' ? 'stage' : null
    // Another one than we had is proof against its author, however late.
    const { testimony } = this.#disputes
    return testimony.first(place, header) === undefined || testimony.knows(place, header) ? 'late' : null
  }

  /** A message whose signature and body digest were verified against the participant's identity key. */
  message(envelope: Envelope): Effect[] {
    const { header } = envelope
    const refused = this.admit(header, envelope.body.length)
    if (refused !== null) return [{ type: 'dropped', reason: refused }]
    const place = required(this.#seat.placeOf(header.from))
    if (!this.#seat.agrees(header)) return this.#fail({ reason: 'instructed-differently', missing: this.#seat.missed([place]) })
    this.#options.recording?.note(envelope)
    if (isSideStage(header.stage)) return this.#side(place, envelope)
    const plan = required(planOf(this.#options.plan, header.stage))
    // After the last stage nothing depends on what else anybody says: whoever has all messages has the result.
    const repeated = this.#disputes.testimony.knows(place, header)
    if (this.#runner.decided && !repeated) return [{ type: 'dropped', reason: 'late' }]
    const misaddressed = (plan.delivery === 'broadcast') !== (header.to === null)
    const wrongStart = header.stage === FIRST_STAGE && !equalBytes(header.previousTranscript, this.sid)
    if (misaddressed || wrongStart) return this.#settle(faultOf(place, 'malformed', envelope))
    const faults = this.#disputes.contradiction(place, signedHeaderOf(envelope))
    if (faults.length > 0) return this.#fail({ faults })
    if (this.#state.phase === 'disputing') return [{ type: 'dropped', reason: repeated ? 'duplicate' : 'late' }]
    return this.#settle(this.#runner.message(place, envelope))
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
    const stop = this.#runner.resume(token, ok ? { ok: true, result: undefined } : { ok: false })
    if (this.#hasty !== null) return this.#fail(this.#hasty, true)
    return !ok && stop?.type === 'failure' ? this.#fail(stop, true) : this.#settle(stop)
  }

  tick(now: number): Effect[] {
    if (now < this.deadline) return []
    if (this.#state.phase === 'disputing') {
      const silent = new Set(this.#disputes.stages.flatMap((k) => this.#disputes.silent(k)))
      return this.#fail({ reason: 'dispute', missing: this.#seat.missed(this.#seat.others.filter((place) => silent.has(place))) })
    }
    if (this.#runner.busy) return this.#fail(this.#hasty ?? { reason: 'internal' }, true)
    return this.#fail({ reason: 'timeout', missing: this.#seat.missed(this.#runner.absent()) })
  }

  abort(): Effect[] {
    return this.#state.phase === 'ended' ? [] : this.#fail({ reason: 'aborted' }, true)
  }

  /** Ends without a word: what it was for came otherwise. */
  discard(ending: Ending<Result>): void {
    if (this.#state.phase !== 'ended') this.#end(ending)
  }

  #admitSide(place: number, header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    const isAbort = header.stage === ABORT_STAGE
    if (bodyBytes > (isAbort ? this.#maxAbort : this.#maxView)) return 'size'
    if (this.#runner.decided) return 'late'
    return this.#taken.has(`${place} ${header.stage}`) && this.#disputes.testimony.knows(place, header) ? 'duplicate' : null
  }

  /** A view or an abort: one of each kind a sender. */
  #side(place: number, envelope: Envelope): Effect[] {
    const faults = this.#disputes.contradiction(place, signedHeaderOf(envelope))
    if (faults.length > 0) return this.#fail({ faults })
    this.#taken.add(`${place} ${envelope.header.stage}`)
    const read = readSideMessage(this.#ground, envelope)
    if (read === null) {
      // Its own evidence would be as large: beyond a limit nobody could be told of it.
      if (envelope.body.length > this.#maxView) return [{ type: 'dropped', reason: 'malformed' }]
      return this.#settle(faultOf(place, 'malformed', envelope))
    }
    return read.type === 'abort' ? this.#hear(place, envelope, read.abort) : this.#look(place, envelope, read.k, read.view)
  }

  #look(place: number, envelope: Envelope, k: number, view: ViewBody): Effect[] {
    const verdict = this.#disputes.judge(place, envelope, k, view)
    switch (verdict.type) {
      case 'idle':
        return [{ type: 'dropped', reason: 'malformed' }]
      case 'proven':
        // Ours is the same proof to the others, also where our abort does not arrive.
        this.#show(k, view.differing)
        return this.#fail({ faults: verdict.faults })
      case 'true':
        this.archive.accepted(envelope)
        return this.#dispute(k, view.differing, envelope)
    }
  }

  #hear(place: number, envelope: Envelope, abort: AbortBody): Effect[] {
    const { self, judge } = this.#options
    const heard = hearAbort(abort, envelope.header.from, { sid: this.sid, self, judge })
    switch (heard.type) {
      case 'nothing':
        return drops(heard.ignored, 'malformed')
      case 'proven':
        return [...drops(heard.ignored, 'malformed'), ...this.#fail({ blamed: heard.blamed })]
      case 'accused':
        return this.#fail({ reason: 'internal', silent: true })
      case 'claim':
        return this.#fail({ reason: heard.reason, missing: heard.missing, by: envelope })
      case 'degenerate':
        this.#degenerate.set(place, { entered: this.#runner.entered, abort: envelope })
        return []
    }
  }

  /**
   * Somebody's T_k is another. Nothing secret is needed any more, and nothing of the ceremony is sent but one view; or, by who has no T_k to show, the
   * view that says so: its author may have shown it to us alone, and we are to miss nobody who was not asked.
   */
  #dispute(k: number, differing: SignedHeader, view: Envelope | null): Effect[] {
    if (this.#state.phase === 'running') {
      this.#state = { phase: 'disputing', deadline: this.deadline + this.#options.stageTimeoutMs }
      this.#runner.stop()
    }
    if (this.#disputes.stages.includes(k)) return this.#drain()
    this.#disputes.open(k, this.#runner.transcripts.of(k) ?? required(view ?? undefined).header.previousTranscript)
    if (!this.#show(k, differing) && view !== null && this.#runner.started)
      this.#effects.push({ type: 'send', to: null, bytes: view.bytes })
    return this.#drain()
  }

  /** Sends our view of stage `k`, if we have one to show. */
  #show(k: number, differing: SignedHeader): boolean {
    const own = this.#disputes.ownView(k, differing)
    if (own === null) return false
    this.archive.sent(own)
    this.#effects.push({ type: 'send', to: null, bytes: own.bytes })
    return true
  }

  /** The broadcast stage whose views are waited for. */
  #disputed(): number {
    return required(this.#disputes.stages[0])
  }

  #settle(stop: Stop<Result> | null): Effect[] {
    if (stop === null) return (this.#state.phase === 'running' ? this.#refuted() : null) ?? this.#drain()
    switch (stop.type) {
      case 'success':
        this.#end({ status: 'success', result: stop.result })
        return this.#drain()
      case 'failure':
        return this.#fail(stop)
      case 'differs': {
        const { number } = required(broadcastBefore(this.#options.plan, stop.envelope.header.stage))
        return this.#dispute(number, signedHeaderOf(stop.envelope), null)
      }
    }
  }

  /** We have gone on where a peer stopped because nothing could come of it: then it did not say the truth, and has stopped all the same. */
  #refuted(): Effect[] | null {
    for (const [place, { entered, abort }] of this.#degenerate) {
      if (this.#runner.entered > entered) return this.#fail({ reason: 'aborted', missing: this.#seat.missed([place]), by: abort })
    }
    return null
  }

  /** @param atOnce even if the others cannot be told, since our id is not reserved yet and nothing may leave: they would wait for us in vain */
  #fail(defeat: Defeat, atOnce = false): Effect[] {
    const { stage, started } = this.#runner
    if (!started && !atOnce) {
      this.#hasty ??= defeat
      return this.#drain()
    }
    const { faults = [], blamed = this.#seat.blames(faults), missing = [], by, silent = false } = defeat
    const reason = blamed.length > 0 ? reasonFor(blamed) : (defeat.reason ?? 'internal')
    const { ceremonyId } = this.context
    const failure: Failure = { status: 'failure', ceremonyId, reason: stage?.failureReason ?? reason, stage: this.stage, blamed, missing }
    // With all messages out, a failure that nobody caused is ours alone: the others need nothing more of us.
    const concerns = blamed.length > 0 || !this.#runner.decided
    if (started && concerns && !silent && this.#seat.others.length > 0) this.#sayAbort(failure, by)
    this.#end(failure)
    return this.#drain()
  }

  /** One abort a node: our own, or that of the peer by whose word we end, which is passed on in its name. */
  #sayAbort(failure: Failure, by: Envelope | undefined): void {
    const said =
      by ?? this.#seat.seal(ABORT_STAGE, null, encodeAbort(abortFor(failure, this.#maxAbort, this.#options.maxMessageBytes)), this.sid)
    if (by === undefined) this.archive.sent(said)
    else this.archive.accepted(said)
    this.#effects.push({ type: 'send', to: null, bytes: said.bytes })
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
