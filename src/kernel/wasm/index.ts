/**
 * The WebAssembly back end: choose and compile a module once (`selectKernel`, whose result crosses to workers), instantiate it in every thread
 * (`instantiateKernel`), or both (`loadWasmKernel`). May import only the contract, the shared argument checks, `errors` and `bytes`.
 */

import { invalidArgument } from '../../errors.ts'
import type { Kernel } from '../contract.ts'
import { selectKernel, type WasmKernelChoice } from './select.ts'

export { instantiateKernel, kernelOver } from './instantiate.ts'
export { type CompiledKernel, compileKernelModule } from './module.ts'
export { type SelectedKernel, selectKernel } from './select.ts'

/**
 * @throws ERR_KERNEL_INTEGRITY when the .wasm file is not the one that was built or computes wrongly, ERR_KERNEL_UNAVAILABLE when a kernel is
 * asked for that this machine or version does not have, ERR_INVALID_ARGUMENT with field `options` or `kernel`
 */
export async function loadWasmKernel(options: { readonly kernel?: WasmKernelChoice } = {}): Promise<Kernel> {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { kernel = 'auto' } = options
  return selectKernel(kernel).kernel
}
