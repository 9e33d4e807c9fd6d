/** Rules about one message and what the accused itself published: encoding, counts, openings, points, proofs of knowledge. */
import { equalBytes } from '../../bytes.ts'
import { checkDealings } from '../../crypto/jobs/check-dealings.ts'
import { DEALING_FAULT } from '../../crypto/jobs/contract.ts'
import { type CommitmentsBody, hashCommitmentOf } from '../../wire/bodies.ts'
import { type Envelope, FIRST_STAGE } from '../../wire/message.ts'
import { shapeOf, sharedSecretOf, stagesOf } from '../plan.ts'
import { isSideStage } from '../side-messages.ts'
import { required } from '../step.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope, withoutOpenings, withoutTranscripts } from './case.ts'
import { malformedSideMessage } from './dispute-rules.ts'
import { openIndices } from './signed-with.ts'

/** A stage-2 body of SharedSecret that decodes and has the right counts, addressed as it must be. */
function commitmentsOf({ context }: Case, envelope: Envelope): CommitmentsBody {
  const plan = sharedSecretOf(context)?.commitments
  demand(plan !== undefined, 'only SharedSecret has commitments')
  demand(envelope.header.stage === plan.number && envelope.header.to === null, 'not the stage of the commitments')
  const decoded = plan.decode(envelope.body)
  demand(decoded.ok, 'the body has another fault')
  return decoded.body
}

/** @param index of the accused; whether its points are good does not depend on it */
function judgeDealing(opened: Case, index: number): number | undefined {
  onlyEnvelopes(opened, 1)
  withoutTranscripts(opened)
  const body = commitmentsOf(opened, signedEnvelope(opened, 0))
  const { positions, minSigners } = shapeOf(opened.context)
  const dealings = [{ index, ...body }]
  // No weights: everybody who judges this must come to the same verdict, and no dealer may have chosen its proofs for weights it can compute.
  const args = { sid: opened.sid, positions, minSigners, dealings, weightSeed: null, ownCommitments: null }
  return checkDealings.run(opened.kernel, args).faults[0]
}

/** The body does not decode for its stage, the addressing is wrong, or a stage 1 or an abort does not carry the sid. */
export function malformed(opened: Case): void {
  onlyEnvelopes(opened, 1)
  withoutOpenings(opened)
  const { header, body } = signedEnvelope(opened, 0)
  if (isSideStage(header.stage)) {
    malformedSideMessage(opened)
    return
  }
  const plan = stagesOf(opened.context).find(({ number }) => number === header.stage)
  demand(plan !== undefined, 'the ceremony has no such stage')
  const misaddressed = (plan.delivery === 'broadcast') !== (header.to === null)
  const wrongStart = header.stage === FIRST_STAGE && !equalBytes(header.previousTranscript, opened.sid)
  const decoded = plan.decode(body)
  demand(misaddressed || wrongStart || (!decoded.ok && decoded.fault === 'malformed'), 'the envelope is well formed')
}

/** The body decodes by its own counts, which are not those of the ceremony. */
export function badCommitmentCount(opened: Case): void {
  onlyEnvelopes(opened, 1)
  withoutOpenings(opened)
  const { header, body } = signedEnvelope(opened, 0)
  const plan = stagesOf(opened.context).find(({ number }) => number === header.stage)
  demand(plan?.name === 'Commitments' && header.to === null, 'not the stage of the commitments')
  const decoded = plan.decode(body)
  demand(!decoded.ok && decoded.fault === 'bad-commitment-count', 'the count is right')
}

/** What was revealed is not what was committed to. */
export function badHashOpening(opened: Case): void {
  onlyEnvelopes(opened, 2)
  withoutTranscripts(opened)
  const index = required(openIndices(opened)[opened.place])
  const commitment = signedEnvelope(opened, 0)
  const reveal = signedEnvelope(opened, 1)
  commitmentsOf(opened, reveal)
  const plan = required(sharedSecretOf(opened.context) ?? undefined).hashCommitment
  demand(commitment.header.stage === plan.number && commitment.header.to === null, 'not the stage of the hash commitment')
  const decoded = plan.decode(commitment.body)
  demand(decoded.ok, 'the body has another fault')
  demand(!equalBytes(decoded.body, hashCommitmentOf(opened.sid, index, reveal.body)), 'the hash opens')
}

/** A point is off the curve or the identity. */
export function badPoint(opened: Case): void {
  withoutOpenings(opened)
  if (sharedSecretOf(opened.context) !== null) {
    demand(judgeDealing(opened, opened.place + 1) === DEALING_FAULT.badPoint, 'all points are valid')
    return
  }
  onlyEnvelopes(opened, 1)
  const plan = stagesOf(opened.context).find(({ name }) => name === 'NonceCommitments' || name === 'Preprocess')
  demand(plan !== undefined, 'the ceremony has no such stage')
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.number && header.to === null, 'not the stage of the nonce commitments')
  demand(plan.decode(body).ok, 'the body has another fault')
  // A body of this stage is its points, one after another.
  demand(opened.kernel.checkPoints(body).includes(0), 'all points are valid')
}

/** All points are valid and a proof of knowledge is not. */
export function badProof(opened: Case): void {
  demand(judgeDealing(opened, required(openIndices(opened)[opened.place])) === DEALING_FAULT.badProof, 'the proof holds')
}
