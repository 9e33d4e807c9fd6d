/**
 * The WebAssembly back end: compile once (`compileKernelModule`, its result crosses to workers), instantiate in every thread
 * (`instantiateKernel`), or both (`loadWasmKernel`). May import only the contract, the shared argument checks, `errors` and `bytes`.
 */
import { invalidArgument, QuorateError } from '../../errors.ts'
import type { Kernel } from '../contract.ts'
import { encodings } from './encodings.ts'
import { exponentOperations } from './exponent.ts'
import { KernelInstance } from './instance.ts'
import { type CompiledKernel, compileKernelModule, compileKernelModuleSync } from './module.ts'
import { multiplications } from './multiples.ts'
import { scalarOperations } from './scalars.ts'
import { selfTest } from './self-test.ts'
import { signatureOperations } from './signatures.ts'

export { type CompiledKernel, compileKernelModule } from './module.ts'

/** The operations over an instance, without the self-test. */
export function kernelOver(instance: KernelInstance): Omit<Kernel, 'info'> {
  const multiples = multiplications(instance)
  return {
    ...multiples,
    ...exponentOperations(instance, multiples),
    ...scalarOperations(instance),
    ...encodings(instance),
    ...signatureOperations(instance),
  }
}

/**
 * A kernel with a memory of its own (10.6 MiB): builds its tables and runs the known-answer self-test, a few milliseconds.
 *
 * @throws ERR_KERNEL_INTEGRITY
 */
export function instantiateKernel(compiled: CompiledKernel): Kernel {
  const start = performance.now()
  const instance = new KernelInstance(compiled)
  const operations = kernelOver(instance)
  selfTest(operations)
  const info = {
    name: 'integer',
    wasmSha256: compiled.sha256,
    tablesBytes: instance.exports.tablesBytes(),
    initMs: performance.now() - start,
  } as const
  return { info, ...operations }
}

/**
 * @throws ERR_KERNEL_INTEGRITY when the .wasm file is not the one that was built or computes wrongly, ERR_KERNEL_UNAVAILABLE when a kernel is
 * asked for that this machine or version does not have, ERR_INVALID_ARGUMENT with field `options` or `kernel`
 */
export async function loadWasmKernel(options: { readonly kernel?: 'auto' | 'integer' | 'fma' } = {}): Promise<Kernel> {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { kernel: choice = 'auto' } = options
  switch (choice) {
    case 'auto':
    case 'integer':
      return instantiateKernel(await compileKernelModule())
    case 'fma':
      throw new QuorateError('ERR_KERNEL_UNAVAILABLE', { field: 'kernel' })
    default:
      choice satisfies never
      throw invalidArgument('kernel', 'must be auto, integer or fma')
  }
}

let shared: Kernel | null = null

/** This thread's kernel, made at the first call: for the synchronous parts of the public list. @throws ERR_KERNEL_INTEGRITY */
export function sharedKernel(): Kernel {
  shared ??= instantiateKernel(compileKernelModuleSync())
  return shared
}
