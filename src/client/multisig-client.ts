/** The only shell with I/O: opens envelopes, queues, carries out effects, resolves outcomes. */
import type { BusConnection } from '../bus/contract.ts'
import { toHex } from '../bytes.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyId, KeyInfo } from '../ceremony/key-info.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import type { InnerEvent, KeygenOutcome, PreprocessOutcome, SignOutcome } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'
import { assertCeremonyMark } from '../keystore/contract.ts'
import { identitySelfTest } from '../wire/identity.ts'
import type { CeremonyId, ValidatorId } from '../wire/message.ts'
import { assertNotAborted, onAbort, untilAborted } from './abort.ts'
import { type AnyOutcome, Callers } from './callers.ts'
import type { ClientStats } from './client-stats.ts'
import { EffectRunner } from './effect-runner.ts'
import { EventHub } from './event-hub.ts'
import { eventBytes } from './event-json.ts'
import { Inbox } from './inbox.ts'
import { KeyRing } from './key-ring.ts'
import { KeyWaits } from './key-waits.ts'
import { MultisigClientInner } from './multisig-client-inner.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { Readiness } from './readiness.ts'
import {
  graceOf,
  type KeygenRequest,
  type PreprocessRequest,
  readKeygenRequest,
  readPreprocessRequest,
  readSignRequest,
  readValidators,
  type SignInstruction,
  type SignRequest,
  signalOf,
} from './requests.ts'
import { bytesOf } from './signing-state-manager.ts'
import { Ticker } from './ticker.ts'
import { warn } from './warn.ts'

/** An instruction that needs a key. */
type Named = Pick<SignInstruction, 'ceremonyId' | 'keyId' | 'messages'>

/**
 * One signer node. `keygen()`, `preprocess()` and `sign()` instruct THIS node; every other participant must be instructed with the same values by its own
 * application. They reject with QuorateError for a refused instruction (nothing was sent, the id is not spent) and resolve with an outcome for
 * everything after.
 */
export class MultisigClient implements AsyncDisposable {
  readonly #options: ClientOptions
  readonly #resolved: ResolvedOptions
  readonly #connection: BusConnection
  readonly #inner: MultisigClientInner
  readonly #runner: EffectRunner
  readonly #inbox: Inbox
  readonly #readiness: Readiness
  readonly #keys: KeyRing
  readonly #hub = new EventHub()
  readonly #ticker: Ticker
  readonly #callers = new Callers()
  /** keygens under way by the key id that they make, so that a signing can wait for its key */
  readonly #keygens = new Map<KeyId, Promise<unknown>>()
  #forgetSignal = (): void => {}
  readonly #waits = new KeyWaits()
  /** from the call of `close` on: no new instructions */
  #closing: Promise<void> | null = null
  /** after the grace: nothing runs any more */
  #closed = false

  /** @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_UNKNOWN_VALIDATOR, ERR_ABORTED, ERR_KERNEL_INTEGRITY, and what bus and store reject with */
  static async start(options: ClientOptions): Promise<MultisigClient> {
    const resolved = resolveOptions(options)
    assertNotAborted(options.signal)
    identitySelfTest()
    const mark: unknown = await options.keyStore.highestCeremonyId()
    assertCeremonyMark(mark, 'keyStore.highestCeremonyId', 0n)
    const connection = await options.bus.connect(resolved.settings.self)
    try {
      assertNotAborted(options.signal)
      const client = new MultisigClient(options, resolved, connection, mark)
      client.#listen()
      return client
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  private constructor(options: ClientOptions, resolved: ResolvedOptions, connection: BusConnection, mark: CeremonyId) {
    const { settings } = resolved
    this.#options = options
    this.#resolved = resolved
    this.#connection = connection
    this.#inner = new MultisigClientInner(settings, mark)
    this.#keys = new KeyRing(options.keyStore, settings.self, options.pool.kernel)
    this.#inbox = new Inbox(settings, {
      admit: (header, bodyBytes, frameBytes) => this.#inner.admit(header, bodyBytes, frameBytes),
      admitRequest: (request) => this.#inner.admitRequest(request, performance.now()),
      admitAnswer: (answer) => this.#inner.admitAnswer(answer),
      deliver: (message) => this.#run(this.#inner.deliver(message, performance.now())),
    })
    this.#runner = new EffectRunner(connection, options.keyStore, this.#keys, options.pool, {
      awaits: (id, token) => this.#inner.awaits(id, token),
      computed: (id, token, computed) => this.#run(this.#inner.computed(id, token, computed, performance.now())),
      stored: (id, token, ok) => this.#run(this.#inner.stored(id, token, ok, performance.now())),
      recalled: (keyId, found) => this.#run(this.#inner.recalled(keyId, found, performance.now())),
      activated: (keyId, ok) => this.#run(this.#inner.activated(keyId, ok, performance.now())),
      event: (event) => this.#event(event),
      preprocessed: (outcome) => this.#ended(outcome),
      dropped: (reason) => this.#inbox.drop(reason),
      transcript: (bytes, info) => resolved.transcripts?.(bytes, info),
    })
    this.#readiness = new Readiness({
      ...settings,
      publish: (to, bytes) => this.#publish('ReadyToKeygen', to, bytes),
      onReady: (validator) => {
        this.#event({ type: 'readyToKeygen', validator })
        this.#run(this.#inner.ready(validator, performance.now()))
      },
    })
    this.#ticker = new Ticker(
      () => [this.cleanup(), this.#readiness.announceAgain()],
      () => this.#untilTick(),
      () => this.#inner.open > 0,
    )
  }

  /** @throws (rejects with) ERR_INVALID_ARGUMENT, the ERR_*VALIDATOR and ERR_CEREMONY_ID_* codes, ERR_TOO_MANY_CEREMONIES, ERR_ABORTED, ERR_CLOSED */
  async keygen(request: KeygenRequest): Promise<KeygenOutcome> {
    this.#assertOpen()
    const { self, roster } = this.#resolved.settings
    const { instruction, signal } = readKeygenRequest(request, self, roster)
    assertNotAborted(signal)
    this.#inner.assertMayStart(instruction.ceremonyId, this.#waits.count)
    const { sid, effects } = this.#inner.keygen(instruction, performance.now())
    const keyId = toHex(sid)
    const outcome = this.#outcome<KeygenOutcome>(instruction.ceremonyId, effects, signal)
    this.#keygens.set(keyId, outcome)
    try {
      return await outcome
    } finally {
      this.#keygens.delete(keyId)
    }
  }

  /**
   * A signing whose key's keygen is still running here waits for it.
   *
   * @throws (rejects with) as keygen, and ERR_UNKNOWN_KEY, ERR_KEY_NOT_ACTIVE, ERR_TOO_FEW_SIGNERS, ERR_TOO_LARGE, ERR_STORE
   */
  async sign(request: SignRequest): Promise<SignOutcome> {
    this.#assertOpen()
    const { self, roster } = this.#resolved.settings
    const { instruction, signal } = readSignRequest(request, self, roster)
    assertNotAborted(signal)
    const key = await this.#keyFor(instruction, signal)
    this.#assertOpen()
    assertNotAborted(signal)
    const effects = this.#inner.sign(instruction, key, performance.now())
    return this.#outcome<SignOutcome>(instruction.ceremonyId, effects, signal)
  }

  /**
   * Makes nonces ahead for FROST, `count` pairs a signer: slots 0..count-1, which `sign()` then names to sign in one round. They live in memory, each
   * is destroyed when it is first named, and a node that does not have one signs in two rounds.
   *
   * @throws (rejects with) as sign, and ERR_PROTOCOL_MISMATCH
   */
  async preprocess(request: PreprocessRequest): Promise<PreprocessOutcome> {
    this.#assertOpen()
    const { self, roster } = this.#resolved.settings
    const { instruction, signal } = readPreprocessRequest(request, self, roster)
    assertNotAborted(signal)
    const key = await this.#keyFor({ ...instruction, messages: [] }, signal)
    this.#assertOpen()
    assertNotAborted(signal)
    const effects = this.#inner.preprocess(instruction, key, performance.now())
    return this.#outcome<PreprocessOutcome>(instruction.ceremonyId, effects, signal)
  }

  /**
   * Resolves when all have announced that they may be instructed and this node heard it.
   *
   * @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_UNKNOWN_VALIDATOR, ERR_ABORTED, ERR_CLOSED
   */
  async waitUntilReady(participants: readonly ValidatorId[], options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertOpen()
    const ids = readValidators(participants, 'participants', this.#resolved.settings.roster)
    await this.#readiness.wait(ids, signalOf(options))
  }

  /**
   * Makes a pending key active: needs every participant's valid certificate over this node's own record.
   *
   * @throws (rejects with) ERR_UNKNOWN_KEY, ERR_INVALID_ARGUMENT with the first bad certificate as `field`, ERR_STORE, ERR_CLOSED
   */
  async activate(keyId: KeyId, certificates: ReadonlyMap<ValidatorId, Uint8Array>): Promise<KeyInfo> {
    this.#assertOpen()
    const { info, changed } = await this.#keys.activate(keyId, certificates)
    this.#inner.active(keyId)
    if (changed) this.#event({ type: 'keyReady', keyId })
    return info
  }

  /** Pending keys too; null when this node has none of that id. */
  async key(keyId: KeyId): Promise<KeyInfo | null> {
    this.#assertOpen()
    return this.#keys.info(keyId)
  }

  async keys(): Promise<readonly KeyInfo[]> {
    this.#assertOpen()
    return this.#keys.all()
  }

  /** An iterator a caller, from the call on; bounded, drops the oldest. @throws ERR_CLOSED, ERR_INVALID_ARGUMENT */
  events(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<InnerEvent> {
    return this.#hub.listen(signalOf(options))
  }

  /** Ends ceremonies that are past their deadlines; runs by itself as well. Never touches a key. */
  cleanup(): void {
    if (!this.#closed) this.#run(this.#inner.cleanup(performance.now()))
  }

  stats(): ClientStats {
    return {
      open: this.#inner.open,
      dropped: this.#inbox.dropped(),
      bytesIn: this.#inbox.bytesIn,
      bytesOut: this.#runner.bytesOut,
      eventsLost: this.#hub.dropped,
      tailBytes: this.#inner.tailBytes,
      slotBytes: this.#inner.slotBytes,
      pendingKeys: this.#inner.pendingKeys,
    }
  }

  /**
   * Refuses new instructions, gives open ceremonies `graceMs` (0..2^31-1, default 0) to end, aborts the rest and disconnects. Closing twice is
   * once.
   *
   * @throws (rejects with) ERR_INVALID_ARGUMENT
   */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const graceMs = graceOf(options)
    this.#closing ??= this.#close(graceMs)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(graceMs: number): Promise<void> {
    if (graceMs > 0 && this.#inner.open > 0) await this.#callers.untilIdle(graceMs)
    for (const id of this.#inner.openIds()) this.#run(this.#inner.abort(id, performance.now()))
    this.#closed = true
    this.#inner.close()
    this.#ticker.stop()
    this.#forgetSignal()
    this.#inbox.close()
    this.#runner.close()
    this.#readiness.close()
    this.#hub.close()
    this.#keys.close()
    await this.#connection.close()
  }

  async #keyFor({ ceremonyId, keyId, messages }: Named, signal: AbortSignal | undefined): Promise<KeyMaterial> {
    this.#inner.assertMayStart(ceremonyId, this.#waits.count)
    this.#inner.assertRoomFor(messages, this.#waits.bytes)
    const keygen = this.#keygens.get(keyId)
    return this.#waits.during(bytesOf(messages), async () => {
      if (keygen !== undefined) await untilAborted(keygen, signal)
      this.#assertOpen()
      try {
        return await this.#keys.active(keyId)
      } catch (error) {
        // All nodes may have confirmed it by now: they are asked, and a later signing may find it active.
        const pending = error instanceof QuorateError && error.code === 'ERR_KEY_NOT_ACTIVE'
        if (pending && this.#closing === null) this.#run(this.#inner.wanted(keyId, performance.now()))
        throw error
      }
    })
  }

  #listen(): void {
    this.#connection.subscribe('P2PIncoming', (bytes) => this.#inbox.receive(bytes))
    this.#connection.subscribe('ReadyToKeygen', (bytes) => {
      if (this.#readiness.receive(bytes) === 'refused') this.#inbox.drop('malformed')
    })
    // Only signed instructions of a configured operator are obeyed, and there is none: everything on this subject is refused.
    this.#connection.subscribe('MultisigInstruction', () => this.#inbox.drop('signature'))
    // The bus is all that can fail at closing, and nobody is there to be told.
    this.#forgetSignal = onAbort(this.#options.signal, () => void this.close().catch((error: unknown) => warn('closing failed', error)))
    this.#readiness.announce()
    this.#event({ type: 'readyToKeygen', validator: this.#resolved.settings.self })
    this.#ticker.start()
    void this.#runner.recallAll()
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new QuorateError('ERR_CLOSED')
  }

  #run(effects: readonly Effect[]): void {
    this.#runner.run(effects)
  }

  /** Registers the waiting caller before the effects run: a ceremony of one node may end inside them. */
  #outcome<Outcome extends AnyOutcome>(id: CeremonyId, effects: Effect[], signal?: AbortSignal): Promise<Outcome> {
    const outcome = this.#callers.wait<Outcome>(id, () => this.#run(this.#inner.abort(id, performance.now())), signal)
    // Something is waited for now: the process must live until the deadline, even if nothing else keeps it alive.
    this.#ticker.update()
    this.#run(effects)
    return outcome
  }

  #event(event: InnerEvent): void {
    this.#hub.emit(event)
    if (event.type === 'stage') return
    this.#publish('MultisigEvent', null, eventBytes(event))
    if (event.type === 'keygenOutcome' || event.type === 'signingOutcome') this.#ended(event.outcome)
  }

  #ended(outcome: AnyOutcome): void {
    this.#callers.settle(outcome)
    if (this.#inner.open > 0) return
    this.#ticker.update()
    this.#callers.idle()
  }

  /** A bus that refuses has lost the message; no ceremony and no caller depends on these. */
  #publish(subject: 'ReadyToKeygen' | 'MultisigEvent', to: ValidatorId | null, bytes: Uint8Array): void {
    if (this.#closed) return
    try {
      this.#connection.publish(subject, to, bytes)
    } catch (error) {
      warn(`the bus refused ${subject}`, error)
    }
  }

  /** A third of a stage timeout at most, so that what a new ceremony is to ask, and its deadline, is not slept through. */
  #untilTick(): number {
    const { cleanupIntervalMs, settings } = this.#resolved
    const untilDeadline = Math.ceil(this.#inner.nextDeadline() - performance.now())
    return Math.min(cleanupIntervalMs, Math.ceil(settings.stageTimeoutMs / 3), untilDeadline)
  }
}
