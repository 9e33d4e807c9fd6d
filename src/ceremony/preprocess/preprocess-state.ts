/**
 * Preprocessing for FROST: every signer commits to nonces for signings to come, and confirms the digest of what all committed to. Its slots are usable
 * once every participant's `ok` came with the node's own digest: then all honest holders have the same pairs under the same slots.
 */
import { equalBytes } from '../../bytes.ts'
import type { RandomSource } from '../../crypto/random-scalars.ts'
import { preprocessDigest } from '../../crypto/transcript.ts'
import { type ConfirmBody, encodeConfirm } from '../../wire/bodies.ts'
import type { PreprocessContext } from '../../wire/context.ts'
import type { KeyMaterial } from '../key-material.ts'
import { type PreprocessPlan, preprocessPlan, shapeOf } from '../plan.ts'
import type { Program, Runtime } from '../program.ts'
import { blameBadPoints } from '../signing/frost-stages.ts'
import { NoncePairs } from '../signing/nonce-pairs.ts'
import { inOrder, type Received, stageStep } from '../stage.ts'
import { compute, fail, type Step } from '../step.ts'
import type { Preprocessed } from './slots.ts'

type Pairs = ReadonlyMap<number, Received<Uint8Array>>

export class PreprocessState implements Program<Preprocessed> {
  readonly #context: PreprocessContext
  readonly #plan: PreprocessPlan
  readonly #key: KeyMaterial
  readonly #random: RandomSource
  #pairs: NoncePairs | null = null

  constructor(context: PreprocessContext, key: KeyMaterial, random: RandomSource) {
    this.#context = context
    this.#plan = preprocessPlan(shapeOf(context))
    this.#key = key
    this.#random = random
  }

  begin(runtime: Runtime): Step<Preprocessed> {
    const own = new NoncePairs(this.#key, runtime.sid, this.#context.count, this.#random)
    this.#pairs = own
    return own.make((pairs) =>
      stageStep<Uint8Array, Preprocessed>({
        plan: this.#plan.preprocess,
        own: { type: 'broadcast', body: pairs },
        onFull: (all) => this.#check(runtime, own, all),
      }),
    )
  }

  /** Those that were handed over at the end are not ours any more. */
  wipe(): void {
    this.#pairs?.wipe()
  }

  #check(runtime: Runtime, own: NoncePairs, all: Pairs): Step<Preprocessed> {
    const pairs = inOrder(all).map(([, { body }]) => body)
    return compute('checkNonces', { commitments: pairs }, ({ culprits }) => {
      // defence: valid-preprocessed-points
      if (culprits.length > 0) return blameBadPoints(culprits, all)
      const digest = preprocessDigest(runtime.sid, runtime.transcript())
      const { keyDigest, participants } = this.#context
      const ids = participants.map(({ id }) => id)
      return stageStep<ConfirmBody, Preprocessed>({
        plan: this.#plan.confirm,
        own: { type: 'broadcast', body: encodeConfirm({ type: 'ok', recordHash: digest }) },
        onMessage: (place, { envelope, body }) => {
          // Complaints have no encoding here, and the header carries our own T_1: only the hash over it can be wrong.
          // defence: preprocess-digest
          if (body.type === 'ok' && equalBytes(body.recordHash, digest)) return null
          return fail('fault', [{ place, fault: 'bad-certificate', parts: { envelopes: [envelope.bytes] } }])
        },
        onFull: () => ({ type: 'success', result: { keyDigest, participants: ids, digest, pairs, nonces: own.handOver() } }),
      })
    })
  }
}
