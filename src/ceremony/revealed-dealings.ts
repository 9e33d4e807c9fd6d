/** What all participants published in stage `Commitments`, and the openings of the digest over it that evidence shows. Public. */
import { sumCommitments } from '../crypto/polynomial.ts'
import type { Batch, Kernel } from '../kernel/contract.ts'
import type { CommitmentsBody } from '../wire/bodies.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { STAGE_NUMBER } from '../wire/message.ts'
import type { TranscriptOpening } from './evidence/container.ts'
import { sharedSecretOf } from './plan.ts'
import { inOrder, type Received } from './stage.ts'
import { required } from './step.ts'

export class RevealedDealings {
  readonly #previous: Uint8Array
  readonly #revealed: ReadonlyMap<number, Received<CommitmentsBody>>

  /** @param previous T_1 */
  constructor(previous: Uint8Array, revealed: ReadonlyMap<number, Received<CommitmentsBody>>) {
    this.#previous = previous
    this.#revealed = revealed
  }

  of(place: number): CommitmentsBody {
    return required(this.#revealed.get(place)).body
  }

  /** T_2, with the bodies of some and the digests of the others. */
  opening(isShown: (place: number) => boolean): TranscriptOpening {
    return {
      stage: STAGE_NUMBER.sharedSecret.Commitments,
      previous: this.#previous,
      entries: inOrder(this.#revealed).map(([place, { envelope }]) =>
        isShown(place) ? { type: 'body', body: envelope.body } : { type: 'digest', digest: envelope.header.bodyDigest },
      ),
    }
  }
}

/**
 * The commitments in the bodies of stage `Commitments`, one a participant in order; null if one of them is a body that no honest node accepts: another
 * encoding or count, or a bad point.
 */
export function commitmentsInBodies(kernel: Kernel, context: CeremonyContext, bodies: readonly Uint8Array[]): readonly Batch[] | null {
  const plan = sharedSecretOf(context)?.commitments
  const found: Batch[] = []
  for (const body of bodies) {
    const decoded = plan?.decode(body)
    if (decoded?.ok !== true || kernel.checkPoints(decoded.body.commitments).includes(0)) return null
    found.push(decoded.body.commitments)
  }
  return found
}

/** Their sums, positions x t x 64: what key or nonces follow from. */
export function sumsFromBodies(kernel: Kernel, context: CeremonyContext, bodies: readonly Uint8Array[]): Batch | null {
  const commitments = commitmentsInBodies(kernel, context, bodies)
  return commitments === null ? null : sumCommitments(kernel, commitments)
}
