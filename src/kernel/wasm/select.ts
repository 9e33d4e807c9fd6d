/**
 * Which module runs. `fma` computes exactly only where the multiply-add of relaxed SIMD rounds once, which the standard leaves to the machine, so it
 * is taken where the engine compiles it, a probe shows one rounding and the known answers come out; elsewhere `integer` is.
 */
import { invalidArgument, QuorateError } from '../../errors.ts'
import type { Kernel } from '../contract.ts'
import { instantiateKernel } from './instantiate.ts'
import { type CompiledKernel, compileKernelBytes, compileKernelModule, type ModuleName, readKernelBytes } from './module.ts'
import { webAssembly } from './webassembly.ts'

export type WasmKernelChoice = 'auto' | ModuleName

/** What this machine can do, as its engine and the instance of the module tell it. */
export interface Machine {
  validate(bytes: Uint8Array): boolean
  /** makes a kernel, or throws; see instantiateKernel */
  instantiate(compiled: CompiledKernel): Kernel
}

const thisMachine: Machine = { validate: (bytes) => webAssembly.validate(bytes), instantiate: instantiateKernel }

export interface SelectedKernel {
  /** for the other threads of this process: they run the same module */
  readonly compiled: CompiledKernel
  readonly kernel: Kernel
}

/**
 * @throws ERR_KERNEL_UNAVAILABLE when `fma` is asked for and this machine or version does not have it; ERR_KERNEL_INTEGRITY when a .wasm file is
 * not the one that was built, or `integer` computes wrongly; ERR_INVALID_ARGUMENT with field `kernel`
 */
export function selectKernel(choice: WasmKernelChoice, machine: Machine = thisMachine): SelectedKernel {
  switch (choice) {
    case 'integer':
      return selected(compileKernelModule('integer'), machine)
    case 'fma':
      return fma(machine)
    case 'auto':
      try {
        return fma(machine)
      } catch (error) {
        // Not ERR_KERNEL_INTEGRITY: an altered file is no reason to run another.
        if (!(error instanceof QuorateError) || error.code !== 'ERR_KERNEL_UNAVAILABLE') throw error
        return selectKernel('integer', machine)
      }
    default:
      choice satisfies never
      throw invalidArgument('kernel', 'must be auto, integer or fma')
  }
}

function selected(compiled: CompiledKernel, machine: Machine): SelectedKernel {
  return { compiled, kernel: machine.instantiate(compiled) }
}

/** @throws ERR_KERNEL_UNAVAILABLE, ERR_KERNEL_INTEGRITY */
function fma(machine: Machine): SelectedKernel {
  const bytes = readKernelBytes('fma')
  if (!machine.validate(bytes)) throw unavailable('this engine does not have relaxed SIMD')
  const compiled = compileKernelBytes('fma', bytes)
  try {
    return selected(compiled, machine)
  } catch (cause) {
    // The bytes are those of the build: it is the machine that does not compute as the module needs.
    if (cause instanceof QuorateError) throw unavailable(cause.message, cause)
    throw cause
  }
}

function unavailable(reason: string, cause?: unknown): QuorateError {
  return new QuorateError('ERR_KERNEL_UNAVAILABLE', { field: 'kernel', message: `the fma kernel cannot run here: ${reason}`, cause })
}
