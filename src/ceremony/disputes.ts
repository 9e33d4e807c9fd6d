/**
 * Views, and who lied where they differ. A node that holds a T_k and a header carrying another one shows its view; whoever gets a view judges it: by
 * itself, against what its author signed elsewhere, and header by header against all that the participants were seen to say. Two true views with
 * different digests hold two headers of one author, so either somebody is convicted or the author of the other digest stays silent.
 *
 * Of views the headers are kept until the end, one a participant and stage: their author may yet be seen to have signed another digest.
 */
import { equalBytes } from '../bytes.ts'
import { type Envelope, VIEW_STAGE_BASE } from '../wire/message.ts'
import { type SignedHeader, signedHeaderOf, verifySignedHeader } from '../wire/signed-header.ts'
import { encodeView, type ViewBody } from '../wire/view.ts'
import type { Archive } from './archive.ts'
import type { EvidenceParts } from './evidence/container.ts'
import type { Fault } from './outcome.ts'
import type { Seat } from './seat.ts'
import { claims, type Ground, hasDiffering, lieIn, speaksOf } from './side-messages.ts'
import { type ProvenFault, required } from './step.ts'
import { Testimony } from './testimony.ts'
import type { Transcripts } from './transcripts.ts'

export type ViewVerdict =
  /** shows no difference at all */
  | { readonly type: 'idle' }
  | { readonly type: 'proven'; readonly faults: readonly ProvenFault[] }
  /** true as far as we can see: the difference that it shows is in dispute */
  | { readonly type: 'true' }

export interface DisputeOptions {
  readonly ground: Ground
  readonly seat: Seat
  readonly transcripts: Transcripts
  readonly archive: Archive
}

export class Disputes {
  readonly #options: DisputeOptions
  readonly testimony = new Testimony()
  /** headers of views by stage and author */
  readonly #views = new Map<number, Map<number, SignedHeader>>()
  /** what is in dispute: T_k as this node has it, or as the first view has it, by k */
  readonly #open = new Map<number, Uint8Array>()
  readonly #shown = new Set<number>()

  constructor(options: DisputeOptions) {
    this.#options = options
  }

  /** What a verified message proves by its header alone: its author said something else before. */
  contradiction(place: number, said: SignedHeader): readonly ProvenFault[] {
    const first = this.testimony.note(place, said)
    return first === null ? this.#againstView(place, said) : this.#accuse(place, 'equivocation', { headers: [first.bytes, said.bytes] })
  }

  /** A view whose header was taken by `contradiction` and proved nothing. */
  judge(place: number, envelope: Envelope, k: number, view: ViewBody): ViewVerdict {
    const { ground, seat } = this.#options
    const isSigned = (at: number, said: SignedHeader): boolean => this.#isSigned(at, said)
    if (!hasDiffering(ground, k, envelope.header, view, isSigned)) return { type: 'idle' }
    const lie = lieIn(ground, k, envelope.header, view, isSigned)
    const header = signedHeaderOf(envelope)
    const author = required(seat.placeOf(view.differing.header.from))
    const faults = [
      ...(lie === null ? this.#againstHeaders(place, header, k) : this.#accuse(place, 'bad-view', { envelopes: [envelope.bytes] })),
      ...(lie === null ? view.accepted.flatMap((said, at) => this.contradiction(at, said)) : []),
      ...this.contradiction(author, view.differing),
    ]
    if (faults.length > 0) return { type: 'proven', faults: oneEach(faults) }
    const views = this.#views.get(k) ?? new Map<number, SignedHeader>()
    this.#views.set(k, views.set(place, header))
    return { type: 'true' }
  }

  /** @param reference what other digests differ from; T_k of this node, or of a view */
  open(k: number, reference: Uint8Array): void {
    this.#open.set(k, reference)
  }

  /**
   * Our own view of stage `k`, to be sent, at most one. Null without a T_k of our own, or a header that differs from it.
   *
   * @param differing looked at first: what somebody else's view shows need not differ from ours
   */
  ownView(k: number, differing: SignedHeader): Envelope | null {
    const { archive, seat, transcripts } = this.#options
    const own = transcripts.of(k)
    if (own === null || this.#shown.has(k)) return null
    const candidates = [differing, ...seat.others.flatMap((place) => [...this.testimony.of(place)])]
    const chosen = candidates.find((said) => this.#claimsOther(said, k, own))
    if (chosen === undefined) return null
    this.#shown.add(k)
    const previous = required(transcripts.carriedBy(k) ?? undefined)
    const accepted = required(archive.headers(k) ?? undefined)
    return seat.seal(VIEW_STAGE_BASE + k, null, encodeView({ previous, accepted, differing: chosen }), own)
  }

  /** The stages in dispute, in the order in which they came up. */
  get stages(): readonly number[] {
    return [...this.#open.keys()]
  }

  /** Who owes a view of stage `k`: the authors of other digests who have not shown theirs. */
  silent(k: number): readonly number[] {
    const { seat } = this.#options
    const reference = required(this.#open.get(k))
    const differs = (place: number): boolean => [...this.testimony.of(place)].some((said) => this.#claimsOther(said, k, reference))
    return seat.others.filter((place) => this.#views.get(k)?.has(place) !== true && differs(place))
  }

  /** Headers of the view's author that carry another digest than the view. */
  #againstHeaders(place: number, view: SignedHeader, k: number): readonly ProvenFault[] {
    for (const said of this.testimony.of(place)) {
      // defence: view-against-messages
      if (this.#claimsOther(said, k, view.header.previousTranscript))
        return this.#accuse(place, 'bad-view', { headers: [view.bytes, said.bytes] })
    }
    return []
  }

  #againstView(place: number, said: SignedHeader): readonly ProvenFault[] {
    for (const [k, views] of this.#views) {
      const view = views.get(place)
      if (view === undefined || !this.#claimsOther(said, k, view.header.previousTranscript)) continue
      return this.#accuse(place, 'bad-view', { headers: [view.bytes, said.bytes] })
    }
    return []
  }

  /** Whether a header says that its author has another T_k than this. */
  #claimsOther(said: SignedHeader, k: number, transcript: Uint8Array): boolean {
    return claims(this.#options.ground.plan, said, k) && !equalBytes(said.header.previousTranscript, transcript)
  }

  /** Nobody accuses itself: what speaks against us is our key in other hands, and others will see it. */
  #accuse(place: number, fault: Fault, parts: EvidenceParts): readonly ProvenFault[] {
    return place === this.#options.seat.place ? [] : [{ place, fault, parts }]
  }

  /** Most headers in a view are those that we have, and whatever signature they come with here, we have their author's: only others cost a verification. */
  #isSigned(place: number, said: SignedHeader): boolean {
    const { ground } = this.#options
    if (!speaksOf(ground, place, said)) return false
    const known = this.testimony.first(place, said.header)
    if (known !== undefined && equalBytes(known.headerHash, said.headerHash)) return true
    return verifySignedHeader(said, required(ground.context.participants[place]).publicKey)
  }
}

/** One proof of one kind is enough for each. */
function oneEach(faults: readonly ProvenFault[]): readonly ProvenFault[] {
  return faults.filter(({ place, fault }, i) => faults.findIndex((other) => other.place === place && other.fault === fault) === i)
}
