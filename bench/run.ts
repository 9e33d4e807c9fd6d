/** One run: chosen cases, each compared and then timed, as the rows of a `BenchJson`. */
import { QuorateError } from 'quorate'
import { machineOf } from '../src/cli/machine.ts'
import { type Context, makeContext } from './context.ts'
import type { BenchJson, BenchRatio, BenchRow, Machine } from './json.ts'
import { type RunOptions, UsageError } from './options.ts'
import type { LoadedPeers } from './peers/index.ts'
import { versionOf } from './peers/versions.ts'
import { rowsOf, selectCases } from './rows.ts'
import { allCases } from './suites/index.ts'
import { ratiosOf } from './targets.ts'

export interface Listener {
  /** before the first case */
  begin(machine: Machine, peers: LoadedPeers): void
  /** after each case: its rows, and what they say about the others */
  rows(rows: readonly BenchRow[], ratios: readonly BenchRatio[]): void
}

/** @throws UsageError when the kernel that is asked for is not to be had here */
async function contextFor(options: RunOptions, peers: LoadedPeers['peers']): Promise<Context> {
  try {
    return await makeContext(options.kernel, peers)
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'ERR_KERNEL_UNAVAILABLE') throw new UsageError(error.message)
    throw error
  }
}

/** @throws UsageError, DisagreementError, and what the kernel's loader throws when a module is damaged */
export async function runBenchmark(options: RunOptions, loaded: LoadedPeers, listener: Listener): Promise<BenchJson> {
  const context = await contextFor(options, loaded.peers)
  const sources = selectCases(allCases(context), options)
  const machine = machineOf(context.own.kernel.info.name)
  listener.begin(machine, loaded)
  const rows: BenchRow[] = []
  for (const source of sources) {
    const made = await rowsOf(source, await source.build(), options.quick)
    rows.push(...made)
    listener.rows(made, ratiosOf(machine.kernel, made))
  }
  return {
    schema: 'quorate.bench/1',
    machine,
    versions: {
      node: process.versions.node,
      quorate: machine.quorate,
      'bn.js': versionOf('bn.js'),
      benchmark: versionOf('benchmark'),
      ...Object.assign({}, ...loaded.peers.map(({ versions }) => versions)),
    },
    date: new Date().toISOString(),
    quick: options.quick,
    rows,
    ratios: ratiosOf(machine.kernel, rows),
  }
}
