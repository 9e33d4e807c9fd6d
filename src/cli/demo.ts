/** `quorate demo`: a cluster of nodes in this process makes keys and signs with them, and another implementation verifies. */
import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { toHex } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { PoolOptions } from '../index.ts'
import { type Environment, loadConfig, MAX_BATCH } from '../node/config.ts'
import { failureJson } from '../node/outcome-json.ts'
import { readInteger, readKernel, readSuites, SUITES } from './arguments.ts'
import { CeremonyFailed, CheckFailed } from './demo/failures.ts'
import { DemoProgress } from './demo/progress.ts'
import { reportLines } from './demo/report.ts'
import { type DemoOptions, runDemo } from './demo/run.ts'
import { EXIT, renamed } from './exit.ts'
import type { Run } from './program.ts'
import type { Terminal } from './terminal.ts'

interface DemoFlags {
  readonly nodes: string
  readonly minSigners?: string
  readonly messages: string
  readonly suite: string
  readonly workers?: string
  readonly kernel?: string
  readonly batch?: string
  readonly config?: string
  readonly seed?: string
  readonly transcripts?: string
  readonly json?: true
}

/** Limits of this command, not of the protocol but for the first. */
const MAX_NODES = 1_000
const MAX_MESSAGES = 10_000
const MAX_WORKERS = 64
const MAX_SEED_LENGTH = 64

export function demoCommand(choose: (run: Run) => void): Command {
  return new Command('demo')
    .description('run a cluster of nodes in this process: key generation, signing, verification')
    .option('--nodes <n>', 'nodes in the cluster', '5')
    .option('--min-signers <t>', 'signers that a signature needs (default: 3, or all nodes if they are fewer)')
    .option('--messages <count>', 'messages to sign in each suite', '100')
    .option('--suite <suites>', 'suites, separated by commas', SUITES.join(','))
    .option('--workers <count>', 'worker threads; 0 computes on the main thread (default: one less than there are cores)')
    .option('--kernel <name>', 'auto, integer, fma or baseline (default: auto)')
    .option('--batch <count>', 'messages a ceremony, where the same nodes sign them (default: 1)')
    .option('--config <file>', 'a configuration file (YAML); the environment (QUORATE_*) and the flags override it')
    .option('--seed <text>', 'fixes who signs what in which order; never a key')
    .option('--transcripts <folder>', 'write there what the first node recorded, for "quorate evidence audit"')
    .option('--json', 'one line of JSON on stdout')
    .action((flags: DemoFlags) => choose((terminal) => demo(flags, terminal)))
}

/** @throws ERR_INVALID_ARGUMENT or, for the file and the environment, ERR_CONFIG, with `field` */
export function readOptions(flags: DemoFlags, env: Environment): DemoOptions {
  const nodes = readInteger(flags.nodes, 'nodes', 1, MAX_NODES)
  const minSigners = flags.minSigners === undefined ? Math.min(3, nodes) : readInteger(flags.minSigners, 'minSigners', 1, nodes)
  const messages = readInteger(flags.messages, 'messages', 1, MAX_MESSAGES)
  const suites = readSuites(flags.suite)
  const seed = flags.seed ?? toHex(new Uint8Array(randomBytes(4)))
  if (seed.length === 0 || seed.length > MAX_SEED_LENGTH) throw invalidArgument('seed', `must have 1..${MAX_SEED_LENGTH} characters`)
  return { nodes, minSigners, messages, suites, seed, ...readConfigured(flags, env), transcripts: flags.transcripts ?? null }
}

function readConfigured({ workers, kernel, batch, config: file }: DemoFlags, env: Environment): { pool: PoolOptions; batch: number } {
  const layer = {
    ...(workers === undefined ? {} : { pool: { workers: readInteger(workers, 'workers', 0, MAX_WORKERS) } }),
    ...(kernel === undefined ? {} : { kernel: readKernel(kernel) }),
    ...(batch === undefined ? {} : { signing: { batch: readInteger(batch, 'batch', 1, MAX_BATCH) } }),
  }
  try {
    const { pool, kernel: chosen, signing } = loadConfig({ flags: layer, env, file: file ?? null })
    return { pool: { ...pool, kernel: chosen }, batch: signing.batch }
  } catch (error) {
    // The file as a whole: here it is what --config names.
    throw renamed(error, 'file', 'config')
  }
}

async function demo(flags: DemoFlags, { writeResult, log, terminal, signal }: Terminal): Promise<number> {
  const options = readOptions(flags, process.env)
  const json = flags.json === true
  const progress = new DemoProgress(json ? null : terminal)
  try {
    const run = await runDemo(options, progress, signal)
    progress.clear()
    writeResult(json ? JSON.stringify(run.result) : reportLines(run).join('\n'))
    return EXIT.ok
  } catch (error) {
    progress.clear()
    // What an interrupted ceremony reports of itself is not news.
    if (signal.aborted) throw new QuorateError('ERR_ABORTED', { message: 'interrupted' })
    if (error instanceof CheckFailed) {
      log(`quorate: the demo failed its own check: ${error.message}`)
      writeResult(json ? JSON.stringify(error.run.result) : reportLines(error.run).join('\n'))
      return EXIT.failure
    }
    if (error instanceof CeremonyFailed) {
      log(`quorate: ${error.message}`)
      writeResult(JSON.stringify(failureJson(error.failure)))
      return EXIT.failure
    }
    throw error
  }
}
