/** Loads a module of the kernel from beside this file, refuses any other bytes than the build's, and compiles it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { QuorateError } from '../../errors.ts'
import { WASM_SHA256 } from './digest.generated.ts'
import { type WasmModule, webAssembly } from './webassembly.ts'

/** `fma` is `integer` with a two-lane field of fused multiply-adds for batches of public data; it needs relaxed SIMD. */
export type ModuleName = keyof typeof WASM_SHA256

/** Compiled once, instantiated by every thread: structured-cloneable. */
export interface CompiledKernel {
  readonly name: ModuleName
  readonly module: WasmModule
  /** lowercase hex */
  readonly sha256: string
}

/** @throws ERR_KERNEL_INTEGRITY unless the bytes have the digest that the build wrote */
export function verifyKernelBytes(name: ModuleName, bytes: Uint8Array): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const built = WASM_SHA256[name]
  if (sha256 !== built) {
    throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: `the WebAssembly kernel ${name} has SHA-256 ${sha256}, built was ${built}` })
  }
}

/** @throws ERR_KERNEL_INTEGRITY, also when the file is missing */
export function readKernelBytes(name: ModuleName): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
  } catch (cause) {
    throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: `the WebAssembly kernel ${name} cannot be read`, cause })
  }
  verifyKernelBytes(name, bytes)
  return bytes
}

/** About a millisecond. `bytes`: those of readKernelBytes. */
export function compileKernelBytes(name: ModuleName, bytes: Uint8Array): CompiledKernel {
  return { name, module: new webAssembly.Module(bytes), sha256: WASM_SHA256[name] }
}

/** @throws ERR_KERNEL_INTEGRITY */
export function compileKernelModule(name: ModuleName = 'integer'): CompiledKernel {
  return compileKernelBytes(name, readKernelBytes(name))
}
