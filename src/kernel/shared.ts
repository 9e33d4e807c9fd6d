/**
 * The kernel of the synchronous parts of the public list, which take no kernel and no pool: `verifySignature`, `verifyEvidence`, `quorate/frost`.
 * May import the back ends and `errors`.
 */
import { QuorateError } from '../errors.ts'
import { createBaselineKernel } from './baseline/index.ts'
import type { Kernel } from './contract.ts'
import { selectKernel } from './wasm/index.ts'

/** The same variable that a node's configuration reads, so that it forces one kernel on all of a process. */
const VARIABLE = 'QUORATE_KERNEL'

let shared: Kernel | null = null

/**
 * This thread's kernel, made at the first call.
 *
 * @throws ERR_KERNEL_INTEGRITY, ERR_KERNEL_UNAVAILABLE, and ERR_CONFIG with field `kernel` when the variable names no kernel
 */
export function sharedKernel(): Kernel {
  shared ??= kernelNamed(process.env[VARIABLE] ?? 'auto')
  return shared
}

function kernelNamed(name: string): Kernel {
  switch (name) {
    case 'baseline':
      return createBaselineKernel()
    case 'auto':
    case 'integer':
    case 'fma':
      return selectKernel(name).kernel
    default:
      throw new QuorateError('ERR_CONFIG', {
        field: 'kernel',
        message: `must be auto, baseline, integer or fma (from the environment variable ${VARIABLE})`,
      })
  }
}
