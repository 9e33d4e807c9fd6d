/** The key record that a key generation makes, as its participants and as judges of its certificates make it. */
import { itemOf } from '../../bytes.ts'
import { isDegenerate } from '../../crypto/jobs/open-shares.ts'
import { normalisePoints } from '../../crypto/normalise.ts'
import { compressPoints } from '../../crypto/point-encoding.ts'
import { type Batch, type Kernel, POINT_BYTES, type Point64 } from '../../kernel/contract.ts'
import type { KeygenContext } from '../../wire/context.ts'
import { encodeKeyRecord } from '../../wire/key-record.ts'
import { shapeOf } from '../plan.ts'
import { sumsFromBodies } from '../revealed-dealings.ts'

/**
 * @param groupPoint Y, normalised for the suite
 * @param verifyingShares n x 64, normalised with it
 */
export function recordOf(context: KeygenContext, groupPoint: Point64, verifyingShares: Batch): Uint8Array {
  const { suite, protocol, minSigners, participants } = context
  return encodeKeyRecord({
    suite,
    protocol,
    minSigners,
    groupPublicKey: compressPoints(groupPoint),
    participants: participants.map(({ id }) => id),
    verifyingShares: compressPoints(verifyingShares),
  })
}

/**
 * The record that follows from the bodies of stage `Commitments`, one a participant in order; null if none does: a body is one that no honest node
 * accepts, or the key is degenerate. Without the proofs and the openings of the hashes: they decide whether a node goes on, not what the record is.
 */
export function recordFromBodies(kernel: Kernel, context: KeygenContext, bodies: readonly Uint8Array[]): Uint8Array | null {
  const { positions, minSigners } = shapeOf(context)
  const sums = sumsFromBodies(kernel, context, bodies)
  if (sums === null) return null
  const indices = bodies.map((_, place) => place + 1)
  const verifyingShares = kernel.evaluateInExponent(sums, minSigners, indices)
  if (isDegenerate({ positions, minSigners, normaliseFor: context.suite }, sums, verifyingShares)) return null
  const key = normalisePoints(kernel, context.suite, itemOf(sums, 0, POINT_BYTES), verifyingShares)
  return recordOf(context, key.groupPoint, key.verifyingShares)
}
