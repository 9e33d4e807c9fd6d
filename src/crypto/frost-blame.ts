/**
 * Who spoilt a signature (RFC 9591 section 5.4): every share of every position is checked, so that all culprits are named in one pass and an
 * honest signer cannot hide or suffer among them.
 */
import { assertBytes, concatAll, concatBytes, copyBytes, equalBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import {
  type Batch,
  COMPRESSED_BYTES,
  type Kernel,
  type Mask,
  POINT_BYTES,
  type Point64,
  SCALAR_BYTES,
  type Scalar,
} from '../kernel/contract.ts'
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
  /** positions x 64: R as we ourselves computed it from this transcript, when we signed. Never from a peer: a wrong one blames the honest. */
  readonly groupCommitments: Batch
}

/** A share that does not satisfy z_i G == +-(D_i + rho_i E_i) +- lambda_i c Y_i. */
export interface BadShare {
  /** place in `signers` */
  readonly signer: number
  readonly position: number
}

/**
 * The nonce points are left inside the equations: of R, which is one sum of many, only the challenge and the sign are needed. Points that do not
 * decode, in the transcript or in the key, and an R that is the identity blame nobody here: `prepareSigning` finds them before a share is made.
 *
 * If our own R were wrong, by a fault of this machine, the share that we made with it would hold and no honest one: where fewer than two shares
 * hold, R is computed again, so that such a fault shows as a false share of our own.
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
  assertBytes(known, 'groupCommitments', positions * POINT_BYTES)
  const read = readCommitments(kernel, transcript)
  const keyPoints = kernel.decompress(verifyingShares)
  if (read.status !== 'read' || keyPoints.valid.includes(0)) return []
  const { hiding, binding, compressed } = read.points
  const factors = bindingFactors(kernel, transcript, compressed)
  const lambdas = kernel.lagrange(signers)

  function judgeBy(commitments: Batch): Mask {
    const signs = nonceSigns(suite, commitments)
    const challengeBatch = challenges(kernel, suite, commitments, groupPublicKey, messages)
    return judgeEquations(kernel, {
      hiding: withSigns(hiding, signs),
      binding: withSigns(binding, signs),
      factors,
      shares: concatAll(signatureShares),
      multipliers: multipliers(kernel, suite, groupPublicKey, lambdas, challengeBatch),
      keys: keyPoints.points,
      positions,
    })
  }

  if (isDegenerate(known)) return []
  let valid = judgeBy(known)
  if (!twoHold(valid, positions)) {
    const commitments = groupCommitments(kernel, hiding, binding, factors, positions)
    if (isDegenerate(commitments)) return []
    if (!equalBytes(commitments, known)) valid = judgeBy(commitments)
  }
  const bad: BadShare[] = []
  valid.forEach((bit, item) => {
    if (bit === 0) bad.push({ signer: Math.floor(item / positions), position: item % positions })
  })
  return bad
}

/** The points of all signers, negated at the positions that have a sign. */
function withSigns(points: Batch, signs: Uint8Array): Batch {
  const signed = copyBytes(points)
  for (let item = 0; item < points.length / POINT_BYTES; item++) {
    if (signs[item % signs.length] === 1) negatePoint(itemOf(signed, item, POINT_BYTES))
  }
  return signed
}

/** Whether at every position the shares of two signers or more hold. */
function twoHold(valid: Mask, positions: number): boolean {
  const holding = new Uint16Array(positions)
  valid.forEach((bit, item) => {
    holding[item % positions] = (holding[item % positions] ?? 0) + bit
  })
  return holding.every((count) => count >= 2)
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
