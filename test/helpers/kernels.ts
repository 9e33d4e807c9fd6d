/** The synchronous kernels that protocol tests run over. */
import { createBaselineKernel } from '../../src/kernel/baseline/index.ts'
import type { Kernel } from '../../src/kernel/contract.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'

export async function kernels(): Promise<Kernel[]> {
  return [createBaselineKernel(), sharedKernel()]
}
