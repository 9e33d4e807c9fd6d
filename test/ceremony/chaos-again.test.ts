/** The even half of the runs of chaos.test.ts. */
import { describe, expect, it } from 'vitest'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { perform } from '../simulation/run.ts'
import { RUNS_PER_HALF, runHalf, violationsIn } from '../simulation/thousand.ts'

describe('R1: chaos, the other half', () => {
  it(`${RUNS_PER_HALF} more runs among corrupted nodes keep every invariant`, () => {
    expect(violationsIn(runHalf(1, sharedKernel()))).toEqual([])
  })

  it('the same seed gives the same bytes in the same order', () => {
    const sentIn = (seed: string) => perform({ seed, kernel: sharedKernel() }).network.sent.map(({ from, to, bytes }) => [from, to, bytes])
    expect(sentIn('again')).toEqual(sentIn('again'))
    expect(sentIn('again')).not.toEqual(sentIn('other'))
  })
})
