/**
 * SharedSecret: the participants make a secret that nobody holds (Pedersen's DKG as used by FROST, with commit-then-reveal and proofs of
 * knowledge). Keygen runs it once; a Stinson-Strobl signing runs it for its nonce. The four stages are HashCommitment, Commitments,
 * SecretShare and Confirm; this state runs the first three and hands over to its owner for the fourth.
 */
import { equalBytes, wipe, wipeOnThrow } from '../bytes.ts'
import { DEALING_FAULT, type Dealing, type JobArgs } from '../crypto/jobs/contract.ts'
import { drawBytes, type RandomSource, randomScalars } from '../crypto/random-scalars.ts'
import type { Suite } from '../kernel/contract.ts'
import { type CommitmentsBody, encodeCommitments, encodeHashCommitment, hashCommitmentOf } from '../wire/bodies.ts'
import type { CeremonyShape, SharedSecretPlan } from './plan.ts'
import type { Runtime } from './program.ts'
import { inOrder, type Received, stageStep } from './stage.ts'
import { compute, fail, type ProvenFault, required, type Step } from './step.ts'

const BLIND_BYTES = 32

export interface SharedSecretOptions {
  readonly plan: SharedSecretPlan
  readonly shape: CeremonyShape
  /** key indices by place, ascending */
  readonly indices: readonly number[]
  /** indices whose verifying shares are wanted */
  readonly verifyingIndices: readonly number[]
  readonly normaliseFor: Suite | null
  readonly random: RandomSource
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
}

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
    return stageStep<CommitmentsBody, Result>({
      plan: this.#options.plan.commitments,
      own: { type: 'broadcast', body: reveal },
      onMessage: (place, { envelope }) => {
        const commitment = required(committed.get(place))
        const opened = hashCommitmentOf(this.#runtime.sid, required(this.#options.indices[place]), envelope.body)
        if (equalBytes(opened, commitment.body)) return null
        return fail('fault', [{ place, fault: 'bad-hash-opening', parts: { envelopes: [commitment.envelope.bytes, envelope.bytes] } }])
      },
      onFull: (revealed) => this.#checkDealings(revealed),
    })
  }

  #checkDealings(revealed: ReadonlyMap<number, Received<CommitmentsBody>>): Step<Result> {
    const { positions, minSigners } = this.#options.shape
    const others = inOrder(revealed).filter(([place]) => place !== this.#runtime.place)
    const { commitments: ownCommitments } = required(revealed.get(this.#runtime.place)).body
    if (others.length === 0) return this.#dealShares(revealed, ownCommitments)
    const dealings = others.map(([place, { body }]): Dealing => ({ index: required(this.#options.indices[place]), ...body }))
    const args = { sid: this.#runtime.sid, positions, minSigners, dealings, weightSeed: this.#weightSeed, ownCommitments }
    return compute('checkDealings', args, ({ faults, sumCommitments }) => {
      const proven = others.flatMap(([place, { envelope }], i): ProvenFault[] => {
        const parts = { envelopes: [envelope.bytes] }
        switch (faults[i]) {
          case DEALING_FAULT.badPoint:
            return [{ place, fault: 'bad-point', parts }]
          case DEALING_FAULT.badProof:
            return [{ place, fault: 'bad-proof', parts }]
          default:
            return []
        }
      })
      return proven.length === 0 ? this.#dealShares(revealed, required(sumCommitments ?? undefined)) : fail('fault', proven)
    })
  }

  #dealShares(revealed: ReadonlyMap<number, Received<CommitmentsBody>>, sumCommitments: Uint8Array): Step<Result> {
    const { verifyingIndices, shape } = this.#options
    const { positions, minSigners } = shape
    const { coefficients, encryptionSecret } = this.#secrets
    const own = required(revealed.get(this.#runtime.place)).body
    const others = inOrder(revealed).filter(([place]) => place !== this.#runtime.place)
    const recipients = others.map(([place, { body }]) => ({
      index: required(this.#options.indices[place]),
      encryptionKey: body.encryptionKey,
    }))
    const args = {
      sid: this.#runtime.sid,
      index: this.#index,
      positions,
      minSigners,
      coefficients,
      encryptionSecret,
      encryptionKey: own.encryptionKey,
      recipients,
      verify: verifyingIndices.length === 0 ? null : { sumCommitments, indices: verifyingIndices },
    }
    return compute('dealShares', args, ({ ciphertexts, ownShares, sharedPoints, verifyingShares }) => {
      this.#ownShares = ownShares
      this.#sharedPoints = sharedPoints
      wipe(coefficients)
      return stageStep<Uint8Array, Result>({
        plan: this.#options.plan.secretShare,
        own: { type: 'private', bodies: new Map(others.map(([place], i) => [place, required(ciphertexts[i])])) },
        onFull: (ciphertextsIn) => this.#openShares(revealed, { sumCommitments, ownShares, sharedPoints, verifyingShares }, ciphertextsIn),
      })
    })
  }

  #openShares(
    revealed: ReadonlyMap<number, Received<CommitmentsBody>>,
    kept: Pick<JobArgs<'openShares'>, 'sumCommitments' | 'ownShares' | 'sharedPoints' | 'verifyingShares'>,
    ciphertexts: ReadonlyMap<number, Received<Uint8Array>>,
  ): Step<Result> {
    const { positions, minSigners } = this.#options.shape
    const { encryptionKey } = required(revealed.get(this.#runtime.place)).body
    const received = {
      sid: this.#runtime.sid,
      index: this.#index,
      positions,
      sharedPoints: kept.sharedPoints,
      encryptionKey,
      dealers: inOrder(ciphertexts).map(([place, { body: ciphertext }]) => {
        const index = required(this.#options.indices[place])
        return { index, encryptionKey: required(revealed.get(place)).body.encryptionKey, ciphertext }
      }),
    }
    const args = {
      ...kept,
      ...received,
      minSigners,
      verifyingIndices: this.#options.verifyingIndices,
      normaliseFor: this.#options.normaliseFor,
    }
    return compute('openShares', args, (opened) => {
      switch (opened.status) {
        case 'shared':
          this.wipe()
          return this.#onShared({ ...opened, sumCommitments: kept.sumCommitments })
        case 'degenerate':
          return fail('degenerate')
        case 'bad-shares': {
          const commitments = inOrder(ciphertexts).map(([place]) => required(revealed.get(place)).body.commitments)
          // Rejects, as our own failure, if every share is right. The complaint that proves a bad one (Diffie-Hellman point and DLEQ proof) belongs
          // here; until then nobody is blamed.
          return compute('findBadDealers', { ...received, minSigners, commitments }, () => fail('fault'))
        }
      }
    })
  }
}
