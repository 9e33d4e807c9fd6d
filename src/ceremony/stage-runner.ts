/**
 * Runs the stages of one ceremony: interprets steps, keeps the slots of the running stage and one early slot a sender for the next, and the
 * transcript digests. It stops at the end of the last stage or at the first thing that is wrong, and says which; what then becomes of the ceremony
 * is `Ceremony`'s to decide.
 */
import { equalBytes } from '../bytes.ts'
import type { Envelope } from '../wire/message.ts'
import { Archive } from './archive.ts'
import type { Computed, Effect } from './effects.ts'
import type { Fault } from './outcome.ts'
import type { CeremonyOptions, Runtime } from './program.ts'
import type { Seat } from './seat.ts'
import { broadcastBefore, type OpenStage, planOf, type StagePlan } from './stage.ts'
import { required, type Step } from './step.ts'
import { Transcripts } from './transcripts.ts'

/** Why the stages went no further. */
export type Stop<Result> =
  | Extract<Step<Result>, { readonly type: 'success' | 'failure' }>
  /** its author saw another transcript than this node */
  | { readonly type: 'differs'; readonly envelope: Envelope }

/** What to do next; null: wait. */
type Move<Result> = Step<Result> | Stop<Result> | null

type State<Result> =
  | { readonly phase: 'idle' }
  | { readonly phase: 'awaiting'; readonly stage: OpenStage<Result> }
  /** a job or a store request is under way; `stage` is the one entered last, null before the first */
  | {
      readonly phase: 'busy'
      readonly token: number
      readonly stage: OpenStage<Result> | null
      readonly next: (result: unknown) => Step<Result>
    }
  /** whatever ran is of no use any more; `stage` as it was */
  | { readonly phase: 'stopped'; readonly stage: OpenStage<Result> | null }

export class StageRunner<Result> {
  readonly transcripts: Transcripts
  readonly archive: Archive
  readonly #options: CeremonyOptions<Result>
  readonly #seat: Seat
  readonly #effects: Effect[]
  readonly #early = new Map<number, Envelope>()
  #state: State<Result> = { phase: 'idle' }
  #token = 0
  #entered = 0
  #started = false

  /** @param effects where to put what is to be done, in order */
  constructor(options: CeremonyOptions<Result>, seat: Seat, effects: Effect[]) {
    const { context, plan, carried, self, recording } = options
    this.#options = options
    this.#seat = seat
    this.#effects = effects
    this.transcripts = new Transcripts(seat.sid, plan, carried)
    const participants = context.participants.map(({ id }) => id)
    this.archive = new Archive({ kind: context.kind, sid: seat.sid, self, participants, ...(recording && { recording }) })
  }

  get busy(): boolean {
    return this.#state.phase === 'busy'
  }

  /** Number of the stage whose messages are waited for; 0: none. */
  get awaited(): number {
    return this.#state.phase === 'awaiting' ? this.#state.stage.plan.number : 0
  }

  /** Whether the id is reserved durably: nothing may leave before. */
  get started(): boolean {
    return this.#started
  }

  /** How many stages were entered so far. */
  get entered(): number {
    return this.#entered
  }

  /** The open stage; while a job runs, the one that was entered last; null before the first. */
  get stage(): OpenStage<Result> | null {
    return this.#state.phase === 'idle' ? null : this.#state.stage
  }

  /** All messages of the last stage are there: the result depends on nobody any more. */
  get decided(): boolean {
    const { stage } = this
    return stage !== null && stage.plan.number === this.#options.plan.at(-1)?.number && this.#isFull(stage)
  }

  /** Where a stage lies, seen from the one entered last. */
  relation(plan: StagePlan): 'past' | 'running' | 'next' | 'beyond' {
    const plans = this.#options.plan
    const running = this.stage === null ? -1 : this.stage.plan.number
    const ahead = plans.filter(({ number }) => number > running && number <= plan.number).length
    if (plan.number < running) return 'past'
    return ahead === 0 ? 'running' : ahead === 1 ? 'next' : 'beyond'
  }

  /** Whose messages the running stage still needs. */
  absent(): readonly number[] {
    const { stage } = this
    return stage === null ? [] : this.#seat.others.filter((place) => stage.slot(place) === undefined)
  }

  /** Reserves the ceremony id durably, then enters the first stage. */
  start(): Stop<Result> | null {
    const runtime: Runtime = {
      sid: this.#seat.sid,
      place: this.#seat.place,
      transcript: () => this.transcripts.last,
      seal: (plan, to, body) => this.#seat.seal(plan.number, to, body, this.transcripts.last),
      proves: (fault) => this.#seat.proves(fault),
    }
    return this.#follow(() => ({
      type: 'store',
      request: { operation: 'reserve', ceremonyId: this.#options.context.ceremonyId },
      next: () => {
        this.#started = true
        return this.#options.program.begin(runtime)
      },
    }))
  }

  /** A message of the running stage or the next, addressed as its stage wants it; a second one of a slot has the same header as the first. */
  message(place: number, envelope: Envelope): Stop<Result> | null {
    const plan = required(planOf(this.#options.plan, envelope.header.stage))
    if (this.relation(plan) === 'next') return this.#holdEarly(plan, place, envelope)
    const stage = required(this.stage ?? undefined)
    if (stage.slot(place) !== undefined) return this.#ignore(plan, place)
    if (this.#state.phase === 'awaiting') return this.#follow(() => this.#accept(stage, place, envelope))
    this.#effects.push({ type: 'dropped', reason: 'late' })
    return null
  }

  /** Whether the answer to this request would still change anything; if not, its receiver wipes it. */
  awaits(token: number): boolean {
    return this.#state.phase === 'busy' && this.#state.token === token
  }

  resume(token: number, computed: Computed): Stop<Result> | null {
    if (this.#state.phase !== 'busy' || this.#state.token !== token) return null
    const { next } = this.#state
    if (!computed.ok) return { type: 'failure', reason: 'internal', faults: [] }
    return this.#follow(() => next(computed.result))
  }

  /** The one place where secrets and buffers go. */
  stop(): void {
    if (this.#state.phase === 'stopped') return
    this.#state = { phase: 'stopped', stage: this.stage }
    this.#early.clear()
    this.#options.program.wipe()
  }

  #holdEarly(plan: StagePlan, place: number, envelope: Envelope): Stop<Result> | null {
    if (this.#early.has(place)) return this.#ignore(plan, place)
    // Not when its stage comes: our own next message must not leave if this one says that somebody lied.
    if (this.#differs(envelope)) return this.#refuse(envelope)
    this.#early.set(place, envelope)
    return null
  }

  /** A second message for a slot. It has the same header: two different ones do not come here. */
  #ignore(plan: StagePlan, place: number): null {
    this.#effects.push(this.#seat.stageEvent(plan, 'ignored', place), { type: 'dropped', reason: 'duplicate' })
    return null
  }

  /** Follows steps until something has to be waited for. They are our own code's to make: an error ends this ceremony and nothing else. */
  #follow(first: () => Move<Result>): Stop<Result> | null {
    try {
      let move = first()
      while (move !== null) {
        switch (move.type) {
          case 'success':
          case 'failure':
          case 'differs':
            return move
          case 'compute':
          case 'store':
            this.#request(move)
            return null
          case 'stage':
            move = this.#enter(move.stage)
        }
      }
      return null
    } catch (error) {
      this.#effects.push({ type: 'internalError', ceremonyId: this.#options.context.ceremonyId, error })
      return { type: 'failure', reason: 'internal', faults: [] }
    }
  }

  #request(step: Extract<Step<Result>, { readonly type: 'compute' | 'store' }>): void {
    this.#token += 1
    const { ceremonyId } = this.#options.context
    const token = this.#token
    this.#state = { phase: 'busy', token, stage: this.stage, next: step.next }
    this.#effects.push(
      step.type === 'compute'
        ? { type: 'compute', ceremonyId, token, job: step.job }
        : { type: 'store', ceremonyId, token, request: step.request },
    )
  }

  #enter(stage: OpenStage<Result>): Move<Result> {
    this.#entered += 1
    this.#state = { phase: 'awaiting', stage }
    const own = this.#send(stage)
    const early = [...this.#early]
    this.#early.clear()
    if (own !== null) {
      const move = this.#accept(stage, this.#seat.place, own)
      if (move !== null) return move
    } else if (this.#isFull(stage)) {
      return this.#complete(stage)
    }
    for (const [place, envelope] of early) {
      const move = this.#accept(stage, place, envelope)
      if (move !== null) return move
    }
    return null
  }

  /** Sends our messages of the stage; a broadcast one also takes our own slot. */
  #send(stage: OpenStage<Result>): Envelope | null {
    const { own, plan } = stage
    if (own.type === 'none') return null
    if (own.type === 'private') {
      for (const [place, body] of own.bodies) {
        const to = this.#seat.validator(place)
        const envelope = this.#seat.seal(plan.number, to, body, this.transcripts.last)
        this.archive.sent(envelope)
        this.#effects.push({ type: 'send', to, bytes: envelope.bytes })
      }
      return null
    }
    const envelope = own.type === 'sealed' ? own.envelope : this.#seat.seal(plan.number, null, own.body, this.transcripts.last)
    this.archive.sent(envelope)
    if (this.#seat.others.length > 0) this.#effects.push({ type: 'send', to: null, bytes: envelope.bytes })
    return envelope
  }

  /** Puts a message of the running stage into its free slot. */
  #accept(stage: OpenStage<Result>, place: number, envelope: Envelope): Move<Result> {
    if (this.#differs(envelope)) return this.#refuse(envelope)
    const accepted = stage.accept(place, envelope)
    if (accepted.fault !== null) return faultOf(place, accepted.fault, envelope)
    this.archive.accepted(envelope)
    if (accepted.next !== null) return accepted.next
    this.#effects.push(this.#seat.stageEvent(stage.plan, 'madeProgress', place))
    return this.#isFull(stage) ? this.#complete(stage) : null
  }

  #isFull(stage: OpenStage<Result>): boolean {
    return stage.count === this.#seat.places.length - (stage.plan.delivery === 'broadcast' ? 0 : 1)
  }

  /** Whether its author saw another transcript; false while we cannot know. */
  #differs({ header }: Envelope): boolean {
    const known = this.transcripts.carriedBy(header.stage)
    // defence: digest-compared
    return known !== null && !equalBytes(header.previousTranscript, known)
  }

  /**
   * A digest that the ceremony made is in dispute. One that it began with cannot be: all honest nodes have the same, and nobody has a view to show.
   */
  #refuse(envelope: Envelope): Extract<Stop<Result>, { readonly type: 'differs' }> | null {
    if (broadcastBefore(this.#options.plan, envelope.header.stage) !== undefined) return { type: 'differs', envelope }
    this.#effects.push({ type: 'dropped', reason: 'malformed' })
    return null
  }

  #complete(stage: OpenStage<Result>): Move<Result> {
    const { plan } = stage
    this.#effects.push(this.#seat.stageEvent(plan, 'full'))
    if (plan.delivery === 'broadcast') {
      this.transcripts.full(
        plan.number,
        this.#seat.places.map((place) => required(stage.slot(place)).header.bodyDigest),
      )
      for (const envelope of this.#early.values()) if (this.#differs(envelope)) return { type: 'differs', envelope }
    }
    return stage.full()
  }
}

/** The body or the addressing of one signed envelope is itself the proof. */
export function faultOf(place: number, fault: Fault, envelope: Envelope): Extract<Step<never>, { readonly type: 'failure' }> {
  return { type: 'failure', reason: 'fault', faults: [{ place, fault, parts: { envelopes: [envelope.bytes] } }] }
}
