/** Start and sizes: what a kernel costs before its first operation. Each worker reports its own times. */
import { once as nextEvent } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type CompiledKernel, compileKernelModule } from '../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../src/kernel/wasm/instance.ts'
import type { Context } from '../context.ts'
import type { CaseSource } from '../model.ts'
import { projectFile } from '../root.ts'
import type { Started } from './start-up-worker.ts'

const WORKERS = 9

/** Milliseconds from the call that starts a thread to its first line, and for the kernel in it. */
async function startOne(compiled: CompiledKernel): Promise<{ readonly thread: number; readonly kernel: number }> {
  const called = performance.timeOrigin + performance.now()
  const worker = new Worker(new URL('./start-up-worker.js', import.meta.url), { workerData: compiled, execArgv: [] })
  const [started] = (await nextEvent(worker, 'message')) as [Started]
  await worker.terminate()
  return { thread: started.runningAt - called, kernel: started.kernelMs }
}

function moduleBytes(kernel: string): number {
  const folder = projectFile('dist', 'src', 'kernel', 'wasm')
  const file = readdirSync(folder).find((name) => name === `${kernel}.wasm`)
  return file === undefined ? 0 : statSync(`${folder}/${file}`).size
}

export function startUpSuite({ own }: Context): CaseSource[] {
  const { impl, kernel } = own
  const module = kernel.info.name === 'fma' ? 'fma' : 'integer'
  const figure = (id: string, unit: CaseSource['unit'], what: string, values: () => Promise<readonly number[]>): CaseSource => ({
    id,
    unit,
    what,
    build: async () => ({ figures: [{ impl, values: await values() }] }),
  })
  const workers = async () => {
    const compiled = compileKernelModule(module)
    const started: { readonly thread: number; readonly kernel: number }[] = []
    // One after the other: two that start at once share the cores.
    for (let i = 0; i < WORKERS; i++) started.push(await startOne(compiled))
    return started
  }
  return [
    figure('start-up/compile', 'ms', 'reading, hashing and compiling the module', async () => {
      const times: number[] = []
      for (let i = 0; i < WORKERS; i++) {
        const start = performance.now()
        compileKernelModule(module)
        times.push(performance.now() - start)
      }
      return times
    }),
    figure('start-up/kernel-in-worker', 'ms', 'instance, tables and self-test in a new thread', async () =>
      (await workers()).map(({ kernel: ms }) => ms),
    ),
    figure('start-up/thread', 'ms', 'from the call to the first line of a new thread', async () =>
      (await workers()).map(({ thread }) => thread),
    ),
    figure('memory/module', 'bytes', 'the .wasm file', async () => [moduleBytes(module)]),
    figure('memory/tables', 'bytes', 'tables built at start', async () => [kernel.info.tablesBytes]),
    figure('memory/instance', 'bytes', 'the memory of one instance, tables included', async () => [
      new KernelInstance(compileKernelModule(module)).exports.memory.buffer.byteLength,
    ]),
  ]
}
