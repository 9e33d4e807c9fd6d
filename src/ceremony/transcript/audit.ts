/**
 * Replays a recorded ceremony by the rules that its nodes kept, and says who broke it. Nobody is named without evidence that convinces on its own; what
 * is absent, or disputed without proof, is said as that.
 */
import { equalBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { CeremonyContext } from '../../wire/context.ts'
import { verifyEnvelope } from '../../wire/envelope.ts'
import type { ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { Blame } from '../outcome.ts'
import { isStinsonStrobl } from '../plan.ts'
import { required } from '../step.ts'
import { Court } from './court.ts'
import { decodeTranscript, type Transcript } from './file.ts'
import { auditKeygen, type KeygenResult } from './keygen.ts'
import { accuseOfEquivocation, accuseOfJunk, accuseOfLies, type Claim, hearAborts, signedHeadersIn } from './messages.ts'
import { auditPreprocess, type PreprocessResult } from './preprocess.ts'
import { auditSigning, type SigningResult } from './signing.ts'
import { RecordedStages, type StageMessage } from './stages.ts'
import { auditStinsonStrobl } from './stinson-strobl.ts'

export interface Audit {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  /**
   * complete: every message is there, every check holds, and the result follows. broken: somebody is convicted. disputed: messages carry another digest than the others'
   * messages give, and who lied is not to be seen here. incomplete: anything else.
   */
  readonly status: 'complete' | 'broken' | 'disputed' | 'incomplete'
  /** by validator, each with evidence */
  readonly blamed: readonly Blame[]
  /** of the first stage that is not full */
  readonly absent: readonly StageMessage[]
  readonly differing: readonly StageMessage[]
  /** what those who gave up said, which nobody can check */
  readonly claims: readonly Claim[]
  /** why nothing follows although no message is absent */
  readonly remark: string | null
  /** a key record, signatures by message, or the digest of preprocessed pairs */
  readonly result: { readonly record: Uint8Array } | { readonly signatures: readonly Uint8Array[] } | { readonly digest: Uint8Array } | null
}

/**
 * Pure and synchronous.
 *
 * @param roster at least the ceremony's participants
 * @throws ERR_MALFORMED for bytes that no node recorded: no transcript, or one whose messages are not signed by their authors;
 * ERR_UNKNOWN_VALIDATOR, with `field`, where the roster has another key for a participant
 */
export function auditRecorded(kernel: Kernel, bytes: Uint8Array, roster: Roster): Audit {
  const transcript = decodeTranscript(bytes)
  const { context, sid } = transcript
  checkAuthors(transcript, roster)
  const court = new Court(kernel, roster, transcript)
  const claims = hearAborts(transcript, court)
  const headers = signedHeadersIn(transcript)
  accuseOfJunk(transcript, court)
  accuseOfEquivocation(transcript, headers, court)
  accuseOfLies(transcript, headers, court)
  const stages = new RecordedStages(transcript)
  const found = resultOf(kernel, transcript, stages, court)
  const result = found === null || 'remark' in found ? null : found
  const { absent, differing } = stages
  const blamed = court.convictions
  const status = blamed.length > 0 ? 'broken' : differing.length > 0 ? 'disputed' : result === null ? 'incomplete' : 'complete'
  return {
    context,
    sid,
    status,
    blamed,
    absent,
    differing,
    claims,
    remark: found !== null && 'remark' in found ? found.remark : null,
    result,
  }
}

function resultOf(
  kernel: Kernel,
  transcript: Transcript,
  stages: RecordedStages,
  court: Court,
): KeygenResult | SigningResult | PreprocessResult {
  const { context } = transcript
  if (context.kind === 'keygen') return auditKeygen(kernel, context, transcript, stages, court)
  if (isStinsonStrobl(context)) return auditStinsonStrobl(kernel, context, transcript, stages, court)
  if (context.kind === 'preprocess') return auditPreprocess(kernel, context, transcript, stages, court)
  return auditSigning(kernel, context, transcript, stages, court)
}

function checkAuthors({ context, envelopes }: Transcript, roster: Roster): void {
  const keys = new Map<ValidatorId, Uint8Array>()
  for (const { id, publicKey } of context.participants) {
    const known = roster.get(id)
    if (known === undefined || !equalBytes(known, publicKey)) {
      throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `roster.${id}`, message: 'is not the key of the transcript' })
    }
    keys.set(id, publicKey)
  }
  envelopes.forEach((envelope, i) => {
    if (verifyEnvelope(envelope, required(keys.get(envelope.header.from)))) return
    throw new QuorateError('ERR_MALFORMED', { field: `envelopes[${i}]`, message: 'is not signed by its author' })
  })
}
