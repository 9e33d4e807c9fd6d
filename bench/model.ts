/** What a suite describes: cases, each one operation by several implementations. Nothing is computed before `build` is called. */
import type { Implementation, Unit } from './json.ts'

/** One implementation of a case's operation. Inputs are parsed beforehand into the form that suits it best. */
export interface Contender {
  readonly impl: Implementation
  /** of its row, where contenders of one case have rows of different ids; default: the source's */
  readonly id?: string
  /** results that one `run` gives: times are divided by it */
  readonly items: number
  run(): unknown
  /** the result in a form that is equal for all implementations; null: it has none that could be compared (each run draws fresh values) */
  result(): Uint8Array | null | Promise<Uint8Array | null>
  /** runs of the `repeat` and `cpu` timers, for what takes long; default: those of the run's effort */
  readonly repetitions?: number
  /** left out with --quick */
  readonly notQuick?: boolean
}

export interface Case {
  /**
   * `benchmark`: benchmark.js, which repeats a call until it can be timed. `repeat`: a fixed number of calls, for
   * what is asynchronous or takes a millisecond or more. `cpu`: as `repeat`, but what all threads of the process spend instead of what a clock
   * shows, for work that is asynchronous and waits in between; of the contenders only one has work at a time.
   */
  readonly timer: 'benchmark' | 'repeat' | 'cpu'
  readonly contenders: readonly Contender[]
  /** called after the last run */
  close?(): Promise<void>
}

/** What is not timed in a loop: sizes, and times that the operation itself reports. */
export interface Figures {
  readonly figures: readonly { readonly impl: Implementation; readonly values: readonly number[] }[]
}

export interface CaseSource {
  readonly id: string
  /** of its rows, where they are not `id` */
  readonly rowIds?: readonly string[]
  readonly unit: Unit
  /** what one item is, for readers: "a multiplication" */
  readonly what: string
  /** left out with --quick */
  readonly large?: boolean
  build(): Case | Figures | Promise<Case | Figures>
}

/** Computes at the first call and keeps the result: inputs that several cases share, and that a filter may leave unused. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
