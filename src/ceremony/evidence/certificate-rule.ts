/**
 * The rule about certificates: whoever confirms another key record than the one that follows from the bodies which it saw, by the digest that it
 * signed. If no record follows from them, every confirmation is false: an honest node never comes to one.
 */
import { equalBytes } from '../../bytes.ts'
import { keyRecordHash } from '../../wire/key-record.ts'
import { recordFromBodies } from '../keygen/key-record-of.ts'
import { shapeOf, sharedSecretPlan } from '../plan.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope } from './case.ts'
import { onlyOpening, openSigned } from './opening.ts'

export function badCertificate(opened: Case): void {
  onlyEnvelopes(opened, 1)
  const { context, kernel } = opened
  demand(context.kind === 'keygen', 'this version judges the certificates of a key generation only')
  const plan = sharedSecretPlan(shapeOf(context))
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.confirm.number && header.to === null, 'not the stage of the certificates')
  const confirm = plan.confirm.decode(body)
  demand(confirm.ok && confirm.body.type === 'ok', 'the body is no certificate')
  const bodies = openSigned(opened, onlyOpening(opened), plan.commitments.number, header.previousTranscript)
  const shown = bodies.filter((each) => each !== null)
  demand(shown.length === bodies.length, 'a body is missing in the opening')
  const record = recordFromBodies(kernel, context, shown)
  demand(record === null || !equalBytes(keyRecordHash(record), confirm.body.recordHash), 'the certificate is right')
}
