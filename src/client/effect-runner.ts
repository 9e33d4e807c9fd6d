/** Carries out what the core asks for: sends, jobs, store requests. Each answer goes back in as an event; nothing here decides. */
import type { BusConnection } from '../bus/contract.ts'
import { wipe } from '../bytes.ts'
import type { Computed, DropReason, Effect, TranscriptInfo } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { StoreRequest } from '../ceremony/step.ts'
import type { KeyStore } from '../keystore/contract.ts'
import type { KernelPool } from '../pool/index.ts'
import type { CeremonyId } from '../wire/message.ts'
import { JobQueue } from './job-queue.ts'
import { warn } from './warn.ts'

export interface EffectHandlers {
  /** whether the ceremony still waits for the answer to this request */
  awaits(id: CeremonyId, token: number): boolean
  computed(id: CeremonyId, token: number, computed: Computed): void
  stored(id: CeremonyId, token: number, ok: boolean): void
  event(event: InnerEvent): void
  dropped(reason: DropReason): void
  transcript(bytes: Uint8Array, info: TranscriptInfo): void
}

export class EffectRunner {
  readonly #connection: BusConnection
  readonly #keyStore: KeyStore
  readonly #jobs: JobQueue
  readonly #handlers: EffectHandlers
  #bytesOut = 0
  #closed = false

  constructor(connection: BusConnection, keyStore: KeyStore, pool: KernelPool, handlers: EffectHandlers) {
    this.#connection = connection
    this.#keyStore = keyStore
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
