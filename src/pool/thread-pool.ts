/**
 * The threads, by way of Piscina: it starts them, replaces those that end, and wakes an idle one without an event-loop turn. What it is not used
 * for: its queue, because the pool must take queued work back and wipe it; and its abort, because that ends the thread a task runs on. A thread
 * costs tens of milliseconds to start again and the time of all the work that could have run on it, more than nearly every job costs to finish,
 * and a peer that can make us abort could make us do that over and over. So aborted work that runs runs on, and its result is dropped.
 */
import type { Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { QuorateError } from '../errors.ts'
import type { KernelPlan } from './kernel-plan.ts'
import { errorOf, type Request, type Response } from './work.ts'

const WORKER_FILE = new URL('./worker.js', import.meta.url).href
const PING_ID = -1
/** Attempts to start a missing thread, each waiting this much longer than the one before: given up after about a second. */
const REVIVAL_DELAY_MS = 20
const MAX_REVIVALS = 10

export class ThreadPool {
  readonly #piscina: Piscina<Request, Response>
  readonly #count: number
  #lost = 0
  #revivals = 0
  #destroying = false

  private constructor(count: number, plan: KernelPlan) {
    this.#count = count
    this.#piscina = new Piscina<Request, Response>({
      filename: WORKER_FILE,
      minThreads: count,
      maxThreads: count,
      concurrentTasksPerWorker: 1,
      // The pool bounds what waits: here it is only what waits for a lost thread's successor, never more than one a thread and some pings.
      maxQueue: Number.POSITIVE_INFINITY,
      recordTiming: false,
      workerData: plan,
      // Flags for the calling program (--input-type, --require, test runners' loaders) are not for a thread that runs one known file.
      execArgv: [],
    })
    // Told of a fault outside any work; the thread is replaced, and an 'error' event that nobody hears would end the process.
    this.#piscina.on('error', () => {})
    this.#piscina.on('workerCreate', () => {
      this.#revivals = 0
    })
    this.#piscina.on('workerDestroy', () => {
      if (this.#destroying) return
      this.#lost++
      setTimeout(() => this.#revive(), REVIVAL_DELAY_MS * this.#revivals)
    })
  }

  /**
   * Resolves when every thread has answered once: a missing file, too few resources or a bad kernel is an error now and not of the first work.
   *
   * @throws ERR_WORKER_LOST, ERR_KERNEL_INTEGRITY
   */
  static async start(count: number, plan: KernelPlan): Promise<ThreadPool> {
    const pool = new ThreadPool(count, plan)
    try {
      const pings = Array.from({ length: count }, () => pool.run({ id: PING_ID, work: { type: 'ping' } }, []))
      for (const { outcome } of await Promise.all(pings)) if (!outcome.ok) throw errorOf(outcome)
      return pool
    } catch (error) {
      await pool.destroy()
      throw error
    }
  }

  get threads(): readonly Worker[] {
    return this.#piscina.threads
  }

  /** threads that ended by themselves */
  get lost(): number {
    return this.#lost
  }

  /** @throws (rejects with) ERR_WORKER_LOST: the thread ended, whatever ended it; what it did until then is unknown */
  async run(request: Request, transfer: readonly ArrayBuffer[]): Promise<Response> {
    let response: Response
    try {
      response = await this.#piscina.run(request, { transferList: [...transfer] })
    } catch {
      throw new QuorateError('ERR_WORKER_LOST')
    }
    if (response.id !== request.id) throw new QuorateError('ERR_WORKER_LOST', { message: 'a worker answered other work' })
    return response
  }

  /**
   * Piscina replaces a thread that ends, but not one that ends before it was ready, and then work that waits for it waits for ever. A task that
   * finds no idle thread makes it start the missing one: one more task than there are threads. If that one does not start either, later ones may
   * (memory comes back); not so often that trying becomes the load, and not for ever with work waiting.
   */
  #revive(): void {
    if (this.#destroying || this.#piscina.threads.length >= this.#count) return
    if (++this.#revivals > MAX_REVIVALS) {
      this.#revivals = 0
      // With no thread at all, what waits is rejected; with some, they serve it. Either way later work tries anew.
      if (this.#piscina.threads.length === 0) void this.#piscina.destroy()
      return
    }
    const pings = this.#piscina.threads.length + 1
    for (let i = 0; i < pings; i++) this.run({ id: PING_ID, work: { type: 'ping' } }, []).catch(() => {})
  }

  /** Ends the threads and whatever runs on them. */
  async destroy(): Promise<void> {
    this.#destroying = true
    await this.#piscina.destroy()
  }
}
