/**
 * Judges complaints about shares, those of the others and our own alike. Every complaint of a message is judged, and whoever is at fault is blamed:
 * the dealer of a bad share, the author of a false complaint. A complaint always ends the ceremony, since one of the two is at fault.
 */
import { concatBytes } from '../bytes.ts'
import { COMPLAINT_VERDICT, type JobArgs } from '../crypto/jobs/contract.ts'
import { uintBytes } from '../crypto/tags.ts'
import { type Complaint, encodeConfirm } from '../wire/bodies.ts'
import type { CeremonyContext } from '../wire/context.ts'
import type { Envelope } from '../wire/message.ts'
import { type Accusation, readAccusations } from './accusations.ts'
import type { EvidenceParts } from './evidence/container.ts'
import type { CeremonyShape } from './plan.ts'
import type { Runtime } from './program.ts'
import type { RevealedDealings } from './revealed-dealings.ts'
import { compute, fail, type ProvenFault, required, type Step } from './step.ts'

export interface ComplaintJudgeOptions {
  readonly context: CeremonyContext
  readonly shape: CeremonyShape
  /** key indices by place */
  readonly indices: readonly number[]
  /** what evidence needs to know them */
  readonly known: Pick<EvidenceParts, 'key'>
}

const BODY_LENGTH_BYTES = 4

/**
 * The same envelope with this one of its complaints: nobody looks at its signature where the dealer is judged. With all of them in each, the proofs
 * against 1,000 dealers would have a gigabyte.
 */
function withOneComplaint({ bytes, body }: Envelope, complaint: Complaint): Uint8Array {
  const single = encodeConfirm({ type: 'complaints', complaints: [complaint] })
  return concatBytes(bytes.subarray(0, bytes.length - body.length - BODY_LENGTH_BYTES), uintBytes(single.length, BODY_LENGTH_BYTES), single)
}

export class ComplaintJudge {
  readonly #options: ComplaintJudgeOptions
  readonly #runtime: Pick<Runtime, 'sid' | 'place'>
  readonly #dealings: RevealedDealings

  constructor(options: ComplaintJudgeOptions, runtime: Pick<Runtime, 'sid' | 'place'>, dealings: RevealedDealings) {
    this.#options = options
    this.#runtime = runtime
    this.#dealings = dealings
  }

  /**
   * @param author the complainer's place
   * @param confirm its `Confirm`, which carries our own T_2
   */
  judge<Result>(author: number, confirm: Envelope, complaints: readonly Complaint[]): Step<Result> {
    const { context } = this.#options
    const accusations = readAccusations(context, this.#runtime.sid, confirm.header, complaints)
    const sound = accusations.filter((accusation) => accusation !== null)
    const isFalseAtSight = sound.length < accusations.length
    if (sound.length === 0) return this.#conclude([this.#falseComplaint(author, confirm, null)])
    return compute('judgeComplaints', this.#arguments(author, sound), ({ verdicts }) => {
      const proven = sound.flatMap((accusation, i) =>
        verdicts[i] === COMPLAINT_VERDICT.badShare ? [this.#badShare(author, confirm, accusation)] : [],
      )
      if (isFalseAtSight) return this.#conclude([...proven, this.#falseComplaint(author, confirm, null)])
      const refuted = sound.find((_, i) => verdicts[i] !== COMPLAINT_VERDICT.badShare)
      return this.#conclude(refuted === undefined ? proven : [...proven, this.#falseComplaint(author, confirm, refuted.dealer)])
    })
  }

  #arguments(author: number, accusations: readonly Accusation[]): JobArgs<'judgeComplaints'> {
    const { shape, indices } = this.#options
    const party = (place: number) => ({ index: required(indices[place]), encryptionKey: this.#dealings.of(place).encryptionKey })
    return {
      sid: this.#runtime.sid,
      positions: shape.positions,
      minSigners: shape.minSigners,
      complainer: party(author),
      complaints: accusations.map(({ dealer, envelope, complaint: { sharedPoint, proof } }) => ({
        dealer: { ...party(dealer), commitments: this.#dealings.of(dealer).commitments },
        ciphertext: envelope.body,
        sharedPoint,
        proof,
      })),
    }
  }

  #badShare(author: number, confirm: Envelope, { dealer, complaint }: Accusation): ProvenFault {
    const parts = (): EvidenceParts => ({
      envelopes: [withOneComplaint(confirm, complaint)],
      openings: [this.#dealings.opening((place) => place === author || place === dealer)],
      ...this.#options.known,
    })
    return { place: dealer, fault: 'bad-share', parts }
  }

  /** @param dealer whose good share it is about, or about whom its proof does not hold; null when it is false for all to see */
  #falseComplaint(author: number, confirm: Envelope, dealer: number | null): ProvenFault {
    const envelopes = [confirm.bytes]
    if (dealer === null) return { place: author, fault: 'false-complaint', parts: { envelopes } }
    const openings = [this.#dealings.opening((place) => place === author || place === dealer)]
    return { place: author, fault: 'false-complaint', parts: { envelopes, openings, ...this.#options.known } }
  }

  /** Who finds itself at fault computes wrongly, or computed wrongly before, and is no judge of others. */
  #conclude<Result>(faults: readonly ProvenFault[]): Step<Result> {
    return faults.some(({ place }) => place === this.#runtime.place) ? fail('internal') : fail('fault', faults)
  }
}
