/**
 * The bodies of the stages. Those that are a plain row of fixed-size items have no codec beyond a length check and a copy. Points are not
 * checked here: that is the curve's business and happens in a job; a scalar is checked to be below the group order, because with z + q
 * one proof would have two encodings.
 */
import { assertBytes, assertInteger, concatBytes, copyBytes } from '../bytes.ts'
import { COMMITMENT_PAIR_BYTES } from '../crypto/frost-transcript.ts'
import { isBelowOrder } from '../crypto/group-order.ts'
import { uintBytes } from '../crypto/tags.ts'
import { DIGEST_BYTES, hashCommitment } from '../crypto/transcript.ts'
import { invalidArgument } from '../errors.ts'
import { POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { bytes32, decodeWith, encodeWith, fixedBytes, listOf, malformed, prefixed, record } from './codec.ts'
import { MAX_BATCH, MAX_PARTICIPANTS } from './message.ts'
import { type BodyShape, encryptedSharesBytes, MAX_BODY_BYTES } from './sizes.ts'

/** R || z */
const PROOF_BYTES = POINT_BYTES + SCALAR_BYTES
/** A1 || A2 || z */
const DLEQ_BYTES = 2 * POINT_BYTES + SCALAR_BYTES
const COMMITMENTS_HEAD_BYTES = DIGEST_BYTES + POINT_BYTES + 2 + 2

/** Stage `HashCommitment`: 32 bytes, `hashCommitmentOf` the body that follows in stage `Commitments`. */
export function encodeHashCommitment(commitment: Uint8Array): Uint8Array<ArrayBuffer> {
  assertBytes(commitment, 'commitment', DIGEST_BYTES)
  return copyBytes(commitment)
}

/** @throws ERR_MALFORMED */
export function decodeHashCommitment(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return exactCopy(bytes, DIGEST_BYTES)
}

/** Stage `Commitments`. `positions` is 1 in keygen and the number of messages in signing. */
export interface CommitmentsBody {
  /** 32 bytes */
  readonly blind: Uint8Array
  /** P_i, 64 bytes */
  readonly encryptionKey: Uint8Array
  readonly positions: number
  /** a position; exactly t, or its author is to blame */
  readonly coefficients: number
  /** positions x coefficients x 64, position-major, C_0 first */
  readonly commitments: Uint8Array
  /** positions x 96: R || z */
  readonly proofs: Uint8Array
}

/**
 * blind 32 | encryptionKey 64 | u16 positions | u16 coefficients | a position: coefficients x 64, R 64, z 32
 *
 * @throws ERR_INVALID_ARGUMENT with `field` when the parts do not fit together, or some z >= q
 */
export function encodeCommitments(b: CommitmentsBody): Uint8Array<ArrayBuffer> {
  const { positions, coefficients } = b
  assertInteger(positions, 'positions', 1, MAX_BATCH)
  assertInteger(coefficients, 'coefficients', 0, 0xffff)
  assertBytes(b.blind, 'blind', DIGEST_BYTES)
  assertBytes(b.encryptionKey, 'encryptionKey', POINT_BYTES)
  const vector = coefficients * POINT_BYTES
  assertBytes(b.commitments, 'commitments', positions * vector)
  assertBytes(b.proofs, 'proofs', positions * PROOF_BYTES)
  const parts = [b.blind, b.encryptionKey, uintBytes(positions, 2), uintBytes(coefficients, 2)]
  for (let k = 0; k < positions; k++) {
    if (!isScalarAt(b.proofs, k * PROOF_BYTES + POINT_BYTES)) throw invalidArgument(`proofs[${k}]`, 'z must be below the group order')
    parts.push(b.commitments.subarray(k * vector, (k + 1) * vector), b.proofs.subarray(k * PROOF_BYTES, (k + 1) * PROOF_BYTES))
  }
  return concatBytes(...parts)
}

/**
 * Consistent in itself; whether it has the ceremony's positions and exactly t coefficients is for the stage to say, so that a wrong count can
 * be told from junk.
 *
 * @throws ERR_MALFORMED
 */
export function decodeCommitments(bytes: Uint8Array): CommitmentsBody {
  assertBytes(bytes, 'bytes')
  if (bytes.length < COMMITMENTS_HEAD_BYTES) throw malformed(undefined, 'is too short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const positions = view.getUint16(DIGEST_BYTES + POINT_BYTES)
  const coefficients = view.getUint16(DIGEST_BYTES + POINT_BYTES + 2)
  if (positions < 1 || positions > MAX_BATCH) throw malformed('positions', `must be in 1..${MAX_BATCH}`)
  const vector = coefficients * POINT_BYTES
  if (bytes.length !== COMMITMENTS_HEAD_BYTES + positions * (vector + PROOF_BYTES)) {
    throw malformed(undefined, 'does not have the length that its counts give')
  }
  const commitments = new Uint8Array(positions * vector)
  const proofs = new Uint8Array(positions * PROOF_BYTES)
  let offset = COMMITMENTS_HEAD_BYTES
  for (let k = 0; k < positions; k++) {
    commitments.set(bytes.subarray(offset, offset + vector), k * vector)
    offset += vector
    proofs.set(bytes.subarray(offset, offset + PROOF_BYTES), k * PROOF_BYTES)
    if (!isScalarAt(bytes, offset + POINT_BYTES)) throw malformed(`proofs[${k}]`, 'z is not below the group order')
    offset += PROOF_BYTES
  }
  return {
    blind: copyBytes(bytes, 0, DIGEST_BYTES),
    encryptionKey: copyBytes(bytes, DIGEST_BYTES, DIGEST_BYTES + POINT_BYTES),
    positions,
    coefficients,
    commitments,
    proofs,
  }
}

/**
 * What stage `HashCommitment` must have said for this body of stage `Commitments`.
 *
 * @param index the author's, 1..n
 * @throws ERR_MALFORMED for a body shorter than its blind
 */
export function hashCommitmentOf(sid: Uint8Array, index: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (body.length < DIGEST_BYTES) throw malformed(undefined, 'is too short')
  return hashCommitment(sid, index, copyBytes(body, 0, DIGEST_BYTES), body.subarray(DIGEST_BYTES))
}

/** Stage `SecretShare`: positions x 32 + 16, one AEAD box. @throws ERR_MALFORMED */
export function decodeEncryptedShares(bytes: Uint8Array, positions: number): Uint8Array<ArrayBuffer> {
  return exactCopy(bytes, encryptedSharesBytes(positions))
}

/** Stages `NonceCommitments` and `Preprocess`: positions x 128, D || E. @throws ERR_MALFORMED */
export function decodeNonceCommitments(bytes: Uint8Array, positions: number): Uint8Array<ArrayBuffer> {
  return exactCopy(bytes, positions * COMMITMENT_PAIR_BYTES)
}

/** Stages `SignatureShare` and `LocalSig`: positions x 32, each below q. @throws ERR_MALFORMED with `field` [position] */
export function decodeSignatureShares(bytes: Uint8Array, positions: number): Uint8Array<ArrayBuffer> {
  const shares = exactCopy(bytes, positions * SCALAR_BYTES)
  for (let k = 0; k < positions; k++) {
    // defence: scalar-range
    if (!isScalarAt(shares, k * SCALAR_BYTES)) throw malformed(`[${k}]`, 'is not below the group order')
  }
  return shares
}

/** Dealer i's share for complainer j is bad, with the means to see it. */
export interface Complaint {
  /** the dealer's envelope of stage `SecretShare`, as it came */
  readonly envelope: Uint8Array
  /** S = p_j P_i, 64 bytes */
  readonly sharedPoint: Uint8Array
  /** log_G P_j = log_(P_i) S: A1 64 | A2 64 | z 32 */
  readonly proof: Uint8Array
}

/** Stage `Confirm`. */
export type ConfirmBody =
  | {
      readonly type: 'ok' /** 32 bytes: of the key record, of the nonce points, or of the preprocessed pairs */
      readonly recordHash: Uint8Array
    }
  | { readonly type: 'complaints' /** 1..n-1; none in preprocessing */; readonly complaints: readonly Complaint[] }

const CONFIRM_OK = 1
const CONFIRM_COMPLAINTS = 2

const complaint = record<Complaint>({ envelope: bytes32, sharedPoint: fixedBytes(POINT_BYTES), proof: fixedBytes(DLEQ_BYTES) })
const okCoder = prefixed([CONFIRM_OK], record<{ readonly recordHash: Uint8Array }>({ recordHash: fixedBytes(DIGEST_BYTES) }))
const complaintsCoder = (most: number) =>
  prefixed([CONFIRM_COMPLAINTS], record<{ readonly complaints: readonly Complaint[] }>({ complaints: listOf(complaint, 1, most) }))

/**
 * 1 u8 | recordHash 32, or: 2 u8 | u16 count | a complaint: envelope u32+bytes, S 64, A1 64, A2 64, z 32
 *
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function encodeConfirm(b: ConfirmBody): Uint8Array<ArrayBuffer> {
  switch (b.type) {
    case 'ok':
      return encodeWith(okCoder, { recordHash: b.recordHash })
    case 'complaints':
      return encodeWith(complaintsCoder(MAX_PARTICIPANTS - 1), { complaints: b.complaints }, checkComplaints)
  }
}

/**
 * Structure, and what the sid forbids: more complaints than there are other participants, and any in preprocessing, where nobody deals. Whether
 * the complaints are true, distinct and this ceremony's is judged elsewhere.
 *
 * @throws ERR_MALFORMED
 */
export function decodeConfirm(bytes: Uint8Array, { kind, participants }: Pick<BodyShape, 'kind' | 'participants'>): ConfirmBody {
  assertBytes(bytes, 'bytes')
  if (bytes[0] === CONFIRM_OK || kind === 'preprocess') {
    return { type: 'ok', recordHash: decodeWith(okCoder, bytes, 1 + DIGEST_BYTES).recordHash }
  }
  return {
    type: 'complaints',
    complaints: decodeWith(complaintsCoder(participants - 1), bytes, MAX_BODY_BYTES, checkComplaints).complaints,
  }
}

function checkComplaints({ complaints }: { readonly complaints: readonly Complaint[] }): void {
  complaints.forEach(({ proof }, i) => {
    if (!isScalarAt(proof, 2 * POINT_BYTES)) throw invalidArgument(`complaints[${i}].proof`, 'z must be below the group order')
  })
}

function exactCopy(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  assertBytes(bytes, 'bytes')
  if (bytes.length !== length) throw malformed(undefined, `has ${bytes.length} bytes, not ${length}`)
  return copyBytes(bytes)
}

function isScalarAt(bytes: Uint8Array, offset: number): boolean {
  return isBelowOrder(bytes.subarray(offset, offset + SCALAR_BYTES))
}
