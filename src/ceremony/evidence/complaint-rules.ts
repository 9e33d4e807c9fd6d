/**
 * Rules about complaints. The accused is judged against its own word only: a dealer against the bodies of stage `Commitments` that open the digest in
 * its own envelope, a complainer against those that open the digest in its complaint.
 *
 * An opened body that no honest node accepts (another encoding or count, a bad point) is not judged: an honest accused signed no digest over one, and
 * a dishonest one has other faults to be shown.
 */
import { equalBytes } from '../../bytes.ts'
import { COMPLAINT_VERDICT } from '../../crypto/jobs/contract.ts'
import { judgeComplaints } from '../../crypto/jobs/judge-complaints.ts'
import type { CommitmentsBody, Complaint } from '../../wire/bodies.ts'
import { decodeEnvelope } from '../../wire/envelope.ts'
import type { Envelope } from '../../wire/message.ts'
import { type Accusation, readAccusation, readAccusations } from '../accusations.ts'
import { type SharedSecretPlan, shapeOf, sharedSecretOf } from '../plan.ts'
import { required } from '../step.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope, withoutOpenings } from './case.ts'
import { onlyOpening, openSigned, openTranscript } from './opening.ts'
import { openIndices } from './signed-with.ts'

type Verdict = (typeof COMPLAINT_VERDICT)[keyof typeof COMPLAINT_VERDICT]

function sharedSecretIn({ context }: Case): SharedSecretPlan {
  const plan = sharedSecretOf(context)
  demand(plan !== null, 'the ceremony has no such stage')
  return plan
}

/** The complaints in a `Confirm`; whether its author signed it is for the rule to ask. */
function complaintsOf(opened: Case, { header, body }: Envelope): readonly Complaint[] {
  const plan = sharedSecretIn(opened).confirm
  demand(header.stage === plan.number && header.to === null, 'not the stage of the complaints')
  const decoded = plan.decode(body)
  demand(decoded.ok && decoded.body.type === 'complaints', 'the body holds no complaint')
  return decoded.body.complaints
}

/** A body of stage `Commitments` with the right counts and good points. */
function dealingOf(opened: Case, body: Uint8Array | null | undefined): CommitmentsBody {
  demand(body !== null && body !== undefined, 'a body is missing in the opening')
  const decoded = sharedSecretIn(opened).commitments.decode(body)
  demand(decoded.ok, 'an opened body has another fault')
  const { encryptionKey, commitments } = decoded.body
  demand(
    [encryptionKey, commitments].every((points) => opened.kernel.checkPoints(points).every((valid) => valid === 1)),
    'an opened body has a bad point',
  )
  return decoded.body
}

/** @param complainer its place */
function judge(
  opened: Case,
  complainer: number,
  { dealer, envelope, complaint }: Accusation,
  bodies: readonly (Uint8Array | null)[],
): Verdict {
  const { positions, minSigners } = shapeOf(opened.context)
  const indices = openIndices(opened)
  demand(
    bodies.every((body, place) => (body !== null) === (place === complainer || place === dealer)),
    'the opening shows the bodies of dealer and complainer, and no others',
  )
  const { encryptionKey } = dealingOf(opened, bodies[complainer])
  const dealing = dealingOf(opened, bodies[dealer])
  const { verdicts } = judgeComplaints.run(opened.kernel, {
    sid: opened.sid,
    positions,
    minSigners,
    complainer: { index: required(indices[complainer]), encryptionKey },
    complaints: [
      {
        dealer: { index: required(indices[dealer]), encryptionKey: dealing.encryptionKey, commitments: dealing.commitments },
        ciphertext: envelope.body,
        sharedPoint: complaint.sharedPoint,
        proof: complaint.proof,
      },
    ],
  })
  return required(verdicts[0]) as Verdict
}

/** The share that the accused signed and encrypted does not fit what the accused committed to. Who shows it, and whether it signed that, is all one. */
export function badShare(opened: Case): void {
  onlyEnvelopes(opened, 1)
  const { context, evidence, sid, place } = opened
  const confirm = decodeEnvelope(required(evidence.envelopes?.[0]), context.network)
  const { from } = confirm.header
  const complainer = context.participants.findIndex(({ id }) => id === from)
  const { commitments } = sharedSecretIn(opened)
  const { bodies, transcript } = openTranscript(opened, onlyOpening(opened), commitments.number)
  const accusation = complaintsOf(opened, confirm)
    .map((complaint) => readAccusation(context, sid, from, complaint))
    .find((each) => each?.dealer === place && equalBytes(each.envelope.header.previousTranscript, transcript))
  demand(complainer >= 0 && accusation !== undefined && accusation !== null, 'the accused signed no such share')
  const verdict = judge(opened, complainer, accusation, bodies)
  demand(verdict !== COMPLAINT_VERDICT.badProof, 'the Diffie-Hellman point is not proven')
  demand(verdict === COMPLAINT_VERDICT.badShare, 'the share is good')
}

/** A complaint that shows no share of its dealer, or one that is good. */
export function falseComplaint(opened: Case): void {
  onlyEnvelopes(opened, 1)
  const { context, evidence, sid, place } = opened
  const confirm = signedEnvelope(opened, 0)
  const accusations = readAccusations(context, sid, confirm.header, complaintsOf(opened, confirm))
  if ((evidence.openings ?? []).length === 0) {
    withoutOpenings(opened)
    demand(accusations.includes(null), 'every complaint shows a share of its dealer')
    return
  }
  const opening = onlyOpening(opened)
  const bodies = openSigned(opened, opening, sharedSecretIn(opened).commitments.number, confirm.header.previousTranscript)
  const accusation = accusations.find((each) => each !== null && bodies[each.dealer] !== null)
  demand(accusation !== undefined && accusation !== null, 'no complaint is about the dealer whose body is shown')
  demand(judge(opened, place, accusation, bodies) !== COMPLAINT_VERDICT.badShare, 'the complaint is true')
}
