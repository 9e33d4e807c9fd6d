/** What all participants published in stage `Commitments`, and the openings of the digest over it that evidence shows. Public. */
import type { CommitmentsBody } from '../wire/bodies.ts'
import { STAGE_NUMBER } from '../wire/message.ts'
import type { TranscriptOpening } from './evidence/container.ts'
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
