/**
 * FROST as RFC 9591 has it, two rounds without a coordinator: NonceCommitments, then SignatureShare; every signer aggregates. The transcript
 * digest rides on the second stage, so a share that was computed over another commitment list is a dispute, never a false blame.
 */
import { copyBytes, itemOf, wipe } from '../../bytes.ts'
import type { JobResult, SigningTranscript } from '../../crypto/jobs/contract.ts'
import { type RandomSource, randomScalars } from '../../crypto/random-scalars.ts'
import { SingleUseNonces } from '../../crypto/single-use-nonces.ts'
import { TAGS, taggedHash, uintBytes } from '../../crypto/tags.ts'
import { SCALAR_BYTES, SIGNATURE_BYTES } from '../../kernel/contract.ts'
import type { KeyMaterial } from '../key-material.ts'
import type { FrostPlan } from '../plan.ts'
import type { Runtime } from '../program.ts'
import { inOrder, type Received, stageStep } from '../stage.ts'
import { compute, fail, type ProvenFault, required, type Step } from '../step.ts'
import { ShareEvidence } from './share-evidence.ts'
import { verifyingSharesOf } from './signers.ts'

/** `signatures[i]` is over `messages[i]` */
export type Signatures = readonly Uint8Array[]

export interface FrostOptions {
  readonly plan: FrostPlan
  readonly key: KeyMaterial
  /** key indices of the signers by place, ascending */
  readonly indices: readonly number[]
  readonly messages: readonly Uint8Array[]
  readonly random: RandomSource
}

type Signed = Extract<JobResult<'signShares'>, { status: 'signed' }>
type Full = ReadonlyMap<number, Received<Uint8Array>>

export class FrostStages {
  readonly #options: FrostOptions
  readonly #runtime: Runtime
  readonly #share: Uint8Array
  /** what the nonces are derived from */
  readonly #randomness: Uint8Array
  #nonces: SingleUseNonces | null = null
  /** the nonces once they are taken: a job may still be under way with them when the ceremony ends */
  #taken: Uint8Array | null = null

  constructor(options: FrostOptions, runtime: Runtime) {
    this.#options = options
    this.#runtime = runtime
    // Drawn as scalars because that draw notices a source that starts again.
    const fresh = randomScalars(options.random, 2 * options.messages.length)
    this.#randomness = bindRandomness(fresh, runtime.sid)
    wipe(fresh)
    this.#share = options.key.share()
  }

  /** Round one: fresh hedged nonces, one pair a message. */
  begin(): Step<Signatures> {
    const args = { suite: this.#options.key.record.suite, share: this.#share, randomness: this.#randomness }
    return compute('commitNonces', args, ({ nonces, commitments }) => {
      wipe(this.#randomness)
      this.#nonces = new SingleUseNonces(nonces)
      return stageStep<Uint8Array, Signatures>({
        plan: this.#options.plan.nonceCommitments,
        own: { type: 'broadcast', body: commitments },
        onFull: (received) => this.#sign(received),
      })
    })
  }

  wipe(): void {
    wipe(this.#share, this.#randomness)
    this.#nonces?.destroy()
    if (this.#taken !== null) wipe(this.#taken)
  }

  /** Round two. The nonces are gone from here on, whatever becomes of the share. */
  #sign(commitments: Full): Step<Signatures> {
    const nonces = required(this.#nonces ?? undefined).take()
    this.#taken = nonces
    const transcript = this.#transcript(commitments)
    const index = required(this.#options.indices[this.#runtime.place])
    return compute('signShares', { ...transcript, index, share: this.#share, nonces }, (signed) => {
      wipe(nonces, this.#share)
      switch (signed.status) {
        case 'bad-points':
          return fail(
            'fault',
            signed.culprits.map((place): ProvenFault => {
              const { envelope } = required(commitments.get(place))
              return { place, fault: 'bad-point', parts: { envelopes: [envelope.bytes] } }
            }),
          )
        case 'degenerate':
          return fail('degenerate')
        case 'signed':
          return stageStep<Uint8Array, Signatures>({
            plan: this.#options.plan.signatureShare,
            own: { type: 'broadcast', body: signed.signatureShares },
            onFull: (shares) => this.#aggregate(commitments, signed, shares),
          })
      }
    })
  }

  /** The optimistic path: one sum and one verification a message; shares are looked at singly only when it fails. */
  #aggregate(commitments: Full, { groupCommitments, challenges }: Signed, shares: Full): Step<Signatures> {
    const { suite, groupPublicKey } = this.#options.key.record
    const signatureShares = inOrder(shares).map(([, { body }]) => body)
    return compute('aggregate', { suite, groupPublicKey, groupCommitments, challenges, signatureShares }, ({ signatures, valid }) => {
      // defence: signature-verified
      if (valid.includes(0)) return this.#findCulprits(commitments, groupCommitments, shares)
      const size = SIGNATURE_BYTES[suite]
      return { type: 'success', result: this.#options.messages.map((_, i) => copyBytes(signatures, i * size, (i + 1) * size)) }
    })
  }

  #findCulprits(commitments: Full, groupCommitments: Uint8Array, shares: Full): Step<Signatures> {
    const args = {
      ...this.#transcript(commitments),
      verifyingShares: verifyingSharesOf(this.#options.key.record, this.#options.indices),
      signatureShares: inOrder(shares).map(([, { body }]) => body),
      groupCommitments,
    }
    return compute('findBadShares', args, ({ invalid }) => {
      // An invalid sum of valid shares, or an invalid share of our own, is this machine's arithmetic failing: then its word blames nobody.
      // defence: own-arithmetic
      if (invalid.length === 0 || invalid.some(({ signer }) => signer === this.#runtime.place)) return fail('internal')
      const evidence = this.#evidence(commitments)
      return fail(
        'fault',
        invalid.map(
          ({ signer, position }): ProvenFault => ({
            place: signer,
            fault: 'bad-signature-share',
            message: position,
            parts: () => evidence.parts(position, required(shares.get(signer)).envelope),
          }),
        ),
      )
    })
  }

  #evidence(commitments: Full): ShareEvidence {
    const { key, messages } = this.#options
    return new ShareEvidence({
      sid: this.#runtime.sid,
      key: { keyId: key.keyIdBytes, record: key.recordBytes },
      messages,
      commitments: inOrder(commitments).map(([, { envelope }]) => envelope),
    })
  }

  #transcript(commitments: Full): SigningTranscript {
    const { suite, groupPublicKey } = this.#options.key.record
    return {
      suite,
      groupPublicKey,
      signers: this.#options.indices,
      commitments: inOrder(commitments).map(([, { body }]) => body),
      messages: this.#options.messages,
    }
  }
}

/**
 * 32 fresh bytes a nonce, hashed with the ceremony and the place in it: a source that repeats itself over two ceremonies (a cloned or restored
 * machine) still gives two messages two nonces.
 */
function bindRandomness(fresh: Uint8Array, sid: Uint8Array): Uint8Array {
  const bound = new Uint8Array(fresh.length)
  for (let i = 0; i * SCALAR_BYTES < fresh.length; i++) {
    const hash = taggedHash(TAGS.nonceRandomness, sid, uintBytes(i, 4), itemOf(fresh, i, SCALAR_BYTES))
    bound.set(hash, i * SCALAR_BYTES)
    wipe(hash)
  }
  return bound
}
