/** The audit of a recorded Stinson-Strobl signing: SharedSecret for the nonces, signatures, and every share if one does not come out right. */
import { sumCommitments } from '../../crypto/polynomial.ts'
import { findBadLocalShares, noncePointsOf } from '../../crypto/strobl-blame.ts'
import { aggregateLocally, localTerms } from '../../crypto/strobl-sign.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { SignContext } from '../../wire/context.ts'
import { shapeOf, stinsonStroblPlan } from '../plan.ts'
import { LocalSigEvidence } from '../signing/local-sig-evidence.ts'
import { signaturesIn } from '../signing/signature-shares.ts'
import { signerIndices, verifyingSharesOf } from '../signing/signers.ts'
import { required } from '../step.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'
import { SharedSecretAudit } from './shared-secret.ts'
import { readKey, type SigningResult, WITHOUT_MESSAGES } from './signing.ts'
import type { RecordedStages } from './stages.ts'

export function auditStinsonStrobl(
  kernel: Kernel,
  context: SignContext,
  transcript: Transcript,
  stages: RecordedStages,
  court: Court,
): SigningResult {
  const { messages, sid } = transcript
  const shape = shapeOf(context)
  const plan = stinsonStroblPlan(shape)
  const key = required(transcript.key ?? undefined)
  const record = readKey(kernel, key)
  const signers = signerIndices(context, record)
  const secret = new SharedSecretAudit({ kernel, context, sid, court, plan, indices: signers, known: { key } }).run(stages)
  if (secret === null) return null
  if (!secret.sound) return { remark: 'the nonces sum to zero: no signature comes of them, and nobody is to blame' }
  if (secret.complained) return { remark: 'a participant complained about a share' }
  const shares = stages.of(plan.localSig)
  if (!secret.certified || shares?.full !== true) return null
  if (messages.length === 0) return WITHOUT_MESSAGES
  const { suite, groupPublicKey, minSigners } = record
  const { dealings, confirms } = secret
  const commitments = signers.map((_, place) => dealings.of(place).commitments)
  const noncePoints = required(noncePointsOf(sumCommitments(kernel, commitments), shape.positions) ?? undefined)
  const signing = { suite, groupPublicKey, messages, noncePoints }
  const signatureShares = [...shares.taken.values()].map(({ body }) => body)
  const { challenges } = localTerms(kernel, signing)
  const { signatures, valid } = aggregateLocally(kernel, { ...signing, signers, challenges, signatureShares })
  if (!valid.includes(0)) {
    return { signatures: signaturesIn(suite, signatures) }
  }
  const verifyingShares = verifyingSharesOf(record, signers)
  const envelopes = [...confirms.taken.values()].map(({ envelope }) => envelope)
  const evidence = new LocalSigEvidence({ key, messages, previous: confirms.previous, confirms: envelopes, dealings })
  const judged = { suite, groupPublicKey, messages, minSigners, signers, commitments }
  for (const { signer: place, position } of findBadLocalShares(kernel, judged, { verifyingShares, signatureShares })) {
    const { envelope } = required(shares.taken.get(place))
    court.accuse({ place, fault: 'bad-signature-share', message: position, parts: () => evidence.parts(position, envelope) })
  }
  return { remark: 'the signatures do not come out right' }
}
