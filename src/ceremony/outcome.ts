/**
 * How a ceremony ends. Exactly one outcome each: success, or a failure that keeps apart who is *blamed* (with evidence that convinces a
 * stranger) and who is *missing* (a local claim: silence cannot be proven).
 */
import type { ErrorCode } from '../errors.ts'
import type { CeremonyId, StageName, ValidatorId } from '../wire/message.ts'
import type { KeyInfo } from './key-info.ts'

export type Fault =
  | 'bad-hash-opening'
  | 'bad-commitment-count'
  | 'bad-point'
  | 'bad-proof'
  | 'bad-share'
  | 'false-complaint'
  | 'bad-signature-share'
  | 'bad-certificate'
  | 'equivocation'
  | 'bad-view'
  | 'malformed'

export interface Blame {
  readonly validator: ValidatorId
  readonly fault: Fault
  /** canonical bytes for `verifyEvidence` */
  readonly evidence: Uint8Array
  /** bad-signature-share: index into messages */
  readonly message?: number
}

export interface Missing {
  readonly validator: ValidatorId
  readonly reportedBy: ValidatorId
}

export type FailureReason =
  | 'fault'
  | 'dispute'
  | 'timeout'
  | 'unconfirmed'
  | 'instructed-differently'
  | 'degenerate'
  | 'aborted'
  | 'internal'

export interface Failure {
  readonly status: 'failure'
  readonly ceremonyId: CeremonyId
  readonly reason: FailureReason
  readonly stage: StageName
  /** by validator */
  readonly blamed: readonly Blame[]
  /** a claim, not a proof: who missed whom; sorted */
  readonly missing: readonly Missing[]
}

export type KeygenOutcome = { readonly status: 'success'; readonly ceremonyId: CeremonyId; readonly key: KeyInfo } | Failure
/** `signatures[i]` is over `messages[i]`; 65, 64 or 52 bytes by suite. */
export type SignOutcome =
  | { readonly status: 'success'; readonly ceremonyId: CeremonyId; readonly signatures: readonly Uint8Array[] }
  | Failure

export type PreprocessOutcome = { readonly status: 'success'; readonly ceremonyId: CeremonyId; readonly count: number } | Failure

export type AnyOutcome = KeygenOutcome | SignOutcome | PreprocessOutcome

/** What a node tells its application; `stage` events are for progress displays and are not published on the bus. */
export type InnerEvent =
  | { readonly type: 'readyToKeygen'; readonly validator: ValidatorId }
  | { readonly type: 'keyReady'; readonly keyId: string }
  | { readonly type: 'messageSigned'; readonly ceremonyId: CeremonyId; readonly index: number; readonly signature: Uint8Array }
  | StageEvent
  | { readonly type: 'keygenOutcome'; readonly outcome: KeygenOutcome }
  | { readonly type: 'preprocessOutcome'; readonly outcome: PreprocessOutcome }
  | { readonly type: 'signingOutcome'; readonly outcome: SignOutcome }
  /** another process runs under this node's identity now: two that sign with one key lose it */
  | { readonly type: 'identityInUse' }
  /** a message in a version of the protocol that this node does not know; `from` as the bus has it. Once a minute a sender */
  | { readonly type: 'unknownVersion'; readonly version: number; readonly from: ValidatorId | null }
  /** what an operator of this node signed and the node does not follow: as a call would have been refused */
  | {
      readonly type: 'instructionRefused'
      readonly ceremonyId: CeremonyId
      readonly code: ErrorCode
      readonly field?: string
      readonly message: string
    }

export interface StageEvent {
  readonly type: 'stage'
  readonly kind: 'keygen' | 'preprocess' | 'sign'
  readonly ceremonyId: CeremonyId
  readonly stage: StageName
  readonly status: 'madeProgress' | 'full' | 'ignored'
  /** whose message it was; `full` has none */
  readonly from?: { readonly validator: ValidatorId; readonly index: number }
}

/** The end of a ceremony, where an event tells of one. */
export function outcomeOf(event: InnerEvent): AnyOutcome | null {
  switch (event.type) {
    case 'keygenOutcome':
    case 'preprocessOutcome':
    case 'signingOutcome':
      return event.outcome
    default:
      return null
  }
}
