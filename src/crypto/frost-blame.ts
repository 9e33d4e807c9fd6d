/**
 * Who spoilt a signature (RFC 9591 section 5.4): every share of every position is checked, so that all culprits are named in one pass and an
 * honest signer cannot hide or suffer among them.
 */
import { assertBytes, concatBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { bindingFactors } from './frost-binding.ts'
import { challenges, isDegenerate, multipliers, nonceSigns } from './frost-challenge.ts'
import { checkTranscript, readCommitments, repeatBytes } from './frost-transcript.ts'
import type { SigningTranscript } from './jobs/contract.ts'
import { negatePoint } from './point-encoding.ts'

export interface SharesToJudge {
  /** one point a signer, in the order of `signers` */
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
 * of the signing is needed. A transcript with bad points, or whose R is the identity, blames nobody here: `prepareSigning` says so before a
 * share is made.
 */
export function findBadShares(
  kernel: Kernel,
  transcript: SigningTranscript,
  { verifyingShares, signatureShares }: SharesToJudge,
): BadShare[] {
  checkTranscript(transcript)
  const { suite, groupPublicKey, signers, messages } = transcript
  const positions = messages.length
  assertBytes(verifyingShares, 'verifyingShares', signers.length * POINT_BYTES)
  if (signatureShares.length !== signers.length) throw invalidArgument('signatureShares', 'must have one entry a signer')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  const read = readCommitments(kernel, transcript)
  if (read.status !== 'read') return []
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
    shares: concatBytes(...signatureShares),
    noncePoints,
    verifyingShares: concatBytes(...signers.map((_, signer) => repeatBytes(itemOf(verifyingShares, signer, POINT_BYTES), positions))),
    multipliers: multipliers(kernel, suite, groupPublicKey, kernel.lagrange(signers), challengeBatch),
  })
  const bad: BadShare[] = []
  valid.forEach((bit, item) => {
    if (bit === 0) bad.push({ signer: Math.floor(item / positions), position: item % positions })
  })
  return bad
}
