/** Loads the kernel's module from beside this file, refuses any other bytes than the build's, and compiles it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../errors.ts'
import { WASM_SHA256 } from './digest.generated.ts'
import { type WasmModule, webAssembly } from './webassembly.ts'

/** Compiled once, instantiated by every thread: structured-cloneable. */
export interface CompiledKernel {
  readonly module: WasmModule
  /** lowercase hex */
  readonly sha256: string
}

const location = new URL('./integer.wasm', import.meta.url)

/** @throws ERR_KERNEL_INTEGRITY unless the bytes have the digest that the build wrote */
export function verifyKernelBytes(bytes: Uint8Array): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== WASM_SHA256) {
    throw new QuorateError('ERR_KERNEL_INTEGRITY', { message: `the WebAssembly kernel has SHA-256 ${sha256}, built was ${WASM_SHA256}` })
  }
}

function unreadable(cause: unknown): QuorateError {
  return new QuorateError('ERR_KERNEL_INTEGRITY', { message: 'the WebAssembly kernel cannot be read', cause })
}

/** @throws ERR_KERNEL_INTEGRITY, also when the file is missing */
export async function compileKernelModule(): Promise<CompiledKernel> {
  const bytes = await readFile(location).catch((cause: unknown) => {
    throw unreadable(cause)
  })
  verifyKernelBytes(bytes)
  return { module: await webAssembly.compile(bytes), sha256: WASM_SHA256 }
}

/** As `compileKernelModule`, for callers that cannot wait; about a millisecond. @throws ERR_KERNEL_INTEGRITY */
export function compileKernelModuleSync(): CompiledKernel {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(location)
  } catch (cause) {
    throw unreadable(cause)
  }
  verifyKernelBytes(bytes)
  return { module: new webAssembly.Module(bytes), sha256: WASM_SHA256 }
}
