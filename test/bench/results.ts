/** Results made by hand: no test depends on how long anything takes. */
import type { BenchJson, BenchRow } from '../../bench/json.ts'
import { ratiosOf } from '../../bench/targets.ts'

export function row(id: string, impl: BenchRow['impl'], median: number, more: Partial<BenchRow> = {}): BenchRow {
  return { id, impl, unit: 'us', median, min: median, max: median, samples: 9, checked: true, ...more }
}

export function resultOf(rows: readonly BenchRow[], kernel: BenchJson['machine']['kernel'] = 'integer'): BenchJson {
  return {
    schema: 'quorate.bench/1',
    machine: { cpu: 'a processor', cores: 2, node: '20.19.0', v8: '11.3', quorate: '0.1.0', kernel },
    versions: { node: '20.19.0', '@noble/curves': '2.4.0' },
    date: '2026-01-02T03:04:05.678Z',
    quick: false,
    rows,
    ratios: ratiosOf(kernel, rows),
  }
}
