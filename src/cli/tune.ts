/** `quorate tune`: which pool and which batches sign most on this machine, measured, and written into the configuration file. */
import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertEditable, type Config, type Environment, loadConfig, MAX_BATCH, writeTuned } from '../node/config.ts'
import { failureJson } from '../node/outcome-json.ts'
import { readInteger, readKernel, readSuite, SUITES } from './arguments.ts'
import { CeremonyFailed } from './demo/failures.ts'
import { DemoProgress } from './demo/progress.ts'
import { EXIT, renamed } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'
import { bestOf } from './tune/choose.ts'
import { measureSettings, type TunePlan } from './tune/measure.ts'
import { tableLines, tuneJson } from './tune/report.ts'

interface TuneFlags {
  readonly nodes: string
  readonly minSigners?: string
  readonly suite: string
  readonly maxWorkers?: string
  readonly batches?: string
  readonly seconds?: string
  readonly maxP99?: string
  readonly kernel?: string
  readonly config?: string
  readonly quick?: true
  readonly write?: true
  readonly json?: true
}

export interface TuneOptions {
  readonly plan: TunePlan
  readonly maxP99Ms: number | null
  /** the file that is written */
  readonly target: string | null
}

const MAX_NODES = 100
const MAX_WORKERS = 64
const MAX_SECONDS = 600
const BATCHES = [1, 10, 100, MAX_BATCH]
const QUICK_BATCHES = [1, 10]
/** Times the default: a quarter, and up to what keeps nearly everything on the calling thread. */
const INLINE_FACTORS = [0.25, 4, 16]
const QUICK_INLINE_FACTORS = [4]
const QUICK_SECONDS = 0.1
const PASSES = 3
const MOST_IN_FLIGHT = 48
const QUICK_IN_FLIGHT = 4

export function tuneCommand(choose: (run: Run) => void): Command {
  return new Command('tune')
    .description('measure which workers, batches and inline threshold sign most on this machine')
    .option('--nodes <n>', 'nodes in the measured cluster', '5')
    .option('--min-signers <t>', 'signers of each signature (default: 3, or all nodes if they are fewer)')
    .option('--suite <suite>', SUITES.join(', '), SUITES[0])
    .option('--max-workers <count>', 'try 0 to this many worker threads (default: the cores)')
    .option('--batches <counts>', `messages a ceremony, separated by commas (default: ${BATCHES.join(',')})`)
    .option('--seconds <s>', 'of each run; every setting has three (default: 1)')
    .option('--max-p99 <ms>', 'take only what ends 99 of 100 ceremonies within this time')
    .option('--kernel <name>', 'auto, integer, fma or baseline (default: auto)')
    .option('--config <file>', 'a configuration file (YAML)')
    .option('--write', 'put the best into that file, which is made if it is not there; its comments stay')
    .option('--quick', 'a few seconds in all: shows that it works, the figures mean little')
    .option('--json', 'one line of JSON on stdout')
    .action((flags: TuneFlags) => choose((terminal) => tune(flags, terminal)))
}

/** @throws ERR_INVALID_ARGUMENT or, for the file and the environment, ERR_CONFIG, with `field` */
export function readTuneOptions(flags: TuneFlags, env: Environment): TuneOptions {
  const nodes = readInteger(flags.nodes, 'nodes', 1, MAX_NODES)
  const minSigners = flags.minSigners === undefined ? Math.min(3, nodes) : readInteger(flags.minSigners, 'minSigners', 1, nodes)
  const suite = readSuite(flags.suite)
  const quick = flags.quick === true
  const mostWorkers =
    flags.maxWorkers === undefined
      ? Math.min(MAX_WORKERS, availableParallelism())
      : readInteger(flags.maxWorkers, 'maxWorkers', 0, MAX_WORKERS)
  const batches = flags.batches === undefined ? (quick ? QUICK_BATCHES : BATCHES) : readBatches(flags.batches)
  const given = flags.seconds === undefined ? null : readInteger(flags.seconds, 'seconds', 1, MAX_SECONDS)
  const maxP99Ms = flags.maxP99 === undefined ? null : readInteger(flags.maxP99, 'maxP99', 1, 1e6)
  if (flags.write === true && flags.config === undefined) throw invalidArgument('write', 'needs --config FILE to write to')
  const target = flags.write === true ? (flags.config ?? null) : null
  const { pool, kernel } = readConfig(flags, env)
  const { inlineBelowMicros: defaultInline } = loadConfig().pool
  return {
    plan: {
      nodes,
      minSigners,
      suite,
      pool: { kernel, maxQueue: pool.maxQueue },
      defaultInline,
      mostWorkers,
      batches,
      inlines: (quick ? QUICK_INLINE_FACTORS : INLINE_FACTORS).map((factor) => Math.round(factor * defaultInline)),
      mostInFlight: quick ? QUICK_IN_FLIGHT : MOST_IN_FLIGHT,
      seconds: given ?? (quick ? QUICK_SECONDS : 1),
      passes: quick ? 1 : PASSES,
    },
    maxP99Ms,
    target,
  }
}

function readBatches(text: string): readonly number[] {
  const batches = text.split(',').map((count) => readInteger(count, 'batches', 1, MAX_BATCH))
  if (new Set(batches).size !== batches.length) throw invalidArgument('batches', 'names a size twice')
  return batches
}

/** The kernel and the queue of the nodes that the result is for. A file that is to be written may not be there yet. */
function readConfig({ kernel, config, write }: TuneFlags, env: Environment): Config {
  const flags = kernel === undefined ? {} : { kernel: readKernel(kernel) }
  try {
    const fresh = write === true && config !== undefined && assertEditable(config) === 'new'
    return loadConfig({ flags, env, file: fresh ? null : (config ?? null) })
  } catch (error) {
    throw renamed(error, 'file', 'config')
  }
}

async function tune(flags: TuneFlags, { writeResult, log, terminal, signal }: Terminal): Promise<number> {
  const { plan, maxP99Ms, target } = readTuneOptions(flags, process.env)
  const json = flags.json === true
  const progress = new DemoProgress(json ? null : terminal)
  const watcher = {
    begin: (label: string, total: number): void => progress.begin(label, total, ''),
    step: (note: string): void => progress.step(note),
  }
  try {
    const measured = await measureSettings(plan, watcher, signal)
    const best = bestOf(measured.tried, maxP99Ms, plan.defaultInline)
    progress.clear()
    if (target !== null) write(target, best)
    const result = tuneJson(measured, best, target)
    const who = `${plan.minSigners} of ${plan.nodes} nodes in this process sign, ${plan.suite}`
    writeResult(json ? JSON.stringify(result) : tableLines(result, who).join('\n'))
    for (const name of target === null ? [] : overriding(process.env)) log(`quorate: ${name} is set and overrides what was written`)
    if (maxP99Ms !== null && best.p99Ms > maxP99Ms) log(`quorate: nothing kept within ${maxP99Ms} ms; this comes closest`)
    return EXIT.ok
  } catch (error) {
    progress.clear()
    if (signal.aborted) throw new QuorateError('ERR_ABORTED', { message: 'interrupted' })
    if (!(error instanceof CeremonyFailed)) throw error
    log(`quorate: ${error.message}`)
    writeResult(JSON.stringify(failureJson(error.failure)))
    return EXIT.failure
  }
}

function write(target: string, { workers, batch, inlineBelowMicros }: ReturnType<typeof bestOf>): void {
  try {
    writeTuned(target, { pool: { workers, inlineBelowMicros }, signing: { batch } })
  } catch (error) {
    throw renamed(error, 'file', 'config')
  }
}

function overriding(env: Environment): string[] {
  return ['QUORATE_POOL_WORKERS', 'QUORATE_POOL_INLINE_BELOW_MICROS', 'QUORATE_SIGNING_BATCH'].filter((name) => env[name] !== undefined)
}
