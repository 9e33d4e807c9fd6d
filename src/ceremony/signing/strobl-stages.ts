/**
 * Stinson-Strobl signing: SharedSecret among the signers makes the nonces, one polynomial a message; all of them confirm the nonce points; then each sends
 * its LocalSig, and every signer aggregates. Nobody sends a LocalSig before it has the `ok` of all: whoever has complained, or seen a complaint, has ended.
 */
import { wipe } from '../../bytes.ts'
import { HedgedRandom } from '../../crypto/hedged-random.ts'
import type { JobResult } from '../../crypto/jobs/contract.ts'
import type { RandomSource } from '../../crypto/random-scalars.ts'
import { SingleUseNonces } from '../../crypto/single-use-nonces.ts'
import { hashNoncePoints } from '../../crypto/strobl-sign.ts'
import { type ConfirmBody, encodeConfirm } from '../../wire/bodies.ts'
import type { SignContext } from '../../wire/context.ts'
import { checkConfirm } from '../confirmation.ts'
import { type StinsonStroblPlan, shapeOf } from '../plan.ts'
import type { Runtime } from '../program.ts'
import { type SharedSecret, SharedSecretState } from '../shared-secret-state.ts'
import { inOrder, type Received, stageStep } from '../stage.ts'
import { compute, fail, required, type Step } from '../step.ts'
import { LocalSigEvidence } from './local-sig-evidence.ts'
import type { SigningTask } from './share-round.ts'
import { faultsOf, type Signatures, signaturesIn } from './signature-shares.ts'
import { verifyingSharesOf } from './signers.ts'

export interface StroblOptions extends SigningTask {
  readonly context: SignContext
  readonly plan: StinsonStroblPlan
  readonly random: RandomSource
}

/** What the nonce stages leave for the last one; public. */
type Agreed = Pick<SharedSecret, 'groupPoints' | 'dealings'> & {
  /** T_2 */
  readonly previous: Uint8Array
}
type Confirms = ReadonlyMap<number, Received<ConfirmBody>>
type LocalSigs = ReadonlyMap<number, Received<Uint8Array>>

export class StroblStages {
  readonly #options: StroblOptions
  readonly #runtime: Runtime
  readonly #share: Uint8Array
  readonly #random: HedgedRandom
  readonly #sharedSecret: SharedSecretState<Signatures>
  #nonces: SingleUseNonces | null = null
  /** the nonce shares once they are taken: a job may still be under way with them when the ceremony ends */
  #taken: Uint8Array | null = null

  constructor(options: StroblOptions, runtime: Runtime) {
    const { context, plan, key, indices } = options
    this.#options = options
    this.#runtime = runtime
    this.#share = key.share()
    this.#random = new HedgedRandom(options.random, runtime.sid, this.#share)
    const nonce = {
      ...{ context, plan, indices, shape: shapeOf(context), random: this.#random.draw },
      // K_i is computed only to name a culprit, and the nonce's parity handled where it is used.
      verifyingIndices: [],
      normaliseFor: null,
      known: { key: this.#opening },
    }
    try {
      this.#sharedSecret = new SharedSecretState(nonce, runtime, (shared) => this.#confirm(shared))
    } catch (error) {
      // A source that fails: nobody could wipe what has not come to be.
      wipe(this.#share)
      this.#random.wipe()
      throw error
    }
  }

  begin(): Step<Signatures> {
    return this.#sharedSecret.begin()
  }

  wipe(): void {
    wipe(this.#share)
    this.#random.wipe()
    this.#sharedSecret.wipe()
    this.#nonces?.destroy()
    if (this.#taken !== null) wipe(this.#taken)
  }

  get #opening(): { readonly keyId: Uint8Array; readonly record: Uint8Array } {
    const { key } = this.#options
    return { keyId: key.keyIdBytes, record: key.recordBytes }
  }

  /** Stage 4. What is confirmed are the nonce points: any share that fits them is as good as ours. */
  #confirm(shared: SharedSecret): Step<Signatures> {
    const { shares, groupPoints, dealings } = shared
    this.#nonces = new SingleUseNonces(shares)
    const hash = hashNoncePoints(this.#runtime.sid, groupPoints)
    const agreed = { groupPoints, dealings, previous: this.#runtime.transcript() }
    return stageStep<ConfirmBody, Signatures>({
      plan: this.#options.plan.confirm,
      own: { type: 'broadcast', body: encodeConfirm({ type: 'ok', recordHash: hash }) },
      onMessage: (place, received) => checkConfirm(this.#runtime, shared, hash, place, received),
      onFull: (confirms) => this.#sign(agreed, confirms),
    })
  }

  /** Stage 5. The nonces are gone from here on, whatever becomes of the shares. */
  #sign(agreed: Agreed, confirms: Confirms): Step<Signatures> {
    const nonces = required(this.#nonces ?? undefined).take()
    this.#taken = nonces
    const { suite, groupPublicKey } = this.#options.key.record
    const { messages, plan } = this.#options
    const args = { suite, groupPublicKey, messages, noncePoints: agreed.groupPoints, nonceShares: nonces, share: this.#share }
    return compute('signLocally', args, (signed) => {
      wipe(nonces, this.#share)
      return stageStep<Uint8Array, Signatures>({
        plan: plan.localSig,
        own: { type: 'broadcast', body: signed.signatureShares },
        onFull: (shares) => this.#aggregate(agreed, confirms, signed, shares),
      })
    })
  }

  /** The optimistic path: one interpolation and one verification a message; shares are looked at singly only when it fails. */
  #aggregate(agreed: Agreed, confirms: Confirms, { challenges }: JobResult<'signLocally'>, shares: LocalSigs): Step<Signatures> {
    const { suite, groupPublicKey } = this.#options.key.record
    const { indices: signers } = this.#options
    const signatureShares = inOrder(shares).map(([, { body }]) => body)
    const args = { suite, groupPublicKey, noncePoints: agreed.groupPoints, signers, challenges, signatureShares }
    return compute('aggregateLocally', args, ({ signatures, valid }) => {
      // defence: local-signature-verified
      if (valid.includes(0)) return this.#findCulprits(agreed, confirms, shares)
      return { type: 'success', result: signaturesIn(suite, signatures) }
    })
  }

  #findCulprits({ dealings, previous }: Agreed, confirms: Confirms, shares: LocalSigs): Step<Signatures> {
    const { key, indices: signers, messages } = this.#options
    const { suite, groupPublicKey, minSigners } = key.record
    const args = {
      ...{ suite, groupPublicKey, messages, minSigners, signers },
      commitments: signers.map((_, place) => dealings.of(place).commitments),
      verifyingShares: verifyingSharesOf(key.record, signers),
      signatureShares: inOrder(shares).map(([, { body }]) => body),
    }
    return compute('findBadLocalShares', args, ({ invalid }) => {
      // An invalid sum of valid shares, or an invalid share of our own, is this machine's arithmetic failing: then its word blames nobody.
      // defence: own-local-arithmetic
      if (invalid.length === 0 || invalid.some(({ signer }) => signer === this.#runtime.place)) return fail('internal')
      const ordered = inOrder(confirms).map(([, { envelope }]) => envelope)
      const evidence = new LocalSigEvidence({ key: this.#opening, messages, previous, confirms: ordered, dealings })
      return fail('fault', faultsOf(invalid, shares, evidence))
    })
  }
}
