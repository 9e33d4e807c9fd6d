/** Carries out what the core asks for: sends, jobs, store requests. Each answer goes back in as an event; nothing here decides. */
import type { BusConnection } from '../bus/contract.ts'
import { wipe } from '../bytes.ts'
import type { Computed, DropReason, Effect, TranscriptInfo } from '../ceremony/effects.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { StoreRequest } from '../ceremony/step.ts'
import type { KeyStore } from '../keystore/contract.ts'
import type { KernelPool } from '../pool/index.ts'
import type { CeremonyId } from '../wire/message.ts'
import { JobQueue } from './job-queue.ts'
import type { KeyRing } from './key-ring.ts'
import type { RecalledKey } from './pending-keys.ts'
import { warn } from './warn.ts'

export interface EffectHandlers {
  /** whether the ceremony still waits for the answer to this request */
  awaits(id: CeremonyId, token: number): boolean
  computed(id: CeremonyId, token: number, computed: Computed): void
  stored(id: CeremonyId, token: number, ok: boolean): void
  recalled(keyId: KeyId, found: RecalledKey | null): void
  activated(keyId: KeyId, ok: boolean): void
  event(event: InnerEvent): void
  dropped(reason: DropReason): void
  transcript(bytes: Uint8Array, info: TranscriptInfo): void
}

export class EffectRunner {
  readonly #connection: BusConnection
  readonly #keyStore: KeyStore
  readonly #keys: KeyRing
  readonly #jobs: JobQueue
  readonly #handlers: EffectHandlers
  #bytesOut = 0
  #closed = false

  constructor(connection: BusConnection, keyStore: KeyStore, keys: KeyRing, pool: KernelPool, handlers: EffectHandlers) {
    this.#connection = connection
    this.#keyStore = keyStore
    this.#keys = keys
    this.#handlers = handlers
    this.#jobs = new JobQueue(pool, {
      awaits: ({ ceremonyId, token }) => handlers.awaits(ceremonyId, token),
      finished: ({ ceremonyId, token }, result) => handlers.computed(ceremonyId, token, { ok: true, result }),
      failed: ({ ceremonyId, token, job }, error) => {
        warn(`job ${job.name} of ceremony ${ceremonyId} failed`, error)
        handlers.computed(ceremonyId, token, { ok: false })
      },
    })
  }

  get bytesOut(): number {
    return this.#bytesOut
  }

  run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#runOne(effect)
  }

  /** At start: every key of the store, one after another, since each is decrypted for it. Never rejects. */
  async recallAll(): Promise<void> {
    const ids = await this.#keys.ids().catch((error: unknown) => {
      warn('the key store gave no list of its keys', error)
      return []
    })
    for (const keyId of ids) {
      if (this.#closed) return
      await this.#recall(keyId)
    }
  }

  close(): void {
    this.#closed = true
    this.#jobs.close()
  }

  #runOne(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#bytesOut += effect.bytes.length
        this.#attempt('the bus refused a message', () => this.#connection.publish('P2P', effect.to, effect.bytes))
        return
      case 'compute':
        this.#jobs.submit(effect)
        return
      case 'store':
        void this.#store(effect.ceremonyId, effect.token, effect.request)
        return
      case 'recall':
        void this.#recall(effect.keyId)
        return
      case 'activate':
        void this.#activate(effect.keyId, effect.certificates)
        return
      case 'event':
        this.#handlers.event(effect.event)
        return
      case 'dropped':
        this.#handlers.dropped(effect.reason)
        return
      case 'transcript':
        this.#attempt('its receiver failed to take a transcript', () => this.#handlers.transcript(effect.bytes, effect.info))
        return
      case 'idsJumped':
        warn(`the ceremony id jumped to ${effect.ceremonyId}: every id far below it is used up`)
        return
      case 'internalError':
        warn(`ceremony ${effect.ceremonyId} ended by an internal error`, effect.error)
        return
    }
  }

  /** Never rejects. */
  async #store(id: CeremonyId, token: number, request: StoreRequest): Promise<void> {
    const ok = await this.#request(request).then(
      () => true,
      (error: unknown) => {
        warn(`store request ${request.operation} of ceremony ${id} failed`, error)
        return false
      },
    )
    if (!this.#closed) this.#handlers.stored(id, token, ok)
  }

  /** Never rejects. A key that cannot be read is none: whoever uses it is told why. */
  async #recall(keyId: KeyId): Promise<void> {
    const found = await this.#keys.recall(keyId).catch((error: unknown) => {
      warn(`key ${keyId} could not be read`, error)
      return null
    })
    if (!this.#closed) this.#handlers.recalled(keyId, found)
  }

  /** Never rejects. */
  async #activate(keyId: KeyId, certificates: Uint8Array): Promise<void> {
    const ok = await this.#request({ operation: 'activate', keyId, certificates }).then(
      () => true,
      (error: unknown) => {
        warn(`key ${keyId} could not be made active`, error)
        return false
      },
    )
    if (!this.#closed) this.#handlers.activated(keyId, ok)
  }

  /** Async, so that a store that throws instead of rejecting is one that failed. */
  async #request(request: StoreRequest): Promise<void> {
    switch (request.operation) {
      case 'reserve':
        return await this.#keyStore.reserveCeremonyId(request.ceremonyId)
      case 'putPending':
        try {
          return await this.#keyStore.putPending(request.keyId, request.record)
        } finally {
          wipe(request.record)
        }
      case 'activate':
        return await this.#keyStore.activate(request.keyId, request.certificates)
    }
  }

  /** A bus that refuses a message has lost it, and the protocol survives that like any loss; a transcript is nothing that a ceremony depends on. */
  #attempt(failure: string, give: () => void): void {
    try {
      give()
    } catch (error) {
      warn(failure, error)
    }
  }
}
