/**
 * Who spoilt a signature (RFC 9591 section 5.4): every share of every position is checked, so that all culprits are named in one pass and an
 * honest signer cannot hide or suffer among them.
 */
import { assertBytes, concatAll, concatBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES, type Point64, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { bindingFactors, encodeIdentifier } from './frost-binding.ts'
import { challenges, isDegenerate, multipliers, nonceSigns } from './frost-challenge.ts'
import { ownLagrange } from './frost-lagrange.ts'
import { type PreparedSigning, prepareSigning } from './frost-sign.ts'
import { checkTranscript, readCommitments, repeatBytes } from './frost-transcript.ts'
import type { SigningTranscript } from './jobs/contract.ts'
import { negatePoint } from './point-encoding.ts'

export interface SharesToJudge {
  /** signers x 33, in the order of `signers` */
  readonly verifyingShares: Batch
  /** one entry a signer: positions x 32 */
  readonly signatureShares: readonly Batch[]
}

/** A share that does not satisfy z_i G == +-(D_i + rho_i E_i) +- lambda_i c Y_i. */
export interface BadShare {
  /** place in `signers` */
  readonly signer: number
  readonly position: number
}

/**
 * The nonce points N_i = D_i + rho_i E_i of all signers and positions are computed once; their sums are the group commitments, so nothing else
 * of the signing is needed. Points that do not decode, in the transcript or in the key, and an R that is the identity blame nobody here:
 * `prepareSigning` finds them before a share is made.
 */
export function findBadShares(
  kernel: Kernel,
  transcript: SigningTranscript,
  { verifyingShares, signatureShares }: SharesToJudge,
): BadShare[] {
  checkTranscript(transcript)
  const { suite, groupPublicKey, signers, messages } = transcript
  const positions = messages.length
  assertBytes(verifyingShares, 'verifyingShares', signers.length * COMPRESSED_BYTES)
  if (signatureShares.length !== signers.length) throw invalidArgument('signatureShares', 'must have one entry a signer')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  const read = readCommitments(kernel, transcript)
  const keyPoints = kernel.decompress(verifyingShares)
  if (read.status !== 'read' || keyPoints.valid.includes(0)) return []
  const { hiding, binding, compressed } = read.points
  const bound = kernel.mulVar(binding, bindingFactors(kernel, transcript, compressed))
  const noncePoints = kernel.sum(concatBytes(hiding, bound), signers.length * positions)
  const commitments = kernel.sum(noncePoints, positions)
  if (isDegenerate(commitments)) return []
  const signs = nonceSigns(suite, commitments)
  for (let item = 0; item < signers.length * positions; item++) {
    if (signs[item % positions] === 1) negatePoint(itemOf(noncePoints, item, POINT_BYTES))
  }
  const challengeBatch = challenges(kernel, suite, commitments, groupPublicKey, messages)
  const valid = kernel.verifySignatureShares({
    shares: concatAll(signatureShares),
    noncePoints,
    verifyingShares: concatAll(signers.map((_, signer) => repeatBytes(itemOf(keyPoints.points, signer, POINT_BYTES), positions))),
    multipliers: multipliers(kernel, suite, groupPublicKey, kernel.lagrange(signers), challengeBatch),
  })
  const bad: BadShare[] = []
  valid.forEach((bit, item) => {
    if (bit === 0) bad.push({ signer: Math.floor(item / positions), position: item % positions })
  })
  return bad
}

/** The status of one share, from the public values alone. */
export type ShareVerdict = 'valid' | 'invalid' | Exclude<PreparedSigning['status'], 'ready'>

/** Judges the share of the signer at `place` in a transcript of one position, at the cost of one signing and not of `signers` checks. */
export function judgeShare(
  kernel: Kernel,
  transcript: SigningTranscript,
  place: number,
  verifyingShare: Point64,
  share: Scalar,
): ShareVerdict {
  const { suite, groupPublicKey, signers } = transcript
  const prepared = prepareSigning(kernel, transcript)
  if (prepared.status !== 'ready') return prepared.status
  // D + rho E: the commitment entry is the pair of points, and the pair of scalars is (1, rho).
  const pair = transcript.commitments[place]
  const index = signers[place]
  if (transcript.messages.length !== 1 || pair === undefined || index === undefined) throw invalidArgument('place', 'must be a signer')
  const noncePoints = kernel.msmVar(pair, concatBytes(encodeIdentifier(1), itemOf(prepared.factors, place, SCALAR_BYTES)))
  if (nonceSigns(suite, prepared.groupCommitments)[0] === 1) negatePoint(noncePoints)
  const lambda = ownLagrange(kernel, signers, index)
  const valid = kernel.verifySignatureShares({
    shares: share,
    noncePoints,
    verifyingShares: verifyingShare,
    multipliers: multipliers(kernel, suite, groupPublicKey, lambda, prepared.challenges),
  })
  return valid[0] === 1 ? 'valid' : 'invalid'
}
