/**
 * Judges evidence from its bytes and the roster alone. One rule a fault; each rule looks only at what the accused signed, and at openings of
 * digests that the accused signed or that the sid fixes.
 */
import { concatAll, concatBytes, copyBytes, equalBytes, itemOf, toHex } from '../../bytes.ts'
import { judgeShare } from '../../crypto/frost-blame.ts'
import { COMMITMENT_PAIR_BYTES } from '../../crypto/frost-transcript.ts'
import { digestOfOpenedItem } from '../../crypto/item-tree.ts'
import { checkDealings } from '../../crypto/jobs/check-dealings.ts'
import { DEALING_FAULT } from '../../crypto/jobs/contract.ts'
import { bodyDigest, nextTranscript } from '../../crypto/transcript.ts'
import { type ErrorCode, QuorateError } from '../../errors.ts'
import { type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { type CommitmentsBody, hashCommitmentOf } from '../../wire/bodies.ts'
import { type CeremonyContext, decodeContext, hashMessage, type SignContext, sidOf } from '../../wire/context.ts'
import { decodeEnvelope, verifyEnvelope } from '../../wire/envelope.ts'
import { decodeKeyRecord, keyDigest } from '../../wire/key-record.ts'
import { type CeremonyId, type CeremonyKind, type Envelope, FIRST_STAGE, type ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { Fault } from '../outcome.ts'
import { frostPlan, shapeOf, sharedSecretPlan, stagesOf } from '../plan.ts'
import { signerIndices, verifyingSharesOf } from '../signing/signers.ts'
import { type Evidence, type OpeningEntry, parseEvidence } from './container.ts'

export type EvidenceVerdict =
  | {
      readonly valid: true
      readonly validator: ValidatorId
      readonly fault: Fault
      readonly kind: CeremonyKind
      readonly ceremonyId: CeremonyId
      readonly sid: Uint8Array
    }
  | { readonly valid: false; readonly reason: string }

/** What the rules share. */
interface Case {
  readonly kernel: Kernel
  readonly evidence: Evidence
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly place: number
  readonly publicKey: Uint8Array
}

const NOT_EVIDENCE: ReadonlySet<ErrorCode> = new Set(['ERR_MALFORMED', 'ERR_TOO_LARGE', 'ERR_INVALID_ARGUMENT'])

/** A rule refused: the reason is for the reader, never an accusation. */
class NotProven extends Error {}

function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new NotProven(reason)
}

/** Pure and synchronous; never throws on bad evidence bytes. */
export function judgeEvidence(kernel: Kernel, bytes: Uint8Array, roster: Roster): EvidenceVerdict {
  try {
    const evidence = parseEvidence(bytes)
    const opened = open(kernel, evidence, roster)
    rules[evidence.fault](opened)
    const { kind, ceremonyId } = opened.context
    return { valid: true, validator: evidence.accused, fault: evidence.fault, kind, ceremonyId, sid: opened.sid }
  } catch (error) {
    if (error instanceof NotProven) return { valid: false, reason: error.message }
    // Every argument here is outside data, so a value that some function refuses is bad evidence and not a mistake of the caller.
    if (error instanceof QuorateError && NOT_EVIDENCE.has(error.code)) {
      return { valid: false, reason: `${error.field ?? 'evidence'} is not a canonical encoding` }
    }
    throw error
  }
}

function open(kernel: Kernel, evidence: Evidence, roster: Roster): Case {
  const context = decodeContext(evidence.context)
  const place = context.participants.findIndex(({ id }) => id === evidence.accused)
  const participant = context.participants[place]
  demand(participant !== undefined, 'the accused is not a participant')
  for (const { id, publicKey } of context.participants) {
    const known = roster.get(id)
    demand(known !== undefined && equalBytes(known, publicKey), `the roster has another key for ${id}`)
  }
  return { kernel, evidence, context, sid: sidOf(evidence.context), place, publicKey: participant.publicKey }
}

/** The envelope at this place in the container, signed by the accused for this ceremony. */
function signedEnvelope({ evidence, context, sid, publicKey }: Case, at: number): Envelope {
  const bytes = evidence.envelopes?.[at]
  demand(bytes !== undefined, 'an envelope is missing')
  const envelope = decodeEnvelope(bytes, context.network)
  const { header } = envelope
  demand(header.from === evidence.accused, 'the envelope is from somebody else')
  demand(
    header.kind === context.kind && header.ceremonyId === context.ceremonyId && equalBytes(header.sid, sid),
    'the envelope is from another ceremony',
  )
  demand(verifyEnvelope(envelope, publicKey), 'the accused did not sign this envelope')
  return envelope
}

function onlyEnvelopes({ evidence }: Case, count: number): void {
  demand((evidence.envelopes ?? []).length === count, `takes ${count} envelope(s)`)
  demand((evidence.headers ?? []).length === 0, 'takes no headers')
}

function withoutOpenings({ evidence }: Case): void {
  demand((evidence.openings ?? []).length === 0 && evidence.key === undefined && evidence.message === undefined, 'takes no openings')
}

/** A stage-2 body of SharedSecret that decodes and has the right counts, addressed as it must be. */
function commitmentsOf(opened: Case, envelope: Envelope): CommitmentsBody {
  demand(opened.context.kind === 'keygen', 'only SharedSecret has commitments')
  const plan = sharedSecretPlan(shapeOf(opened.context)).commitments
  demand(envelope.header.stage === plan.number && envelope.header.to === null, 'not the stage of the commitments')
  const decoded = plan.decode(envelope.body)
  demand(decoded.ok, 'the body has another fault')
  return decoded.body
}

function isTwoRound(context: CeremonyContext): context is SignContext {
  return context.kind === 'sign' && context.protocol === 'frost' && context.mode.type === 'two-round'
}

function judgeDealing(opened: Case): number | undefined {
  onlyEnvelopes(opened, 1)
  withoutOpenings(opened)
  const body = commitmentsOf(opened, signedEnvelope(opened, 0))
  const { positions, minSigners } = shapeOf(opened.context)
  const dealings = [{ index: opened.place + 1, ...body }]
  // No weights: everybody who judges this must come to the same verdict, and no dealer may have chosen its proofs for weights it can compute.
  const args = { sid: opened.sid, positions, minSigners, dealings, weightSeed: null, ownCommitments: null }
  return checkDealings.run(opened.kernel, args).faults[0]
}

const rules: Readonly<Record<Fault, (opened: Case) => void>> = {
  malformed(opened) {
    onlyEnvelopes(opened, 1)
    withoutOpenings(opened)
    const { header, body } = signedEnvelope(opened, 0)
    const plan = stagesOf(opened.context).find(({ number }) => number === header.stage)
    demand(plan !== undefined, 'the ceremony has no such stage')
    const misaddressed = (plan.delivery === 'broadcast') !== (header.to === null)
    const wrongStart = header.stage === FIRST_STAGE && !equalBytes(header.previousTranscript, opened.sid)
    const decoded = plan.decode(body)
    demand(misaddressed || wrongStart || (!decoded.ok && decoded.fault === 'malformed'), 'the envelope is well formed')
  },
  'bad-commitment-count'(opened) {
    onlyEnvelopes(opened, 1)
    withoutOpenings(opened)
    const { header, body } = signedEnvelope(opened, 0)
    const plan = stagesOf(opened.context).find(({ number }) => number === header.stage)
    demand(plan?.name === 'Commitments' && header.to === null, 'not the stage of the commitments')
    const decoded = plan.decode(body)
    demand(!decoded.ok && decoded.fault === 'bad-commitment-count', 'the count is right')
  },
  'bad-hash-opening'(opened) {
    onlyEnvelopes(opened, 2)
    withoutOpenings(opened)
    const commitment = signedEnvelope(opened, 0)
    const reveal = signedEnvelope(opened, 1)
    commitmentsOf(opened, reveal)
    const plan = sharedSecretPlan(shapeOf(opened.context)).hashCommitment
    demand(commitment.header.stage === plan.number && commitment.header.to === null, 'not the stage of the hash commitment')
    const decoded = plan.decode(commitment.body)
    demand(decoded.ok, 'the body has another fault')
    demand(!equalBytes(decoded.body, hashCommitmentOf(opened.sid, opened.place + 1, reveal.body)), 'the hash opens')
  },
  'bad-point'(opened) {
    if (opened.context.kind === 'keygen') {
      demand(judgeDealing(opened) === DEALING_FAULT.badPoint, 'all points are valid')
      return
    }
    onlyEnvelopes(opened, 1)
    withoutOpenings(opened)
    demand(isTwoRound(opened.context), 'the ceremony has no such stage')
    const plan = frostPlan(shapeOf(opened.context)).nonceCommitments
    const { header, body } = signedEnvelope(opened, 0)
    demand(header.stage === plan.number && header.to === null, 'not the stage of the nonce commitments')
    const decoded = plan.decode(body)
    demand(decoded.ok, 'the body has another fault')
    demand(opened.kernel.checkPoints(decoded.body).includes(0), 'all points are valid')
  },
  'bad-proof'(opened) {
    demand(judgeDealing(opened) === DEALING_FAULT.badProof, 'the proof holds')
  },
  'bad-signature-share'(opened) {
    onlyEnvelopes(opened, 1)
    judgeSignatureShare(opened)
  },
  // Complaints, certificates, views and equivocation have their numbers and places in the container; no ceremony of this version makes them.
  'bad-share': notJudged,
  'false-complaint': notJudged,
  'bad-certificate': notJudged,
  equivocation: notJudged,
  'bad-view': notJudged,
}

function notJudged(): never {
  throw new NotProven('this version has no rule for the fault')
}

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
function judgeSignatureShare(opened: Case): void {
  const { context, evidence, sid, place, kernel } = opened
  demand(isTwoRound(context), 'the ceremony has no such stage')
  const { key, message } = evidence
  const [opening, ...others] = evidence.openings ?? []
  demand(opening !== undefined && key !== undefined && message !== undefined, 'an opening is missing')
  demand(others.length === 0, 'takes one opening')
  const plan = frostPlan(shapeOf(context))
  const { header, body } = signedEnvelope(opened, 0)
  demand(header.stage === plan.signatureShare.number && header.to === null, 'not the stage of the signature shares')

  demand(opening.stage === plan.nonceCommitments.number && equalBytes(opening.previous, sid), 'the opening is of another stage')
  demand(opening.entries.length === context.participants.length, 'the opening is of another length')
  const pairs = opening.entries.map((entry) => openPair(entry, context.messages.length, message.position))
  const digests = pairs.map(({ digest }) => digest)
  const commitments = pairs.map(({ pair }) => pair)
  const transcript = nextTranscript(sid, opening.stage, opening.previous, digests)
  demand(equalBytes(transcript, header.previousTranscript), 'the accused saw another transcript')
  demand(
    kernel.checkPoints(concatAll(commitments)).every((valid) => valid === 1),
    'a commitment in the opening has a bad point',
  )

  demand(equalBytes(keyDigest(key.keyId, key.record), context.keyDigest), 'the key is not the one of the ceremony')
  const record = decodeKeyRecord(key.record)
  demand(
    record.suite === context.suite && record.protocol === context.protocol && record.minSigners === context.minSigners,
    'the key is of another kind',
  )
  demand(
    context.participants.every(({ id }) => record.participants.includes(id)),
    'a signer has no share of the key',
  )
  demand(
    kernel.decompress(concatBytes(record.groupPublicKey, record.verifyingShares)).valid.every((valid) => valid === 1),
    'the key has a bad point',
  )
  const named = context.messages[message.position]
  demand(named !== undefined, 'the message position is out of range')
  demand(
    named.length === message.bytes.length && equalBytes(named.hash, hashMessage(message.bytes)),
    'the message is not the one of the ceremony',
  )

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
