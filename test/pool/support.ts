/** Pools that are closed after each test, and work to give them. */
import { afterEach, expect } from 'vitest'
import { loadWasmKernel } from '../../src/kernel/wasm/index.ts'
import type { PoolOptions } from '../../src/pool/contract.ts'
import { KernelPool } from '../../src/pool/kernel-pool.ts'

/** The synchronous kernel: what the pool must agree with. */
export const kernel = await loadWasmKernel()
const opened: KernelPool[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()))
})

export async function open(options: PoolOptions = {}): Promise<KernelPool> {
  const pool = await KernelPool.create({ workers: 1, inlineBelowMicros: 0, ...options })
  opened.push(pool)
  return pool
}

export const scalars = (count: number): Uint8Array =>
  Uint8Array.from({ length: 32 * count }, (_, i) => (i % 32 === 0 ? 0x7f : (i * 7 + 1) & 255))
/** Takes a thread long enough to be caught running: tens of milliseconds. */
export const long = (): Uint8Array => scalars(4_000)
/** As long, and never cut into pieces. */
export const longWhole = (): number[] => Array.from({ length: 1_500 }, (_, i) => i + 1)
export const nonceArgs = () => ({ suite: 'bip340', share: scalars(1), randomness: scalars(2) }) as const
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}
