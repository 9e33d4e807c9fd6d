/**
 * What a complaint says before any arithmetic: whose share it is about, shown by that dealer's own signed envelope. A ceremony and a judge of
 * evidence read complaints with the same code, so that the two cannot disagree.
 */
import { equalBytes } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import type { Complaint } from '../wire/bodies.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { decodeEnvelope, verifyEnvelope } from '../wire/envelope.ts'
import { type Envelope, type EnvelopeHeader, STAGE_NUMBER, type ValidatorId } from '../wire/message.ts'

export interface Accusation {
  readonly complaint: Complaint
  /** 0-based place of the dealer among the participants */
  readonly dealer: number
  /** the dealer's share to the complainer, as the dealer signed it; any length of body */
  readonly envelope: Envelope
}

function decodeEmbedded(bytes: Uint8Array, network: string): Envelope | null {
  try {
    return decodeEnvelope(bytes, network)
  } catch (error) {
    if (error instanceof QuorateError && (error.code === 'ERR_MALFORMED' || error.code === 'ERR_TOO_LARGE')) return null
    throw error
  }
}

/** Null unless the embedded envelope is validly signed by another participant, for this ceremony, stage `SecretShare` and this complainer. */
export function readAccusation(
  context: CeremonyContext,
  sid: Uint8Array,
  complainer: ValidatorId,
  complaint: Complaint,
): Accusation | null {
  const envelope = decodeEmbedded(complaint.envelope, context.network)
  if (envelope === null) return null
  const { header } = envelope
  const dealer = context.participants.findIndex(({ id }) => id === header.from)
  const participant = context.participants[dealer]
  // Never the complainer: an envelope to its own author does not decode.
  // defence: complaint-envelope-recipient
  if (participant === undefined || header.to !== complainer) return null
  if (header.stage !== STAGE_NUMBER.sharedSecret.SecretShare || header.kind !== context.kind) return null
  // defence: complaint-envelope-ceremony
  if (header.ceremonyId !== context.ceremonyId || !equalBytes(header.sid, sid)) return null
  // defence: complaint-envelope-signed
  return verifyEnvelope(envelope, participant.publicKey) ? { complaint, dealer, envelope } : null
}

/**
 * The complaints of one `Confirm`, in order. Null for each that is false for all to see: it shows no such envelope, one of another digest T_2 than its
 * author's own (who sees two disputes, and does not complain), or one of a dealer that an earlier complaint is about.
 */
export function readAccusations(
  context: CeremonyContext,
  sid: Uint8Array,
  { from, previousTranscript }: EnvelopeHeader,
  complaints: readonly Complaint[],
): readonly (Accusation | null)[] {
  const accused = new Set<number>()
  return complaints.map((complaint) => {
    const accusation = readAccusation(context, sid, from, complaint)
    if (accusation === null || accused.has(accusation.dealer)) return null
    // defence: complaint-envelope-digest
    if (!equalBytes(accusation.envelope.header.previousTranscript, previousTranscript)) return null
    accused.add(accusation.dealer)
    return accusation
  })
}
