/** Kernels that scripts/build-test-kernel.mjs builds for tests from the release's sources. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KernelInstance } from '../../src/kernel/wasm/instance.ts'
import { webAssembly } from '../../src/kernel/wasm/webassembly.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

export interface TestKernel {
  /** of the built files, without their ending */
  readonly path: string
  readonly wasm: Uint8Array
}

async function build(...args: readonly string[]): Promise<TestKernel[]> {
  const { stdout } = await run(process.execPath, ['scripts/build-test-kernel.mjs', ...args], { cwd: root })
  const paths = stdout.trim().split('\n')
  return Promise.all(paths.map(async (path) => ({ path, wasm: new Uint8Array(await readFile(`${path}.wasm`)) })))
}

/** Builds the kernel, or takes it from an earlier build of the same inputs. */
export async function buildTestKernel(name: string, target = 'integer'): Promise<TestKernel> {
  const [built] = await build(name, target)
  if (built === undefined) throw new Error(`no kernel ${name}`)
  return built
}

/** Builds the modules themselves once more, in a folder of their own. */
export const buildCopies = (targets: readonly string[]): Promise<TestKernel[]> => build('copy', ...targets)

const compiled = new WeakMap<Uint8Array, ReturnType<typeof webAssembly.compile>>()

/** A new instance; what it is made of is compiled once. */
export async function instantiate({ wasm }: Pick<TestKernel, 'wasm'>): Promise<KernelInstance> {
  const module = compiled.get(wasm) ?? webAssembly.compile(wasm)
  compiled.set(wasm, module)
  return new KernelInstance({ module: await module })
}
