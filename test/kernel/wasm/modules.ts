/** The built modules of the kernel, by name: `integer` and `fma`, which this lets every Node compile. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import '../../helpers/relaxed-simd.ts'

const folder = fileURLToPath(new URL('../../../dist/src/kernel/wasm/', import.meta.url))

export const MODULES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.wasm'))
  .map((file) => path.basename(file, '.wasm'))
  .sort()

export function moduleBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(folder, `${name}.wasm`)))
}
