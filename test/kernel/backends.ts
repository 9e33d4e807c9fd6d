/**
 * The back ends of the suites: what the package offers, with both modules of the WebAssembly kernel, and `@noble/curves` as the judge of the
 * baseline.
 */
import '../helpers/relaxed-simd.ts'
import { createBaselineKernel, loadWasmKernel } from '../../src/kernel/index.ts'
import { KernelPool, type PoolOptions } from '../../src/pool/index.ts'
import type { AnyKernel, Backend } from './conformance.ts'
import { createNobleKernel } from './noble.ts'

function synchronous(name: string, kernel: AnyKernel): Backend {
  return { name, kernel, close: async () => {} }
}

/** All work on threads, or where the pool thinks best. */
async function pool(name: string, options: PoolOptions): Promise<Backend> {
  const made = await KernelPool.create({ workers: 2, ...options })
  return { name, kernel: made.kernel, close: () => made.close() }
}

/** All of the package but the baseline. */
async function fastBackends(): Promise<Backend[]> {
  return [
    synchronous('wasm integer', await loadWasmKernel({ kernel: 'integer' })),
    synchronous('wasm fma', await loadWasmKernel({ kernel: 'fma' })),
    await pool('pool, integer', { kernel: 'integer' }),
    await pool('pool, fma, all on threads', { kernel: 'fma', inlineBelowMicros: 0 }),
  ]
}

/** What must agree with the baseline. */
export async function conformanceBackends(): Promise<Backend[]> {
  return [synchronous('noble', createNobleKernel()), ...(await fastBackends())]
}

/** What must refuse bad arguments in the same words. */
export async function productBackends(): Promise<Backend[]> {
  return [synchronous('baseline', createBaselineKernel()), ...(await fastBackends())]
}
