/** From cases to rows: which are chosen, whether their results agree, and how long they take. */
import type { BenchRow } from './json.ts'
import { FULL, inUnit, measure, QUICK } from './measure.ts'
import type { Case, CaseSource, Figures } from './model.ts'
import { type RunOptions, UsageError } from './options.ts'
import { rounded, summarise } from './statistics.ts'

/** Another result than ours: a fault, in whichever of the two, and nothing is timed. */
export class DisagreementError extends Error {}

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

/** Compares the results of one case, and times it. @throws DisagreementError */
export async function rowsOf(source: CaseSource, built: Case | Figures, quick: boolean): Promise<BenchRow[]> {
  const { id, unit } = source
  if ('figures' in built) {
    return built.figures.map(({ impl, values }) => ({
      id,
      impl,
      unit,
      ...(unit === 'bytes' ? summarise(values) : roundedSummary(values)),
      checked: false,
    }))
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
