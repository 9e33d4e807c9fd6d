/** Many runs, one after another on this thread. */
import type { Kernel } from '../../src/kernel/contract.ts'
import { enter, type Figures, noFigures } from './figures.ts'
import { violationsOf } from './invariants.ts'
import { NonceLedger } from './ledger.ts'
import { perform } from './run.ts'

/** One run's violations are found by this; also those that make the run itself throw. */
export function runInto(figures: Figures, ledger: NonceLedger, seed: string, kernel: Kernel): void {
  try {
    const record = perform({ seed, kernel })
    enter(figures, record, violationsOf(record, ledger))
  } catch (error) {
    figures.runs += 1
    figures.violations.push({
      seed,
      invariant: 'the run ends',
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
}

/** @param seeds one run each */
export function runAll(
  seeds: Iterable<string>,
  kernel: Kernel,
  progress?: (done: number, violations: number) => void,
  ledger = new NonceLedger(),
): Figures {
  const figures = noFigures()
  for (const seed of seeds) {
    runInto(figures, ledger, seed, kernel)
    progress?.(figures.runs, figures.violations.length)
  }
  return figures
}

export function* seedsFrom(from: number, count: number, step = 1): Generator<string> {
  for (let i = 0; i < count; i++) yield String(from + i * step)
}
