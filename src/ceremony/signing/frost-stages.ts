/**
 * FROST as RFC 9591 has it, two rounds without a coordinator: NonceCommitments, then SignatureShare; every signer aggregates. The transcript
 * digest rides on the second stage, so a share that was computed over another commitment list is a dispute, never a false blame.
 */
import type { RandomSource } from '../../crypto/random-scalars.ts'
import type { FrostPlan } from '../plan.ts'
import type { Runtime } from '../program.ts'
import { inOrder, type Received, stageStep } from '../stage.ts'
import { fail, type ProvenFault, required, type Step } from '../step.ts'
import { NoncePairs } from './nonce-pairs.ts'
import { ShareRound, type SigningTask } from './share-round.ts'
import type { Signatures } from './signature-shares.ts'

export interface FrostOptions extends SigningTask {
  readonly plan: FrostPlan
  readonly random: RandomSource
}

type Full = ReadonlyMap<number, Received<Uint8Array>>

export class FrostStages {
  readonly #options: FrostOptions
  readonly #runtime: Runtime
  readonly #pairs: NoncePairs
  #shares: ShareRound | null = null

  constructor(options: FrostOptions, runtime: Runtime) {
    this.#options = options
    this.#runtime = runtime
    this.#pairs = new NoncePairs(options.key, runtime.sid, options.messages.length, options.random)
  }

  /** Round one: fresh hedged nonces, one pair a message. */
  begin(): Step<Signatures> {
    return this.#pairs.make((commitments) =>
      stageStep<Uint8Array, Signatures>({
        plan: this.#options.plan.nonceCommitments,
        own: { type: 'broadcast', body: commitments },
        onFull: (received) => this.#sign(received),
      }),
    )
  }

  wipe(): void {
    this.#pairs.wipe()
    this.#shares?.wipe()
  }

  /** Round two. The nonces are gone from here on, whatever becomes of the share. */
  #sign(commitments: Full): Step<Signatures> {
    const options = {
      ...this.#options,
      plan: this.#options.plan.signatureShare,
      pairs: inOrder(commitments).map(([, { body }]) => body),
      previous: this.#runtime.sid,
      onBadPoints: (places: readonly number[]) => blameBadPoints(places, commitments),
    }
    this.#shares = new ShareRound(options, this.#runtime, this.#pairs.handOver())
    return this.#shares.begin()
  }
}

/** Their own message is the proof. */
export function blameBadPoints(places: readonly number[], commitments: Full): Step<never> {
  return fail(
    'fault',
    places.map((place): ProvenFault => {
      const { envelope } = required(commitments.get(place))
      return { place, fault: 'bad-point', parts: { envelopes: [envelope.bytes] } }
    }),
  )
}
