import { describe, expect, it } from 'vitest'
import { comparisonLines, differences, unmatched } from '../../bench/compare.ts'
import { formatResult } from '../../bench/file.ts'
import { benchJson } from '../../bench/json.ts'
import { resultOf, row } from './results.ts'

const result = resultOf([row('msm/n=128', 'quorate-integer', 10), row('msm/n=128', 'noble', 300), row('point/add', 'quorate-integer', 1)])

describe('the result as JSON', () => {
  it('what is written is read back the same', () => {
    expect(benchJson.parse(JSON.parse(formatResult(result)))).toEqual(result)
    expect(benchJson.parse(JSON.parse(formatResult(resultOf([]))))).toEqual(resultOf([]))
  })

  it('has a line for each row, so that two files compare well', () => {
    const lines = formatResult(result).split('\n')
    expect(lines.filter((line) => line.includes('"samples"'))).toHaveLength(result.rows.length)
    expect(lines.filter((line) => line.includes('"against"'))).toHaveLength(result.ratios.length)
  })

  it('a field more, a field less or another value is refused', () => {
    const spoilt: unknown[] = [
      { ...result, more: 1 },
      { ...result, schema: 'quorate.bench/2' },
      { ...result, date: 'yesterday' },
      { ...result, machine: { ...result.machine, kernel: 'other' } },
      { ...result, rows: [{ ...result.rows[0], unit: 's' }] },
      { ...result, rows: [{ ...result.rows[0], impl: 'someone' }] },
      { ...result, rows: [{ ...result.rows[0], median: -1 }] },
      { ...result, ratios: [{ ...result.ratios[0], met: undefined }] },
    ]
    for (const one of spoilt) expect(benchJson.safeParse(one).success).toBe(false)
  })
})

describe('--compare', () => {
  const before = resultOf([row('a/b', 'quorate-integer', 10, { min: 9, max: 11 }), row('a/c', 'noble', 5), row('a/d', 'noble', 5)])
  const after = resultOf([row('a/b', 'quorate-integer', 5, { min: 4, max: 8 }), row('a/c', 'noble', 5), row('a/e', 'noble', 5)])

  it('gives the factor of each row that both have, and marks ranges that do not touch', () => {
    expect(differences(before, after).map(({ id, factor, apart }) => ({ id, factor, apart }))).toEqual([
      { id: 'a/b', factor: 0.5, apart: true },
      { id: 'a/c', factor: 1, apart: false },
    ])
  })

  it('ranges that touch are not told apart', () => {
    const touching = resultOf([row('a/b', 'quorate-integer', 8, { min: 4, max: 9 })])
    expect(differences(before, touching)[0]?.apart).toBe(false)
  })

  it('lists what only one of the two has', () => {
    expect(unmatched(before, after)).toEqual(['a/d noble us', 'a/e noble us'])
  })

  it('says when machine, Node or kernel differ', () => {
    const elsewhere = { ...after, machine: { ...after.machine, node: '22.1.0', kernel: 'fma' as const } }
    expect(comparisonLines(before, after).filter((line) => line.startsWith('not the same'))).toEqual([])
    expect(comparisonLines(before, elsewhere).slice(0, 2)).toEqual([
      'not the same node: 20.19.0 | 22.1.0',
      'not the same kernel: integer | fma',
    ])
  })
})
