/** Instances of a compiled module, one a thread. */
import { QuorateError } from '../../errors.ts'
import type { Kernel } from '../contract.ts'
import { encodings } from './encodings.ts'
import { exponentOperations } from './exponent.ts'
import { KernelInstance } from './instance.ts'
import type { CompiledKernel } from './module.ts'
import { multiplications } from './multiples.ts'
import { scalarOperations } from './scalars.ts'
import { selfTest } from './self-test.ts'
import { signatureOperations } from './signatures.ts'

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
  if (compiled.name === 'fma' && instance.exports.roundsOnce() !== 1) {
    throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the multiply-add of this machine rounds twice' })
  }
  const operations = kernelOver(instance)
  selfTest(operations)
  const info = {
    name: compiled.name,
    wasmSha256: compiled.sha256,
    tablesBytes: instance.exports.tablesBytes(),
    initMs: performance.now() - start,
  } as const
  return { info, ...operations }
}
