/**
 * Decided from how many points `msmVar` fills buckets instead of sharing doublings (PIPPENGER_FROM in assembly/operations/multiples.ts), and shows
 * that the number of windows that assembly/multiply/digits.ts counts out is right: time a point must fall as points are added, without a step.
 *
 * Node 20.20, CPU time a point in microseconds, a busy machine (its field multiplication took 31 ns instead of 20), least of nine rounds:
 *
 *   points                      12    16    24    32    40    48    64    80   128   512  1024  8192
 *   shared doublings          18.6  18.3  16.3  17.5  17.0  16.7  16.4  16.4
 *   buckets                   19.0  17.7  14.5  13.5  12.8  12.3  11.5  11.5  10.4   8.2   7.3   5.7
 *   buckets, Jacobian sums                                                    14.1  10.0   8.5   6.5
 *
 * Also tried on the way, without gain: differences of coordinates inside the multiplications that use them instead of before them (1.00x).
 *
 * Run: node dist/bench/decisions/sums-of-multiples.js
 */
import { loadWasmKernel } from 'quorate/kernel'
import { randomScalars, systemRandom } from '../../src/crypto/random-scalars.ts'

const SIZES = [8, 12, 15, 16, 20, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096, 8192]
const ROUNDS = 9
const ROUND_MICROS = 15_000

const kernel = await loadWasmKernel()
const most = SIZES.at(-1) ?? 0
const scalars = randomScalars(systemRandom, most)
const points = kernel.baseMulVar(randomScalars(systemRandom, most))

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

const times = SIZES.map((): number[] => [])
for (let round = 0; round < ROUNDS; round++) {
  SIZES.forEach((n, at) => {
    const start = cpuMicros()
    let calls = 0
    let spent = 0
    do {
      kernel.msmVar(points.subarray(0, 64 * n), scalars.subarray(0, 32 * n))
      calls++
      spent = cpuMicros() - start
    } while (spent < ROUND_MICROS)
    times[at]?.push(spent / calls / n)
  })
}
console.table(
  SIZES.map((n, at) => {
    const sorted = [...(times[at] ?? [])].sort((a, b) => a - b)
    return { points: n, 'least, us a point': sorted[0]?.toFixed(2), 'median, us a point': sorted[ROUNDS >> 1]?.toFixed(2) }
  }),
)
