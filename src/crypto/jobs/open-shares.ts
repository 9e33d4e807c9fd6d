/**
 * The end of SharedSecret at one participant: decrypt what the dealers sent, sum it, check it, and derive what all participants must agree on.
 *
 * Only the sum is checked: with C = sum of all dealers' commitments (made when the dealings were checked), x_j G == sum_k C_k j^k holds if every
 * share is right, and what cancels in the sum does no harm, because only the sum is used. It is checked position by position: errors that cancel between
 * positions would leave wrong shares in use. If it fails, `findBadDealers` names who was wrong: it alone needs the dealers' own commitments, which are
 * most of the bytes of a key generation.
 */
import { concatAll, copyBytes, equalBytes, itemOf, wipe, wipeOnThrow } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES, type Suite } from '../../kernel/contract.ts'
import { isZero } from '../group-order.ts'
import { type NormalisableKey, normaliseKey } from '../normalise.ts'
import type { JobArgs, JobResult } from './contract.ts'
import type { JobDefinition } from './definition.ts'
import { MICROS_A_DEALER } from './received-shares.ts'
import { sumReceived } from './sum-shares.ts'

type Args = JobArgs<'openShares'>
type Result = JobResult<'openShares'>

/** What the end of the job needs: no more of the arguments is kept for it when the shares are summed elsewhere. */
export type Conclusion = Pick<Args, 'index' | 'positions' | 'minSigners' | 'sumCommitments' | 'verifyingIndices' | 'normaliseFor'>

/** Sizes are fixed by the codec; another one here is the caller's mistake. */
function checkShape({ positions, minSigners, ownShares, sumCommitments, verifyingIndices, verifyingShares }: Args): void {
  if (ownShares.length !== positions * SCALAR_BYTES) throw invalidArgument('ownShares', 'must be positions x 32 bytes')
  if (sumCommitments.length !== positions * minSigners * POINT_BYTES) {
    throw invalidArgument('sumCommitments', 'must be positions x minSigners x 64 bytes')
  }
  if (verifyingShares !== null && verifyingShares.length !== positions * verifyingIndices.length * POINT_BYTES) {
    throw invalidArgument('verifyingShares', 'must be positions x verifyingIndices x 64 bytes')
  }
}

/** What the sums of the commitments give at our own index, the right side of the check: among the verifying shares, if ours is wanted. */
function ownVerifyingShares({ positions, index, verifyingIndices }: Conclusion, all: Batch): Batch | null {
  const own = verifyingIndices.indexOf(index)
  if (own < 0) return null
  const places = Array.from({ length: positions }, (_, position) => position * verifyingIndices.length + own)
  return concatAll(places.map((place) => itemOf(all, place, POINT_BYTES)))
}

/** The group point of each position: its summed constant term. */
function groupPointsOf(sums: Batch, positions: number, minSigners: number): Batch {
  return concatAll(Array.from({ length: positions }, (_, position) => itemOf(sums, position * minSigners, POINT_BYTES)))
}

/**
 * A summed constant term of O is no key; a summed top coefficient of O lowers the threshold. Any other sum may be O and does no harm, and so may
 * a nonce's share, but a key with a share of zero would tell the world that share.
 */
export function isDegenerate(
  { positions, minSigners, normaliseFor }: Pick<Conclusion, 'positions' | 'minSigners' | 'normaliseFor'>,
  sums: Batch,
  verifyingShares: Batch,
): boolean {
  for (let position = 0; position < positions; position++) {
    // defence: constant-term-sum
    if (isZero(itemOf(sums, position * minSigners, POINT_BYTES))) return true
    // defence: top-coefficient-sum
    if (isZero(itemOf(sums, (position + 1) * minSigners - 1, POINT_BYTES))) return true
  }
  if (normaliseFor === null) return false
  // defence: verifying-share-sum
  for (let i = 0; i * POINT_BYTES < verifyingShares.length; i++) if (isZero(itemOf(verifyingShares, i, POINT_BYTES))) return true
  return false
}

/** Wrong arithmetic on this machine, never a peer's doing. */
function integrityError(): QuorateError {
  return new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'a share does not fit its verifying share although every check passed' })
}

/** What all positions have before they are normalised. */
interface Summed {
  /** secret, positions x 32 */
  readonly shares: Batch
  /** positions x t x 64 */
  readonly sums: Batch
  /** positions x verifyingIndices.length x 64 */
  readonly verifyingShares: Batch
}

/** Each position in its suite's form, with a share in memory of its own: the caller wipes the shares. */
function normaliseAll(kernel: Kernel, suite: Suite, { positions, minSigners }: Conclusion, summed: Summed): NormalisableKey[] {
  const width = summed.verifyingShares.length / positions
  const shares: Batch[] = []
  return wipeOnThrow(shares, () =>
    Array.from({ length: positions }, (_, position) => {
      const key = normaliseKey(kernel, suite, {
        share: copyBytes(itemOf(summed.shares, position, SCALAR_BYTES)),
        groupPoint: itemOf(summed.sums, position * minSigners, POINT_BYTES),
        verifyingShares: summed.verifyingShares.subarray(position * width, (position + 1) * width),
      })
      shares.push(key.share)
      return key
    }),
  )
}

/** Normalises each position for keygen, and checks once more that our share belongs to our verifying share. */
function finish(kernel: Kernel, args: Conclusion, summed: Summed): Result {
  const { index, positions, minSigners, verifyingIndices, normaliseFor } = args
  if (normaliseFor === null) {
    const groupPoints = groupPointsOf(summed.sums, positions, minSigners)
    return { status: 'shared', shares: copyBytes(summed.shares), groupPoints, verifyingShares: copyBytes(summed.verifyingShares) }
  }
  const keys = normaliseAll(kernel, normaliseFor, args, summed)
  const shares = concatAll(keys.map((key) => key.share))
  for (const { share } of keys) wipe(share)
  return wipeOnThrow([shares], () => {
    const own = verifyingIndices.indexOf(index)
    const expected = own < 0 ? null : concatAll(keys.map((key) => itemOf(key.verifyingShares, own, POINT_BYTES)))
    // defence: own-share-belongs
    if (expected !== null && !equalBytes(kernel.baseMul(shares), expected)) throw integrityError()
    return {
      status: 'shared',
      shares,
      groupPoints: concatAll(keys.map((key) => key.groupPoint)),
      verifyingShares: concatAll(keys.map((key) => key.verifyingShares)),
    }
  })
}

/** What the check needs besides the shares, made elsewhere or by `evaluate`. */
export interface Evaluated {
  /** positions x verifyingIndices.length x 64, not normalised */
  readonly verifyingShares: Batch
  /** positions x 64: our own; null where it is among those */
  readonly own: Batch | null
}

/** The indices that are evaluated for the check alone: one alone costs a field inversion at each step. */
function evaluate(kernel: Kernel, { index, sumCommitments, minSigners, verifyingIndices, verifyingShares }: Args): Evaluated {
  const at = (indices: readonly number[]): Batch =>
    indices.length === 0 ? new Uint8Array(0) : kernel.evaluateInExponent(sumCommitments, minSigners, indices)
  return { verifyingShares: verifyingShares ?? at(verifyingIndices), own: verifyingIndices.includes(index) ? null : at([index]) }
}

/**
 * x_j G == sum_k C_k j^k, for each position by itself, and the result if that holds.
 *
 * @param shares secret, positions x 32: the sums of all, ours included, not normalised; the caller wipes them
 */
export function concludeShares(kernel: Kernel, args: Conclusion, shares: Batch, { verifyingShares, own }: Evaluated): Result {
  const expected = own ?? ownVerifyingShares(args, verifyingShares)
  // defence: share-fits-commitments
  if (expected === null || !equalBytes(kernel.baseMul(shares), expected)) return { status: 'bad-shares' }
  const sums = args.sumCommitments
  return isDegenerate(args, sums, verifyingShares) ? { status: 'degenerate' } : finish(kernel, args, { shares, sums, verifyingShares })
}

export const openShares: JobDefinition<'openShares'> = {
  run(kernel, args) {
    checkShape(args)
    const shares = sumReceived(kernel, args, args.ownShares)
    if (shares === null) return { status: 'bad-shares' }
    try {
      return concludeShares(kernel, args, shares, evaluate(kernel, args))
    } finally {
      wipe(shares)
    }
  },

  estimateMicros({ positions, minSigners, dealers, verifyingIndices, verifyingShares }) {
    // A decryption a dealer; a small-index Horner step a coefficient and index.
    const indices = verifyingShares === null ? verifyingIndices.length + 1 : 1
    return MICROS_A_DEALER * dealers.length + 1.5 * indices * positions * minSigners + 40 * positions
  },

  secretsOf({ sharedPoints, ownShares }) {
    return [sharedPoints, ownShares]
  },

  secretsOfResult(result) {
    return result.status === 'shared' ? [result.shares] : []
  },
}
