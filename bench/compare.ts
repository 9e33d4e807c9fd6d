/** How a second run differs from a first, row by row. */
import type { BenchJson, BenchRow } from './json.ts'
import { amount } from './table.ts'

export interface Difference {
  readonly id: string
  readonly impl: BenchRow['impl']
  readonly before: number
  readonly after: number
  readonly unit: BenchRow['unit']
  /** after / before; null when one of the two does not have the row */
  readonly factor: number | null
  /** the ranges between the extremes do not touch: more than noise, on the same machine */
  readonly apart: boolean
}

const keyOf = ({ id, impl, unit }: BenchRow): string => `${id} ${impl} ${unit}`

export function differences(before: BenchJson, after: BenchJson): Difference[] {
  const first = new Map(before.rows.map((row) => [keyOf(row), row]))
  return after.rows.flatMap((row): Difference[] => {
    const old = first.get(keyOf(row))
    if (old === undefined) return []
    const { id, impl, unit } = row
    const factor = old.median === 0 ? null : row.median / old.median
    return [{ id, impl, unit, before: old.median, after: row.median, factor, apart: row.min > old.max || row.max < old.min }]
  })
}

/** Ids that only one of the two has. */
export function unmatched(before: BenchJson, after: BenchJson): string[] {
  const sides = [before, after].map(({ rows }) => new Set(rows.map(keyOf)))
  const [first = new Set<string>(), second = new Set<string>()] = sides
  return [...first].filter((key) => !second.has(key)).concat([...second].filter((key) => !first.has(key)))
}

export function comparisonLines(before: BenchJson, after: BenchJson): string[] {
  const other = (['cpu', 'node', 'kernel'] as const).filter((name) => before.machine[name] !== after.machine[name])
  const lines = other.map((name) => `not the same ${name}: ${before.machine[name]} | ${after.machine[name]}`)
  lines.push(`${'row'.padEnd(44)}${'implementation'.padEnd(18)}${'before'.padStart(14)}${'after'.padStart(14)}${'factor'.padStart(10)}`)
  for (const { id, impl, unit, before: old, after: now, factor, apart } of differences(before, after)) {
    const cells = [
      `${amount(old)} ${unit}`.padStart(14),
      `${amount(now)} ${unit}`.padStart(14),
      (factor === null ? '' : `${factor.toFixed(2)}x`).padStart(10),
    ]
    lines.push(`${id.padEnd(44)}${impl.padEnd(18)}${cells.join('')}${apart ? '  *' : ''}`)
  }
  lines.push('* the ranges from the shortest to the longest sample do not touch')
  const lonely = unmatched(before, after)
  if (lonely.length > 0) lines.push(`only in one of the two: ${lonely.join(', ')}`)
  return lines
}
