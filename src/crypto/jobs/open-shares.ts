/**
 * The end of SharedSecret at one participant: decrypt what the dealers sent, check it, sum it, and derive what all participants must agree on.
 *
 * The sum is checked first: with C = sum of all dealers' commitments, x_j G == sum_k C_k j^k holds if every share is right, and what cancels in
 * the sum does no harm, because only the sum is used. It is checked position by position: errors that cancel between positions would leave
 * wrong shares in use. Only if it fails is each dealer's share checked, to name who was wrong.
 */
import { concatBytes, copyBytes, equalBytes, itemOf, wipe } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { isBelowOrder, isZero } from '../group-order.ts'
import { normaliseKey } from '../normalise.ts'
import { gatherPosition, sumCommitments, sumScalars } from '../polynomial.ts'
import { decryptShares, openChannels, TAG_BYTES, wipeChannels } from '../share-encryption.ts'
import { type JobArgs, type JobResult, SHARE_FAULT } from './contract.ts'
import type { JobDefinition } from './definition.ts'

type Args = JobArgs<'openShares'>
type Result = JobResult<'openShares'>

/** Sizes are fixed by the codec; another one here is the caller's mistake, except of a ciphertext, which merely does not open. */
function checkShape({ positions, minSigners, ownShares, ownCommitments, dealers, index }: Args): void {
  const commitmentBytes = positions * minSigners * POINT_BYTES
  if (ownShares.length !== positions * SCALAR_BYTES) throw invalidArgument('ownShares', 'must be positions x 32 bytes')
  if (ownCommitments.length !== commitmentBytes) throw invalidArgument('ownCommitments', 'must be positions x minSigners x 64 bytes')
  dealers.forEach((dealer, i) => {
    if (dealer.index === index) throw invalidArgument(`dealers[${i}].index`, 'must not be our own')
    if (dealer.commitments.length !== commitmentBytes) {
      throw invalidArgument(`dealers[${i}].commitments`, 'must be positions x minSigners x 64 bytes')
    }
  })
}

/** Each dealer's values for us (secret, positions x 32), or null where the ciphertext does not open. */
function decryptAll(kernel: Kernel, args: Args): (Batch | null)[] {
  const { sid, index, positions, encryptionSecret, encryptionKey, dealers } = args
  const channels = openChannels(kernel, sid, { index, encryptionKey }, encryptionSecret, dealers, 'in')
  try {
    return channels.map((channel, i) => {
      const ciphertext = dealers[i]?.ciphertext
      if (ciphertext?.length !== positions * SCALAR_BYTES + TAG_BYTES) return null
      return decryptShares(channel, ciphertext)
    })
  } finally {
    wipeChannels(channels)
  }
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
    const shares = concatBytes(...places.map(({ values }) => itemOf(values, position, SCALAR_BYTES)))
    const valid = kernel.verifyShares(gatherPosition(commitments, position, minSigners), minSigners, index, shares)
    wipe(shares)
    places.forEach(({ place }, i) => {
      if (valid[i] !== 1) faults[place] = SHARE_FAULT.wrongShare
    })
  }
}

/** x_j G == sum_k C_k j^k, for each position by itself. */
function sumsHold(kernel: Kernel, { minSigners, index }: Args, shares: Batch, sums: Batch): boolean {
  return equalBytes(kernel.baseMul(shares), kernel.evaluateInExponent(sums, minSigners, [index]))
}

/** The group point of each position: its summed constant term. */
function groupPointsOf(sums: Batch, positions: number, minSigners: number): Batch {
  return concatBytes(...Array.from({ length: positions }, (_, position) => itemOf(sums, position * minSigners, POINT_BYTES)))
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

/** Normalises each position, and checks once more that our share belongs to our verifying share. Wipes `shares`. */
function finish(kernel: Kernel, args: Args, shares: Batch, sums: Batch, verifyingShares: Batch): Result {
  const { index, positions, minSigners, verifyingIndices, normaliseFor } = args
  const groupPoints = groupPointsOf(sums, positions, minSigners)
  const sumsCopy = copyBytes(sums)
  if (normaliseFor === null) {
    return {
      status: 'shared',
      shares: copyBytes(shares),
      groupPoints,
      verifyingShares: copyBytes(verifyingShares),
      sumCommitments: sumsCopy,
    }
  }
  const width = verifyingIndices.length * POINT_BYTES
  const keys = Array.from({ length: positions }, (_, position) =>
    normaliseKey(kernel, normaliseFor, {
      share: copyBytes(itemOf(shares, position, SCALAR_BYTES)),
      groupPoint: itemOf(groupPoints, position, POINT_BYTES),
      verifyingShares: verifyingShares.subarray(position * width, (position + 1) * width),
    }),
  )
  const normalised = concatBytes(...keys.map((key) => key.share))
  wipe(...keys.map((key) => key.share))
  const own = verifyingIndices.indexOf(index)
  if (own >= 0) {
    const expected = concatBytes(...keys.map((key) => itemOf(key.verifyingShares, own, POINT_BYTES)))
    if (!equalBytes(kernel.baseMul(normalised), expected)) {
      wipe(normalised)
      throw integrityError()
    }
  }
  return {
    status: 'shared',
    shares: normalised,
    groupPoints: concatBytes(...keys.map((key) => key.groupPoint)),
    verifyingShares: concatBytes(...keys.map((key) => key.verifyingShares)),
    sumCommitments: sumsCopy,
  }
}

function open(kernel: Kernel, args: Args, received: readonly (Batch | null)[]): Result {
  const { positions, minSigners, ownShares, ownCommitments, dealers, verifyingIndices } = args
  const faults = encodingFaults(received, positions)
  const usable = received.filter((values) => values !== null)
  if (faults.some((fault) => fault !== SHARE_FAULT.none)) {
    checkEachDealer(kernel, args, received, faults)
    return { status: 'bad-shares', faults }
  }
  const sums = sumCommitments(kernel, [ownCommitments, ...dealers.map((dealer) => dealer.commitments)])
  const shares = sumScalars(kernel, [ownShares, ...usable])
  try {
    if (!sumsHold(kernel, args, shares, sums)) {
      checkEachDealer(kernel, args, received, faults)
      if (faults.every((fault) => fault === SHARE_FAULT.none)) throw integrityError()
      return { status: 'bad-shares', faults }
    }
    const verifyingShares =
      verifyingIndices.length === 0 ? new Uint8Array(0) : kernel.evaluateInExponent(sums, minSigners, verifyingIndices)
    if (isDegenerate(args, sums, verifyingShares)) return { status: 'degenerate' }
    return finish(kernel, args, shares, sums, verifyingShares)
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

  estimateMicros({ positions, minSigners, dealers, verifyingIndices }) {
    // A constant-time multiplication and a decryption a dealer; an addition a commitment; a small-index Horner step a coefficient and index.
    const sums = 0.25 * (dealers.length + 1) * positions * minSigners
    const evaluations = 1.5 * (verifyingIndices.length + 1) * positions * minSigners
    return 60 * dealers.length + sums + evaluations + 40 * positions
  },

  secretsOf({ encryptionSecret, ownShares }) {
    return [encryptionSecret, ownShares]
  },

  secretsOfResult(result) {
    return result.status === 'shared' ? [result.shares] : []
  },
}
