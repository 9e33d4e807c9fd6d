/**
 * How large things can be, from what a ceremony's `sid` fixes: checked on raw bytes before anything is decoded or verified. Exact for every
 * stage but `Commitments`: there a wrong number of coefficients must come through, since it is the author's fault and to be blamed with its
 * envelope, not a message to be dropped.
 */

import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { TAG_BYTES } from '../crypto/xchacha20-poly1305.ts'
import { invalidArgument } from '../errors.ts'
import { POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import {
  type CeremonyKind,
  MAX_BATCH,
  MAX_BATCH_COEFFICIENTS,
  MAX_MESSAGE_BYTES,
  MAX_PARTICIPANTS,
  type Protocol,
  type StageName,
} from './message.ts'

/** An envelope less its body, with two ids of 64 characters. */
export const MAX_ENVELOPE_OVERHEAD = 4 + 8 + DIGEST_BYTES + 1 + 65 + 65 + DIGEST_BYTES + DIGEST_BYTES + 64 + 4

/** blind, encryption key, two counts */
const COMMITMENTS_FIXED = DIGEST_BYTES + POINT_BYTES + 2 + 2
/** R || z */
const PROOF = POINT_BYTES + SCALAR_BYTES
/** length of the embedded envelope, S, A1 || A2 || z */
const COMPLAINT_FIXED = 4 + POINT_BYTES + POINT_BYTES + POINT_BYTES + SCALAR_BYTES
/** The status byte and the hash. */
const CONFIRM_OK = 1 + DIGEST_BYTES
/** The status byte and the count. */
const COMPLAINTS_FIXED = 1 + 2

/** The longest certificate: the envelope of an `ok`. */
export const MAX_CONFIRM_OK_ENVELOPE = MAX_ENVELOPE_OVERHEAD + CONFIRM_OK

/** A wrong count is let through up to this many coefficients in all: four times what an honest batch can have. */
const WRONG_COUNT_CEILING = 4 * MAX_BATCH_COEFFICIENTS

/** What decides the size of a body. */
export interface BodyShape {
  readonly kind: CeremonyKind
  readonly stage: StageName
  /** n of the ceremony; in signing, the signers */
  readonly participants: number
  /** t of the key */
  readonly minSigners: number
  /** 1 in keygen, messages in signing, `count` in preprocessing */
  readonly positions: number
}

/**
 * The largest body that a participant's envelope of this stage may have; a larger one is dropped unread.
 *
 * @throws ERR_INVALID_ARGUMENT for a stage that does not exist
 */
export function maxBodyBytes(shape: BodyShape): number {
  const { positions } = shape
  switch (shape.stage) {
    case 'HashCommitment':
      return DIGEST_BYTES
    case 'Commitments':
      return commitmentsBytes(positions, commitmentsCeiling(shape))
    case 'SecretShare':
      return encryptedSharesBytes(positions)
    case 'Confirm':
      return confirmCeiling(shape)
    case 'Preprocess':
    case 'NonceCommitments':
      return positions * 2 * POINT_BYTES
    case 'SignatureShare':
    case 'LocalSig':
      return positions * SCALAR_BYTES
    default:
      throw unknownStage(shape.stage)
  }
}

function commitmentsBytes(positions: number, coefficientsInAll: number): number {
  return COMMITMENTS_FIXED + positions * PROOF + coefficientsInAll * POINT_BYTES
}

/** The honest stage-2 bodies of all participants of a SharedSecret: what evidence opens when it has to compute a key or nonce anew. */
export function revealedBytes({ participants, minSigners, positions }: Omit<BodyShape, 'kind' | 'stage'>): number {
  return participants * commitmentsBytes(positions, positions * minSigners)
}

/** One AEAD box for all positions. */
export function encryptedSharesBytes(positions: number): number {
  return positions * SCALAR_BYTES + TAG_BYTES
}

/**
 * 2n + 16 or t + 16 coefficients a position, whichever is more, but for large batches no more than WRONG_COUNT_CEILING in all (always
 * t + 16 a position): 2n + 16 for each of 1,000 positions would be 129 MB that nobody needs to send.
 */
function commitmentsCeiling({ participants, minSigners, positions }: BodyShape): number {
  const generous = positions * Math.max(2 * participants + 16, minSigners + 16)
  return Math.min(generous, Math.max(positions * (minSigners + 16), WRONG_COUNT_CEILING))
}

function confirmCeiling({ kind, participants, positions }: BodyShape): number {
  if (kind === 'preprocess') return CONFIRM_OK
  const complaint = COMPLAINT_FIXED + MAX_ENVELOPE_OVERHEAD + encryptedSharesBytes(positions)
  return Math.max(CONFIRM_OK, COMPLAINTS_FIXED + (participants - 1) * complaint)
}

function unknownStage(stage: never): Error {
  return invalidArgument('stage', `unknown stage ${String(stage)}`)
}

/** A header and its signature, without the length in front: with two ids, and as it is in a broadcast. */
const SIGNED_HEADER = MAX_ENVELOPE_OVERHEAD - 4
const SIGNED_BROADCAST_HEADER = SIGNED_HEADER - 64

/** `T_(k-1)`, a count, n signed broadcast headers, and one signed header of any kind, each behind its u16 length. */
export function maxViewBytes(participants: number): number {
  return DIGEST_BYTES + 2 + participants * (2 + SIGNED_BROADCAST_HEADER) + 2 + SIGNED_HEADER
}

/** Before the instruction only stage 1 is held, whose largest body is a full batch of nonce commitments. */
export const EARLY_BODY_BYTES = MAX_BATCH * 2 * POINT_BYTES
/** And the one stage of the one-round mode, which has number 2. */
export const EARLY_SHARE_BYTES = MAX_BATCH * SCALAR_BYTES

/** 64,196,000: what the largest key generation reveals. No Stinson-Strobl signing may reveal more; a context that says so has no encoding. */
export const MAX_REVEALED_BYTES = revealedBytes({ participants: MAX_PARTICIPANTS, minSigners: MAX_PARTICIPANTS, positions: 1 })

/**
 * No evidence is larger. Beside the revealed bodies the largest piece holds a context (below 2^18), a key record (below 2^17), a message (up to
 * 2^20), one other envelope (a batch of shares) and the digests of a second opening.
 */
export const MAX_EVIDENCE_BYTES = MAX_REVEALED_BYTES + 2 * MAX_MESSAGE_BYTES

/** What an abort has around its one piece of evidence at least: the type, a count, the length. */
const ABORT_FIXED = 1 + 2 + 4

/** The largest body of any envelope, an abort with evidence; the largest stage body (`Confirm`, about 13 MB) is well below it. */
export const MAX_BODY_BYTES = ABORT_FIXED + MAX_EVIDENCE_BYTES

/** No honest frame of any kind is larger: the first check on raw bytes, before the ceremony's own limit is known. Below 2^26, NATS's ceiling. */
export const MAX_FRAME_BYTES = MAX_BODY_BYTES + MAX_ENVELOPE_OVERHEAD

/** Around what a piece of evidence holds of its ceremony: its own counts and lengths, the network label, the accused. */
const EVIDENCE_FIXED = 4_096
/** A participant in the context (130), in the key record (98), and its digest, or the item of one message with a path of ten digests, in two openings. */
const EVIDENCE_PER_PARTICIPANT = 2_048
/** Length and hash in the context. */
const EVIDENCE_PER_MESSAGE = 4 + DIGEST_BYTES

/** What decides the size of an abort. */
export interface AbortShape extends Omit<BodyShape, 'kind' | 'stage'> {
  /** the largest that `maxBodyBytes` gives for a stage of the ceremony */
  readonly largestStageBody: number
  /** 0 where nothing is signed */
  readonly longestMessage: number
}

/**
 * The largest body of an abort: one piece of evidence against each other participant, where a piece holds at most all that a SharedSecret reveals, two
 * more bodies (an embedded share is part of one), the key and a message. So a member of a small group cannot make the others take in 64 MB.
 */
export function maxAbortBytes(shape: AbortShape): number {
  return Math.min(MAX_BODY_BYTES, ABORT_FIXED + shape.participants * (4 + pieceBytes(shape, revealedBytes(shape))))
}

/** An abort with one piece, of a ceremony that shares a secret or does not: what is enough to tell of a fault. */
export function oneProofAbortBytes({ sharesSecret, ...shape }: AbortShape & { readonly sharesSecret: boolean }): number {
  return Math.min(MAX_BODY_BYTES, ABORT_FIXED + pieceBytes(shape, sharesSecret ? revealedBytes(shape) : 0))
}

function pieceBytes({ participants, positions, largestStageBody, longestMessage }: AbortShape, revealed: number): number {
  const bodies = revealed + 2 * (MAX_ENVELOPE_OVERHEAD + Math.max(largestStageBody, maxViewBytes(participants)))
  return EVIDENCE_FIXED + participants * EVIDENCE_PER_PARTICIPANT + positions * EVIDENCE_PER_MESSAGE + bodies + longestMessage
}

const STAGES_OF = {
  keygen: ['HashCommitment', 'Commitments', 'SecretShare', 'Confirm'],
  preprocess: ['Preprocess', 'Confirm'],
  frost: ['NonceCommitments', 'SignatureShare'],
  'stinson-strobl': ['HashCommitment', 'Commitments', 'SecretShare', 'Confirm', 'LocalSig'],
} as const satisfies Readonly<Record<string, readonly StageName[]>>

/** The stages that bodies of a ceremony may belong to. */
export function stagesOfKind(kind: CeremonyKind, protocol: Protocol): readonly StageName[] {
  return STAGES_OF[kind === 'sign' ? protocol : kind]
}

/** The largest body that an honest participant's envelope of this stage may have. */
export function honestBodyBytes(shape: BodyShape): number {
  const { stage, positions, minSigners } = shape
  return stage === 'Commitments' ? commitmentsBytes(positions, positions * minSigners) : maxBodyBytes(shape)
}
