/** Starts what this node is instructed to do, by its application or by an operator, and knows what is under way and who waits for it. */
import { toHex } from '../bytes.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { AnyOutcome, KeygenOutcome, PreprocessOutcome, SignOutcome } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'
import type { CeremonyId } from '../wire/message.ts'
import { assertNotAborted, untilAborted } from './abort.ts'
import { Callers } from './callers.ts'
import type { KeyRing } from './key-ring.ts'
import { KeyWaits } from './key-waits.ts'
import type { MultisigClientInner } from './multisig-client-inner.ts'
import type { NodeSettings } from './node-settings.ts'
import type { Order } from './operators.ts'
import {
  type KeygenRequest,
  type PreprocessRequest,
  readKeygenRequest,
  readPreprocessRequest,
  readSignRequest,
  type SignInstruction,
  type SignRequest,
} from './requests.ts'
import { bytesOf } from './signing-state-manager.ts'

/** An instruction that needs a key. */
type Named = Pick<SignInstruction, 'ceremonyId' | 'keyId' | 'messages'>

export interface InstructorHost {
  readonly settings: Pick<NodeSettings, 'self' | 'roster'>
  readonly inner: MultisigClientInner
  readonly keys: KeyRing
  run(effects: readonly Effect[]): void
  /** from the call of `close` on nothing new is begun */
  closing(): boolean
  /** something is waited for now */
  began(): void
}

export class Instructor {
  readonly #host: InstructorHost
  readonly #callers = new Callers()
  /** keygens under way by the key id that they make, so that a signing can wait for its key */
  readonly #keygens = new Map<KeyId, Promise<unknown>>()
  readonly #waits = new KeyWaits()

  constructor(host: InstructorHost) {
    this.#host = host
  }

  async keygen(request: KeygenRequest): Promise<KeygenOutcome> {
    this.assertOpen()
    const { settings, inner } = this.#host
    const { instruction, signal } = readKeygenRequest(request, settings.self, settings.roster)
    assertNotAborted(signal)
    inner.assertMayStart(instruction.ceremonyId, this.#waits.count)
    const { sid, effects } = inner.keygen(instruction, performance.now())
    const keyId = toHex(sid)
    const outcome = this.#outcome<KeygenOutcome>(instruction.ceremonyId, effects, signal)
    this.#keygens.set(keyId, outcome)
    try {
      return await outcome
    } finally {
      this.#keygens.delete(keyId)
    }
  }

  async sign(request: SignRequest): Promise<SignOutcome> {
    this.assertOpen()
    const { settings, inner } = this.#host
    const { instruction, signal } = readSignRequest(request, settings.self, settings.roster)
    assertNotAborted(signal)
    const key = await this.#keyFor(instruction, signal)
    this.assertOpen()
    assertNotAborted(signal)
    const effects = inner.sign(instruction, key, performance.now())
    return this.#outcome<SignOutcome>(instruction.ceremonyId, effects, signal)
  }

  async preprocess(request: PreprocessRequest): Promise<PreprocessOutcome> {
    this.assertOpen()
    const { settings, inner } = this.#host
    const { instruction, signal } = readPreprocessRequest(request, settings.self, settings.roster)
    assertNotAborted(signal)
    const key = await this.#keyFor({ ...instruction, messages: [] }, signal)
    this.assertOpen()
    assertNotAborted(signal)
    const effects = inner.preprocess(instruction, key, performance.now())
    return this.#outcome<PreprocessOutcome>(instruction.ceremonyId, effects, signal)
  }

  obey(order: Order): Promise<AnyOutcome> {
    switch (order.kind) {
      case 'keygen':
        return this.keygen(order.request)
      case 'preprocess':
        return this.preprocess(order.request)
      case 'sign':
        return this.sign(order.request)
    }
  }

  /** @throws ERR_CLOSED */
  assertOpen(): void {
    if (this.#host.closing()) throw new QuorateError('ERR_CLOSED')
  }

  settle(outcome: AnyOutcome): void {
    this.#callers.settle(outcome)
  }

  idle(): void {
    this.#callers.idle()
  }

  untilIdle(milliseconds: number): Promise<void> {
    return this.#callers.untilIdle(milliseconds)
  }

  async #keyFor({ ceremonyId, keyId, messages }: Named, signal: AbortSignal | undefined): Promise<KeyMaterial> {
    const { inner, keys } = this.#host
    inner.assertMayStart(ceremonyId, this.#waits.count)
    inner.assertRoomFor(messages, this.#waits.bytes)
    const keygen = this.#keygens.get(keyId)
    return this.#waits.during(bytesOf(messages), async () => {
      if (keygen !== undefined) await untilAborted(keygen, signal)
      this.assertOpen()
      try {
        return await keys.active(keyId)
      } catch (error) {
        // All nodes may have confirmed it by now: they are asked, and a later signing may find it active.
        const pending = error instanceof QuorateError && error.code === 'ERR_KEY_NOT_ACTIVE'
        if (pending && !this.#host.closing()) this.#host.run(inner.wanted(keyId, performance.now()))
        throw error
      }
    })
  }

  /** Registers the waiting caller before the effects run: a ceremony of one node may end inside them. */
  #outcome<Outcome extends AnyOutcome>(id: CeremonyId, effects: Effect[], signal?: AbortSignal): Promise<Outcome> {
    const { inner, run, began } = this.#host
    const outcome = this.#callers.wait<Outcome>(id, () => run(inner.abort(id, performance.now())), signal)
    began()
    run(effects)
    return outcome
  }
}
