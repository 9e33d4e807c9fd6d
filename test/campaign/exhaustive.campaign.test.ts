/** What `npm test` tries in part of the small groups, in all of them. */
import { describe, expect, it } from 'vitest'
import { concatAll } from '../../src/bytes.ts'
import { below, pairs, smallGroup } from '../kernel/exhaustive/small-group.ts'

const MODULES = ['integer', 'fma'] as const

describe.each(MODULES)('the group of 199 points, module %s', async (module) => {
  const group = await smallGroup(199, module)
  const all = below(199)
  const allPairs = pairs(all, all)

  it('i G + j P for all i, j and P', () => {
    for (const log of all) {
      const point = group.points([log])
      const sums = allPairs.map(([i, j]) => group.kernel.msmVar(point, group.scalars([j]), group.scalars([i])))
      group.expectPoints(
        concatAll(sums),
        allPairs.map(([i, j]) => i + j * log),
        `P = ${log} G`,
      )
    }
  })
})

describe.each(MODULES)('the group of 7 points, module %s', async (module) => {
  const group = await smallGroup(7, module)
  const terms = pairs(below(7), below(7))

  it.each(['shared doublings', 'buckets'] as const)('k1 P1 + k2 P2 + k3 P3 for all scalars and points, by %s', (method) => {
    const tuples = pairs(pairs(terms, terms), terms).map(([[first, second], third]) => [first, second, third])
    expect(tuples).toHaveLength(7 ** 6)
    const sums = tuples.map((tuple) => tuple.reduce((sum, [log, k]) => sum + log * k, 0))
    group.expectPoints(group.sumTuples(method, tuples), sums, method)
  })
})

describe.each(MODULES)('the group of 13 points, module %s', async (module) => {
  const group = await smallGroup(13, module)
  const all = below(13)

  it('verifyShares accepts the right share and refuses every wrong one, for every dealer of two coefficients and every index', () => {
    for (const [a0, a1] of pairs(all, all)) {
      const commitments = group.points([a0, a1])
      for (const index of all.slice(1)) {
        const accepted = all.filter((share) => group.kernel.verifyShares(commitments, 2, index, group.scalars([share]))[0] === 1)
        expect(accepted).toEqual([(a0 + a1 * index) % 13])
      }
    }
  })
})
