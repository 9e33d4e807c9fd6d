/**
 * `npm run crash`: nodes of a real group are killed at random moments, and what they come back with is judged. Exit code 0: everything held; 1: something
 * did not, and is named; 2: wrong arguments; 75: there is no broker.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { KernelPool } from '../../src/pool/index.ts'
import { findNatsServer } from '../helpers/nats-server.ts'
import { Dice } from '../simulation/dice.ts'
import { type CrashFigures, CrashRounds } from './crash-rounds.ts'
import { Group } from './group.ts'

const USAGE = `usage: npm run crash -- [--runs N] [--nodes N] [--min-signers T] [--seed TEXT]
       kills a node of a group of real processes N times (default 200) in the middle of what it does

  The seed (default: random, printed) fixes who is killed when; how far the processes have come by then is up to the machine.
`
const CANNOT_RUN = 75
const USAGE_ERROR = 2
const MAX_NODES = 26

interface Arguments {
  readonly runs: number
  readonly nodes: number
  readonly minSigners: number
  readonly seed: string
}

function readArguments(): Arguments | string {
  const options = {
    runs: { type: 'string' },
    nodes: { type: 'string' },
    'min-signers': { type: 'string' },
    seed: { type: 'string' },
  } as const
  try {
    const { values } = parseArgs({ options, allowPositionals: false })
    const runs = Number(values.runs ?? 200)
    const nodes = Number(values.nodes ?? 5)
    const minSigners = Number(values['min-signers'] ?? Math.min(3, nodes))
    if (!Number.isSafeInteger(runs) || runs < 1) return '--runs must be a number from 1'
    if (!Number.isSafeInteger(nodes) || nodes < 2 || nodes > MAX_NODES) return `--nodes must be a number in 2..${MAX_NODES}`
    if (!Number.isSafeInteger(minSigners) || minSigners < 1 || minSigners > nodes)
      return '--min-signers must be a number from 1 to the nodes'
    return { runs, nodes, minSigners, seed: values.seed ?? randomBytes(4).toString('hex') }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const counts = (entries: Readonly<Record<string, number>>): string[] =>
  Object.entries(entries)
    .sort()
    .map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`)

function describe(
  { rounds, orders, moments, keysReported, keysLeftPending, restartMs, judgement }: CrashFigures,
  violations: readonly string[],
): string[] {
  const sorted = [...restartMs].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return [
    `${rounds} nodes killed and started again; ready after ${median.toFixed(0)} ms (median), ${(sorted.at(-1) ?? 0).toFixed(0)} ms (most)`,
    'what was under way, and how it ended',
    ...counts(orders),
    'moments of the ceremonies',
    ...counts(moments),
    `keys called active by somebody: ${keysReported}, all of them active at all their holders unless named below; at most ${keysLeftPending} left pending in a store`,
    `messages judged: ${judgement?.messages ?? 0} of ${judgement?.ceremonies ?? 0} ceremonies, ${judgement?.judgedShares ?? 0} signature shares with their commitments (${judgement?.unjudgedShares ?? 0} without)`,
    `violations: ${violations.length}`,
    ...violations.map((text) => `  ${text}`),
  ]
}

async function campaign(binary: string, { runs, nodes, minSigners, seed }: Arguments): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  print(`seed ${seed}: ${runs} rounds, ${minSigners} of ${nodes} nodes sign`)
  const started = performance.now()
  const ids = Array.from({ length: nodes }, (_, i) => String.fromCharCode(97 + i))
  await using group = await Group.create({ ids, binary, stageTimeoutMs: 1_500 })
  await using pool = await KernelPool.create({ workers: 0 })
  await group.start()
  const told: CrashFigures[] = []
  const violations: string[] = []
  try {
    await CrashRounds.run({ group, dice: new Dice(seed), pool, rounds: runs, minSigners, log: print }, (figures) => void told.push(figures))
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  for (const figures of told) {
    violations.push(...figures.violations)
    for (const line of describe(figures, violations)) print(line)
  }
  print(`${((performance.now() - started) / 1_000).toFixed(0)} s; seed ${seed}`)
  return violations.length === 0 ? 0 : 1
}

const read = readArguments()
const found = findNatsServer({ install: true, log: (line) => process.stderr.write(`${line}\n`) })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
if (typeof read === 'string') {
  process.stderr.write(`${read}\n${USAGE}`)
  process.exitCode = USAGE_ERROR
} else if ('missing' in found) {
  process.stderr.write(`${found.missing}\n`)
  process.exitCode = CANNOT_RUN
} else {
  process.exitCode = await campaign(found.path, read)
}
