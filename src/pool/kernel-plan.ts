/** Which kernel the pool's threads run, in a form that crosses to them: the module is compiled once and instantiated by each. */
import { createBaselineKernel } from '../kernel/baseline/index.ts'
import type { Kernel } from '../kernel/contract.ts'
import { type CompiledKernel, instantiateKernel, selectKernel } from '../kernel/wasm/index.ts'
import type { KernelChoice } from './options.ts'

/** null: the baseline */
export interface KernelPlan {
  readonly compiled: CompiledKernel | null
}

export interface PlannedKernel {
  readonly plan: KernelPlan
  /** the calling thread's, made when the module was chosen */
  readonly kernel: Kernel
}

/** @throws ERR_KERNEL_UNAVAILABLE, ERR_KERNEL_INTEGRITY */
export function planKernel(choice: KernelChoice): PlannedKernel {
  if (choice === 'baseline') return { plan: { compiled: null }, kernel: createBaselineKernel() }
  const { compiled, kernel } = selectKernel(choice)
  return { plan: { compiled }, kernel }
}

/** @throws ERR_KERNEL_INTEGRITY */
export function instantiate(plan: KernelPlan): Kernel {
  return plan.compiled === null ? createBaselineKernel() : instantiateKernel(plan.compiled)
}
