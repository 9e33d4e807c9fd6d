/**
 * The fuzzing campaign, on all cores.
 *
 *   npm run fuzz -- [--runs N] [--seed S] [--from I]
 *
 * N inputs (default 100,000), numbered from I (default 0) on, are made from the seed (default 1); three in a hundred are messages under valid
 * signatures into running ceremonies. Prints what became of them. Exit code: 0 nothing found, 1 a finding, with what repeats it, 2 wrong usage.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, type Figures, Fuzzer } from './fuzzer.ts'
import { readArguments, USAGE, type Work } from './options.ts'
import { Finding } from './protocol.ts'

interface Report {
  readonly done: number
  readonly finding: string | null
  /** at the end */
  readonly figures: {
    readonly inputs: number
    readonly targets: Entries<Figures['targets']>
    readonly ends: Entries<Figures['ends']>
  } | null
}

type Entries<M> = M extends Map<infer K, infer V> ? readonly (readonly [K, V])[] : never

/** So many numbers make one step of the work: one ceremony and the decoder inputs that go with it. */
const STEP = 100
const PROGRESS_EVERY_MS = 2_000
/** In a process of its own. */
function fuzz({ seed, from, to }: Work): void {
  // Most inputs are refused with an error, and its stack is what takes longest. Whoever repeats one input sees it.
  if (to - from > 1) Error.stackTraceLimit = 0
  const fuzzer = new Fuzzer(seed)
  let reported = performance.now()
  const report = (done: number, rest: Partial<Report> = {}): void => {
    process.send?.({ done, finding: null, figures: null, ...rest } satisfies Report)
    reported = performance.now()
  }
  let number = from
  try {
    while (number < to) {
      // The first number of each step is a ceremony, which counts for as many as it has messages.
      number += number % STEP === 0 ? fuzzer.attack(number) : decodeOne(fuzzer, number)
      if (performance.now() - reported > PROGRESS_EVERY_MS) report(number - from)
    }
    const { inputs, targets, ends } = fuzzer.figures
    report(to - from, { figures: { inputs, targets: [...targets], ends: [...ends] } })
  } catch (error) {
    if (!(error instanceof Finding)) throw error
    report(number - from, {
      finding: `repeat with: npm run fuzz -- --seed ${seed} --from ${number} --runs 1\n${describe(error)}\n${stackOf(error)}`,
    })
  }
}

function decodeOne(fuzzer: Fuzzer, number: number): number {
  fuzzer.decode(number)
  return 1
}

function stackOf({ cause }: Error): string {
  return cause instanceof Error ? (cause.stack ?? '') : ''
}

/** Cuts the numbers into parts that begin with a whole step. */
function partsOf({ seed, from, to }: Work, count: number): readonly Work[] {
  const size = Math.ceil((to - from) / count / STEP) * STEP
  const bounds = Array.from({ length: count }, (_, i) => Math.min(to, Math.ceil((from + i * size) / STEP) * STEP))
  return [from, ...bounds.slice(1)].flatMap((start, i) => {
    const end = bounds[i + 1] ?? to
    return start < end ? [{ seed, from: start, to: end }] : []
  })
}

function campaign(work: Work): void {
  const start = performance.now()
  const parts = partsOf(work, availableParallelism())
  const reports = new Map<ChildProcess, Report>()
  const main = fileURLToPath(import.meta.url)
  for (const part of parts) {
    const child = fork(main, [JSON.stringify(part)])
    child.on('message', (message) => {
      const report = message as Report
      reports.set(child, report)
      if (report.finding !== null) {
        console.error(report.finding)
        process.exitCode = 1
        for (const other of reports.keys()) other.kill()
      }
    })
    child.on('exit', (code) => {
      // A crash that is no finding of its own: the engine gave up.
      if (code !== 0) process.exitCode = 1
    })
  }
  const total = work.to - work.from
  const progress = setInterval(() => {
    const done = [...reports.values()].reduce((sum, report) => sum + report.done, 0)
    console.error(`${done} of ${total}, ${Math.round((performance.now() - start) / 1000)} s`)
  }, 5 * PROGRESS_EVERY_MS)
  progress.unref()
  process.once('beforeExit', () => {
    const figures = [...reports.values()].flatMap((report) => report.figures ?? [])
    if (figures.length !== parts.length) process.exitCode = 1
    else console.log(summary(figures, (performance.now() - start) / 1000))
  })
}

function summary(all: readonly NonNullable<Report['figures']>[], seconds: number): string {
  const targets = new Map<string, { accepted: number; refused: number; slowest: number }>()
  const ends = new Map<string, number>()
  for (const figures of all) {
    for (const [name, { accepted, refused, slowest }] of figures.targets) {
      const sum = targets.get(name) ?? { accepted: 0, refused: 0, slowest: 0 }
      targets.set(name, {
        accepted: sum.accepted + accepted,
        refused: sum.refused + refused,
        slowest: Math.max(sum.slowest, slowest),
      })
    }
    for (const [end, count] of figures.ends) ends.set(end, (ends.get(end) ?? 0) + count)
  }
  const inputs = all.reduce((sum, figures) => sum + figures.inputs, 0)
  const rows = [...targets].map(
    ([name, { accepted, refused, slowest }]) =>
      `${name.padEnd(28)}${String(accepted).padStart(10)}${String(refused).padStart(10)}${slowest.toFixed(1).padStart(9)}`,
  )
  const ceremonies = [...ends].sort(([, x], [, y]) => y - x).map(([end, count]) => `  ${end}: ${count}`)
  return [
    `${inputs} inputs in ${seconds.toFixed(0)} s: nothing found`,
    `${'decoder'.padEnd(28)}${'accepted'.padStart(10)}${'refused'.padStart(10)}${'slowest'.padStart(9)} ms`,
    ...rows,
    'attacked ceremonies, by their end:',
    ...ceremonies,
  ].join('\n')
}

if (process.send !== undefined) fuzz(JSON.parse(process.argv[2] ?? '') as Work)
else {
  try {
    campaign(readArguments(process.argv.slice(2)))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exitCode = 2
  }
}
