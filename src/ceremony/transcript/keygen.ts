/** The audit of a recorded key generation: openings, points and proofs of the dealings, complaints, and the record that follows against what was confirmed. */
import { equalBytes } from '../../bytes.ts'
import { checkDealings } from '../../crypto/jobs/check-dealings.ts'
import { DEALING_FAULT } from '../../crypto/jobs/contract.ts'
import { runJob } from '../../crypto/jobs/index.ts'
import type { Kernel } from '../../kernel/contract.ts'
import { type CommitmentsBody, type ConfirmBody, hashCommitmentOf } from '../../wire/bodies.ts'
import type { KeygenContext } from '../../wire/context.ts'
import { keyRecordHash } from '../../wire/key-record.ts'
import { ComplaintJudge } from '../complaint-judge.ts'
import { recordFromBodies } from '../keygen/key-record-of.ts'
import { type SharedSecretPlan, shapeOf, sharedSecretPlan } from '../plan.ts'
import { RevealedDealings } from '../revealed-dealings.ts'
import type { Received } from '../stage.ts'
import { type ProvenFault, required, type Step } from '../step.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'
import type { RecordedStage, RecordedStages } from './stages.ts'

/** The key record, confirmed by all; or why there is none although no message is absent. */
export type KeygenResult = { readonly record: Uint8Array } | { readonly remark: string } | null

/** No place among the participants: an audit is none of them. */
const NOBODY = -1

type Dealings = ReadonlyMap<number, Received<CommitmentsBody>>
type Confirms = ReadonlyMap<number, Received<ConfirmBody>>

export class KeygenAudit {
  readonly #kernel: Kernel
  readonly #context: KeygenContext
  readonly #sid: Uint8Array
  readonly #court: Court
  readonly #plan: SharedSecretPlan

  constructor(kernel: Kernel, context: KeygenContext, { sid }: Transcript, court: Court) {
    this.#kernel = kernel
    this.#context = context
    this.#sid = sid
    this.#court = court
    this.#plan = sharedSecretPlan(shapeOf(context))
  }

  run(stages: RecordedStages): KeygenResult {
    const commitments = stages.of(this.#plan.commitments)
    if (commitments === null) return null
    this.#checkOpenings(required(stages.of(this.#plan.hashCommitment) ?? undefined), commitments.taken)
    const sound = this.#checkDealings(commitments.taken)
    const confirms = stages.of(this.#plan.confirm)
    if (!sound || confirms === null) return null
    const dealings = new RevealedDealings(commitments.previous, commitments.taken)
    const bodies = [...commitments.taken.values()].map(({ envelope }) => envelope.body)
    const record = recordFromBodies(this.#kernel, this.#context, bodies)
    const complained = this.#judgeComplaints(confirms.taken, dealings)
    const certified = this.#checkCertificates(confirms.taken, record, dealings)
    if (record === null) return { remark: 'the key that follows is degenerate: it is none, and nobody is to blame' }
    if (complained) return { remark: 'a participant complained about a share' }
    return confirms.full && certified ? { record } : null
  }

  #checkOpenings(hashes: RecordedStage<Uint8Array>, dealings: Dealings): void {
    for (const [place, { envelope }] of dealings) {
      const commitment = required(hashes.taken.get(place))
      if (equalBytes(hashCommitmentOf(this.#sid, place + 1, envelope.body), commitment.body)) continue
      this.#court.accuse({ place, fault: 'bad-hash-opening', parts: { envelopes: [commitment.envelope.bytes, envelope.bytes] } })
    }
  }

  /** Whether all points and proofs are good. */
  #checkDealings(taken: Dealings): boolean {
    const { positions, minSigners } = shapeOf(this.#context)
    const dealings = [...taken].map(([place, { body }]) => ({ index: place + 1, ...body }))
    if (dealings.length === 0) return false
    // Each proof for itself: weights would have to come from somewhere, and an audit has the time.
    const args = { sid: this.#sid, positions, minSigners, dealings, weightSeed: null, ownCommitments: null }
    const { faults } = checkDealings.run(this.#kernel, args)
    for (const [i, [place, { envelope }]] of [...taken].entries()) {
      const fault = faults[i] === DEALING_FAULT.badPoint ? 'bad-point' : faults[i] === DEALING_FAULT.badProof ? 'bad-proof' : null
      if (fault !== null) this.#court.accuse({ place, fault, parts: { envelopes: [envelope.bytes] } })
    }
    return faults.every((fault) => fault === DEALING_FAULT.none)
  }

  /** Whether there was a complaint, true or false. */
  #judgeComplaints(confirms: Confirms, dealings: RevealedDealings): boolean {
    const context = this.#context
    const indices = context.participants.map((_, place) => place + 1)
    const judge = new ComplaintJudge({ context, shape: shapeOf(context), indices }, { sid: this.#sid, place: NOBODY }, dealings)
    let complained = false
    for (const [place, { envelope, body }] of confirms) {
      if (body.type !== 'complaints') continue
      complained = true
      for (const fault of this.#faultsOf(judge.judge(place, envelope, body.complaints))) this.#court.accuse(fault)
    }
    return complained
  }

  /** What a ceremony would do in a job is done here at once. */
  #faultsOf(first: Step<never>): readonly ProvenFault[] {
    let step = first
    while (step.type === 'compute') step = step.next(runJob(this.#kernel, step.job))
    return step.type === 'failure' ? step.faults : []
  }

  /** Whether every confirmation is of the record that follows. */
  #checkCertificates(confirms: Confirms, record: Uint8Array | null, dealings: RevealedDealings): boolean {
    let certified = true
    const hash = record === null ? null : keyRecordHash(record)
    for (const [place, { envelope, body }] of confirms) {
      if (body.type !== 'ok' || (hash !== null && equalBytes(body.recordHash, hash))) continue
      certified = false
      const parts = () => ({ envelopes: [envelope.bytes], openings: [dealings.opening(() => true)] })
      this.#court.accuse({ place, fault: 'bad-certificate', parts })
    }
    return certified
  }
}
