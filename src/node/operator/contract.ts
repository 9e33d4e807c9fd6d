/** What an operator's client needs of a bus, and what it tells whoever watches. */
import type { ErrorCode } from '../../errors.ts'
import type { CeremonyId, CeremonyKind, StageName, ValidatorId } from '../../wire/message.ts'

/** An operator's connection. Names of senders are the broker's word; what they sent is signed. */
export interface OperatorBus {
  readonly maxMessageBytes: number
  /** makes or checks what keeps instructions and outcomes for who is away for a moment */
  ensureStreams(): Promise<unknown>
  /** resolves once the broker has it */
  instruct(bytes: Uint8Array): Promise<void>
  /** null: there is none yet */
  lastInstruction(): Promise<Uint8Array | null>
  /** the newest outcome or refusal of a node that the broker has kept */
  lastOutcome(from: string): Promise<Uint8Array | null>
  /** to all nodes; returns what ends the hearing of answers */
  ask(bytes: Uint8Array, handler: (from: string, bytes: Uint8Array) => void): () => void
  /** outcomes, refusals and progress, from the call on */
  onReport(handler: (from: string, bytes: Uint8Array) => void): () => void
}

export type OperatorEvent =
  /** who answered and may be instructed, and who did not or may not */
  | { readonly type: 'asked'; readonly ready: readonly ValidatorId[]; readonly notReady: readonly NotReady[] }
  | {
      readonly type: 'instructed'
      readonly kind: CeremonyKind
      readonly ceremonyId: CeremonyId
      readonly participants: readonly ValidatorId[]
    }
  /** of one participant: whom the stage that it is in waits for */
  | { readonly type: 'progress'; readonly from: ValidatorId; readonly stage: StageName; readonly waitingFor: readonly ValidatorId[] }
  | { readonly type: 'refused'; readonly from: ValidatorId; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'ended'; readonly from: ValidatorId; readonly status: 'success' | 'failure' }
  /** something that a person should know: claims that do not stand, nodes that disagree, a ceremony that is tried again */
  | { readonly type: 'remark'; readonly text: string }

export interface NotReady {
  readonly validator: ValidatorId
  /** in its own words, or that it did not answer */
  readonly reasons: readonly string[]
}
