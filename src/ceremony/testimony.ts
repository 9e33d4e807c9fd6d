/**
 * What each participant has signed for this ceremony, header by header, wherever we saw it: in its own messages or in the views of others. An honest
 * author signs one header for a stage and recipient, so a second one is the proof of its equivocation.
 *
 * Bounded: a slot a participant, stage and recipient, and every message that we look at shows at most one header more than there are participants.
 */
import { equalBytes } from '../bytes.ts'
import type { EnvelopeHeader } from '../wire/message.ts'
import type { SignedHeader } from '../wire/signed-header.ts'

type Slot = Pick<EnvelopeHeader, 'stage' | 'to'>

export class Testimony {
  readonly #said = new Map<number, Map<string, SignedHeader>>()

  /** What this participant said first, if it is not this. The signature must have been verified. */
  note(place: number, said: SignedHeader): SignedHeader | null {
    const first = this.first(place, said.header)
    // defence: second-message
    if (first !== undefined) return equalBytes(first.headerHash, said.headerHash) ? null : first
    const all = this.#said.get(place) ?? new Map<string, SignedHeader>()
    this.#said.set(place, all.set(nameOf(said.header), said))
    return null
  }

  /** The header that holds the slot. */
  first(place: number, slot: Slot): SignedHeader | undefined {
    return this.#said.get(place)?.get(nameOf(slot))
  }

  /** Whether this very header holds its slot. Two of one slot can differ in nothing but the two digests. */
  knows(place: number, header: EnvelopeHeader): boolean {
    const first = this.first(place, header)?.header
    return (
      first !== undefined &&
      equalBytes(first.bodyDigest, header.bodyDigest) &&
      equalBytes(first.previousTranscript, header.previousTranscript)
    )
  }

  /** Everything that a participant said. */
  of(place: number): Iterable<SignedHeader> {
    return this.#said.get(place)?.values() ?? []
  }
}

/** An id is never empty. */
function nameOf({ stage, to }: Slot): string {
  return `${stage} ${to ?? ''}`
}
