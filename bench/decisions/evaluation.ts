/**
 * Decided how commitments are evaluated at many indices (src/kernel/wasm/evaluation.ts): forward differences or Horner's rule at each index, and
 * that the choice between them by counting additions is right.
 *
 * Node 20.20, CPU time in microseconds, a busy machine, indices 1 .. m:
 *
 *   vectors, t, m     1,4,4   1,7,10   1,20,30   1,67,40   1,67,67   1,67,100   1,100,150   30,67,100
 *   Horner             28.5      115       992      4513      7871      12272       29027      316683
 *   differences        27.2       86       536      4511      4965       5459       12135      122497
 *
 * Shorter programs for the small multipliers (assembly/multiply/rows.ts) with all rows aligned by operation instead of by bit: 1.02 to 1.08x.
 *
 * Run: node dist/bench/decisions/evaluation.js
 */
import { randomScalars, systemRandom } from '../../src/crypto/random-scalars.ts'
import { byDifferences, byHorner, evaluateAll } from '../../src/kernel/wasm/evaluation.ts'
import { kernelOver } from '../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../src/kernel/wasm/module.ts'

const SHAPES = [
  [1, 4, 4],
  [1, 7, 10],
  [1, 20, 30],
  [1, 67, 40],
  [1, 67, 67],
  [1, 67, 100],
  [1, 100, 150],
  [30, 67, 100],
] as const
const WAYS = { Horner: byHorner, differences: byDifferences, chosen: evaluateAll }
const ROUNDS = 7
const ROUND_MICROS = 8_000

const instance = new KernelInstance(await compileKernelModule())
const points = kernelOver(instance).baseMulVar(randomScalars(systemRandom, 30 * 67))

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function measure(call: () => unknown): number {
  const start = cpuMicros()
  let calls = 0
  let spent = 0
  do {
    call()
    calls++
    spent = cpuMicros() - start
  } while (spent < ROUND_MICROS)
  return spent / calls
}

const rows: Record<string, Record<string, string>> = {}
for (const [vectors, t, m] of SHAPES) {
  const commitments = points.subarray(0, 64 * vectors * t)
  const indices = Uint16Array.from({ length: m }, (_, i) => i + 1)
  const times = Object.entries(WAYS).map(([name, way]) => ({ name, way, list: [] as number[] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { way, list } of times) list.push(measure(() => way(instance, commitments, t, vectors, indices)))
  }
  const median = (list: readonly number[]): string => [...list].sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(1) ?? ''
  rows[`${vectors} x ${t} at 1..${m}`] = Object.fromEntries(times.map(({ name, list }) => [name, median(list)]))
}
console.table(rows)
