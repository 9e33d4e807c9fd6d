/** The back ends of the suites: what the package offers, and `@noble/curves` as the judge of the baseline. */
import { createBaselineKernel } from '../../src/kernel/index.ts'
import type { AnyKernel, Backend } from './conformance.ts'
import { createNobleKernel } from './noble.ts'

function synchronous(name: string, kernel: AnyKernel): Backend {
  return { name, kernel, close: async () => {} }
}

/** All but the baseline, of the package. */
async function fastBackends(): Promise<Backend[]> {
  return []
}

/** What must agree with the baseline. */
export async function conformanceBackends(): Promise<Backend[]> {
  return [synchronous('noble', createNobleKernel()), ...(await fastBackends())]
}

/** What must refuse bad arguments in the same words. */
export async function productBackends(): Promise<Backend[]> {
  return [synchronous('baseline', createBaselineKernel()), ...(await fastBackends())]
}
