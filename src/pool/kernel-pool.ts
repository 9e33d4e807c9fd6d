/** The pool: the kernel's operations and the ceremonies' jobs, off the calling thread where that pays. */

import type { JobArgs, JobName, JobResult } from '../crypto/jobs/contract.ts'
import { jobs } from '../crypto/jobs/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { Kernel, KernelOperation } from '../kernel/contract.ts'
import { asyncKernel, type SubmitOperation } from './async-kernel.ts'
import type { AsyncKernel, PoolOptions, PoolStats } from './contract.ts'
import { Dispatcher } from './dispatcher.ts'
import { Executor } from './executor.ts'
import { instantiate, planKernel } from './kernel-plan.ts'
import { assertSignal, resolveOptions } from './options.ts'
import type { RunListener } from './statistics.ts'
import { ThreadPool } from './thread-pool.ts'
import { registerThreads } from './threads.ts'

/**
 * Every promise of the pool rejects with QuorateError only: the work's own errors as the synchronous kernel throws them (ERR_INVALID_ARGUMENT
 * with `field`), ERR_POOL_BUSY when the queue is full, ERR_ABORTED, ERR_WORKER_LOST when the thread ended under the work (nothing is retried),
 * ERR_POOL_CLOSED.
 */
export class KernelPool implements AsyncDisposable {
  readonly kernel: AsyncKernel
  readonly #dispatcher: Dispatcher
  readonly #unlisten: () => void

  /** @throws ERR_INVALID_ARGUMENT with the option as `field`; ERR_KERNEL_UNAVAILABLE, ERR_KERNEL_INTEGRITY, ERR_WORKER_LOST, ERR_ABORTED */
  static async create(options: PoolOptions = {}): Promise<KernelPool> {
    const resolved = resolveOptions(options)
    assertNotAborted(resolved.signal)
    const { plan, kernel } = planKernel(resolved.kernel)
    const { info } = kernel
    const executor = new Executor(() => instantiate(plan), kernel)
    const threads = resolved.workers === 0 ? null : await ThreadPool.start(resolved.workers, plan)
    try {
      assertNotAborted(resolved.signal)
    } catch (error) {
      await threads?.destroy()
      throw error
    }
    const pool = new KernelPool(new Dispatcher(executor, threads, resolved), info, resolved.signal)
    registerThreads(pool, () => threads?.threads ?? [])
    return pool
  }

  private constructor(dispatcher: Dispatcher, info: AsyncKernel['info'], signal: AbortSignal | null) {
    this.#dispatcher = dispatcher
    this.kernel = asyncKernel(info, this.#submitOperation(null))
    const close = (): void => {
      void this.close()
    }
    signal?.addEventListener('abort', close, { once: true })
    this.#unlisten = () => signal?.removeEventListener('abort', close)
  }

  /**
   * The same operations bound to a signal: aborting rejects with ERR_ABORTED. Work that waits is taken out of the queue; work that runs runs
   * on, and its result is wiped.
   *
   * @throws ERR_INVALID_ARGUMENT with field `signal`
   */
  withSignal(signal: AbortSignal): AsyncKernel {
    assertSignal(signal)
    return asyncKernel(this.kernel.info, this.#submitOperation(signal))
  }

  /**
   * Runs a ceremony's job. Secrets in the result are the caller's to wipe; the pool wipes its own copies of those in the arguments.
   *
   * @throws (rejects with) ERR_INVALID_ARGUMENT with field `name`, `options`, `signal`, `args` or the path in it
   * @internal
   */
  async run<N extends JobName>(name: N, args: JobArgs<N>, options: { readonly signal?: AbortSignal } = {}): Promise<JobResult<N>> {
    if (!Object.hasOwn(jobs, name)) throw invalidArgument('name', 'must be the name of a job')
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    const { signal } = options
    if (signal !== undefined) assertSignal(signal)
    return (await this.#dispatcher.submit({ type: 'job', name, args }, signal ?? null)) as JobResult<N>
  }

  stats(): PoolStats {
    return this.#dispatcher.stats()
  }

  /**
   * For metrics: one listener, told of all that runs from now on.
   *
   * @throws ERR_INVALID_ARGUMENT with field `listener`
   * @internal
   */
  listen(listener: RunListener): void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'must be a function')
    this.#dispatcher.listen(listener)
  }

  /** Refuses what waits with ERR_POOL_CLOSED, waits for what runs, ends the threads. Closing twice is closing once. */
  close(): Promise<void> {
    this.#unlisten()
    return this.#dispatcher.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #submitOperation(signal: AbortSignal | null): SubmitOperation {
    return async <N extends KernelOperation>(name: N, args: Parameters<Kernel[N]>) =>
      (await this.#dispatcher.submit({ type: 'operation', name, args }, signal)) as ReturnType<Kernel[N]>
  }
}

function assertNotAborted(signal: AbortSignal | null): void {
  if (signal?.aborted === true) throw new QuorateError('ERR_ABORTED')
}
