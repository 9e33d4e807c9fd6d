/** The back ends of the suites: what the package offers, and `@noble/curves` as the judge of the baseline. */
import { createBaselineKernel, loadWasmKernel } from '../../src/kernel/index.ts'
import { KernelPool } from '../../src/pool/index.ts'
import type { AnyKernel, Backend } from './conformance.ts'
import { createNobleKernel } from './noble.ts'

function synchronous(name: string, kernel: AnyKernel): Backend {
  return { name, kernel, close: async () => {} }
}

/** All work on threads, or where the pool thinks best. */
async function pool(name: string, inlineBelowMicros?: number): Promise<Backend> {
  const made = await KernelPool.create(inlineBelowMicros === undefined ? { workers: 2 } : { workers: 2, inlineBelowMicros })
  return { name, kernel: made.kernel, close: () => made.close() }
}

/** All of the package but the baseline. */
async function fastBackends(): Promise<Backend[]> {
  return [
    synchronous('wasm integer', await loadWasmKernel({ kernel: 'integer' })),
    await pool('pool'),
    await pool('pool, all on threads', 0),
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
