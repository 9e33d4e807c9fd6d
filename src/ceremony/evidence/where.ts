/** Where in its ceremony a proven fault was made. It is the only "when" that evidence knows: nobody's clock is in what a validator signs. */
import { type CeremonyContext, decodeContext } from '../../wire/context.ts'
import { peekHeader } from '../../wire/envelope.ts'
import { ABORT_STAGE, type StageName, VIEW_STAGE_BASE } from '../../wire/message.ts'
import { decodeSignedHeader } from '../../wire/signed-header.ts'
import { stagesOf } from '../plan.ts'
import { required } from '../step.ts'
import { type Evidence, parseEvidence } from './container.ts'

export interface FaultPlace {
  readonly context: CeremonyContext
  /** what the accused sent: a message of a stage, a view of one, or an abort, which belongs to none */
  readonly sent: 'message' | 'view' | 'abort'
  /** null also for a number that is no stage of this ceremony: the accused may have signed any */
  readonly stage: StageName | null
  /** bad-signature-share: the place of the message from 0 */
  readonly message?: number
}

/** @param bytes evidence that was proven: anything else may throw */
export function placeOfFault(bytes: Uint8Array): FaultPlace {
  const evidence = parseEvidence(bytes)
  const context = decodeContext(evidence.context)
  const number = stageNumberOf(evidence, context)
  const place = evidence.message === undefined ? {} : { message: evidence.message.position }
  if (number === ABORT_STAGE) return { context, sent: 'abort', stage: null, ...place }
  const ofView = number > VIEW_STAGE_BASE
  const stage = stagesOf(context).find((plan) => plan.number === (ofView ? number - VIEW_STAGE_BASE : number))
  return { context, sent: ofView ? 'view' : 'message', stage: stage?.name ?? null, ...place }
}

function stageNumberOf({ fault, envelopes = [], headers = [] }: Evidence, context: CeremonyContext): number {
  // The complaint is another's; what the accused did wrong is the stage before.
  if (fault === 'bad-share') return required(stagesOf(context).find(({ name }) => name === 'SecretShare')).number
  const header = headers[0]
  if (fault === 'equivocation') return decodeSignedHeader(required(header), context.network).header.stage
  return required(peekHeader(required(envelopes.at(-1))) ?? undefined).header.stage
}
