/**
 * One stage shape for all ceremonies: it awaits one message from each participant, is full, and yields the next step. Early, late, duplicate,
 * disputed, missing and deadline are handled once, by `StageRunner` and `Ceremony`, over this shape.
 */
import type { Delivery, Envelope, StageName } from '../wire/message.ts'
import type { Fault } from './outcome.ts'
import type { Step } from './step.ts'

export type Decoded<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly fault: Extract<Fault, 'malformed' | 'bad-commitment-count'> }

/** What is known of a stage before the ceremony starts: enough to size-check and decode its messages, also those that come early. */
export interface StagePlan<Body = unknown> {
  readonly name: StageName
  /** place in the ceremony, from 1 */
  readonly number: number
  readonly delivery: Delivery
  /** raw size cap: checked before anything is parsed */
  readonly maxBodyBytes: number
  decode(body: Uint8Array): Decoded<Body>
}

/** The stage of this number; a ceremony need not begin with number 1. */
export function planOf(plans: readonly StagePlan[], number: number): StagePlan | undefined {
  return plans.find((plan) => plan.number === number)
}

/** The last broadcast stage before this one: its digest is what an envelope of this stage carries. None before the first: those carry the sid. */
export function broadcastBefore(plans: readonly StagePlan[], number: number): StagePlan | undefined {
  return plans.findLast((plan) => plan.number < number && plan.delivery === 'broadcast')
}

export interface Received<Body> {
  readonly envelope: Envelope
  readonly body: Body
}

/** Our own messages of a stage. */
export type OwnMessages =
  /** one body for all */
  | { readonly type: 'broadcast'; readonly body: Uint8Array }
  /** as broadcast, but signed already: the envelope had to be stored before it leaves */
  | { readonly type: 'sealed'; readonly envelope: Envelope }
  /** one body a place; our own place is left out */
  | { readonly type: 'private'; readonly bodies: ReadonlyMap<number, Uint8Array> }
  /** we only listen: our own slot stays free, so the stage never is full */
  | { readonly type: 'none' }

export interface StageDefinition<Body, Result> {
  readonly plan: StagePlan<Body>
  readonly own: OwnMessages
  /** how every failure from this stage on is reported, when not as itself */
  readonly failureReason?: 'unconfirmed'
  /** looks at one accepted message at once: a step ends the stage early because failure is certain */
  onMessage?(place: number, received: Received<Body>): Step<Result> | null
  /** all messages are there, by place; a broadcast stage includes our own */
  onFull(received: ReadonlyMap<number, Received<Body>>): Step<Result>
}

/** A stage with its slots; hides the body's type from the runtime. */
export interface OpenStage<Result> {
  readonly plan: StagePlan
  readonly own: OwnMessages
  readonly failureReason?: 'unconfirmed'
  /** the envelope that holds the slot */
  slot(place: number): Envelope | undefined
  /** takes a free slot, or names the fault of the body */
  accept(place: number, envelope: Envelope): { readonly fault: Fault | null; readonly next: Step<Result> | null }
  readonly count: number
  full(): Step<Result>
}

export function openStage<Body, Result>(definition: StageDefinition<Body, Result>): OpenStage<Result> {
  const received = new Map<number, Received<Body>>()
  return {
    plan: definition.plan,
    own: definition.own,
    ...(definition.failureReason === undefined ? {} : { failureReason: definition.failureReason }),
    slot: (place) => received.get(place)?.envelope,
    accept(place, envelope) {
      const decoded = definition.plan.decode(envelope.body)
      if (!decoded.ok) return { fault: decoded.fault, next: null }
      const entry = { envelope, body: decoded.body }
      received.set(place, entry)
      return { fault: null, next: definition.onMessage?.(place, entry) ?? null }
    },
    get count() {
      return received.size
    },
    full: () => definition.onFull(received),
  }
}

export function stageStep<Body, Result>(definition: StageDefinition<Body, Result>): Step<Result> {
  return { type: 'stage', stage: openStage(definition) }
}

/** Bodies of a full stage in the order of the participants. */
export function inOrder<Body>(
  received: ReadonlyMap<number, Received<Body>>,
): readonly (readonly [place: number, received: Received<Body>])[] {
  return [...received].sort(([a], [b]) => a - b)
}
