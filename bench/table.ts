/** The table that a run prints: a line a row id, times in the row's unit, how many times slower the others are; at most 120 columns. */
import type { BenchJson, BenchRatio, BenchRow, Implementation } from './json.ts'

const PEERS: readonly Implementation[] = ['quorate-integer', 'baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native']
const ID_WIDTH = 38
const TIME_WIDTH = 11
const RATIO_WIDTH = 9

/** Three significant digits, never in exponential form. */
export function amount(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 3))
}

function line(id: string, time: string, spread: string, cells: readonly string[]): string {
  return id.padEnd(ID_WIDTH) + time.padStart(TIME_WIDTH) + spread.padStart(6) + cells.map((cell) => cell.padStart(RATIO_WIDTH)).join('')
}

/** The integer kernel is a column of its own where the FMA kernel is what is measured. */
function columnsOf(kernel: BenchJson['machine']['kernel']): readonly Implementation[] {
  return kernel === 'fma' ? PEERS : PEERS.slice(1)
}

export function headLine(kernel: BenchJson['machine']['kernel']): string {
  const names = columnsOf(kernel).map((impl) => impl.replace('quorate-', ''))
  return line('row', 'quorate', '+-', names)
}

/** One line for each id among the rows of a case. */
export function rowLines(rows: readonly BenchRow[], ratios: readonly BenchRatio[], kernel: BenchJson['machine']['kernel']): string[] {
  return [...new Set(rows.map(({ id }) => id))].map((id) => {
    const own = rows.find((row) => row.id === id && row.impl === `quorate-${kernel}`)
    if (own === undefined) return line(id, 'not measured', '', [])
    const spread = own.samples > 1 && own.median > 0 ? `${((50 * (own.max - own.min)) / own.median).toFixed(0)}%` : ''
    const mine = ratios.filter((ratio) => ratio.id === id)
    const cells = columnsOf(kernel).map((impl) => {
      const found = mine.find(({ against }) => against === impl)
      return found === undefined ? '' : `${amount(found.ratio)}x`
    })
    const alone = mine.find(({ against }) => against === own.impl)
    const note = alone === undefined ? '' : `  ${amount(alone.ratio)}x as fast as on the calling thread`
    return line(
      id,
      own.unit === 'bytes' ? `${own.median} B` : `${amount(own.median)} ${own.unit}`,
      spread,
      note === '' ? cells : [note],
    ).trimEnd()
  })
}
