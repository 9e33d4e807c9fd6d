/** The command line: what is asked for, or one line that says what is wrong with it. */
import { parseArgs } from 'node:util'
import { type EnduranceOptions, parseEndurance } from './endurance/run.ts'
import { type ProfileOptions, parseProfile } from './profile/options.ts'
import { UsageError } from './usage.ts'

export { UsageError }

export interface RunOptions {
  readonly command: 'run'
  /** parts of row ids; empty: all */
  readonly filters: readonly string[]
  readonly quick: boolean
  readonly json: string | null
  readonly kernel: 'auto' | 'integer' | 'fma'
  /** a picture of the throughput rows; null: none */
  readonly svg: string | null
}

export type Options =
  | RunOptions
  | ProfileOptions
  | EnduranceOptions
  | { readonly command: 'compare'; readonly before: string; readonly after: string }
  | { readonly command: 'check'; readonly file: string }
  | { readonly command: 'help' }

const THROUGHPUT_ROWS = 'throughput/'
const THROUGHPUT_PICTURE = 'bench-throughput.svg'

export const USAGE = `npm run bench -- [options]
  throughput             signatures per second of clusters, against signers, open ceremonies, batch size and workers: a table, and a picture
                         (--svg FILE, default ${THROUGHPUT_PICTURE}); --quick, --json and --kernel as below
  profile                where one node's time goes while it signs, by folder: --batch N, --in-flight N, --seconds N, --workers N, --kernel NAME,
                         --out FILE.md; without --batch batches of 100, and single messages 100 at a time
  endurance              what a process holds over 10,000 signatures one after the other, and what is left of it: --signatures N
  --filter TEXT          only rows whose id contains TEXT; may be repeated
  --quick                everything once, in under a minute: shows that all agree, times mean little
  --json FILE            write the result to FILE
  --kernel NAME          integer, fma or auto (the fastest that runs here); default: QUORATE_KERNEL, or auto
  --compare A.json B.json  how B differs from A, row by row
  --check FILE           exit 1 when a target is not met and docs/performance.md does not list it as missed`

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        filter: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        json: { type: 'string' },
        kernel: { type: 'string' },
        svg: { type: 'string' },
        compare: { type: 'string' },
        check: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // Node's own hint about positional arguments helps nobody here.
    throw new UsageError(message.split(/\. |\n/)[0] ?? message)
  }
}

/** The flag wins over the variable, as in the commands. The baseline takes part in every run and is never what a run is about. */
function kernelOf(flag: string | undefined, variable: string | undefined): RunOptions['kernel'] {
  const value = flag ?? variable ?? 'auto'
  if (value === 'auto' || value === 'integer' || value === 'fma') return value
  throw new UsageError(`${flag === undefined ? 'QUORATE_KERNEL' : '--kernel'} must be auto, integer or fma, not "${value}"`)
}

/** @throws UsageError */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv = {}): Options {
  if (args[0] === 'profile') return parseProfile(args.slice(1))
  if (args[0] === 'endurance') return parseEndurance(args.slice(1))
  const throughput = args[0] === 'throughput'
  const { values, positionals } = parse(throughput ? args.slice(1) : args)
  if (values.help === true) return { command: 'help' }
  const running = throughput || [values.filter, values.quick, values.json, values.kernel, values.svg].some((value) => value !== undefined)
  if (values.compare !== undefined) {
    const [after, ...rest] = positionals
    if (after === undefined || rest.length > 0) throw new UsageError('--compare takes two files')
    if (running || values.check !== undefined) throw new UsageError('--compare goes with no other option')
    return { command: 'compare', before: values.compare, after }
  }
  if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
  if (values.check !== undefined) {
    if (running) throw new UsageError('--check goes with no other option')
    return { command: 'check', file: values.check }
  }
  const filters = throughput ? [THROUGHPUT_ROWS] : (values.filter ?? [])
  if (throughput && values.filter !== undefined) throw new UsageError('--filter does not go with throughput')
  if (!throughput && values.svg !== undefined) throw new UsageError('--svg goes with throughput')
  if (values.svg === '') throw new UsageError('--svg needs a file')
  if (filters.includes('')) throw new UsageError('--filter needs a text')
  if (values.json === '') throw new UsageError('--json needs a file')
  return {
    command: 'run',
    filters,
    quick: values.quick ?? false,
    json: values.json ?? null,
    kernel: kernelOf(values.kernel, env['QUORATE_KERNEL']),
    svg: throughput ? (values.svg ?? THROUGHPUT_PICTURE) : null,
  }
}
