/**
 * Who spoilt a signature (RFC 9591 section 5.4): every share of every position is checked, so that all culprits are named in one pass and an
 * honest signer cannot hide or suffer among them.
 */
import { assertBytes, concatAll, concatBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, POINT_BYTES, type Point64, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { bindingFactors, encodeIdentifier } from './frost-binding.ts'
import { challenges, groupCommitments, isDegenerate, multipliers, nonceSigns } from './frost-challenge.ts'
import { ownLagrange } from './frost-lagrange.ts'
import { type PreparedSigning, prepareSigning } from './frost-sign.ts'
import { checkTranscript, readCommitments } from './frost-transcript.ts'
import type { SigningTranscript } from './jobs/contract.ts'
import { negatePoint } from './point-encoding.ts'
import { judgeEquations } from './share-equations.ts'

export interface SharesToJudge {
  /** signers x 33, in the order of `signers` */
  readonly verifyingShares: Batch
  /** one entry a signer: positions x 32 */
  readonly signatureShares: readonly Batch[]
  /** positions x 64: R as we ourselves computed it from this transcript when we signed, or null. Never from a peer: a wrong one blames the honest. */
  readonly groupCommitments: Batch | null
}

/** A share that does not satisfy z_i G == +-(D_i + rho_i E_i) +- lambda_i c Y_i. */
export interface BadShare {
  /** place in `signers` */
  readonly signer: number
  readonly position: number
}

/**
 * The nonce points are left inside the equations: R is one sum of many, and only then is there a challenge to judge shares by. Points that do not
 * decode, in the transcript or in the key, and an R that is the identity blame nobody here: `prepareSigning` finds them before a share is made.
 */
export function findBadShares(
  kernel: Kernel,
  transcript: SigningTranscript,
  { verifyingShares, signatureShares, groupCommitments: known }: SharesToJudge,
): BadShare[] {
  checkTranscript(transcript)
  const { suite, groupPublicKey, signers, messages } = transcript
  const positions = messages.length
  assertBytes(verifyingShares, 'verifyingShares', signers.length * COMPRESSED_BYTES)
  if (signatureShares.length !== signers.length) throw invalidArgument('signatureShares', 'must have one entry a signer')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  if (known !== null) assertBytes(known, 'groupCommitments', positions * POINT_BYTES)
  const read = readCommitments(kernel, transcript)
  const keyPoints = kernel.decompress(verifyingShares)
  if (read.status !== 'read' || keyPoints.valid.includes(0)) return []
  const { hiding, binding, compressed } = read.points
  const factors = bindingFactors(kernel, transcript, compressed)
  const commitments = known ?? groupCommitments(kernel, hiding, binding, factors, positions)
  if (isDegenerate(commitments)) return []
  const signs = nonceSigns(suite, commitments)
  for (let item = 0; item < signers.length * positions; item++) {
    if (signs[item % positions] !== 1) continue
    negatePoint(itemOf(hiding, item, POINT_BYTES))
    negatePoint(itemOf(binding, item, POINT_BYTES))
  }
  const challengeBatch = challenges(kernel, suite, commitments, groupPublicKey, messages)
  const valid = judgeEquations(kernel, {
    hiding,
    binding,
    factors,
    shares: concatAll(signatureShares),
    multipliers: multipliers(kernel, suite, groupPublicKey, kernel.lagrange(signers), challengeBatch),
    keys: keyPoints.points,
    positions,
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
