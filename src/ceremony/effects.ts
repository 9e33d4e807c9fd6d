/** What goes into and comes out of the sans-I/O core. */
import type { Job } from '../crypto/jobs/contract.ts'
import type { CeremonyId, CeremonyKind, ValidatorId } from '../wire/message.ts'
import type { KeyId } from './key-info.ts'
import type { InnerEvent } from './outcome.ts'
import type { StoreRequest } from './step.ts'

/** Why a message changed nothing. */
export const DROP_REASONS = [
  'size',
  'version',
  'stage',
  'sender',
  'ceremony',
  'signature',
  'duplicate',
  'late',
  'early-budget',
  'malformed',
] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** Which ceremony a transcript is of. */
export interface TranscriptInfo {
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  readonly status: 'success' | 'failure'
}

export type Effect =
  | { readonly type: 'send'; readonly to: ValidatorId | null; readonly bytes: Uint8Array }
  /** answered by `computed` with the same ids */
  | { readonly type: 'compute'; readonly ceremonyId: CeremonyId; readonly token: number; readonly job: Job }
  /** answered by `stored` with the same ids */
  | { readonly type: 'store'; readonly ceremonyId: CeremonyId; readonly token: number; readonly request: StoreRequest }
  /** answered by `recalled`: what the store has of a key, in public; no ceremony's */
  | { readonly type: 'recall'; readonly keyId: KeyId }
  /** answered by `activated`: a pending key whose certificates came after its ceremony */
  | { readonly type: 'activate'; readonly keyId: KeyId; readonly certificates: Uint8Array }
  | { readonly type: 'event'; readonly event: InnerEvent }
  /** the ceremony has ended, and its transcript was asked for */
  | { readonly type: 'transcript'; readonly info: TranscriptInfo; readonly bytes: Uint8Array }
  /** an instruction left an extraordinary number of ids behind, which are used up now: one near 2^64 ends a node's life */
  | { readonly type: 'idsJumped'; readonly ceremonyId: CeremonyId }
  /** our own code or arithmetic failed; the ceremony has ended as 'internal' */
  | { readonly type: 'internalError'; readonly ceremonyId: CeremonyId; readonly error: unknown }
  | { readonly type: 'dropped'; readonly reason: DropReason }

export type Computed = { readonly ok: true; readonly result: unknown } | { readonly ok: false }

export function drops(count: number, reason: DropReason): Effect[] {
  return Array.from({ length: count }, () => ({ type: 'dropped', reason }))
}
