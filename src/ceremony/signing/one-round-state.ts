/**
 * The one-round form of FROST: nonces of a preprocessing, one message from each signer. Its shares carry T_1 over the preprocess digest and every pair
 * by signer and message.
 */
import { preprocessTranscript } from '../../crypto/transcript.ts'
import type { SignContext } from '../../wire/context.ts'
import { frostPlan, shapeOf } from '../plan.ts'
import type { PreparedNonces } from '../preprocess/slots.ts'
import type { Program, Runtime } from '../program.ts'
import { stageStep } from '../stage.ts'
import { fail, type Step } from '../step.ts'
import { pairsDigest } from './share-evidence.ts'
import { ShareRound, type SigningTask } from './share-round.ts'
import type { Signatures } from './signature-shares.ts'

/** @param sid the signing's */
export function oneRoundTranscript(sid: Uint8Array, { digest, pairs }: Omit<PreparedNonces, 'nonces'>): Uint8Array {
  return preprocessTranscript(sid, digest, pairs.map(pairsDigest))
}

export class OneRoundState implements Program<Signatures> {
  readonly #context: SignContext
  readonly #task: SigningTask
  readonly #prepared: PreparedNonces
  #shares: ShareRound | null = null

  constructor(context: SignContext, task: SigningTask, prepared: PreparedNonces) {
    this.#context = context
    this.#task = task
    this.#prepared = prepared
  }

  begin(runtime: Runtime): Step<Signatures> {
    const { digest, pairs, nonces } = this.#prepared
    const options = {
      ...this.#task,
      plan: frostPlan(shapeOf(this.#context)).signatureShare,
      pairs,
      previous: digest,
      // All points were checked before anybody confirmed them.
      onBadPoints: () => fail<Signatures>('internal'),
    }
    this.#shares = new ShareRound(options, runtime, nonces)
    return this.#shares.begin()
  }

  wipe(): void {
    this.#prepared.nonces.destroy()
    this.#shares?.wipe()
  }
}

/**
 * What a node does in the one-round form without nonces for it: it says nothing and hears who lies or gives up, since the others may still be in it.
 */
export class ListeningState implements Program<Signatures> {
  readonly #context: SignContext

  constructor(context: SignContext) {
    this.#context = context
  }

  begin(): Step<Signatures> {
    return stageStep<Uint8Array, Signatures>({
      plan: frostPlan(shapeOf(this.#context)).signatureShare,
      own: { type: 'none' },
      onFull: () => fail('internal'),
    })
  }

  wipe(): void {}
}
