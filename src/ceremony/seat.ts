/** Our seat among a ceremony's participants: who sits where, what we sign, and how we report a failure. Holds no state of the running. */
import { equalBytes } from '../bytes.ts'
import { sidOf } from '../wire/context.ts'
import { sealEnvelope } from '../wire/envelope.ts'
import type { Envelope, EnvelopeHeader, ValidatorId } from '../wire/message.ts'
import type { Effect } from './effects.ts'
import { makeEvidence } from './evidence/container.ts'
import type { Blame, Missing, StageEvent } from './outcome.ts'
import type { CeremonyOptions } from './program.ts'
import type { StagePlan } from './stage.ts'
import { type ProvenFault, required } from './step.ts'

/**
 * Bytes of evidence after which one outcome names no further faults of a validator that it names already; so an outcome has less than this and one
 * piece a culprit. A signer that spoils 1,000 messages would otherwise make us hold 1,000 proofs of 0.1 to 2 MB, for the asking.
 */
const MAX_EVIDENCE_OF_OUTCOME = 1 << 26

type SeatOptions = Omit<CeremonyOptions<unknown>, 'program' | 'stageTimeoutMs'>

export class Seat {
  readonly sid: Uint8Array
  /** our own place */
  readonly place: number
  readonly #options: SeatOptions
  readonly #places: ReadonlyMap<ValidatorId, number>

  constructor(options: SeatOptions) {
    this.#options = options
    this.sid = sidOf(options.contextBytes)
    this.#places = new Map(options.context.participants.map(({ id }, place) => [id, place]))
    this.place = required(this.#places.get(options.self))
  }

  get places(): readonly number[] {
    return [...this.#places.values()]
  }

  get others(): readonly number[] {
    return this.places.filter((place) => place !== this.place)
  }

  placeOf(validator: ValidatorId): number | undefined {
    return this.#places.get(validator)
  }

  validator(place: number): ValidatorId {
    return required(this.#options.context.participants[place]).id
  }

  /** Whether a message's author is another participant and its addressee, if it has one, is this node. */
  concerns(header: EnvelopeHeader): boolean {
    const place = this.#places.get(header.from)
    // defence: own-commitment
    return place !== undefined && place !== this.place && (header.to === null || header.to === this.#options.self)
  }

  /** Whether a message speaks of the ceremony that we were instructed to run. */
  agrees(header: EnvelopeHeader): boolean {
    return header.kind === this.#options.context.kind && equalBytes(header.sid, this.sid)
  }

  /** @param stage a stage's number, or that of a view or abort */
  seal(stage: number, to: ValidatorId | null, body: Uint8Array, previousTranscript: Uint8Array): Envelope {
    const { identity, self: from, context } = this.#options
    const { network, kind, ceremonyId } = context
    return sealEnvelope(identity, network, { kind, ceremonyId, sid: this.sid, stage, from, to, previousTranscript }, body)
  }

  /** Those whom we miss ourselves. */
  missed(places: readonly number[]): readonly Missing[] {
    return places.map((place) => ({ validator: this.validator(place), reportedBy: this.#options.self }))
  }

  /** Every culprit with its first fault, and with further ones while there is room. */
  blames(faults: readonly ProvenFault[]): readonly Blame[] {
    // Participants are sorted, so order by place is order by validator; positions of one validator keep their order.
    const byPlace = [...faults].sort((a, b) => a.place - b.place)
    const blamed: Blame[] = []
    let bytes = 0
    for (const [i, proven] of byPlace.entries()) {
      if (proven.place === byPlace[i - 1]?.place && bytes >= MAX_EVIDENCE_OF_OUTCOME) continue
      const blame = this.blame(proven)
      bytes += blame.evidence.length
      blamed.push(blame)
    }
    return blamed
  }

  blame({ place, fault, parts, message }: ProvenFault): Blame {
    const validator = this.validator(place)
    const made = typeof parts === 'function' ? parts() : parts
    const evidence = makeEvidence({ fault, accused: validator, context: this.#options.contextBytes, ...made })
    return { validator, fault, evidence, ...(message === undefined ? {} : { message }) }
  }

  /** Whether a stranger with our roster would be convinced. */
  proves(fault: ProvenFault): boolean {
    const { validator, evidence } = this.blame(fault)
    const verdict = this.#options.judge(evidence)
    return verdict.valid && verdict.validator === validator && verdict.fault === fault.fault
  }

  stageEvent(plan: StagePlan, status: StageEvent['status'], from?: number): Effect {
    const { kind, ceremonyId } = this.#options.context
    const author = from === undefined ? {} : { from: { validator: this.validator(from), index: required(this.#options.indices[from]) } }
    return { type: 'event', event: { type: 'stage', kind, ceremonyId, stage: plan.name, status, ...author } }
  }
}
