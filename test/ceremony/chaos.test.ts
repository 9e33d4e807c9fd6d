/**
 * Networks of 2 to 7 nodes of which up to all but one are corrupted, by strategies that a seed composes, over a network that may lose, part and
 * delay. The odd half of the runs; the even half is in chaos-again.test.ts, for the other core.
 */
import { describe, expect, it } from 'vitest'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { ALL_FAULTS } from '../simulation/framing.ts'
import { invariants } from '../simulation/invariants.ts'
import { strategies } from '../simulation/strategies/index.ts'
import { RUNS_PER_HALF, runHalf, violationsIn } from '../simulation/thousand.ts'

describe('R1: chaos', () => {
  it(`${RUNS_PER_HALF} runs among corrupted nodes keep every invariant, and show every fault, strategy and ending`, () => {
    const figures = runHalf(0, sharedKernel())
    expect(violationsIn(figures)).toEqual([])
    expect(figures).toMatchObject({ runs: RUNS_PER_HALF, checks: RUNS_PER_HALF * invariants.length })
    // A chaos that always ends alike would show nothing.
    expect(Object.keys(figures.strategies).toSorted()).toEqual(expect.arrayContaining(strategies.map(({ name }) => name)))
    expect(Object.keys(figures.blames).toSorted()).toEqual(ALL_FAULTS.toSorted())
    const endings = ['success', 'fault', 'dispute', 'timeout', 'unconfirmed', 'instructed-differently', 'aborted']
    for (const ending of endings) expect(figures.outcomes[ending], ending).toBeGreaterThan(2)
  })
})
