/** What both managers need to know of the node. */
import type { Judge } from '../ceremony/program.ts'
import { required } from '../ceremony/step.ts'
import type { RandomSource } from '../crypto/random-scalars.ts'
import type { ContextParticipant } from '../wire/context.ts'
import type { Identity } from '../wire/identity.ts'
import type { ValidatorId } from '../wire/message.ts'
import type { Roster } from '../wire/roster.ts'
import type { EarlyLimits } from './early-messages.ts'

export interface NodeSettings {
  /** label in every sid, so that test and production never share one */
  readonly network: string
  readonly self: ValidatorId
  readonly identity: Identity
  readonly roster: Roster
  readonly random: RandomSource
  readonly stageTimeoutMs: number
  readonly ceremonyIdWindow: number
  readonly maxOpenCeremonies: number
  readonly judge: Judge
  /** whether ceremonies are recorded */
  readonly transcripts: boolean
  /** bytes of all messages of open signings */
  readonly maxOpenMessageBytes: number
  /** bytes of the slots of all preprocessings */
  readonly slotBytes: number
  /** what the bus carries at most, as it is now; any size if there is none */
  readonly maxMessageBytes?: () => number
  /** bytes kept of ended ceremonies */
  readonly tailBytes: number
  readonly early: Pick<EarlyLimits, 'bytesPerPeer' | 'bytesTotal' | 'ttlMs'>
}

/** Ids that were checked against the roster, with their identity keys. */
export function participantsOf({ roster }: NodeSettings, ids: readonly ValidatorId[]): readonly ContextParticipant[] {
  return ids.map((id) => ({ id, publicKey: required(roster.get(id)) }))
}
