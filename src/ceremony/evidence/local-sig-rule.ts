/** The rule about a share of a Stinson-Strobl signature: its equation, against the nonces that follow from what its author saw and signed. */
import { copyBytes, itemOf, toHex } from '../../bytes.ts'
import { judgeLocalShare } from '../../crypto/strobl-blame.ts'
import { POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import type { SignContext } from '../../wire/context.ts'
import { shapeOf, stinsonStroblPlan } from '../plan.ts'
import { signerIndices, verifyingSharesOf } from '../signing/signers.ts'
import { required } from '../step.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope } from './case.ts'
import { openSigned } from './opening.ts'
import { openKey, openMessage } from './signed-with.ts'

/** The commitments to one position in a body of stage `Commitments`, t x 64. */
function vectorOf({ kernel, context }: Case, body: Uint8Array | null, position: number): Uint8Array {
  demand(body !== null, 'a body is missing in the opening')
  const shape = shapeOf(context)
  const decoded = stinsonStroblPlan(shape).commitments.decode(body)
  demand(decoded.ok, 'an opened body has another fault')
  const vector = copyBytes(itemOf(decoded.body.commitments, position, shape.minSigners * POINT_BYTES))
  demand(!kernel.checkPoints(vector).includes(0), 'an opened body has a bad point')
  return vector
}

/** gamma_i against the K_i and V of its position. */
export function badLocalSig(opened: Case, context: SignContext): void {
  onlyEnvelopes(opened, 1)
  const { evidence, place, kernel } = opened
  const plan = stinsonStroblPlan(shapeOf(context))
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.localSig.number && header.to === null, 'not the stage of the signature shares')
  const [confirmed, revealed, ...others] = evidence.openings ?? []
  demand(confirmed !== undefined && revealed !== undefined && others.length === 0, 'takes two openings')
  // The digest in the header is over stage 4, and the one before that over stage 2.
  const confirms = openSigned(opened, confirmed, plan.confirm.number, header.previousTranscript)
  demand(
    confirms.every((shown) => shown === null),
    'a confirmation is shown whole',
  )
  const bodies = openSigned(opened, revealed, plan.commitments.number, confirmed.previous)
  const record = openKey(opened)
  const message = openMessage(opened, context)
  const shares = plan.localSig.decode(body)
  demand(shares.ok, 'the body has another fault')

  const signers = signerIndices(context, record)
  const signing = {
    suite: record.suite,
    groupPublicKey: record.groupPublicKey,
    messages: [message.bytes],
    minSigners: record.minSigners,
    signers,
    commitments: bodies.map((each) => vectorOf(opened, each, message.position)),
  }
  const index = required(signers[place])
  const verifyingShare = kernel.decompress(verifyingSharesOf(record, [index])).points
  const share = copyBytes(itemOf(shares.body, message.position, SCALAR_BYTES))
  demand(
    judgeLocalShare(kernel, signing, index, verifyingShare, share) === 'invalid',
    `the share is valid (key ${toHex(required(evidence.key).keyId)})`,
  )
}
