/** The only shell with I/O: opens envelopes, queues, carries out effects, resolves outcomes. */
import { type BusConnection, maxMessageBytesOf } from '../bus/contract.ts'
import type { SubscribeSubject } from '../bus/subjects.ts'
import type { Effect } from '../ceremony/effects.ts'
import type { KeyId, KeyInfo } from '../ceremony/key-info.ts'
import {
  type AnyOutcome,
  type InnerEvent,
  type KeygenOutcome,
  outcomeOf,
  type PreprocessOutcome,
  type SignOutcome,
} from '../ceremony/outcome.ts'
import { assertCeremonyMark } from '../keystore/contract.ts'
import { verifyEnvelopeAsync } from '../wire/envelope.ts'
import { identitySelfTest } from '../wire/identity.ts'
import { type CeremonyId, type ValidatorId, WIRE_VERSION } from '../wire/message.ts'
import { verifyReady } from '../wire/ready.ts'
import { assertNotAborted, onAbort } from './abort.ts'
import type { CeremonyProgress } from './ceremony-manager.ts'
import type { ClientStats } from './client-stats.ts'
import { EffectRunner } from './effect-runner.ts'
import { EventHub } from './event-hub.ts'
import { eventBytes } from './event-json.ts'
import { Inbox } from './inbox.ts'
import { Instructor } from './instructor.ts'
import { JunkBudget } from './junk-budget.ts'
import { KeyRing } from './key-ring.ts'
import { MultisigClientInner } from './multisig-client-inner.ts'
import { Operators } from './operators.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { Readiness } from './readiness.ts'
import { graceOf, type KeygenRequest, type PreprocessRequest, readValidators, type SignRequest, signalOf } from './requests.ts'
import { Ticker } from './ticker.ts'
import { TwinAlarm } from './twin-alarm.ts'
import { UnknownVersions } from './unknown-versions.ts'
import { warn } from './warn.ts'

/** A ceremony that is under way here. */
export interface OpenCeremony extends CeremonyProgress {
  /** the operator's key, hexadecimal */
  readonly instructedBy: 'application' | string
}

/**
 * One signer node. `keygen()`, `preprocess()` and `sign()` instruct THIS node; every other participant must be instructed with the same values by its own
 * application, or all of them by an operator. They reject with QuorateError for a refused instruction (nothing was sent, the id is not spent) and resolve with an outcome for
 * everything after.
 */
export class MultisigClient implements AsyncDisposable {
  readonly #options: ClientOptions
  readonly #resolved: ResolvedOptions
  readonly #connection: BusConnection
  readonly #inner: MultisigClientInner
  readonly #runner: EffectRunner
  readonly #inbox: Inbox
  readonly #junk = new JunkBudget<ValidatorId>()
  readonly #readiness: Readiness
  readonly #twins: TwinAlarm
  readonly #versions = new UnknownVersions()
  readonly #keys: KeyRing
  readonly #hub = new EventHub()
  readonly #ticker: Ticker
  readonly #instructor: Instructor
  readonly #operators: Operators
  #forgetSignal = (): void => {}
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
    this.#inner = new MultisigClientInner({ ...settings, maxMessageBytes: () => maxMessageBytesOf(connection) }, mark)
    this.#keys = new KeyRing(options.keyStore, settings.self, options.pool.kernel)
    this.#twins = new TwinAlarm({
      verify: (message) => verifyReady(message, settings.identity.publicKey),
      verifyEnvelope: (envelope) => verifyEnvelopeAsync(envelope, settings.identity.publicKey),
      disowns: (envelope) => this.#inner.disowns(envelope),
      announce: (nonce) => this.#readiness.announceWith(nonce),
      challenge: () => this.#readiness.announceAnew(),
      alarm: () => this.#event({ type: 'identityInUse' }),
    })
    this.#inbox = new Inbox(settings, {
      admit: (header, bodyBytes, frameBytes) => this.#inner.admit(header, bodyBytes, frameBytes),
      admitRequest: (request) => this.#inner.admitRequest(request, performance.now()),
      admitAnswer: (answer) => this.#inner.admitAnswer(answer),
      ownName: (envelope) => void this.#twins.heardEnvelope(envelope, performance.now()),
      deliver: (message) => this.#run(this.#inner.deliver(message, performance.now())),
    })
    this.#runner = new EffectRunner(connection, options.keyStore, this.#keys, options.pool, {
      awaits: (id, token) => this.#inner.awaits(id, token),
      computed: (id, token, computed) => this.#run(this.#inner.computed(id, token, computed, performance.now())),
      stored: (id, token, ok) => this.#run(this.#inner.stored(id, token, ok, performance.now())),
      recalled: (keyId, found) => this.#run(this.#inner.recalled(keyId, found, performance.now())),
      activated: (keyId, ok) => this.#run(this.#inner.activated(keyId, ok, performance.now())),
      event: (event) => this.#event(event),
      dropped: (reason) => this.#inbox.drop(reason),
      transcript: (bytes, info) => resolved.transcripts?.(bytes, info),
    })
    this.#instructor = new Instructor({
      settings,
      inner: this.#inner,
      keys: this.#keys,
      run: (effects) => this.#run(effects),
      closing: () => this.#closing !== null,
      // The process must live until the deadline, even if nothing else keeps it alive.
      began: () => this.#ticker.update(),
    })
    this.#operators = new Operators({
      ...settings,
      operators: resolved.operators,
      dropped: (reason) => this.#inbox.drop(reason),
      refused: (event) => this.#event(event),
      obey: (order) => this.#instructor.obey(order),
    })
    this.#readiness = new Readiness({
      ...settings,
      publish: (to, bytes) => this.#publish('ReadyToKeygen', to, bytes),
      onOwn: (nonce) => this.#twins.announced(nonce),
      onSelf: (message) => this.#twins.heardReady(message, performance.now()),
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
  keygen(request: KeygenRequest): Promise<KeygenOutcome> {
    return this.#instructor.keygen(request)
  }

  /**
   * A signing whose key's keygen is still running here waits for it.
   *
   * @throws (rejects with) as keygen, and ERR_UNKNOWN_KEY, ERR_KEY_NOT_ACTIVE, ERR_TOO_FEW_SIGNERS, ERR_TOO_LARGE, ERR_STORE
   */
  sign(request: SignRequest): Promise<SignOutcome> {
    return this.#instructor.sign(request)
  }

  /**
   * Makes nonces ahead for FROST, `count` pairs a signer: slots 0..count-1, which `sign()` then names to sign in one round. They live in memory, each
   * is destroyed when it is first named, and a node that does not have one signs in two rounds.
   *
   * @throws (rejects with) as sign, and ERR_PROTOCOL_MISMATCH
   */
  preprocess(request: PreprocessRequest): Promise<PreprocessOutcome> {
    return this.#instructor.preprocess(request)
  }

  /** What is under way here, by ceremony id: whom each stage waits for, and by whose instruction. */
  ceremonies(): readonly OpenCeremony[] {
    return this.#inner.progress().map((ceremony) => ({
      ...ceremony,
      instructedBy: this.#operators.instructed(ceremony.ceremonyId) ?? 'application',
    }))
  }

  /**
   * Resolves when all have announced that they may be instructed and this node heard it.
   *
   * @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_UNKNOWN_VALIDATOR, ERR_ABORTED, ERR_CLOSED
   */
  async waitUntilReady(participants: readonly ValidatorId[], options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#instructor.assertOpen()
    const ids = readValidators(participants, 'participants', this.#resolved.settings.roster)
    await this.#readiness.wait(ids, signalOf(options))
  }

  /**
   * Makes a pending key active: needs every participant's valid certificate over this node's own record.
   *
   * @throws (rejects with) ERR_UNKNOWN_KEY, ERR_INVALID_ARGUMENT with the first bad certificate as `field`, ERR_STORE, ERR_CLOSED
   */
  async activate(keyId: KeyId, certificates: ReadonlyMap<ValidatorId, Uint8Array>): Promise<KeyInfo> {
    this.#instructor.assertOpen()
    const { info, changed } = await this.#keys.activate(keyId, certificates)
    this.#inner.active(keyId)
    if (changed) this.#event({ type: 'keyReady', keyId })
    return info
  }

  /** Pending keys too; null when this node has none of that id. */
  async key(keyId: KeyId): Promise<KeyInfo | null> {
    this.#instructor.assertOpen()
    return this.#keys.info(keyId)
  }

  async keys(): Promise<readonly KeyInfo[]> {
    this.#instructor.assertOpen()
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
    if (graceMs > 0 && this.#inner.open > 0) await this.#instructor.untilIdle(graceMs)
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

  #listen(): void {
    this.#hear('P2PIncoming', (bytes, junk) => this.#inbox.receive(bytes, junk))
    this.#hear('ReadyToKeygen', (bytes, junk) => {
      if (this.#readiness.receive(bytes) !== 'refused') return
      this.#inbox.drop('malformed')
      junk()
    })
    this.#hear('MultisigInstruction', (bytes) => this.#operators.receive(bytes))
    // The bus is all that can fail at closing, and nobody is there to be told.
    this.#forgetSignal = onAbort(this.#options.signal, () => void this.close().catch((error: unknown) => warn('closing failed', error)))
    this.#readiness.announce()
    this.#event({ type: 'readyToKeygen', validator: this.#resolved.settings.self })
    this.#ticker.start()
    void this.#runner.recallAll()
  }

  /** What speaks another version goes no further, nor what comes from a peer that has sent nothing but junk. */
  #hear(subject: SubscribeSubject, handler: (bytes: Uint8Array, junk: () => void) => void): void {
    const { roster } = this.#resolved.settings
    this.#connection.subscribe(subject, (bytes: Uint8Array, from?: ValidatorId) => {
      const [version] = bytes
      const peer = from !== undefined && roster.has(from) ? from : null
      if (peer !== null && !this.#junk.tolerates(peer, performance.now())) return this.#inbox.drop('early-budget')
      if (version === WIRE_VERSION) return handler(bytes, () => (peer === null ? undefined : this.#junk.spend(peer, performance.now())))
      // Cheap to refuse, and not charged to the name: a broker's own answers look so, and a member can have them arrive under another's.
      this.#inbox.drop('version')
      if (version !== undefined && this.#versions.isNews(version, peer, performance.now()))
        this.#event({ type: 'unknownVersion', version, from: peer })
    })
  }

  #run(effects: readonly Effect[]): void {
    this.#runner.run(effects)
  }

  #event(event: InnerEvent): void {
    this.#hub.emit(event)
    if (event.type === 'stage') return
    this.#publish('MultisigEvent', null, eventBytes(event))
    const outcome = outcomeOf(event)
    if (outcome !== null) this.#ended(outcome)
  }

  #ended(outcome: AnyOutcome): void {
    this.#instructor.settle(outcome)
    if (this.#inner.open > 0) return
    this.#ticker.update()
    this.#instructor.idle()
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
