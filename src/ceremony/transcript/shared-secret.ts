/** The audit of a recorded SharedSecret: openings, points and proofs of the dealings, complaints, and what follows from them against what was confirmed. */
import { equalBytes } from '../../bytes.ts'
import { checkDealings } from '../../crypto/jobs/check-dealings.ts'
import { DEALING_FAULT } from '../../crypto/jobs/contract.ts'
import { runJob } from '../../crypto/jobs/index.ts'
import type { Kernel } from '../../kernel/contract.ts'
import { type CommitmentsBody, type ConfirmBody, hashCommitmentOf } from '../../wire/bodies.ts'
import type { CeremonyContext } from '../../wire/context.ts'
import { ComplaintJudge } from '../complaint-judge.ts'
import { confirmedHash } from '../confirmed-hash.ts'
import type { EvidenceParts } from '../evidence/container.ts'
import { type SharedSecretPlan, shapeOf } from '../plan.ts'
import { RevealedDealings } from '../revealed-dealings.ts'
import type { Received } from '../stage.ts'
import { type ProvenFault, required, type Step } from '../step.ts'
import type { Court } from './court.ts'
import type { RecordedStage, RecordedStages } from './stages.ts'

export interface SharedSecretAuditOptions {
  readonly kernel: Kernel
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly court: Court
  readonly plan: SharedSecretPlan
  /** key indices by place */
  readonly indices: readonly number[]
  /** what evidence needs to know them */
  readonly known: Pick<EvidenceParts, 'key'>
}

/** What the recorded messages come to where all dealings are good; null where they do not get so far. */
export interface AuditedSecret {
  readonly dealings: RevealedDealings
  /** in index order, as they came */
  readonly bodies: readonly Uint8Array[]
  readonly confirms: RecordedStage<ConfirmBody>
  /** something follows from the dealings: a sum that must not be the identity is not it */
  readonly sound: boolean
  readonly complained: boolean
  /** everybody confirmed what follows */
  readonly certified: boolean
}

/** No place among the participants: an audit is none of them. */
const NOBODY = -1

type Dealings = ReadonlyMap<number, Received<CommitmentsBody>>
type Confirms = ReadonlyMap<number, Received<ConfirmBody>>

export class SharedSecretAudit {
  readonly #options: SharedSecretAuditOptions

  constructor(options: SharedSecretAuditOptions) {
    this.#options = options
  }

  run(stages: RecordedStages): AuditedSecret | null {
    const { kernel, context, sid, plan } = this.#options
    const commitments = stages.of(plan.commitments)
    if (commitments === null) return null
    this.#checkOpenings(required(stages.of(plan.hashCommitment) ?? undefined), commitments.taken)
    const good = this.#checkDealings(commitments.taken)
    const confirms = stages.of(plan.confirm)
    if (!good || confirms === null) return null
    const dealings = new RevealedDealings(commitments.previous, commitments.taken)
    const bodies = [...commitments.taken.values()].map(({ envelope }) => envelope.body)
    const hash = confirmedHash(kernel, context, sid, bodies)
    const complained = this.#judgeComplaints(confirms.taken, dealings)
    const agreed = this.#checkConfirmations(confirms.taken, hash, dealings)
    return { dealings, bodies, confirms, sound: hash !== null, complained, certified: confirms.full && agreed && !complained }
  }

  #checkOpenings(hashes: RecordedStage<Uint8Array>, dealings: Dealings): void {
    const { sid, court, indices, known } = this.#options
    for (const [place, { envelope }] of dealings) {
      const commitment = required(hashes.taken.get(place))
      if (equalBytes(hashCommitmentOf(sid, required(indices[place]), envelope.body), commitment.body)) continue
      court.accuse({ place, fault: 'bad-hash-opening', parts: { envelopes: [commitment.envelope.bytes, envelope.bytes], ...known } })
    }
  }

  /** Whether all points and proofs are good. */
  #checkDealings(taken: Dealings): boolean {
    const { kernel, context, sid, court, indices, known } = this.#options
    const { positions, minSigners } = shapeOf(context)
    const dealings = [...taken].map(([place, { body }]) => ({ index: required(indices[place]), ...body }))
    if (dealings.length === 0) return false
    // Each proof for itself: weights would have to come from somewhere, and an audit has the time.
    const { faults } = checkDealings.run(kernel, { sid, positions, minSigners, dealings, weightSeed: null, ownCommitments: null })
    for (const [i, [place, { envelope }]] of [...taken].entries()) {
      const envelopes = [envelope.bytes]
      if (faults[i] === DEALING_FAULT.badPoint) court.accuse({ place, fault: 'bad-point', parts: { envelopes } })
      if (faults[i] === DEALING_FAULT.badProof) court.accuse({ place, fault: 'bad-proof', parts: { envelopes, ...known } })
    }
    return faults.every((fault) => fault === DEALING_FAULT.none)
  }

  /** Whether there was a complaint, true or false. */
  #judgeComplaints(confirms: Confirms, dealings: RevealedDealings): boolean {
    const { context, sid, court, indices, known } = this.#options
    const judge = new ComplaintJudge({ context, shape: shapeOf(context), indices, known }, { sid, place: NOBODY }, dealings)
    let complained = false
    for (const [place, { envelope, body }] of confirms) {
      if (body.type !== 'complaints') continue
      complained = true
      for (const fault of this.#faultsOf(judge.judge(place, envelope, body.complaints))) court.accuse(fault)
    }
    return complained
  }

  /** What a ceremony would do in a job is done here at once. */
  #faultsOf(first: Step<never>): readonly ProvenFault[] {
    let step = first
    while (step.type === 'compute') step = step.next(runJob(this.#options.kernel, step.job))
    return step.type === 'failure' ? step.faults : []
  }

  /** Whether every `ok` is to what follows. */
  #checkConfirmations(confirms: Confirms, hash: Uint8Array | null, dealings: RevealedDealings): boolean {
    let agreed = true
    for (const [place, { envelope, body }] of confirms) {
      if (body.type !== 'ok' || (hash !== null && equalBytes(body.recordHash, hash))) continue
      agreed = false
      const parts = () => ({ envelopes: [envelope.bytes], openings: [dealings.opening(() => true)] })
      this.#options.court.accuse({ place, fault: 'bad-certificate', parts })
    }
    return agreed
  }
}
