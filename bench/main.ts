/**
 * `npm run bench [-- --quick]`: kernel operations in WebAssembly against the bn.js baseline, by benchmark.js. See README.md in this folder.
 */
import { parseArgs } from 'node:util'
import Benchmark from 'benchmark'
import { createBaselineKernel, type Kernel, loadWasmKernel } from 'quorate/kernel'
import { type Case, kernelCases } from './cases.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

/** Quick times say that everything runs, and little else. Seconds. */
const OPTIONS = values.quick ? { minTime: 0.01, maxTime: 0.02, minSamples: 1 } : { minTime: 0.05, maxTime: 1, minSamples: 5 }

/** Microseconds a result, and the margin of error in percent. */
function measure({ id, items, run }: Case, kernel: Kernel): { micros: number; margin: number } {
  const benchmark = new Benchmark(id, () => void run(kernel), OPTIONS).run({ async: false })
  if (benchmark.error !== undefined) throw benchmark.error
  return { micros: (benchmark.stats.mean * 1e6) / items, margin: benchmark.stats.rme }
}

function row(cells: readonly string[]): string {
  const [id = '', ...figures] = cells
  return id.padEnd(28) + figures.map((figure) => figure.padStart(16)).join('')
}

const wasm = await loadWasmKernel()
const baseline = createBaselineKernel()
const cases = kernelCases(wasm)

// A fast wrong answer is worth nothing: everything is compared before anything is timed.
const wrong = cases.filter(({ run }) => Buffer.compare(run(wasm), run(baseline)) !== 0)
if (wrong.length > 0) throw new Error(`the kernels disagree: ${wrong.map(({ id }) => id).join(', ')}`)

console.log(
  `Node ${process.versions.node}, kernel ${wasm.info.name}; microseconds a result${values.quick ? ' (quick: not to be quoted)' : ''}`,
)
console.log(row(['operation', wasm.info.name, 'baseline', 'ratio']))
for (const one of cases) {
  const ours = measure(one, wasm)
  const theirs = measure(one, baseline)
  const cell = ({ micros, margin }: typeof ours): string => `${micros.toFixed(micros < 10 ? 2 : 1)} +-${margin.toFixed(0)}%`
  console.log(row([one.id, cell(ours), cell(theirs), `${(theirs.micros / ours.micros).toFixed(1)} x`]))
}
console.log(`${cases.length} operations, equal on both kernels`)
