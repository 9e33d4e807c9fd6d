/** Which kernel the pool's threads run, in a form that crosses to them: the module is compiled once and instantiated by each. */
import { QuorateError } from '../errors.ts'
import { createBaselineKernel } from '../kernel/baseline/index.ts'
import type { Kernel } from '../kernel/contract.ts'
import { type CompiledKernel, compileKernelModule, instantiateKernel } from '../kernel/wasm/index.ts'
import type { KernelChoice } from './options.ts'

/** null: the baseline */
export interface KernelPlan {
  readonly compiled: CompiledKernel | null
}

/** @throws ERR_KERNEL_UNAVAILABLE, ERR_KERNEL_INTEGRITY */
export async function planKernel(choice: KernelChoice): Promise<KernelPlan> {
  switch (choice) {
    case 'baseline':
      return { compiled: null }
    case 'auto':
    case 'integer':
      return { compiled: await compileKernelModule() }
    case 'fma':
      // There is one WebAssembly kernel so far.
      throw new QuorateError('ERR_KERNEL_UNAVAILABLE', { field: 'kernel' })
  }
}

/** @throws ERR_KERNEL_INTEGRITY */
export function instantiate(plan: KernelPlan): Kernel {
  return plan.compiled === null ? createBaselineKernel() : instantiateKernel(plan.compiled)
}
