/**
 * The runtime of one ceremony: interprets steps, keeps the slots of the running stage and one early slot a sender for the next, the
 * transcript digests, the deadline, and ends exactly once. Synchronous and pure: events in, effects out.
 */
import { equalBytes } from '../bytes.ts'
import { nextTranscript } from '../crypto/transcript.ts'
import type { CeremonyContext } from '../wire/context.ts'
import type { Envelope, EnvelopeHeader } from '../wire/message.ts'
import { EARLY_BODY_BYTES } from '../wire/sizes.ts'
import type { Computed, DropReason, Effect } from './effects.ts'
import type { FailureReason, Fault } from './outcome.ts'
import type { CeremonyOptions, Ending, Runtime } from './program.ts'
import { Seat } from './seat.ts'
import type { OpenStage } from './stage.ts'
import { type ProvenFault, required, type Step } from './step.ts'

type State<Result> =
  | { readonly phase: 'new' }
  | { readonly phase: 'awaiting'; readonly stage: OpenStage<Result> }
  /** a job or a store request is under way; `stage` is the one last full, null before the first */
  | {
      readonly phase: 'busy'
      readonly token: number
      readonly stage: OpenStage<Result> | null
      readonly next: (result: unknown) => Step<Result>
    }
  | { readonly phase: 'ended'; readonly ending: Ending<Result> }

export class Ceremony<Result> {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly #options: CeremonyOptions<Result>
  readonly #seat: Seat
  readonly #early = new Map<number, Envelope>()
  #state: State<Result> = { phase: 'new' }
  #transcript: Uint8Array
  #deadline = Number.POSITIVE_INFINITY
  #token = 0
  #effects: Effect[] = []

  constructor(options: CeremonyOptions<Result>) {
    this.#options = options
    this.context = options.context
    this.#seat = new Seat(options)
    this.sid = this.#seat.sid
    this.#transcript = this.sid
  }

  /** The ending, once there is one; it never changes. */
  get ending(): Ending<Result> | null {
    return this.#state.phase === 'ended' ? this.#state.ending : null
  }

  /** Monotonic time at which `tick` would end it: for lack of messages, or because our own computation hangs. */
  get deadline(): number {
    const { phase } = this.#state
    if (phase === 'new' || phase === 'ended') return Number.POSITIVE_INFINITY
    // Our own computation may take longer than a stage, but not for ever.
    return phase === 'busy' ? this.#deadline + this.#options.stageTimeoutMs : this.#deadline
  }

  /** Reserves the ceremony id durably, then enters the first stage. */
  start(now: number): Effect[] {
    this.#deadline = now
    const runtime: Runtime = {
      sid: this.sid,
      place: this.#seat.place,
      transcript: () => this.#transcript,
      seal: (plan, to, body) => this.#seat.seal(plan, to, body, this.#transcript),
    }
    return this.#run({
      type: 'store',
      request: { operation: 'reserve', ceremonyId: this.context.ceremonyId },
      next: () => this.#options.program.begin(runtime),
    })
  }

  /** Whether a message is worth the verification of its signature: null, or why it is dropped. Changes nothing. */
  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null {
    if (this.#state.phase === 'ended') return 'late'
    if (header.ceremonyId !== this.context.ceremonyId) return 'ceremony'
    if (!this.#seat.concerns(header)) return 'sender'
    // Another sid in stage 1 is not noise: its author was instructed differently, and the signature decides whether it said so.
    if (!this.#seat.agrees(header)) {
      const wellFormed = header.stage === 1 && header.to === null && equalBytes(header.previousTranscript, header.sid)
      if (!wellFormed || this.#stageNumber() > 1) return 'ceremony'
      return bodyBytes > EARLY_BODY_BYTES ? 'size' : null
    }
    const plan = this.#options.plan[header.stage - 1]
    if (plan === undefined) return 'stage'
    if (bodyBytes > plan.maxBodyBytes) return 'size'
    if (header.stage < this.#stageNumber()) return 'late'
    return header.stage > this.#stageNumber() + 1 ? 'stage' : null
  }

  /** A message whose signature and body digest were verified against the participant's identity key. */
  message(envelope: Envelope): Effect[] {
    const { header } = envelope
    const refused = this.admit(header, envelope.body.length)
    if (refused !== null) return [{ type: 'dropped', reason: refused }]
    const place = required(this.#seat.placeOf(header.from))
    if (!this.#seat.agrees(header)) return this.#endFailed('instructed-differently', [], [place])
    const plan = required(this.#options.plan[header.stage - 1])
    if ((plan.delivery === 'broadcast') !== (header.to === null)) {
      return this.#run(fault(place, 'malformed', envelope))
    }
    if (header.stage === 1 && !equalBytes(header.previousTranscript, this.sid)) return this.#run(fault(place, 'malformed', envelope))
    if (header.stage === this.#stageNumber() + 1) return this.#holdEarly(place, envelope)
    return this.#fill(place, envelope)
  }

  /** Whether the answer to this request would still change anything; if not, its receiver wipes it. */
  awaits(token: number): boolean {
    return this.#state.phase === 'busy' && this.#state.token === token
  }

  computed(token: number, computed: Computed): Effect[] {
    return this.#resume(token, computed)
  }

  stored(token: number, ok: boolean): Effect[] {
    return this.#resume(token, ok ? { ok: true, result: undefined } : { ok: false })
  }

  tick(now: number): Effect[] {
    if (now < this.deadline) return []
    switch (this.#state.phase) {
      case 'awaiting':
        return this.#endFailed('timeout', [], this.#absent(this.#state.stage))
      case 'busy':
        return this.#endFailed('internal', [], [])
      case 'new':
      case 'ended':
        return []
    }
  }

  abort(): Effect[] {
    return this.#state.phase === 'ended' ? [] : this.#endFailed('aborted', [], [])
  }

  /** The open stage; while a job runs, the one that was last full; null before the first. */
  #stage(): OpenStage<Result> | null {
    return this.#state.phase === 'awaiting' || this.#state.phase === 'busy' ? this.#state.stage : null
  }

  #stageNumber(): number {
    return this.#stage()?.plan.number ?? 0
  }

  #holdEarly(place: number, envelope: Envelope): Effect[] {
    const held = this.#early.get(place)
    if (held === undefined) {
      this.#early.set(place, envelope)
      return []
    }
    return this.#again(place, held, envelope)
  }

  /** A second message for a slot: the same header is an idempotent duplicate; a different one is equivocation. */
  #again(place: number, held: Envelope, envelope: Envelope): Effect[] {
    if (equalBytes(held.headerHash, envelope.headerHash)) {
      const plan = required(this.#options.plan[envelope.header.stage - 1])
      return [this.#seat.stageEvent(plan, 'ignored', place), { type: 'dropped', reason: 'duplicate' }]
    }
    // The exchange of views and the evidence of equivocation (two signed headers) belong here; until then the ceremony ends, blaming nobody.
    return this.#run({ type: 'failure', reason: 'dispute', faults: [] })
  }

  #fill(place: number, envelope: Envelope): Effect[] {
    if (this.#state.phase !== 'awaiting') {
      // The stage is full: only a repetition can come for it.
      const held = this.#stage()?.slot(place)
      if (held === undefined) return [{ type: 'dropped', reason: 'late' }]
      const decided = envelope.header.stage === this.#options.plan.length
      // After the last stage nothing depends on what else its author says: whoever has all messages has the result.
      if (decided && !equalBytes(held.headerHash, envelope.headerHash)) return [{ type: 'dropped', reason: 'late' }]
      return this.#again(place, held, envelope)
    }
    const { stage } = this.#state
    const held = stage.slot(place)
    if (held !== undefined) return this.#again(place, held, envelope)
    return this.#attempt(() => this.#accept(stage, place, envelope))
  }

  /** Puts a message of the running stage into its free slot; a step when the stage is over. */
  #accept(stage: OpenStage<Result>, place: number, envelope: Envelope): Step<Result> | null {
    // A different digest opens a dispute (views, then proof of who lied). Until views exist the ceremony ends here, blaming nobody.
    if (!equalBytes(envelope.header.previousTranscript, this.#transcript)) {
      return { type: 'failure', reason: 'dispute', faults: [] }
    }
    const accepted = stage.accept(place, envelope)
    if (accepted.fault !== null) return fault(place, accepted.fault, envelope)
    if (accepted.next !== null) return accepted.next
    this.#effects.push(this.#seat.stageEvent(stage.plan, 'madeProgress', place))
    return this.#isFull(stage) ? this.#complete(stage) : null
  }

  #isFull(stage: OpenStage<Result>): boolean {
    const expected = this.context.participants.length - (stage.plan.delivery === 'broadcast' ? 0 : 1)
    return stage.count === expected
  }

  #complete(stage: OpenStage<Result>): Step<Result> {
    this.#effects.push(this.#seat.stageEvent(stage.plan, 'full'))
    if (stage.plan.delivery === 'broadcast') {
      const digests = this.#seat.places.map((place) => required(stage.slot(place)).header.bodyDigest)
      this.#transcript = nextTranscript(this.sid, stage.plan.number, this.#transcript, digests)
    }
    return stage.full()
  }

  #resume(token: number, computed: Computed): Effect[] {
    if (this.#state.phase !== 'busy' || this.#state.token !== token) return []
    const { next } = this.#state
    return computed.ok ? this.#attempt(() => next(computed.result)) : this.#run({ type: 'failure', reason: 'internal', faults: [] })
  }

  /** A step that is our own code's to make: its error ends this ceremony and nothing else. */
  #attempt(make: () => Step<Result> | null): Effect[] {
    try {
      const step = make()
      return step === null ? this.#drain() : this.#run(step)
    } catch (error) {
      this.#crash(error)
      return this.#drain()
    }
  }

  #crash(error: unknown): void {
    this.#effects.push({ type: 'internalError', ceremonyId: this.context.ceremonyId, error })
    if (this.#state.phase !== 'ended') this.#fail('internal')
  }

  /** Follows steps until something has to be waited for. */
  #run(first: Step<Result>): Effect[] {
    try {
      let step: Step<Result> | null = first
      while (step !== null) step = this.#take(step)
    } catch (error) {
      this.#crash(error)
    }
    return this.#drain()
  }

  #take(step: Step<Result>): Step<Result> | null {
    if (this.#state.phase === 'ended') return null
    switch (step.type) {
      case 'compute': {
        const token = this.#wait(step.next)
        this.#effects.push({ type: 'compute', ceremonyId: this.context.ceremonyId, token, job: step.job })
        return null
      }
      case 'store': {
        const token = this.#wait(step.next)
        this.#effects.push({ type: 'store', ceremonyId: this.context.ceremonyId, token, request: step.request })
        return null
      }
      case 'stage':
        return this.#enter(step.stage)
      case 'success':
        this.#end({ status: 'success', result: step.result })
        return null
      case 'failure':
        this.#fail(step.reason, step.faults)
        return null
    }
  }

  #wait(next: (result: unknown) => Step<Result>): number {
    this.#token += 1
    this.#state = { phase: 'busy', token: this.#token, stage: this.#stage(), next }
    return this.#token
  }

  #enter(stage: OpenStage<Result>): Step<Result> | null {
    // Unused time carries over: the deadline moves by one stage from the last deadline, not from now.
    this.#deadline += this.#options.stageTimeoutMs
    this.#state = { phase: 'awaiting', stage }
    const own = this.#send(stage)
    const early = [...this.#early]
    this.#early.clear()
    if (own !== null) {
      const step = this.#accept(stage, this.#seat.place, own)
      if (step !== null) return step
    } else if (this.#isFull(stage)) {
      return this.#complete(stage)
    }
    for (const [place, envelope] of early) {
      const step = this.#accept(stage, place, envelope)
      if (step !== null) return step
    }
    return null
  }

  /** Sends our messages of the stage; a broadcast one also takes our own slot. */
  #send(stage: OpenStage<Result>): Envelope | null {
    const { own } = stage
    if (own.type === 'private') {
      for (const [place, body] of own.bodies) {
        const to = this.#seat.validator(place)
        this.#effects.push({ type: 'send', to, bytes: this.#seat.seal(stage.plan, to, body, this.#transcript).bytes })
      }
      return null
    }
    const envelope = own.type === 'sealed' ? own.envelope : this.#seat.seal(stage.plan, null, own.body, this.#transcript)
    if (this.context.participants.length > 1) this.#effects.push({ type: 'send', to: null, bytes: envelope.bytes })
    return envelope
  }

  #absent(stage: OpenStage<Result>): number[] {
    return this.#seat.places.filter((place) => place !== this.#seat.place && stage.slot(place) === undefined)
  }

  #endFailed(reason: FailureReason, faults: readonly ProvenFault[], missing: readonly number[]): Effect[] {
    this.#fail(reason, faults, missing)
    return this.#drain()
  }

  #fail(reason: FailureReason, faults: readonly ProvenFault[] = [], missing: readonly number[] = []): void {
    const stage = required(this.#options.plan[Math.max(0, this.#stageNumber() - 1)]).name
    this.#end(this.#seat.failure(this.#stage()?.failureReason ?? reason, stage, faults, missing))
  }

  /** The one place where a ceremony ends: its secrets and buffers go at once. */
  #end(ending: Ending<Result>): void {
    this.#state = { phase: 'ended', ending }
    this.#early.clear()
    this.#options.program.wipe()
  }

  #drain(): Effect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }
}

/** The body or the addressing of one signed envelope is itself the proof. */
function fault(place: number, kind: Fault, envelope: Envelope): Step<never> {
  return { type: 'failure', reason: 'fault', faults: [{ place, fault: kind, parts: { envelopes: [envelope.bytes] } }] }
}
