/**
 * SharedSecret: the participants make a secret that nobody holds (Pedersen's DKG as used by FROST, with commit-then-reveal and proofs of
 * knowledge). Keygen runs it once; a Stinson-Strobl signing runs it for its nonce. The four stages are HashCommitment, Commitments,
 * SecretShare and Confirm; this state runs the first three and hands over to its owner for the fourth, unless it has to complain there.
 */
import { equalBytes, wipe, wipeOnThrow } from '../bytes.ts'
import { DEALING_FAULT, type Dealing, type JobArgs, SHARE_FAULT } from '../crypto/jobs/contract.ts'
import { drawBytes, type RandomSource, randomScalars } from '../crypto/random-scalars.ts'
import type { EncryptionPeer } from '../crypto/share-encryption.ts'
import type { Suite } from '../kernel/contract.ts'
import {
  type CommitmentsBody,
  type Complaint,
  type ConfirmBody,
  encodeCommitments,
  encodeConfirm,
  encodeHashCommitment,
  hashCommitmentOf,
} from '../wire/bodies.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { ComplaintJudge } from './complaint-judge.ts'
import type { EvidenceParts } from './evidence/container.ts'
import type { CeremonyShape, SharedSecretPlan } from './plan.ts'
import type { Runtime } from './program.ts'
import { RevealedDealings } from './revealed-dealings.ts'
import { inOrder, type Received, stageStep } from './stage.ts'
import { compute, fail, type ProvenFault, required, type Step } from './step.ts'

const BLIND_BYTES = 32

export interface SharedSecretOptions {
  readonly context: CeremonyContext
  readonly plan: SharedSecretPlan
  readonly shape: CeremonyShape
  /** key indices by place, ascending */
  readonly indices: readonly number[]
  /** indices whose verifying shares are wanted */
  readonly verifyingIndices: readonly number[]
  readonly normaliseFor: Suite | null
  readonly random: RandomSource
  /** what evidence needs to know the indices: nothing in key generation, the key in signing */
  readonly known: Pick<EvidenceParts, 'key'>
}

/** What the secret sharing gives this node. `shares` is secret, and the receiver's to wipe. */
export interface SharedSecret {
  /** positions x 32 */
  readonly shares: Uint8Array
  /** positions x 64 */
  readonly groupPoints: Uint8Array
  /** positions x verifyingIndices.length x 64 */
  readonly verifyingShares: Uint8Array
  /** positions x t x 64, not normalised */
  readonly sumCommitments: Uint8Array
  /** for evidence about what the others confirm */
  readonly dealings: RevealedDealings
  readonly complaints: ComplaintJudge
}

/** What `dealShares` and `checkDealings` left for `openShares`. */
type Kept = Pick<JobArgs<'openShares'>, 'sumCommitments' | 'ownShares' | 'sharedPoints' | 'verifyingShares'>
type Ciphertexts = ReadonlyMap<number, Received<Uint8Array>>

/** The polynomials of one ceremony: drawn once, used in one ceremony, in memory only. */
interface OwnPolynomials {
  readonly coefficients: Uint8Array
  readonly proofNonces: Uint8Array
  readonly encryptionSecret: Uint8Array
}

/** All or nothing: what was drawn before a draw that fails is overwritten. */
function drawPolynomials(random: RandomSource, positions: number, minSigners: number): OwnPolynomials {
  const drawn: Uint8Array[] = []
  const draw = (count: number): Uint8Array => {
    const scalars = randomScalars(random, count)
    drawn.push(scalars)
    return scalars
  }
  return wipeOnThrow(drawn, () => ({
    coefficients: draw(positions * minSigners),
    proofNonces: draw(positions),
    encryptionSecret: draw(1),
  }))
}

export class SharedSecretState<Result> {
  readonly #options: SharedSecretOptions
  readonly #runtime: Runtime
  readonly #index: number
  readonly #onShared: (shared: SharedSecret) => Step<Result>
  readonly #secrets: OwnPolynomials
  readonly #weightSeed: Uint8Array
  #ownShares: Uint8Array | null = null
  /** the Diffie-Hellman points with the others, in their order */
  #sharedPoints: Uint8Array | null = null
  /** of the proofs in our complaints, if there is something to complain about */
  #complaintNonces: Uint8Array | null = null

  constructor(options: SharedSecretOptions, runtime: Runtime, onShared: (shared: SharedSecret) => Step<Result>) {
    const { positions, minSigners } = options.shape
    this.#options = options
    this.#runtime = runtime
    this.#index = required(options.indices[runtime.place])
    this.#onShared = onShared
    this.#weightSeed = drawBytes(options.random, 32)
    this.#secrets = drawPolynomials(options.random, positions, minSigners)
  }

  begin(): Step<Result> {
    const { positions, minSigners } = this.#options.shape
    const { coefficients, proofNonces, encryptionSecret } = this.#secrets
    const args = { sid: this.#runtime.sid, index: this.#index, positions, minSigners, coefficients, proofNonces, encryptionSecret }
    return compute('dealCommitments', args, (dealing) => this.#commit(dealing))
  }

  /** Overwrites everything secret; the runtime calls it through the owner whatever the end. */
  wipe(): void {
    wipe(this.#secrets.coefficients, this.#secrets.proofNonces, this.#secrets.encryptionSecret)
    if (this.#ownShares !== null) wipe(this.#ownShares)
    if (this.#sharedPoints !== null) wipe(this.#sharedPoints)
    if (this.#complaintNonces !== null) wipe(this.#complaintNonces)
  }

  /** Stage 1: a hash binds us to everything that we reveal in stage 2, so that nobody can choose a contribution after seeing the others'. */
  #commit(dealing: Dealing): Step<Result> {
    wipe(this.#secrets.proofNonces)
    const reveal = encodeCommitments({
      blind: drawBytes(this.#options.random, BLIND_BYTES),
      encryptionKey: dealing.encryptionKey,
      positions: this.#options.shape.positions,
      coefficients: this.#options.shape.minSigners,
      commitments: dealing.commitments,
      proofs: dealing.proofs,
    })
    const hash = hashCommitmentOf(this.#runtime.sid, this.#index, reveal)
    return stageStep({
      plan: this.#options.plan.hashCommitment,
      own: { type: 'broadcast', body: encodeHashCommitment(hash) },
      onFull: (commitments) => this.#reveal(reveal, commitments),
    })
  }

  /** Stage 2: the commitments themselves. A wrong opening of the hash ends the ceremony as soon as it arrives. */
  #reveal(reveal: Uint8Array, committed: ReadonlyMap<number, Received<Uint8Array>>): Step<Result> {
    const transcript = this.#runtime.transcript()
    return stageStep<CommitmentsBody, Result>({
      plan: this.#options.plan.commitments,
      own: { type: 'broadcast', body: reveal },
      onMessage: (place, { envelope }) => {
        const commitment = required(committed.get(place))
        const opened = hashCommitmentOf(this.#runtime.sid, required(this.#options.indices[place]), envelope.body)
        // defence: hash-opening
        if (equalBytes(opened, commitment.body)) return null
        const envelopes = [commitment.envelope.bytes, envelope.bytes]
        return fail('fault', [{ place, fault: 'bad-hash-opening', parts: { envelopes, ...this.#options.known } }])
      },
      onFull: (revealed) => this.#checkDealings(revealed, new RevealedDealings(transcript, revealed)),
    })
  }

  #checkDealings(revealed: ReadonlyMap<number, Received<CommitmentsBody>>, dealings: RevealedDealings): Step<Result> {
    const { positions, minSigners } = this.#options.shape
    const others = inOrder(revealed).filter(([place]) => place !== this.#runtime.place)
    const { commitments: ownCommitments } = dealings.of(this.#runtime.place)
    if (others.length === 0) return this.#dealShares(dealings, [], ownCommitments)
    const checked = others.map(([place, { body }]): Dealing => ({ index: required(this.#options.indices[place]), ...body }))
    const args = { sid: this.#runtime.sid, positions, minSigners, dealings: checked, weightSeed: this.#weightSeed, ownCommitments }
    return compute('checkDealings', args, ({ faults, sumCommitments }) => {
      const proven = others.flatMap(([place, { envelope }], i): ProvenFault[] => {
        const parts = { envelopes: [envelope.bytes] }
        switch (faults[i]) {
          case DEALING_FAULT.badPoint:
            return [{ place, fault: 'bad-point', parts }]
          case DEALING_FAULT.badProof:
            return [{ place, fault: 'bad-proof', parts: { ...parts, ...this.#options.known } }]
          default:
            return []
        }
      })
      if (proven.length > 0) return fail('fault', proven)
      const places = others.map(([place]) => place)
      return this.#dealShares(dealings, places, required(sumCommitments ?? undefined))
    })
  }

  #peer(dealings: RevealedDealings, place: number): EncryptionPeer {
    return { index: required(this.#options.indices[place]), encryptionKey: dealings.of(place).encryptionKey }
  }

  /** @param others the places of all but us */
  #dealShares(dealings: RevealedDealings, others: readonly number[], sumCommitments: Uint8Array): Step<Result> {
    const { verifyingIndices, shape } = this.#options
    const { positions, minSigners } = shape
    const { coefficients, encryptionSecret } = this.#secrets
    const args = {
      sid: this.#runtime.sid,
      index: this.#index,
      positions,
      minSigners,
      coefficients,
      encryptionSecret,
      encryptionKey: dealings.of(this.#runtime.place).encryptionKey,
      recipients: others.map((place) => this.#peer(dealings, place)),
      verify: verifyingIndices.length === 0 ? null : { sumCommitments, indices: verifyingIndices },
    }
    return compute('dealShares', args, ({ ciphertexts, ownShares, sharedPoints, verifyingShares }) => {
      this.#ownShares = ownShares
      this.#sharedPoints = sharedPoints
      wipe(coefficients)
      return stageStep<Uint8Array, Result>({
        plan: this.#options.plan.secretShare,
        own: { type: 'private', bodies: new Map(others.map((place, i) => [place, required(ciphertexts[i])])) },
        onFull: (received) => this.#openShares(dealings, { sumCommitments, ownShares, sharedPoints, verifyingShares }, received),
      })
    })
  }

  #openShares(dealings: RevealedDealings, kept: Kept, ciphertexts: Ciphertexts): Step<Result> {
    const { positions, minSigners } = this.#options.shape
    const received = {
      sid: this.#runtime.sid,
      index: this.#index,
      positions,
      sharedPoints: kept.sharedPoints,
      encryptionKey: dealings.of(this.#runtime.place).encryptionKey,
      dealers: inOrder(ciphertexts).map(([place, { body: ciphertext }]) => ({ ...this.#peer(dealings, place), ciphertext })),
    }
    const args = {
      ...kept,
      ...received,
      minSigners,
      verifyingIndices: this.#options.verifyingIndices,
      normaliseFor: this.#options.normaliseFor,
    }
    return compute('openShares', args, (opened) => {
      const complaints = new ComplaintJudge(this.#options, this.#runtime, dealings)
      switch (opened.status) {
        case 'shared':
          this.wipe()
          return this.#onShared({ ...opened, sumCommitments: kept.sumCommitments, dealings, complaints })
        case 'degenerate':
          return fail('degenerate')
        case 'bad-shares': {
          const commitments = inOrder(ciphertexts).map(([place]) => dealings.of(place).commitments)
          // Rejects, as our own failure, if every share is right.
          return compute('findBadDealers', { ...received, minSigners, commitments }, ({ faults }) => {
            const bad = inOrder(ciphertexts).filter((_, i) => faults[i] !== SHARE_FAULT.none)
            return this.#complain(dealings, complaints, new Map(bad))
          })
        }
      }
    })
  }

  /** Shows everybody what the bad shares were encrypted with: the Diffie-Hellman points with their dealers, proven, and no other secret. */
  #complain(dealings: RevealedDealings, judge: ComplaintJudge, bad: Ciphertexts): Step<Result> {
    const { encryptionSecret } = this.#secrets
    this.#complaintNonces = randomScalars(this.#options.random, bad.size)
    const args = {
      sid: this.#runtime.sid,
      index: this.#index,
      encryptionKey: dealings.of(this.#runtime.place).encryptionKey,
      encryptionSecret,
      dealers: [...bad.keys()].map((place) => this.#peer(dealings, place)),
      nonces: this.#complaintNonces,
    }
    return compute('makeComplaints', args, (proven) => {
      this.wipe()
      const complaints = [...bad.values()].map(({ envelope }, i): Complaint => ({ envelope: envelope.bytes, ...required(proven[i]) }))
      return stageStep<ConfirmBody, Result>({
        plan: this.#options.plan.confirm,
        own: { type: 'broadcast', body: encodeConfirm({ type: 'complaints', complaints }) },
        // Ours comes first, and is judged as everybody will judge it; whatever else arrives, this is the end.
        onMessage: (place, { envelope, body }) => (body.type === 'complaints' ? judge.judge(place, envelope, body.complaints) : null),
        onFull: () => fail('internal'),
      })
    })
  }
}
