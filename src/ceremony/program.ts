/** What a ceremony runs, and what it may ask of the runtime that runs it. */
import type { CeremonyContext } from '../wire/context.ts'
import type { Identity } from '../wire/identity.ts'
import type { Envelope, ValidatorId } from '../wire/message.ts'
import type { EvidenceVerdict } from './evidence/verify.ts'
import type { Failure } from './outcome.ts'
import type { StagePlan } from './stage.ts'
import type { ProvenFault, Step } from './step.ts'
import type { Recording } from './transcript/recording.ts'

/** The first step, and the secrets to wipe whatever the end. */
export interface Program<Result> {
  begin(runtime: Runtime): Step<Result>
  wipe(): void
}

export interface Runtime {
  readonly sid: Uint8Array
  /** 0-based place of this node among the participants */
  readonly place: number
  /** digest of the transcript up to the last full broadcast stage */
  transcript(): Uint8Array
  seal(plan: StagePlan, to: ValidatorId | null, body: Uint8Array): Envelope
  /**
   * Whether everybody would be convinced. To be asked before an accusation that rests on a comparison with our own arithmetic: where it fails, the
   * mistake is ours.
   */
  proves(fault: ProvenFault): boolean
}

/** What a stranger with our roster would say of evidence: pure, and never throws on bad bytes. */
export type Judge = (evidence: Uint8Array) => EvidenceVerdict

export interface CeremonyOptions<Result> {
  readonly context: CeremonyContext
  /** the preimage of `sid` */
  readonly contextBytes: Uint8Array
  readonly identity: Identity
  readonly self: ValidatorId
  /** key indices by place */
  readonly indices: readonly number[]
  readonly plan: readonly StagePlan[]
  /** what the first messages carry, if not the sid: T_1 of a one-round signing; null if we do not know it */
  readonly carried?: Uint8Array | null
  readonly program: Program<Result>
  readonly stageTimeoutMs: number
  readonly judge: Judge
  /** what the bus carries at most, as it is now */
  readonly maxMessageBytes?: () => number
  /** takes all that goes to all, if a transcript is wanted */
  readonly recording?: Recording
}

export type Ending<Result> = { readonly status: 'success'; readonly result: Result } | Failure
