/** The audit of a recorded FROST signing: nonce commitments, signatures, and every share if one does not come out right. */
import { concatBytes } from '../../bytes.ts'
import { aggregateBatch } from '../../crypto/frost-aggregate.ts'
import { findBadShares } from '../../crypto/frost-blame.ts'
import { prepareSigning } from '../../crypto/frost-sign.ts'
import { QuorateError } from '../../errors.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { SignContext } from '../../wire/context.ts'
import { decodeKeyRecord, type KeyRecord } from '../../wire/key-record.ts'
import { frostPlan, isOneRound, shapeOf } from '../plan.ts'
import { ShareEvidence } from '../signing/share-evidence.ts'
import { signaturesIn } from '../signing/signature-shares.ts'
import { signerIndices, verifyingSharesOf } from '../signing/signers.ts'
import { required } from '../step.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'
import type { RecordedStages } from './stages.ts'

/** The signatures, by message; or why there are none although no message is absent. */
export type SigningResult = { readonly signatures: readonly Uint8Array[] } | { readonly remark: string } | null

export const WITHOUT_MESSAGES = { remark: 'the messages are not in the transcript, and without them no share can be judged' } as const

const WITHOUT_SLOTS = { remark: 'the node had no nonces for it, so that nothing can be said of the shares of others' } as const

/** @throws ERR_MALFORMED */
export function readKey(kernel: Kernel, key: NonNullable<Transcript['key']>): KeyRecord {
  const record = decodeKeyRecord(key.record)
  if (kernel.decompress(concatBytes(record.groupPublicKey, record.verifyingShares)).valid.includes(0)) {
    throw new QuorateError('ERR_MALFORMED', { field: 'key', message: 'has a bad point' })
  }
  return record
}

export function auditSigning(
  kernel: Kernel,
  context: SignContext,
  transcript: Transcript,
  stages: RecordedStages,
  court: Court,
): SigningResult {
  const plan = frostPlan(shapeOf(context))
  const oneRound = isOneRound(context)
  const commitments = stages.of(plan.nonceCommitments)
  for (const [place, { envelope, body }] of commitments?.taken ?? []) {
    if (kernel.checkPoints(body).includes(0)) court.accuse({ place, fault: 'bad-point', parts: { envelopes: [envelope.bytes] } })
  }
  const shares = stages.of(plan.signatureShare)
  if ((commitments === null && !oneRound) || shares?.full !== true) return null
  const { key, messages, sid, slots } = transcript
  if (key === null || messages.length === 0) return WITHOUT_MESSAGES
  if (oneRound && slots === null) return WITHOUT_SLOTS
  const pairs = slots?.pairs ?? [...(commitments?.taken ?? [])].map(([, { body }]) => body)
  const record = readKey(kernel, key)
  const signing = {
    suite: record.suite,
    groupPublicKey: record.groupPublicKey,
    signers: signerIndices(context, record),
    commitments: pairs,
    messages,
  }
  const prepared = prepareSigning(kernel, signing)
  if (prepared.status === 'bad-points') return null
  if (prepared.status === 'degenerate') return { remark: 'the nonces sum to zero: no signature comes of them, and nobody is to blame' }
  const signatureShares = [...shares.taken.values()].map(({ body }) => body)
  const { signatures, valid } = aggregateBatch(kernel, { ...signing, ...prepared, signatureShares })
  if (!valid.includes(0)) {
    return { signatures: signaturesIn(record.suite, signatures) }
  }
  const verifyingShares = verifyingSharesOf(record, signing.signers)
  const evidence = new ShareEvidence({ previous: slots?.digest ?? sid, key, messages, pairs })
  for (const { signer: place, position } of findBadShares(kernel, signing, { verifyingShares, signatureShares, ...prepared })) {
    const { envelope } = required(shares.taken.get(place))
    court.accuse({ place, fault: 'bad-signature-share', message: position, parts: () => evidence.parts(position, envelope) })
  }
  return { remark: 'the signatures do not come out right' }
}
