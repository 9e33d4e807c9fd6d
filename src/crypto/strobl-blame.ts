/**
 * Who spoilt a Stinson-Strobl signature: gamma_i G == (+-)K_i + (+-)c Y_i for every signer and position, where K_i = sum over the dealers of f(i) G follows
 * from what they committed to. K_i is computed only here, for all signers in one pass.
 */
import { assertBytes, concatAll, copyBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { readDistinctIndices } from '../kernel/arguments.ts'
import {
  type Batch,
  COMPRESSED_BYTES,
  type Kernel,
  POINT_BYTES,
  type Point33,
  type Point64,
  SCALAR_BYTES,
  type Scalar,
  type Suite,
} from '../kernel/contract.ts'
import type { BadShare } from './frost-blame.ts'
import { isDegenerate } from './frost-challenge.ts'
import { columnOf, repeatBytes } from './frost-transcript.ts'
import { negatePoint } from './point-encoding.ts'
import { sumCommitments } from './polynomial.ts'
import { localTerms } from './strobl-sign.ts'

/** All that a judge needs to know of a signing; every point of `commitments` was checked. */
export interface LocalTranscript {
  readonly suite: Suite
  readonly groupPublicKey: Point33
  readonly messages: readonly Uint8Array[]
  /** t */
  readonly minSigners: number
  /** ascending key indices of the signers, who are also the dealers */
  readonly signers: readonly number[]
  /** one entry a dealer: positions x t x 64, not summed, so that no earlier sum of ours decides whom we blame */
  readonly commitments: readonly Batch[]
}

export interface LocalSharesToJudge {
  /** signers x 33, in the order of `signers` */
  readonly verifyingShares: Batch
  /** one entry a signer: positions x 32 */
  readonly signatureShares: readonly Batch[]
}

/** V of each position, the summed constant terms, positions x 64; null if one is the identity: then nothing can be signed. */
export function noncePointsOf(sums: Batch, positions: number): Batch | null {
  const vector = sums.length / positions
  const points = concatAll(
    Array.from({ length: positions }, (_, position) => sums.subarray(position * vector, position * vector + POINT_BYTES)),
  )
  return isDegenerate(points) ? null : points
}

function checkLengths({ commitments, messages, minSigners, signers }: LocalTranscript): void {
  readDistinctIndices(signers, 'signers')
  if (commitments.length !== signers.length) throw invalidArgument('commitments', 'must have one entry a signer')
  for (const [i, entry] of commitments.entries()) {
    assertBytes(entry, `commitments[${i}]`, messages.length * minSigners * POINT_BYTES)
  }
}

/** Every share that does not satisfy its equation; none if a V is the identity or a verifying share is no point: nobody signs under those. */
export function findBadLocalShares(
  kernel: Kernel,
  transcript: LocalTranscript,
  { verifyingShares, signatureShares }: LocalSharesToJudge,
): BadShare[] {
  checkLengths(transcript)
  const { signers, messages, minSigners } = transcript
  const positions = messages.length
  assertBytes(verifyingShares, 'verifyingShares', signers.length * COMPRESSED_BYTES)
  if (signatureShares.length !== signers.length) throw invalidArgument('signatureShares', 'must have one entry a signer')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  const keys = kernel.decompress(verifyingShares)
  const sums = sumCommitments(kernel, transcript.commitments)
  const noncePoints = noncePointsOf(sums, positions)
  if (noncePoints === null || keys.valid.includes(0)) return []
  const { multipliers, signs } = localTerms(kernel, { ...transcript, noncePoints })
  const nonceShares = kernel.evaluateInExponent(sums, minSigners, signers)
  const bad: BadShare[] = []
  for (let position = 0; position < positions; position++) {
    const points = copyBytes(itemOf(nonceShares, position, signers.length * POINT_BYTES))
    if (signs[position] === 1) for (let i = 0; i < signers.length; i++) negatePoint(itemOf(points, i, POINT_BYTES))
    const valid = kernel.verifySignatureShares({
      shares: columnOf(concatAll(signatureShares), position, positions, SCALAR_BYTES),
      noncePoints: points,
      verifyingShares: keys.points,
      multipliers: repeatBytes(itemOf(multipliers, position, SCALAR_BYTES), signers.length),
    })
    valid.forEach((bit, signer) => {
      if (bit === 0) bad.push({ signer, position })
    })
  }
  return bad.sort((a, b) => a.signer - b.signer || a.position - b.position)
}

/** Judges one share of a transcript of one position, by its own equation and no other; 'degenerate' where V is the identity. */
export function judgeLocalShare(
  kernel: Kernel,
  transcript: LocalTranscript,
  index: number,
  verifyingShare: Point64,
  share: Scalar,
): 'valid' | 'invalid' | 'degenerate' {
  checkLengths(transcript)
  if (transcript.messages.length !== 1) throw invalidArgument('messages', 'must have one message')
  const sums = sumCommitments(kernel, transcript.commitments)
  const noncePoints = noncePointsOf(sums, 1)
  if (noncePoints === null) return 'degenerate'
  const { multipliers, signs } = localTerms(kernel, { ...transcript, noncePoints })
  const own = copyBytes(kernel.evaluateInExponent(sums, transcript.minSigners, [index]))
  if (signs[0] === 1) negatePoint(own)
  const valid = kernel.verifySignatureShares({ shares: share, noncePoints: own, verifyingShares: verifyingShare, multipliers })
  return valid[0] === 1 ? 'valid' : 'invalid'
}
