/**
 * What the pool offers: the kernel's operations as promises, and what it tells about itself. pool/ may import crypto/ (the jobs), kernel/,
 * `errors` and `bytes`.
 */
import type { Kernel, KernelInfo, KernelOperation } from '../kernel/contract.ts'

/** The same operations, arguments and bytes, as promises. Inputs are copied before the call returns. */
export type AsyncKernel = {
  readonly [P in KernelOperation]: Kernel[P] extends (...a: infer A) => infer R ? (...a: A) => Promise<R> : never
} & { readonly info: KernelInfo }

export interface PoolOptions {
  /** threads, 0..64, default max(1, cores - 1); 0 computes everything on the calling thread */
  workers?: number
  /** default 'auto': the fastest WebAssembly kernel that runs here */
  kernel?: 'auto' | 'integer' | 'fma' | 'baseline'
  /** work that waits, 1..1,000,000, default 1024; beyond it ERR_POOL_BUSY */
  maxQueue?: number
  /** work expected to take fewer microseconds runs on the calling thread, 0..1,000,000,000, default 150 */
  inlineBelowMicros?: number
  /** aborting it while the pool starts rejects with ERR_ABORTED, later it closes the pool */
  signal?: AbortSignal
}

export interface PoolStats {
  /** threads alive, or being started in the place of a lost one */
  workers: number
  /** waiting, for a thread or for the calling thread's next turn */
  queued: number
  /** on a thread now */
  running: number
  /** ended, with a result or an error of the work itself */
  completed: number
  /** of these, on the calling thread */
  inline: number
  /** threads that ended by themselves and were replaced */
  lostWorkers: number
  /** 0..1: the threads' (no threads: the calling thread's) share of time spent computing, since the start */
  utilization: number
  /** from start to result, the crossing included */
  runMs: { p50: number; p99: number }
  waitMs: { p50: number; p99: number }
}
