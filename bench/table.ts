/** The table that a run prints: a line a row id, times in the row's unit, how many times slower the others are; at most 120 columns. */
import type { BenchJson, BenchRow, Implementation } from './json.ts'

const PEERS: readonly Implementation[] = ['baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native']
const ID_WIDTH = 40
const TIME_WIDTH = 12
const RATIO_WIDTH = 9

/** Three significant digits, never in exponential form. */
export function amount(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 3))
}

function line(id: string, time: string, spread: string, cells: readonly string[]): string {
  return id.padEnd(ID_WIDTH) + time.padStart(TIME_WIDTH) + spread.padStart(7) + cells.map((cell) => cell.padStart(RATIO_WIDTH)).join('')
}

export function headLine(): string {
  return line('row', 'quorate', '+-', PEERS)
}

export function rowLine(rows: readonly BenchRow[], kernel: BenchJson['machine']['kernel']): string {
  const own = rows.find(({ impl }) => impl === `quorate-${kernel}`)
  if (own === undefined) return line(rows[0]?.id ?? '', 'not measured', '', [])
  const spread = own.samples > 1 && own.median > 0 ? `${((50 * (own.max - own.min)) / own.median).toFixed(0)}%` : ''
  const cells = PEERS.map((impl) => {
    const row = rows.find((one) => one.impl === impl)
    return row === undefined || row.unit === 'bytes' || own.median === 0 ? '' : `${amount(row.median / own.median)}x`
  })
  return line(own.id, own.unit === 'bytes' ? `${own.median} B` : `${amount(own.median)} ${own.unit}`, spread, cells).trimEnd()
}
