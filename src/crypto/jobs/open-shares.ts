/**
 * The end of SharedSecret at one participant: decrypt what the dealers sent, check it, sum it, and derive what all participants must agree on.
 *
 * The sum is checked first: with C = sum of all dealers' commitments (made when the dealings were checked), x_j G == sum_k C_k j^k holds if every
 * share is right, and what cancels in the sum does no harm, because only the sum is used. It is checked position by position: errors that cancel between positions would leave
 * wrong shares in use. Only if it fails is each dealer's share checked, to name who was wrong.
 */
import { concatAll, copyBytes, equalBytes, itemOf, wipe, wipeOnThrow } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES, type Suite } from '../../kernel/contract.ts'
import { isBelowOrder, isZero } from '../group-order.ts'
import { type NormalisableKey, normaliseKey } from '../normalise.ts'
import { gatherPosition, sumScalars } from '../polynomial.ts'
import { decryptShares, openChannels } from '../share-encryption.ts'
import { TAG_BYTES } from '../xchacha20-poly1305.ts'
import { type JobArgs, type JobResult, SHARE_FAULT } from './contract.ts'
import type { JobDefinition } from './definition.ts'

type Args = JobArgs<'openShares'>
type Result = JobResult<'openShares'>

/** Sizes are fixed by the codec; another one here is the caller's mistake, except of a ciphertext, which merely does not open. */
function checkShape(args: Args): void {
  const { positions, minSigners, ownShares, sumCommitments, dealers, index, verifyingIndices, verifyingShares } = args
  const commitmentBytes = positions * minSigners * POINT_BYTES
  if (ownShares.length !== positions * SCALAR_BYTES) throw invalidArgument('ownShares', 'must be positions x 32 bytes')
  if (sumCommitments.length !== commitmentBytes) throw invalidArgument('sumCommitments', 'must be positions x minSigners x 64 bytes')
  if (verifyingShares !== null && verifyingShares.length !== positions * verifyingIndices.length * POINT_BYTES) {
    throw invalidArgument('verifyingShares', 'must be positions x verifyingIndices x 64 bytes')
  }
  dealers.forEach((dealer, i) => {
    if (dealer.index === index) throw invalidArgument(`dealers[${i}].index`, 'must not be our own')
    if (dealer.commitments.length !== commitmentBytes) {
      throw invalidArgument(`dealers[${i}].commitments`, 'must be positions x minSigners x 64 bytes')
    }
  })
}

/** Each dealer's values for us (secret, positions x 32), or null where the ciphertext does not open. */
function decryptAll(kernel: Kernel, args: Args): (Batch | null)[] {
  const { sid, index, positions, sharedPoints, encryptionKey, dealers } = args
  const channels = openChannels(kernel, sid, { index, encryptionKey }, dealers, sharedPoints, 'in')
  const plaintexts: Batch[] = []
  return wipeOnThrow(plaintexts, () =>
    channels.map((channel, i) => {
      const ciphertext = dealers[i]?.ciphertext
      if (ciphertext?.length !== positions * SCALAR_BYTES + TAG_BYTES) return null
      const values = decryptShares(channel, ciphertext)
      if (values !== null) plaintexts.push(values)
      return values
    }),
  )
}

/** What decides before any arithmetic: no plaintext, or one that holds a number of q or more. */
function encodingFaults(received: readonly (Batch | null)[], positions: number): Uint8Array {
  return Uint8Array.from(received, (values) => {
    if (values === null) return SHARE_FAULT.undecryptable
    for (let position = 0; position < positions; position++) {
      if (!isBelowOrder(itemOf(values, position, SCALAR_BYTES))) return SHARE_FAULT.wrongShare
    }
    return SHARE_FAULT.none
  })
}

/** Checks each dealer without an earlier fault against its own commitments, and writes what it finds into `faults`. */
function checkEachDealer(kernel: Kernel, args: Args, received: readonly (Batch | null)[], faults: Uint8Array): void {
  const { dealers, positions, minSigners, index } = args
  const places = dealers.flatMap((dealer, place) => {
    const values = received[place]
    return values === null || values === undefined || faults[place] !== SHARE_FAULT.none ? [] : [{ dealer, place, values }]
  })
  if (places.length === 0) return
  const commitments = places.map(({ dealer }) => dealer.commitments)
  for (let position = 0; position < positions; position++) {
    const shares = concatAll(places.map(({ values }) => itemOf(values, position, SCALAR_BYTES)))
    try {
      const valid = kernel.verifyShares(gatherPosition(commitments, position, minSigners), minSigners, index, shares)
      places.forEach(({ place }, i) => {
        if (valid[i] !== 1) faults[place] = SHARE_FAULT.wrongShare
      })
    } finally {
      wipe(shares)
    }
  }
}

/**
 * x_j G == sum_k C_k j^k, for each position by itself. The right side is our own verifying share, where that is among those wanted: one index alone costs
 * a field inversion at each step.
 */
function sumsHold(kernel: Kernel, args: Args, shares: Batch, verifyingShares: Batch): boolean {
  const { positions, minSigners, index, verifyingIndices, sumCommitments } = args
  const own = verifyingIndices.indexOf(index)
  const places = Array.from({ length: positions }, (_, position) => position * verifyingIndices.length + own)
  const expected =
    own < 0
      ? kernel.evaluateInExponent(sumCommitments, minSigners, [index])
      : concatAll(places.map((place) => itemOf(verifyingShares, place, POINT_BYTES)))
  return equalBytes(kernel.baseMul(shares), expected)
}

/** The group point of each position: its summed constant term. */
function groupPointsOf(sums: Batch, positions: number, minSigners: number): Batch {
  return concatAll(Array.from({ length: positions }, (_, position) => itemOf(sums, position * minSigners, POINT_BYTES)))
}

/**
 * A summed constant term of O is no key; a summed top coefficient of O lowers the threshold. Any other sum may be O and does no harm, and so may
 * a nonce's share, but a key with a share of zero would tell the world that share.
 */
function isDegenerate({ positions, minSigners, normaliseFor }: Args, sums: Batch, verifyingShares: Batch): boolean {
  for (let position = 0; position < positions; position++) {
    if (isZero(itemOf(sums, position * minSigners, POINT_BYTES))) return true
    if (isZero(itemOf(sums, (position + 1) * minSigners - 1, POINT_BYTES))) return true
  }
  if (normaliseFor === null) return false
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
function normaliseAll(kernel: Kernel, suite: Suite, { positions, minSigners }: Args, summed: Summed): NormalisableKey[] {
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
function finish(kernel: Kernel, args: Args, summed: Summed): Result {
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
    if (expected !== null && !equalBytes(kernel.baseMul(shares), expected)) throw integrityError()
    return {
      status: 'shared',
      shares,
      groupPoints: concatAll(keys.map((key) => key.groupPoint)),
      verifyingShares: concatAll(keys.map((key) => key.verifyingShares)),
    }
  })
}

function evaluate(kernel: Kernel, { sumCommitments, minSigners, verifyingIndices }: Args): Batch {
  return verifyingIndices.length === 0 ? new Uint8Array(0) : kernel.evaluateInExponent(sumCommitments, minSigners, verifyingIndices)
}

/**
 * The result from shares that were checked and their verifying shares, for whoever evaluated those elsewhere.
 *
 * @param shares secret, positions x 32, not normalised; the caller wipes them
 * @param verifyingShares positions x verifyingIndices.length x 64, not normalised
 */
export function concludeShares(kernel: Kernel, args: Args, shares: Batch, verifyingShares: Batch): Result {
  const sums = args.sumCommitments
  return isDegenerate(args, sums, verifyingShares) ? { status: 'degenerate' } : finish(kernel, args, { shares, sums, verifyingShares })
}

function open(kernel: Kernel, args: Args, received: readonly (Batch | null)[]): Result {
  const { positions, ownShares } = args
  const faults = encodingFaults(received, positions)
  const usable = received.filter((values) => values !== null)
  if (faults.some((fault) => fault !== SHARE_FAULT.none)) {
    checkEachDealer(kernel, args, received, faults)
    return { status: 'bad-shares', faults }
  }
  const shares = sumScalars(kernel, [ownShares, ...usable])
  try {
    const verifyingShares = args.verifyingShares ?? evaluate(kernel, args)
    if (!sumsHold(kernel, args, shares, verifyingShares)) {
      checkEachDealer(kernel, args, received, faults)
      if (faults.every((fault) => fault === SHARE_FAULT.none)) throw integrityError()
      return { status: 'bad-shares', faults }
    }
    return concludeShares(kernel, args, shares, verifyingShares)
  } finally {
    wipe(shares)
  }
}

export const openShares: JobDefinition<'openShares'> = {
  run(kernel, args) {
    checkShape(args)
    const received = decryptAll(kernel, args)
    try {
      return open(kernel, args, received)
    } finally {
      for (const values of received) if (values !== null) wipe(values)
    }
  },

  estimateMicros({ positions, minSigners, dealers, verifyingIndices, verifyingShares }) {
    // A decryption a dealer; a small-index Horner step a coefficient and index.
    const indices = verifyingShares === null ? verifyingIndices.length + 1 : 1
    return 10 * dealers.length + 1.5 * indices * positions * minSigners + 40 * positions
  },

  secretsOf({ sharedPoints, ownShares }) {
    return [sharedPoints, ownShares]
  },

  secretsOfResult(result) {
    return result.status === 'shared' ? [result.shares] : []
  },
}
