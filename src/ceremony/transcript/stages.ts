/** The messages of a transcript by stage, and how far a node that had taken them would have come. */
import { equalBytes } from '../../bytes.ts'
import { nextTranscript } from '../../crypto/transcript.ts'
import type { Envelope, StageName, ValidatorId } from '../../wire/message.ts'
import { isOneRound, stagesOf } from '../plan.ts'
import { oneRoundTranscript } from '../signing/one-round-state.ts'
import type { Received, StagePlan } from '../stage.ts'
import type { Transcript } from './file.ts'

/** A participant's message of a stage: one that is not there, or carries another digest. */
export interface StageMessage {
  readonly stage: StageName
  readonly validator: ValidatorId
}

export interface RecordedStage<Body> {
  /** the digest that every message of it carries */
  readonly previous: Uint8Array
  /** by place, ascending: addressed, digest and encoding as they must be */
  readonly taken: ReadonlyMap<number, Received<Body>>
  readonly full: boolean
}

export class RecordedStages {
  readonly plans: readonly StagePlan[]
  /** of the first stage that is not full; messages of later ones cannot be expected */
  readonly absent: readonly StageMessage[]
  /** where they would have been taken */
  readonly differing: readonly StageMessage[]
  readonly #stages = new Map<StageName, RecordedStage<unknown>>()

  constructor({ context, sid, slots, envelopes }: Transcript) {
    this.plans = stagesOf(context)
    const absent: StageMessage[] = []
    const differing: StageMessage[] = []
    /** the first of a slot is the one that was taken */
    const first = new Map<string, Envelope>()
    for (const envelope of envelopes) {
      const { stage, from, to } = envelope.header
      const slot = `${stage} ${from}`
      if (to === null && !first.has(slot)) first.set(slot, envelope)
    }
    // Of a one-round signing without its slots nobody can say what the messages must carry.
    let previous = !isOneRound(context) ? sid : slots === null ? null : oneRoundTranscript(sid, slots)
    for (const plan of this.plans.filter(({ delivery }) => delivery === 'broadcast')) {
      const taken = new Map<number, Received<unknown>>()
      for (const [place, { id: validator }] of context.participants.entries()) {
        const envelope = first.get(`${plan.number} ${validator}`)
        if (envelope === undefined) {
          absent.push({ stage: plan.name, validator })
          continue
        }
        if (previous !== null && !equalBytes(envelope.header.previousTranscript, previous)) {
          differing.push({ stage: plan.name, validator })
          continue
        }
        const decoded = plan.decode(envelope.body)
        if (decoded.ok) taken.set(place, { envelope, body: decoded.body })
      }
      const full = taken.size === context.participants.length
      this.#stages.set(plan.name, { previous: previous ?? sid, taken, full })
      if (!full || previous === null) break
      const digests = [...taken.values()].map(({ envelope }) => envelope.header.bodyDigest)
      previous = nextTranscript(sid, plan.number, previous, digests)
    }
    this.absent = absent
    this.differing = differing
  }

  /** Null for one that the transcript does not reach. */
  of<Body>(plan: StagePlan<Body>): RecordedStage<Body> | null {
    // What was taken was decoded by the plan of this name.
    return (this.#stages.get(plan.name) as RecordedStage<Body> | undefined) ?? null
  }
}
