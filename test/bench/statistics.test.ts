import { describe, expect, it } from 'vitest'
import { inUnit, takesPart } from '../../bench/measure.ts'
import { median, rounded, summarise } from '../../bench/statistics.ts'
import { amount } from '../../bench/table.ts'

describe('summaries', () => {
  it('the median is the middle value, or the mean of the middle two, whatever the order', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([7])).toBe(7)
    expect(median([1, 2, 1_000])).toBe(2)
  })

  it('no values have no median', () => {
    expect(() => median([])).toThrow(RangeError)
  })

  it('a summary keeps the extremes and the number of samples', () => {
    expect(summarise([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9, samples: 3 })
  })

  it('sorting does not touch the samples', () => {
    const samples = [3, 1, 2]
    summarise(samples)
    expect(samples).toEqual([3, 1, 2])
  })

  it('four significant digits are kept', () => {
    expect([123_456, 1.23456, 0.000123456].map(rounded)).toEqual([123_500, 1.235, 0.0001235])
  })
})

describe('units', () => {
  it('a time becomes nanoseconds, microseconds, milliseconds or a rate', () => {
    expect((['ns', 'us', 'ms', 'ops/s'] as const).map((unit) => inUnit(0.25, unit))).toEqual([2.5e8, 2.5e5, 250, 4])
  })

  it('a time is no size', () => {
    expect(() => inUnit(1, 'bytes')).toThrow(RangeError)
  })

  it('amounts have three significant digits and no exponent', () => {
    expect([0, 0.012345, 1.2345, 12.345, 123.45, 12_345, 3_000_000].map(amount)).toEqual([
      '0',
      '0.012',
      '1.23',
      '12.3',
      '123',
      '12345',
      '3000000',
    ])
  })
})

describe('rounds', () => {
  const partsOf = (repetitions: number | undefined, rounds: number): number =>
    Array.from({ length: rounds }, (_, round) => takesPart(repetitions, round, rounds)).filter(Boolean).length

  it('a contender runs in every round, or in exactly as many as it has repetitions', () => {
    for (const rounds of [1, 2, 9, 11]) {
      expect(partsOf(undefined, rounds)).toBe(rounds)
      for (let repetitions = 1; repetitions <= 12; repetitions++) expect(partsOf(repetitions, rounds)).toBe(Math.min(repetitions, rounds))
    }
  })
})
