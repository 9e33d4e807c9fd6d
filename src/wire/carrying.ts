/**
 * What a bus must carry for a ceremony to be able to end well, and for a fault in it to be told: the largest message that an honest node may have to send. A
 * bus that carries less loses messages silently, or refuses them one by one; so a node asks before it begins.
 */
import type { CeremonyContext } from './context.ts'
import { positionsOf } from './context.ts'
import type { CeremonyKind, Protocol } from './message.ts'
import { answerBytes } from './request.ts'
import { honestBodyBytes, MAX_ENVELOPE_OVERHEAD, MAX_FRAME_BYTES, maxViewBytes, oneProofAbortBytes, stagesOfKind } from './sizes.ts'

export interface CarriedShape {
  readonly kind: CeremonyKind
  readonly protocol: Protocol
  /** in signing, the signers */
  readonly participants: number
  readonly minSigners: number
  /** messages, or slots, or 1 in keygen */
  readonly positions: number
  /** bytes of the longest message that is signed; 0 where nothing is */
  readonly longestMessage: number
}

/** Any stage, a confirmation full of complaints, a view, an abort with the proof of one fault, certificates for whoever missed them. */
export function largestMessageBytes(shape: CarriedShape): number {
  const stages = stagesOfKind(shape.kind, shape.protocol).map((stage) => honestBodyBytes({ ...shape, stage }))
  const largestStageBody = Math.max(...stages)
  const sharesSecret = shape.kind === 'keygen' || (shape.kind === 'sign' && shape.protocol === 'stinson-strobl')
  const abort = oneProofAbortBytes({ ...shape, largestStageBody, sharesSecret })
  const body = Math.max(largestStageBody, maxViewBytes(shape.participants), abort)
  return Math.min(MAX_FRAME_BYTES, Math.max(body + MAX_ENVELOPE_OVERHEAD, answerBytes(shape.participants)))
}

/** For the largest key generation of a group, all of whom are needed to sign: what a broker for it should carry at least. */
export function largestKeygenMessageBytes(participants: number): number {
  return largestMessageBytes({ kind: 'keygen', protocol: 'frost', participants, minSigners: participants, positions: 1, longestMessage: 0 })
}

export function largestMessageOf(context: CeremonyContext): number {
  const { kind, protocol, participants, minSigners } = context
  const longestMessage = context.kind === 'sign' ? Math.max(...context.messages.map(({ length }) => length)) : 0
  return largestMessageBytes({
    kind,
    protocol,
    participants: participants.length,
    minSigners,
    positions: positionsOf(context),
    longestMessage,
  })
}
