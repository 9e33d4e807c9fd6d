/** Carries out what the core asks for: sends, jobs, store requests. Each answer goes back in as an event; nothing here decides. */
import type { BusConnection } from '../bus/contract.ts'
import { wipe } from '../bytes.ts'
import type { Computed, DropReason, Effect } from '../ceremony/effects.ts'
import type { InnerEvent } from '../ceremony/outcome.ts'
import type { StoreRequest } from '../ceremony/step.ts'
import { QuorateError } from '../errors.ts'
import type { KeyStore } from '../keystore/contract.ts'
import { wipeResult } from '../pool/executor.ts'
import type { KernelPool } from '../pool/index.ts'
import type { CeremonyId } from '../wire/message.ts'

type ComputeEffect = Extract<Effect, { type: 'compute' }>

/** A refused job waits for one of ours to end, or for this long when none is under way: the pool may be busy with another node's work. */
const BUSY_RETRY_MS = 5

export interface EffectHandlers {
  /** whether the ceremony still waits for the answer to this request */
  awaits(id: CeremonyId, token: number): boolean
  computed(id: CeremonyId, token: number, computed: Computed): void
  stored(id: CeremonyId, token: number, ok: boolean): void
  event(event: InnerEvent): void
  dropped(reason: DropReason): void
}

export class EffectRunner {
  readonly #connection: BusConnection
  readonly #keyStore: KeyStore
  readonly #pool: KernelPool
  readonly #handlers: EffectHandlers
  /** jobs that the pool had no room for, in order; at most one an open ceremony */
  readonly #waiting: ComputeEffect[] = []
  #retry: NodeJS.Timeout | null = null
  #bytesOut = 0
  #closed = false

  constructor(connection: BusConnection, keyStore: KeyStore, pool: KernelPool, handlers: EffectHandlers) {
    this.#connection = connection
    this.#keyStore = keyStore
    this.#pool = pool
    this.#handlers = handlers
  }

  get bytesOut(): number {
    return this.#bytesOut
  }

  run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#runOne(effect)
  }

  close(): void {
    this.#closed = true
    this.#waiting.length = 0
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  #runOne(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#bytesOut += effect.bytes.length
        this.#attempt(() => this.#connection.publish('P2P', effect.to, effect.bytes))
        return
      case 'compute':
        // Behind those that wait already, so that none starves.
        if (this.#waiting.length > 0) this.#waiting.push(effect)
        else void this.#compute(effect)
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
      case 'internalError':
        warn(`ceremony ${effect.ceremonyId} ended by an internal error`, effect.error)
        return
    }
  }

  async #compute(effect: ComputeEffect): Promise<void> {
    const { ceremonyId, token, job } = effect
    // A job that had to wait may have lost its ceremony, and its arguments are wiped then.
    if (!this.#handlers.awaits(ceremonyId, token)) return
    try {
      const result: unknown = await this.#pool.run(job.name, job.args)
      if (this.#handlers.awaits(ceremonyId, token)) this.#handlers.computed(ceremonyId, token, { ok: true, result })
      else wipeResult({ type: 'job', ...job }, result)
    } catch (error) {
      if (!this.#handlers.awaits(ceremonyId, token)) return
      if (error instanceof QuorateError && error.code === 'ERR_POOL_BUSY') {
        this.#waiting.push(effect)
        this.#retry ??= setTimeout(() => this.#retryWaiting(), BUSY_RETRY_MS)
        return
      }
      warn(`job ${job.name} of ceremony ${ceremonyId} failed`, error)
      this.#handlers.computed(ceremonyId, token, { ok: false })
    }
  }

  #retryWaiting(): void {
    this.#retry = null
    for (const effect of this.#waiting.splice(0)) void this.#compute(effect)
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

  /** A bus that refuses a message has lost it: the protocol survives that like any loss. */
  #attempt(send: () => void): void {
    try {
      send()
    } catch (error) {
      warn('the bus refused a message', error)
    }
  }
}

/** Operators see it on stderr or through `process.on('warning')`; messages of QuorateError hold no secrets, others are not shown. */
export function warn(what: string, error: unknown): void {
  const why = error instanceof QuorateError ? `${error.code} ${error.message}` : error instanceof Error ? error.name : typeof error
  process.emitWarning(`${what}: ${why}`, 'QuorateWarning')
}
