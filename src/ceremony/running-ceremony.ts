/** A ceremony as its manager sees it: events in, effects out, one ending. */
import type { CeremonyContext } from '../wire/context.ts'
import type { Envelope, EnvelopeHeader, StageName, ValidatorId } from '../wire/message.ts'
import type { Resend } from './archive.ts'
import type { Computed, DropReason, Effect } from './effects.ts'
import type { Ending } from './program.ts'

/** What a ceremony gives to whoever asks, while it runs and for a while after its end. Stored bytes: nothing is computed for it. */
export interface Answers {
  /** roughly what it holds */
  readonly bytes: number
  /** whether there would be an answer */
  answers(wanted: Resend, asker: ValidatorId): boolean
  answer(wanted: Resend, asker: ValidatorId): readonly Uint8Array[]
  /** whether this message in our name is one that we sent */
  sentBySelf(envelope: Pick<Envelope, 'header' | 'headerHash'>): boolean
  /** whether a message that comes after the end is answered */
  answersLate?(header: EnvelopeHeader): boolean
  /** such a message, verified; by what it is answered, once */
  answerLate?(header: EnvelopeHeader): readonly Uint8Array[]
}

export interface RunningCeremony<Result> {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  /** once there is one, it never changes */
  readonly ending: Ending<Result> | null
  readonly archive: Answers
  /** number of the stage, as in a header, whose messages are waited for; 0: none */
  readonly awaited: number
  /** the stage that is under way; the first before there is one, the last that was when it has ended or is in dispute */
  readonly stage: StageName
  missing(): { readonly authors: readonly ValidatorId[]; readonly broadcast: boolean }
  /** what was said in it, to be audited offline; none if nobody asked for that. Complete once the ceremony has ended */
  transcripts(): readonly Uint8Array[]
  /** monotonic time at which `tick` would end it, or change what it waits for */
  readonly deadline: number
  start(now: number): Effect[]
  admit(header: EnvelopeHeader, bodyBytes: number): DropReason | null
  message(envelope: Envelope, now: number): Effect[]
  awaits(token: number): boolean
  computed(token: number, computed: Computed, now: number): Effect[]
  stored(token: number, ok: boolean, now: number): Effect[]
  tick(now: number): Effect[]
  abort(now: number): Effect[]
}
