/**
 * `npm run simulate`: one run again, in words (`--seed`), or a campaign of many on all cores (`--runs`). Exit code 0: all invariants held; 1: one did
 * not, and its seed is named; 2: wrong arguments.
 */
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import { runAll, seedsFrom } from './campaign.ts'
import { describeFigures, type Figures, merge, noFigures } from './figures.ts'
import { violationsOf } from './invariants.ts'
import { NonceLedger } from './ledger.ts'
import { NETWORK } from './network.ts'
import { type Command, readArguments, USAGE } from './options.ts'
import { perform } from './run.ts'
import { describeLog, describeOutcomes, describePlan } from './trace.ts'

interface Share {
  readonly from: number
  readonly count: number
  readonly step: number
}

type Report = { readonly done: number; readonly violations: number } | { readonly figures: Figures; readonly points: readonly string[] }

function replay(seed: string): number {
  const lines: string[] = []
  const record = perform({ seed, kernel: sharedKernel(), trace: (line) => lines.push(line) })
  const headers = (bytes: Uint8Array) => {
    try {
      return decodeEnvelope(new Uint8Array(bytes), NETWORK).header
    } catch {
      return null
    }
  }
  const violations = violationsOf(record, new NonceLedger())
  const out = [
    describePlan(record.plan),
    'what the corrupted did',
    ...lines,
    'what the machines did',
    ...describeLog(record.network, record.plan.ceremonies, headers),
    'how it ended',
    ...describeOutcomes(record),
    violations.length === 0 ? 'all invariants hold' : 'violated',
    ...violations.map(({ invariant, detail }) => `  ${invariant}: ${detail}`),
  ]
  process.stdout.write(`${out.join('\n')}\n`)
  return violations.length === 0 ? 0 : 1
}

async function campaign(runs: number, from: number): Promise<number> {
  const started = performance.now()
  const threads = Math.max(1, Math.min(availableParallelism(), runs))
  const done = new Array<number>(threads).fill(0)
  const found = new Array<number>(threads).fill(0)
  const figures = noFigures()
  // Each thread has a ledger of its own; here they are laid together.
  const points = new Set<string>()
  let last = 0
  const progress = (): void => {
    const now = performance.now()
    if (now - last < 5_000) return
    last = now
    const sum = done.reduce((a, b) => a + b, 0)
    const rate = sum / ((now - started) / 1_000)
    process.stderr.write(`${sum} of ${runs} runs, ${rate.toFixed(1)} a second, ${found.reduce((a, b) => a + b, 0)} violations\n`)
  }
  await Promise.all(
    done.map(
      (_, i) =>
        new Promise<void>((resolve, reject) => {
          const count = Math.floor((runs - 1 - i) / threads) + 1
          const worker = new Worker(new URL(import.meta.url), { workerData: { from: from + i, count, step: threads } satisfies Share })
          worker.on('message', (report: Report) => {
            if ('figures' in report) {
              merge(figures, report.figures)
              for (const point of report.points) {
                if (points.has(point))
                  figures.violations.push({ seed: 'of two threads', invariant: 'nothing drawn comes twice', detail: point })
                points.add(point)
              }
              return
            }
            done[i] = report.done
            found[i] = report.violations
            progress()
          })
          worker.on('error', reject)
          worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))))
        }),
    ),
  )
  const seconds = (performance.now() - started) / 1_000
  process.stdout.write(
    `${describeFigures(figures)}\n${points.size} points drawn by honest nodes, none twice unless named above\nseeds ${from} to ${from + runs - 1}, ${seconds.toFixed(0)} s on ${threads} threads\n`,
  )
  for (const seed of new Set(figures.violations.map((violation) => violation.seed))) {
    process.stdout.write(`repeat with: npm run simulate -- --seed ${seed}\n`)
  }
  return figures.violations.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  let command: Command
  try {
    command = readArguments(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return 2
  }
  if (command.what === 'help') process.stdout.write(USAGE)
  if (command.what === 'replay') return replay(command.seed)
  return command.what === 'campaign' ? campaign(command.runs, command.from) : 0
}

if (isMainThread) {
  process.exitCode = await main()
} else {
  const { from, count, step } = workerData as Share
  let last = 0
  const ledger = new NonceLedger()
  const progress = (done: number, violations: number): void => {
    if (performance.now() - last < 1_000) return
    last = performance.now()
    parentPort?.postMessage({ done, violations } satisfies Report)
  }
  const figures = runAll(seedsFrom(from, count, step), sharedKernel(), progress, ledger)
  parentPort?.postMessage({ figures, points: ledger.points() } satisfies Report)
}
