/** Who sent what does not open or does not fit: each dealer's share against the dealer's own commitments, position by position. */
import { wipe } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES } from '../../kernel/contract.ts'
import { fittingShares } from '../share-check.ts'
import { type JobArgs, SHARE_FAULT } from './contract.ts'
import type { JobDefinition } from './definition.ts'
import { decryptAll, encodingFaults, MICROS_A_DEALER } from './received-shares.ts'

type Args = JobArgs<'findBadDealers'>

/** Sizes are fixed by the codec; another one here is the caller's mistake. */
function checkShape({ positions, minSigners, dealers, commitments }: Args): void {
  if (commitments.length !== dealers.length) throw invalidArgument('commitments', 'must have one entry a dealer')
  commitments.forEach((batch, i) => {
    if (batch.length !== positions * minSigners * POINT_BYTES) {
      throw invalidArgument(`commitments[${i}]`, 'must be positions x minSigners x 64 bytes')
    }
  })
}

/** Checks each dealer without an earlier fault, and writes what it finds into `faults`. */
function checkEachDealer(
  kernel: Kernel,
  { commitments, positions, minSigners, index }: Args,
  received: readonly (Batch | null)[],
  faults: Uint8Array,
): void {
  const places = commitments.flatMap((batch, place) => {
    const values = received[place]
    return values === null || values === undefined || faults[place] !== SHARE_FAULT.none ? [] : [{ place, commitments: batch, values }]
  })
  const fits = fittingShares(kernel, places, positions, minSigners, index)
  places.forEach(({ place }, i) => {
    if (fits[i] !== true) faults[place] = SHARE_FAULT.wrongShare
  })
}

export const findBadDealers: JobDefinition<'findBadDealers'> = {
  run(kernel, args) {
    checkShape(args)
    const received = decryptAll(kernel, args)
    try {
      const faults = encodingFaults(received, args.positions)
      checkEachDealer(kernel, args, received, faults)
      if (faults.every((fault) => fault === SHARE_FAULT.none)) {
        throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the sum of the shares is wrong although every share is right' })
      }
      return { faults }
    } finally {
      for (const values of received) if (values !== null) wipe(values)
    }
  },

  estimateMicros({ positions, minSigners, dealers }) {
    // A decryption a dealer; a small-index Horner step a coefficient.
    return dealers.length * (MICROS_A_DEALER + 2 * positions * minSigners)
  },

  secretsOf: ({ sharedPoints }) => [sharedPoints],
  secretsOfResult: () => [],
}
