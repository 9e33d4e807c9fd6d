/** A new thread that makes its kernel, as the pool's threads do, and says when it ran and how long that took. */
import { parentPort, workerData } from 'node:worker_threads'
import { type CompiledKernel, instantiateKernel } from '../../src/kernel/wasm/index.ts'

export interface Started {
  /** the first line after the imports, as milliseconds of the clock that all threads share */
  readonly runningAt: number
  readonly kernelMs: number
}

const runningAt = performance.timeOrigin + performance.now()
const compiled: CompiledKernel = workerData
const start = performance.now()
instantiateKernel(compiled)
const started: Started = { runningAt, kernelMs: performance.now() - start }
parentPort?.postMessage(started)
