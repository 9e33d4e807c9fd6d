/** What a simulated network keeps of each of its nodes. */
import type { Effect } from '../../src/ceremony/effects.ts'
import type { InnerEvent } from '../../src/ceremony/outcome.ts'
import type { Inbox } from '../../src/client/inbox.ts'
import type { MultisigClientInner } from '../../src/client/multisig-client-inner.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import type { Outcome } from './network.ts'
import type { NodeStore } from './node-store.ts'

export interface LogEntry {
  /** virtual milliseconds */
  readonly at: number
  readonly effect: Effect
}

export interface SimulatedNode {
  readonly id: ValidatorId
  inner: MultisigClientInner
  readonly inbox: Inbox
  readonly store: NodeStore
  readonly events: InnerEvent[]
  readonly outcomes: Map<bigint, Outcome[]>
  readonly dropped: string[]
  /** by ceremony, where they were asked for */
  readonly transcripts: Map<bigint, Uint8Array>
  readonly errors: unknown[]
  /** every effect, in order */
  readonly log: LogEntry[]
  /** every frame that was not dropped at once, with the number of effects before it */
  readonly taken: { readonly bytes: Uint8Array; readonly effects: number }[]
  highestCeremonyId: bigint
}
