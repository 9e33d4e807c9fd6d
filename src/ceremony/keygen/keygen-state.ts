/**
 * Keygen: SharedSecret with one position, then Confirm. A node stores the pending key before its `ok` leaves, and the key is active exactly
 * when all n certificates over the node's own record are stored with it.
 */
import type { RandomSource } from '../../crypto/random-scalars.ts'
import { type ConfirmBody, encodeConfirm } from '../../wire/bodies.ts'
import type { KeygenContext } from '../../wire/context.ts'
import { keyRecordHash } from '../../wire/key-record.ts'
import { checkConfirm } from '../confirmation.ts'
import { encodeCertificates, KeyMaterial } from '../key-material.ts'
import { type SharedSecretPlan, shapeOf, sharedSecretPlan } from '../plan.ts'
import type { Program, Runtime } from '../program.ts'
import { type SharedSecret, SharedSecretState } from '../shared-secret-state.ts'
import { inOrder, type Received, stageStep } from '../stage.ts'
import { type Step, store } from '../step.ts'
import { recordOf } from './key-record-of.ts'

export interface KeygenResult {
  /** public facts only: its share is wiped by now */
  readonly key: KeyMaterial
  readonly certificates: Uint8Array
}

export class KeygenState implements Program<KeygenResult> {
  readonly plan: SharedSecretPlan
  readonly #context: KeygenContext
  readonly #contextBytes: Uint8Array
  readonly #random: RandomSource
  #sharedSecret: SharedSecretState<KeygenResult> | null = null
  #key: KeyMaterial | null = null

  constructor(context: KeygenContext, contextBytes: Uint8Array, random: RandomSource) {
    this.plan = sharedSecretPlan(shapeOf(context))
    this.#context = context
    this.#contextBytes = contextBytes
    this.#random = random
  }

  begin(runtime: Runtime): Step<KeygenResult> {
    const indices = this.#context.participants.map((_, place) => place + 1)
    const options = {
      context: this.#context,
      plan: this.plan,
      shape: shapeOf(this.#context),
      indices,
      verifyingIndices: indices,
      normaliseFor: this.#context.suite,
      random: this.#random,
      known: {},
    }
    this.#sharedSecret = new SharedSecretState(options, runtime, (shared) => this.#storePending(runtime, shared))
    return this.#sharedSecret.begin()
  }

  /** Also of the key: the store has the share, and whoever signs loads it from there. */
  wipe(): void {
    this.#sharedSecret?.wipe()
    this.#key?.wipe()
  }

  #storePending(runtime: Runtime, shared: SharedSecret): Step<KeygenResult> {
    const recordBytes = recordOf(this.#context, shared.groupPoints, shared.verifyingShares)
    const confirm = encodeConfirm({ type: 'ok', recordHash: keyRecordHash(recordBytes) })
    const ok = runtime.seal(this.plan.confirm, null, confirm)
    const key = new KeyMaterial({
      contextBytes: this.#contextBytes,
      recordBytes,
      transcript: runtime.transcript(),
      share: shared.shares,
      ok: ok.bytes,
    })
    this.#key = key
    return store({ operation: 'putPending', keyId: key.keyId, record: key.encode() }, () =>
      stageStep<ConfirmBody, KeygenResult>({
        plan: this.plan.confirm,
        own: { type: 'sealed', envelope: ok },
        // From our `ok` on the key may become active elsewhere, whatever happens here: a failure is reported as unconfirmed.
        failureReason: 'unconfirmed',
        onMessage: (place, received) => checkConfirm(runtime, shared, key.recordHash, place, received),
        onFull: (certificates) => this.#activate(key, certificates),
      }),
    )
  }

  #activate(key: KeyMaterial, confirms: ReadonlyMap<number, Received<ConfirmBody>>): Step<KeygenResult> {
    const certificates = encodeCertificates(inOrder(confirms).map(([, { envelope }]) => envelope.bytes))
    return store({ operation: 'activate', keyId: key.keyId, certificates }, () => ({ type: 'success', result: { key, certificates } }))
  }
}
