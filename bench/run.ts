/** One run: chosen cases, each compared and then timed, as the rows of a `BenchJson`. */
import os from 'node:os'
import { type Context, makeContext } from './context.ts'
import type { BenchJson, BenchRatio, BenchRow, Machine } from './json.ts'
import type { RunOptions } from './options.ts'
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

export function machineOf({ own }: Context): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    node: process.versions.node,
    v8: process.versions.v8,
    quorate: versionOf('quorate', 'quorate/package.json'),
    kernel: own.kernel.info.name,
  }
}

/** @throws UsageError, DisagreementError, and what the kernel's loader throws */
export async function runBenchmark(options: RunOptions, loaded: LoadedPeers, listener: Listener): Promise<BenchJson> {
  const context = await makeContext(options.kernel, loaded.peers)
  const sources = selectCases(allCases(context), options)
  const machine = machineOf(context)
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
