/**
 * Times the contenders of one case. All run in this process, in short rounds whose order rotates, so that a slow phase of the machine (another
 * tenant, a lower clock) meets all of them alike; the median over the rounds is what counts.
 */
import Benchmark from 'benchmark'
import type { Unit } from './json.ts'
import type { Case, Contender } from './model.ts'

export interface Effort {
  readonly rounds: number
  /** seconds a round and contender, for benchmark.js */
  readonly minTime: number
  readonly maxTime: number
  /** runs of the `repeat` and `cpu` timers */
  readonly repetitions: number
  /** what may be spent on warming a contender up, in milliseconds: V8 optimises in the background, and the first rows would be slow */
  readonly warmUpMs: number
}

export const FULL: Effort = { rounds: 9, minTime: 0.02, maxTime: 0.03, repetitions: 11, warmUpMs: 150 }
/** Shows that everything runs and agrees; its times mean little. */
export const QUICK: Effort = { rounds: 1, minTime: 0.002, maxTime: 0.003, repetitions: 1, warmUpMs: 0 }

const UNITS_A_SECOND: Readonly<Record<Exclude<Unit, 'bytes' | 'ops/s'>, number>> = { ns: 1e9, us: 1e6, ms: 1e3 }

/** Seconds for one item in `unit`. */
export function inUnit(seconds: number, unit: Unit): number {
  if (unit === 'bytes') throw new RangeError('a time has no unit of bytes')
  return unit === 'ops/s' ? 1 / seconds : seconds * UNITS_A_SECOND[unit]
}

/** One list of samples a contender, in seconds an item. */
export async function measure({ timer, contenders }: Case, effort: Effort): Promise<number[][]> {
  const samples: number[][] = contenders.map(() => [])
  const rounds = timer === 'benchmark' ? effort.rounds : effort.repetitions
  const calls: number[] = []
  for (const contender of contenders) calls.push(await callsOf(contender, effort))
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < contenders.length; place++) {
      const which = (place + round) % contenders.length
      const contender = contenders[which]
      if (contender === undefined || !takesPart(contender.repetitions, round, rounds)) continue
      const seconds = timer === 'benchmark' ? byBenchmark(contender, effort) : await repeated(contender, calls[which] ?? 1, CLOCKS[timer])
      samples[which]?.push(seconds / contender.items)
    }
  }
  return samples
}

/** A contender with fewer repetitions runs in as many of the rounds, spread over all of them. */
export function takesPart(repetitions: number | undefined, round: number, rounds: number): boolean {
  if (repetitions === undefined || repetitions >= rounds) return true
  return Math.floor((round * repetitions) / rounds) !== Math.floor(((round - 1) * repetitions) / rounds)
}

/** Seconds a call: the mean of one round. */
function byBenchmark({ impl, run }: Contender, { minTime, maxTime }: Effort): number {
  const benchmark = new Benchmark(impl, () => void run(), { minTime, maxTime, minSamples: 1 }).run({ async: false })
  if (benchmark.error !== undefined) throw benchmark.error
  return benchmark.stats.mean
}

type Clock = () => number

/** Seconds. User and system time of all threads: also of those that collect garbage and check signatures for us. */
const CLOCKS: Readonly<Record<'repeat' | 'cpu', Clock>> = {
  repeat: () => performance.now() / 1e3,
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  },
}

/** Seconds a call: the mean of a fixed number of calls. */
async function repeated({ run }: Contender, calls: number, clock: Clock): Promise<number> {
  const start = clock()
  for (let i = 0; i < calls; i++) await run()
  return (clock() - start) / calls
}

/**
 * Warms a contender up and says how many calls make one sample of the `repeat` timer: about as many as benchmark.js would take, because a sample of one
 * millisecond slips between the interruptions of a busy machine and one of a hundred does not. What takes long is neither warmed up (its result
 * was computed for the comparison already) nor repeated.
 */
async function callsOf(contender: Contender, { warmUpMs, minTime }: Effort): Promise<number> {
  if (contender.repetitions !== undefined || warmUpMs === 0) return 1
  let shortest = Number.POSITIVE_INFINITY
  for (let spent = 0; spent < warmUpMs; ) {
    const seconds = await repeated(contender, 1, CLOCKS.repeat)
    shortest = Math.min(shortest, seconds)
    spent += 1e3 * seconds + 1e-3
  }
  return Math.max(1, Math.ceil(minTime / shortest))
}
