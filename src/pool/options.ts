/** Checks the pool's options and fills in what is not given. */
import { availableParallelism } from 'node:os'
import { assertInteger } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import type { PoolOptions } from './contract.ts'

export const MAX_WORKERS = 64
export const MAX_QUEUE = 1_000_000
export const MAX_INLINE_MICROS = 1_000_000_000
export const KERNEL_CHOICES = ['auto', 'integer', 'fma', 'baseline'] as const

export type KernelChoice = (typeof KERNEL_CHOICES)[number]

export interface ResolvedPoolOptions {
  readonly workers: number
  readonly kernel: KernelChoice
  readonly maxQueue: number
  readonly inlineBelowMicros: number
  readonly signal: AbortSignal | null
}

/**
 * A round trip to a thread costs 20 to 90 us, about a third of it on the calling thread, and the thread's answer waits for the event loop.
 * Below this figure the crossing costs more than it takes off the calling thread.
 */
const INLINE_BELOW_MICROS = 150

/** @throws ERR_INVALID_ARGUMENT with the option's name as `field` */
export function resolveOptions(options: PoolOptions): ResolvedPoolOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  // One core is left to the calling thread: it opens, routes and sends.
  const { workers = Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1)), kernel = 'auto', maxQueue = 1024 } = options
  const { inlineBelowMicros = INLINE_BELOW_MICROS, signal } = options
  assertInteger(workers, 'workers', 0, MAX_WORKERS)
  if (!KERNEL_CHOICES.includes(kernel)) throw invalidArgument('kernel', `must be one of ${KERNEL_CHOICES.join(', ')}`)
  assertInteger(maxQueue, 'maxQueue', 1, MAX_QUEUE)
  assertInteger(inlineBelowMicros, 'inlineBelowMicros', 0, MAX_INLINE_MICROS)
  if (signal !== undefined) assertSignal(signal)
  return { workers, kernel, maxQueue, inlineBelowMicros, signal: signal ?? null }
}

export function assertSignal(signal: unknown): asserts signal is AbortSignal {
  if (!(signal instanceof AbortSignal)) throw invalidArgument('signal', 'must be an AbortSignal')
}
