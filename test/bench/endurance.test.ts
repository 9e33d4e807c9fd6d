import { describe, expect, test } from 'vitest'
import { enduranceLines, growthOf, type Held } from '../../bench/endurance/held.ts'

const MIB = 2 ** 20
const sampleOf = (rss: number): Held => ({ rss, heapUsed: 5 * MIB, external: MIB })

describe('the trend in what a process holds', () => {
  test('is what a straight line grows by, and nothing where all samples are alike', () => {
    const samples = Array.from({ length: 11 }, (_, i) => sampleOf(100 + 3 * i))
    expect(growthOf({ samples }, 'rss')).toBeCloseTo(30)
    expect(growthOf({ samples }, 'heapUsed')).toBe(0)
  })

  test('is not misled by one sample that stands out', () => {
    const samples = Array.from({ length: 41 }, (_, i) => sampleOf(i === 20 ? 10_000 : 100))
    expect(growthOf({ samples }, 'rss')).toBeCloseTo(0)
  })

  test('is told for 10,000 signatures, whatever their number was, with the handles that are left', () => {
    const samples = Array.from({ length: 3 }, (_, i) => sampleOf((100 + i) * MIB))
    const lines = enduranceLines({ node: 'v20', warmUp: 1, signatures: 20_000, samples, handlesLeft: ['Timeout'] }).join('\n')
    expect(lines).toContain('resident memory 102.00 MiB, slope 1.00 MiB in 10,000 signatures')
    expect(lines).toContain('Timeout')
  })
})
