/** One run: chosen cases, each compared and then timed, as the rows of a `BenchJson`. */
import os from 'node:os'
import { type Context, makeContext } from './context.ts'
import type { BenchJson, BenchRow, Machine } from './json.ts'
import { FULL, inUnit, measure, QUICK } from './measure.ts'
import type { Case, CaseSource, Figures } from './model.ts'
import type { RunOptions } from './options.ts'
import { UsageError } from './options.ts'
import type { LoadedPeers } from './peers/index.ts'
import { versionOf } from './peers/versions.ts'
import { rounded, summarise } from './statistics.ts'
import { allCases } from './suites/index.ts'
import { ratiosOf } from './targets.ts'

/** Another result than ours: a fault, in whichever of the two, and nothing is timed. */
export class DisagreementError extends Error {}

export interface Listener {
  /** before the first case */
  begin(machine: Machine, peers: LoadedPeers): void
  /** after each case: its rows */
  rows(source: CaseSource, rows: readonly BenchRow[]): void
}

/** @throws UsageError when no row has an id that contains a filter's text */
export function selectCases(sources: readonly CaseSource[], { filters, quick }: Pick<RunOptions, 'filters' | 'quick'>): CaseSource[] {
  const wanted = sources.filter(({ id }) => filters.length === 0 || filters.some((text) => id.includes(text)))
  if (wanted.length === 0) throw new UsageError(`no row's id contains ${filters.map((text) => `"${text}"`).join(' or ')}`)
  const chosen = wanted.filter(({ large }) => !(quick && large === true))
  if (chosen.length === 0) throw new UsageError('--quick leaves out everything that the filter selects')
  return chosen
}

/**
 * Whether the results could be compared.
 *
 * @throws DisagreementError when they differ
 */
export async function compareResults(id: string, { contenders }: Case): Promise<boolean> {
  let expected: Uint8Array | null = null
  let comparisons = 0
  for (const contender of contenders) {
    contender.prepare?.()
    const result = await contender.result()
    if (result === null) continue
    if (expected !== null && Buffer.compare(expected, result) !== 0) {
      throw new DisagreementError(`${id}: ${contender.impl} computes something else than ${contenders[0]?.impl}`)
    }
    comparisons += expected === null ? 0 : 1
    expected ??= result
  }
  return comparisons > 0
}

async function rowsOf(source: CaseSource, built: Case | Figures, quick: boolean): Promise<BenchRow[]> {
  const { id, unit } = source
  if ('figures' in built) {
    return built.figures.map(({ impl, values }) => ({ id, impl, unit, ...roundedSummary(values), checked: false }))
  }
  const contenders = quick ? built.contenders.filter(({ slow }) => slow !== true) : built.contenders
  const chosen: Case = { ...built, contenders }
  try {
    const checked = await compareResults(id, chosen)
    const samples = await measure(chosen, quick ? QUICK : FULL)
    return contenders.flatMap(({ impl }, i) => {
      const seconds = samples[i] ?? []
      return seconds.length === 0 ? [] : [{ id, impl, unit, ...roundedSummary(seconds.map((value) => inUnit(value, unit))), checked }]
    })
  } finally {
    await built.close?.()
  }
}

function roundedSummary(values: readonly number[]): Pick<BenchRow, 'median' | 'min' | 'max' | 'samples'> {
  const { median, min, max, samples } = summarise(values)
  return { median: rounded(median), min: rounded(min), max: rounded(max), samples }
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
    listener.rows(source, made)
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
