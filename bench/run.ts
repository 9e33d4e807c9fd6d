/** One run: chosen cases, each compared and then timed, as the rows of a `BenchJson`. */
import os from 'node:os'
import { type Context, makeContext } from './context.ts'
import type { BenchJson, BenchRatio, BenchRow, Machine } from './json.ts'
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
  /** after each case: its rows, and what they say about the others */
  rows(rows: readonly BenchRow[], ratios: readonly BenchRatio[]): void
}

/** @throws UsageError when no row has an id that contains a filter's text */
export function selectCases(sources: readonly CaseSource[], { filters, quick }: Pick<RunOptions, 'filters' | 'quick'>): CaseSource[] {
  const wanted = sources.filter(
    ({ id, rowIds = [id] }) => filters.length === 0 || filters.some((text) => rowIds.some((row) => row.includes(text))),
  )
  if (wanted.length === 0) throw new UsageError(`no row's id contains ${filters.map((text) => `"${text}"`).join(' or ')}`)
  const chosen = wanted.filter(({ large }) => !(quick && large === true))
  if (chosen.length === 0) throw new UsageError('--quick leaves out everything that the filter selects')
  return chosen
}

export interface Comparison {
  /** there were two results or more to compare */
  readonly checked: boolean
  /** what each contender took for it, in seconds an item: a first run, not warmed up */
  readonly seconds: readonly number[]
}

/** @throws DisagreementError when two results differ */
export async function compareResults(id: string, { contenders }: Case): Promise<Comparison> {
  let expected: Uint8Array | null = null
  let results = 0
  const seconds: number[] = []
  for (const contender of contenders) {
    contender.prepare?.()
    const start = performance.now()
    const result = await contender.result()
    seconds.push((performance.now() - start) / 1e3 / contender.items)
    if (result === null) continue
    results++
    expected ??= result
    if (Buffer.compare(expected, result) !== 0) {
      throw new DisagreementError(`${id}: ${contender.impl} computes something else than ${contenders[0]?.impl}`)
    }
  }
  return { checked: results > 1, seconds }
}

async function rowsOf(source: CaseSource, built: Case | Figures, quick: boolean): Promise<BenchRow[]> {
  const { id, unit } = source
  if ('figures' in built) {
    return built.figures.map(({ impl, values }) => ({ id, impl, unit, ...roundedSummary(values), checked: false }))
  }
  const contenders = quick ? built.contenders.filter(({ notQuick }) => notQuick !== true) : built.contenders
  const chosen: Case = { ...built, contenders }
  try {
    const { checked, seconds } = await compareResults(id, chosen)
    // With --quick, what takes seconds ran long enough when its result was compared.
    const once = contenders.filter(({ repetitions }) => quick && repetitions !== undefined)
    const timed = contenders.filter((contender) => !once.includes(contender))
    const samples = await measure({ ...chosen, contenders: timed }, quick ? QUICK : FULL)
    return contenders.flatMap((contender, i) => {
      const { impl, id: rowId = id } = contender
      const values = once.includes(contender) ? seconds.slice(i, i + 1) : (samples[timed.indexOf(contender)] ?? [])
      return values.length === 0 ? [] : [{ id: rowId, impl, unit, ...roundedSummary(values.map((value) => inUnit(value, unit))), checked }]
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
