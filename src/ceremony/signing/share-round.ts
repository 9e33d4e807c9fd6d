/**
 * FROST's second round, over nonce pairs that all signers know by now: our share, the others', the signatures; and who is to blame if they do not come
 * out right. Whether the pairs were made in this ceremony or in a preprocessing is all one here, but for what proves a bad share.
 */
import { wipe } from '../../bytes.ts'
import type { JobResult, SigningTranscript } from '../../crypto/jobs/contract.ts'
import type { SingleUseNonces } from '../../crypto/single-use-nonces.ts'
import type { KeyMaterial } from '../key-material.ts'
import type { Runtime } from '../program.ts'
import { inOrder, type Received, type StagePlan, stageStep } from '../stage.ts'
import { compute, fail, required, type Step } from '../step.ts'
import { ShareEvidence } from './share-evidence.ts'
import { faultsOf, type Signatures, signaturesIn } from './signature-shares.ts'
import { verifyingSharesOf } from './signers.ts'

/** What a signing is about, whatever round it is in. */
export interface SigningTask {
  readonly key: KeyMaterial
  /** key indices of the signers by place, ascending */
  readonly indices: readonly number[]
  readonly messages: readonly Uint8Array[]
}

export interface ShareRoundOptions extends SigningTask {
  readonly plan: StagePlan<Uint8Array>
  /** of each signer in order, messages x 128 */
  readonly pairs: readonly Uint8Array[]
  /** the digest below the pairs: evidence opens the digest of every share with it */
  readonly previous: Uint8Array
  /** what it means if the pairs of these places hold a bad point */
  readonly onBadPoints: (places: readonly number[]) => Step<Signatures>
}

type Signed = Extract<JobResult<'signShares'>, { status: 'signed' }>
type Shares = ReadonlyMap<number, Received<Uint8Array>>

export class ShareRound {
  readonly #options: ShareRoundOptions
  readonly #runtime: Runtime
  readonly #share: Uint8Array
  /** a job may still be under way with them when the ceremony ends */
  readonly #nonces: Uint8Array

  /** Takes the nonces: they are gone from here on, whatever becomes of the share. @param nonces of the pairs in our own place */
  constructor(options: ShareRoundOptions, runtime: Runtime, nonces: SingleUseNonces) {
    this.#options = options
    this.#runtime = runtime
    this.#nonces = nonces.take()
    this.#share = options.key.share()
  }

  begin(): Step<Signatures> {
    const index = required(this.#options.indices[this.#runtime.place])
    const args = { ...this.#transcript(), index, share: this.#share, nonces: this.#nonces }
    return compute('signShares', args, (signed) => {
      this.wipe()
      switch (signed.status) {
        case 'bad-points':
          return this.#options.onBadPoints(signed.culprits)
        case 'degenerate':
          return fail('degenerate')
        case 'signed':
          return stageStep<Uint8Array, Signatures>({
            plan: this.#options.plan,
            own: { type: 'broadcast', body: signed.signatureShares },
            onFull: (shares) => this.#aggregate(signed, shares),
          })
      }
    })
  }

  wipe(): void {
    wipe(this.#nonces, this.#share)
  }

  /** The optimistic path: one sum and one verification a message; shares are looked at singly only when it fails. */
  #aggregate({ groupCommitments, challenges }: Signed, shares: Shares): Step<Signatures> {
    const { suite, groupPublicKey } = this.#options.key.record
    const signatureShares = inOrder(shares).map(([, { body }]) => body)
    return compute('aggregate', { suite, groupPublicKey, groupCommitments, challenges, signatureShares }, ({ signatures, valid }) => {
      // defence: signature-verified
      if (valid.includes(0)) return this.#findCulprits(groupCommitments, shares)
      return { type: 'success', result: signaturesIn(suite, signatures) }
    })
  }

  #findCulprits(groupCommitments: Uint8Array, shares: Shares): Step<Signatures> {
    const args = {
      ...this.#transcript(),
      verifyingShares: verifyingSharesOf(this.#options.key.record, this.#options.indices),
      signatureShares: inOrder(shares).map(([, { body }]) => body),
      groupCommitments,
    }
    return compute('findBadShares', args, ({ invalid }) => {
      // An invalid sum of valid shares, or an invalid share of our own, is this machine's arithmetic failing: then its word blames nobody.
      // defence: own-arithmetic
      if (invalid.length === 0 || invalid.some(({ signer }) => signer === this.#runtime.place)) return fail('internal')
      return fail('fault', faultsOf(invalid, shares, this.#evidence()))
    })
  }

  #evidence(): ShareEvidence {
    const { key, messages, pairs, previous } = this.#options
    return new ShareEvidence({ previous, key: { keyId: key.keyIdBytes, record: key.recordBytes }, messages, pairs })
  }

  #transcript(): SigningTranscript {
    const { key, indices, messages, pairs } = this.#options
    const { suite, groupPublicKey } = key.record
    return { suite, groupPublicKey, signers: indices, commitments: pairs, messages }
  }
}
