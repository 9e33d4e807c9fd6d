/** The nonce points that a Stinson-Strobl signing makes, as judges of its confirmations make them. */
import { isDegenerate } from '../../crypto/jobs/open-shares.ts'
import { noncePointsOf } from '../../crypto/strobl-blame.ts'
import { hashNoncePoints } from '../../crypto/strobl-sign.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { SignContext } from '../../wire/context.ts'
import { shapeOf } from '../plan.ts'
import { sumsFromBodies } from '../revealed-dealings.ts'

/**
 * What an `ok` must say where these are the bodies of stage `Commitments`; null if no nonce follows from them: a body is one that no honest node accepts, or
 * a sum that must not be the identity is it.
 */
export function nonceHashFromBodies(
  kernel: Kernel,
  context: SignContext,
  sid: Uint8Array,
  bodies: readonly Uint8Array[],
): Uint8Array | null {
  const { positions, minSigners } = shapeOf(context)
  const sums = sumsFromBodies(kernel, context, bodies)
  if (sums === null || isDegenerate({ positions, minSigners, normaliseFor: null }, sums, new Uint8Array())) return null
  const points = noncePointsOf(sums, positions)
  return points === null ? null : hashNoncePoints(sid, points)
}
