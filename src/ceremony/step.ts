/**
 * What a ceremony does next, as plain data: the states (`KeygenState`, `SigningState`, `SharedSecretState`) return steps, and one interpreter
 * (`StageRunner`) turns them into effects. No clock, socket, disk or promise is reachable from here.
 */

import type { Job, JobArgs, JobName, JobResult } from '../crypto/jobs/contract.ts'
import { QuorateError } from '../errors.ts'
import type { CeremonyId } from '../wire/message.ts'
import type { EvidenceParts } from './evidence/container.ts'
import type { Fault } from './outcome.ts'
import type { OpenStage } from './stage.ts'

export type StoreRequest =
  /** the high-water mark is durable before the first envelope of a ceremony leaves */
  | { readonly operation: 'reserve'; readonly ceremonyId: CeremonyId }
  /** the pending key, share included, is durable before our `ok` leaves */
  | { readonly operation: 'putPending'; readonly keyId: string; readonly record: Uint8Array }
  | { readonly operation: 'activate'; readonly keyId: string; readonly certificates: Uint8Array }

/** A fault that the ceremony can prove: the runtime adds the context and makes the evidence. */
export interface ProvenFault {
  /** 0-based place among the ceremony's participants */
  readonly place: number
  readonly fault: Fault
  /** or how to make them, where many pieces may be too much to hold */
  readonly parts: EvidenceParts | (() => EvidenceParts)
  /** bad-signature-share: the position in the batch */
  readonly message?: number
}

export type Step<Result> =
  | { readonly type: 'compute'; readonly job: Job; readonly next: (result: unknown) => Step<Result> }
  | { readonly type: 'store'; readonly request: StoreRequest; readonly next: () => Step<Result> }
  | { readonly type: 'stage'; readonly stage: OpenStage<Result> }
  | { readonly type: 'success'; readonly result: Result }
  | {
      readonly type: 'failure'
      /** 'fault' may come without proof: then nobody is blamed */
      readonly reason: 'fault' | 'dispute' | 'unconfirmed' | 'degenerate' | 'internal'
      readonly faults: readonly ProvenFault[]
    }

export function compute<Result, N extends JobName>(name: N, args: JobArgs<N>, next: (result: JobResult<N>) => Step<Result>): Step<Result> {
  // The pairing of name and args is checked by this signature; a union of pairs cannot be built from a generic name without the assertion.
  // The same holds for the result: the pool returns what the job of this name returned.
  return { type: 'compute', job: { name, args } as unknown as Job, next: (result) => next(result as JobResult<N>) }
}

export function store<Result>(request: StoreRequest, next: () => Step<Result>): Step<Result> {
  return { type: 'store', request, next }
}

export function fail<Result>(
  reason: Extract<Step<Result>, { type: 'failure' }>['reason'],
  faults: readonly ProvenFault[] = [],
): Step<Result> {
  return { type: 'failure', reason, faults }
}

/** A value that the protocol's construction guarantees; its absence is our own error, not a peer's. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new QuorateError('ERR_INVALID_ARGUMENT', { message: 'internal: a place outside the participants' })
  return value
}
