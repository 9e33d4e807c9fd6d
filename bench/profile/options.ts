/** The command line of `npm run bench -- profile`. */
import { parseArgs } from 'node:util'
import { UsageError } from '../usage.ts'

const KERNELS = ['auto', 'integer', 'fma', 'baseline'] as const

export interface ProfileOptions {
  readonly command: 'profile'
  /** one load of this many messages a ceremony; null: both loads of run.ts */
  readonly batch: number | null
  /** ceremonies at a time, of that one load */
  readonly inFlight: number
  readonly seconds: number
  readonly workers: number
  readonly kernel: (typeof KERNELS)[number]
  /** where the summary goes as markdown */
  readonly out: string | null
}

function integer(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} must be an integer in ${min}..${max}`)
  return value
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const options = { batch: text, 'in-flight': text, seconds: text, workers: text, kernel: text, out: text }
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(message.split(/\. |\n/)[0] ?? message)
  }
}

/** @throws UsageError */
export function parseProfile(args: readonly string[]): ProfileOptions {
  const values = parse(args)
  if (values.batch === undefined && values['in-flight'] !== undefined) throw new UsageError('--in-flight goes with --batch')
  if (values.out === '') throw new UsageError('--out needs a file')
  const kernel = KERNELS.find((name) => name === (values.kernel ?? 'auto'))
  if (kernel === undefined) throw new UsageError(`--kernel must be one of ${KERNELS.join(', ')}, not "${values.kernel}"`)
  return {
    command: 'profile',
    batch: values.batch === undefined ? null : integer('batch', values.batch, 100, 1, 1_000),
    inFlight: integer('in-flight', values['in-flight'], 1, 1, 4_000),
    seconds: integer('seconds', values.seconds, 5, 1, 600),
    workers: integer('workers', values.workers, 0, 0, 64),
    kernel,
    out: values.out ?? null,
  }
}
