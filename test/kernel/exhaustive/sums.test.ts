import { describe, expect, it } from 'vitest'
import { below, pairs, smallGroup } from './small-group.ts'

const all = below(13)
type Term = readonly [log: number, k: number]
const terms: readonly Term[] = pairs(all, all)

const sumOf = (tuple: readonly Term[]): number => tuple.reduce((sum, [log, k]) => sum + log * k, 0)

/** Points that meet in every way: equal, opposite, with the identity, images of one another under the endomorphism, in progression. */
const TRIPLES: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 12, 1],
  [0, 5, 8],
  [1, 9, 3],
  [2, 4, 6],
  [7, 0, 0],
]

/** The public batches of the second module have an engine of their own, which fills the buckets. */
const METHODS = [
  ['shared doublings', 'integer'],
  ['buckets', 'integer'],
  ['buckets', 'fma'],
] as const

describe.each(METHODS)('sums of multiples in the group of 13 points, by %s, module %s', async (method, module) => {
  const group = await smallGroup(13, module)

  it('k1 P1 + k2 P2 for all scalars and all points', () => {
    const tuples = pairs(terms, terms)
    expect(tuples).toHaveLength(13 ** 4)
    group.expectPoints(group.sumTuples(method, tuples), tuples.map(sumOf), method)
  })

  it('k1 P1 + k2 P2 + k3 P3 for all scalars and six triples of points', () => {
    const tuples = TRIPLES.flatMap(([p1, p2, p3]) =>
      pairs(pairs(all, all), all).map(([[k1, k2], k3]): readonly Term[] => [
        [p1, k1],
        [p2, k2],
        [p3, k3],
      ]),
    )
    group.expectPoints(group.sumTuples(method, tuples), tuples.map(sumOf), method)
  })
})

describe.each(['integer', 'fma'] as const)('sums of multiples in the group of 13 points, by the module %s', async (module) => {
  const group = await smallGroup(13, module)
  const { kernel } = group

  it('of all 169 pairs of a point and a scalar at once, in both orders, and with g', () => {
    for (const list of [terms, [...terms].reverse()]) {
      const points = group.points(list.map(([log]) => log))
      const scalars = group.scalars(list.map(([, k]) => k))
      for (const g of all) group.expectPoints(kernel.msmVar(points, scalars, group.scalars([g])), [sumOf(list) + g], `g = ${g}`)
      group.expectPoints(kernel.msmVar(points, scalars), [sumOf(list)], 'without g')
    }
  })

  it('of any number of equal terms', () => {
    for (const n of [1, 2, 13, 15, 16, 17, 91, 260]) {
      for (const [log, k] of terms.slice(13).filter(([, factor]) => factor > 0)) {
        const points = group.points(Array.from({ length: n }, () => log))
        const scalars = group.scalars(Array.from({ length: n }, () => k))
        group.expectPoints(kernel.msmVar(points, scalars), [n * log * k], `${n} times ${k} of ${log} G`)
      }
    }
  })
})
