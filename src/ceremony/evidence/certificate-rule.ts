/**
 * The rule about certificates: whoever confirms another key record, or other nonce points, than those that follow from the bodies which it saw, by the
 * digest that it signed. If none follow from them, every confirmation is false: an honest node never comes to one. In preprocessing what is confirmed
 * follows from that digest itself.
 */
import { equalBytes } from '../../bytes.ts'
import { preprocessDigest } from '../../crypto/transcript.ts'
import type { PreprocessContext } from '../../wire/context.ts'
import { confirmedHash } from '../confirmed-hash.ts'
import { preprocessPlan, shapeOf, sharedSecretOf } from '../plan.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope, withoutOpenings } from './case.ts'
import { onlyOpening, openSigned } from './opening.ts'

export function badCertificate(opened: Case): void {
  onlyEnvelopes(opened, 1)
  const { context, evidence, kernel, sid } = opened
  if (context.kind === 'preprocess') {
    badPreprocessDigest(opened, context)
    return
  }
  const plan = sharedSecretOf(context)
  demand(plan !== null, 'the ceremony has no such stage')
  demand(evidence.key === undefined, 'takes no key')
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.confirm.number && header.to === null, 'not the stage of the certificates')
  const confirm = plan.confirm.decode(body)
  demand(confirm.ok && confirm.body.type === 'ok', 'the body is no certificate')
  const bodies = openSigned(opened, onlyOpening(opened), plan.commitments.number, header.previousTranscript)
  const shown = bodies.filter((each) => each !== null)
  demand(shown.length === bodies.length, 'a body is missing in the opening')
  const hash = confirmedHash(kernel, context, sid, shown)
  demand(hash === null || !equalBytes(hash, confirm.body.recordHash), 'the certificate is right')
}

function badPreprocessDigest(opened: Case, context: PreprocessContext): void {
  withoutOpenings(opened)
  const plan = preprocessPlan(shapeOf(context)).confirm
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.number && header.to === null, 'not the stage of the certificates')
  const confirm = plan.decode(body)
  demand(confirm.ok && confirm.body.type === 'ok', 'the body is no certificate')
  const digest = preprocessDigest(opened.sid, header.previousTranscript)
  demand(!equalBytes(confirm.body.recordHash, digest), 'the certificate is right')
}
