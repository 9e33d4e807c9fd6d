/**
 * The way of this node's jobs to the pool: in order, a bounded number at a time, and patient when the pool is full of other nodes' work. A job
 * whose ceremony has ended meanwhile is not started (its arguments are wiped), and a result that nobody waits for any more is wiped.
 */
import type { Effect } from '../ceremony/effects.ts'
import { QuorateError } from '../errors.ts'
import { type KernelPool, wipeResult } from '../pool/index.ts'

export type ComputeEffect = Extract<Effect, { type: 'compute' }>

/** Keeps many threads busy, and leaves a shared pool's queue (1,024 by default) room for a dozen nodes. */
const MAX_IN_FLIGHT = 64
/** Only when none of our own jobs is under way, whose end would be the time to try again. */
const BUSY_RETRY_MS = 5

export interface JobQueueHandlers {
  /** whether the ceremony still waits for the answer to this request */
  awaits(effect: ComputeEffect): boolean
  finished(effect: ComputeEffect, result: unknown): void
  failed(effect: ComputeEffect, error: unknown): void
}

export class JobQueue {
  readonly #pool: KernelPool
  readonly #handlers: JobQueueHandlers
  /** at most one job an open ceremony */
  #waiting: ComputeEffect[] = []
  #inFlight = 0
  /** the pool was full; set until one of our jobs ends or the timer fires */
  #blocked = false
  #retry: NodeJS.Timeout | null = null

  constructor(pool: KernelPool, handlers: JobQueueHandlers) {
    this.#pool = pool
    this.#handlers = handlers
  }

  submit(effect: ComputeEffect): void {
    this.#waiting.push(effect)
    this.#pump()
  }

  close(): void {
    this.#waiting = []
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  #pump(): void {
    while (!this.#blocked && this.#inFlight < MAX_IN_FLIGHT) {
      const effect = this.#waiting.shift()
      if (effect === undefined) return
      if (this.#handlers.awaits(effect)) void this.#run(effect)
    }
  }

  async #run(effect: ComputeEffect): Promise<void> {
    this.#inFlight += 1
    const settled = await this.#pool.run(effect.job.name, effect.job.args).then(
      (result: unknown) => ({ ok: true as const, result }),
      (error: unknown) => ({ ok: false as const, error }),
    )
    this.#inFlight -= 1
    if (!settled.ok && settled.error instanceof QuorateError && settled.error.code === 'ERR_POOL_BUSY') {
      this.#postpone(effect)
      return
    }
    this.#blocked = false
    this.#answer(effect, settled)
    this.#pump()
  }

  #postpone(effect: ComputeEffect): void {
    this.#waiting.unshift(effect)
    this.#blocked = true
    if (this.#inFlight > 0 || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#blocked = false
      this.#pump()
    }, BUSY_RETRY_MS)
  }

  #answer(effect: ComputeEffect, settled: { ok: true; result: unknown } | { ok: false; error: unknown }): void {
    if (!this.#handlers.awaits(effect)) {
      if (settled.ok) wipeResult({ type: 'job', ...effect.job }, settled.result)
    } else if (settled.ok) this.#handlers.finished(effect, settled.result)
    else this.#handlers.failed(effect, settled.error)
  }
}
