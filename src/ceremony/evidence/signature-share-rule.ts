/** The rule about a signature share: its equation, against what its author saw and signed. */
import { concatAll, copyBytes, equalBytes, itemOf, toHex } from '../../bytes.ts'
import { judgeShare } from '../../crypto/frost-blame.ts'
import { COMMITMENT_PAIR_BYTES } from '../../crypto/frost-transcript.ts'
import { digestOfOpenedItem } from '../../crypto/item-tree.ts'
import { bodyDigest, nextTranscript, preprocessTranscript } from '../../crypto/transcript.ts'
import { POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { frostPlan, isStinsonStrobl, shapeOf } from '../plan.ts'
import { signerIndices, verifyingSharesOf } from '../signing/signers.ts'
import { type Case, demand, onlyEnvelopes, signedEnvelope } from './case.ts'
import type { OpeningEntry } from './container.ts'
import { badLocalSig } from './local-sig-rule.ts'
import { openKey, openMessage } from './signed-with.ts'

/** One signer's commitments to this message, and the body digest that follows. A batch is opened by its items, a single message has one body. */
function openPair(entry: OpeningEntry, positions: number, position: number): { readonly pair: Uint8Array; readonly digest: Uint8Array } {
  const length = positions * COMMITMENT_PAIR_BYTES
  if (positions === 1) {
    demand(entry.type === 'body' && entry.body.length === length, 'a body is missing in the opening')
    return { pair: entry.body, digest: bodyDigest(entry.body) }
  }
  demand(entry.type === 'item' && entry.length === length, 'an item is missing in the opening')
  return { pair: entry.item, digest: digestOfOpenedItem(position, entry) }
}

/** z_i against the commitments that open the digest in the share's own header, and the key and message that open the sid. */
export function badSignatureShare(opened: Case): void {
  const { context, evidence, sid, place, kernel } = opened
  if (isStinsonStrobl(context)) {
    badLocalSig(opened, context)
    return
  }
  onlyEnvelopes(opened, 1)
  demand(context.kind === 'sign' && context.protocol === 'frost', 'the ceremony has no such stage')
  const { key, message } = evidence
  const [opening, ...others] = evidence.openings ?? []
  demand(opening !== undefined && key !== undefined && message !== undefined, 'an opening is missing')
  demand(others.length === 0, 'takes one opening')
  const plan = frostPlan(shapeOf(context))
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.signatureShare.number && header.to === null, 'not the stage of the signature shares')

  const oneRound = context.mode.type === 'one-round'
  // In one round the digest below the pairs is that of the preprocessing: whatever it is, the accused has signed it.
  const below = oneRound || equalBytes(opening.previous, sid)
  demand(opening.stage === plan.nonceCommitments.number && below, 'the opening is of another stage')
  demand(opening.entries.length === context.participants.length, 'the opening is of another length')
  const pairs = opening.entries.map((entry) => openPair(entry, context.messages.length, message.position))
  const digests = pairs.map(({ digest }) => digest)
  const commitments = pairs.map(({ pair }) => pair)
  const transcript = oneRound
    ? preprocessTranscript(sid, opening.previous, digests)
    : nextTranscript(sid, opening.stage, opening.previous, digests)
  demand(equalBytes(transcript, header.previousTranscript), 'the accused saw another transcript')
  demand(
    kernel.checkPoints(concatAll(commitments)).every((valid) => valid === 1),
    'a commitment in the opening has a bad point',
  )

  const record = openKey(opened)
  openMessage(opened, context)
  const shares = plan.signatureShare.decode(body)
  demand(shares.ok, 'the body has another fault')
  const signers = signerIndices(context, record)
  // The accused's own equation and no other: a sum over many shares is for finding culprits, not for convicting one.
  const keyPoints = kernel.decompress(verifyingSharesOf(record, signers)).points
  const signing = { suite: record.suite, groupPublicKey: record.groupPublicKey, signers, commitments, messages: [message.bytes] }
  const share = copyBytes(itemOf(shares.body, message.position, SCALAR_BYTES))
  demand(
    judgeShare(kernel, signing, place, copyBytes(itemOf(keyPoints, place, POINT_BYTES)), share) === 'invalid',
    `the share is valid (key ${toHex(key.keyId)})`,
  )
}
