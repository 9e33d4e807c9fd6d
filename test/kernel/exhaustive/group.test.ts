import { describe, expect, it } from 'vitest'
import { below, pairs, smallGroup } from './small-group.ts'

/** Z coordinates of the operands: 1, a small one, one that fills two limbs. */
const SCALINGS: readonly (readonly [number, number])[] = [
  [1, 1],
  [3, 0xfffffc2f],
  [0x3fffffff, 2],
]

const ADDITIONS: readonly (readonly [name: string, operation: number, result: (a: number, b: number) => number])[] = [
  ['both Jacobian', 0, (a, b) => a + b],
  ['mixed', 1, (a, b) => a + b],
  ['mixed, subtracting', 2, (a, b) => a - b],
  ['mixed, of the secret ladders', 3, (a, b) => a + b],
  ['mixed, complete by masks', 4, (a, b) => a + b],
  ['mixed, masked out', 5, (a) => a],
  ['doubling', 6, (a) => 2 * a],
]

const GROUPS = [
  [7, 'integer'],
  [13, 'integer'],
  [13, 'fma'],
  [199, 'integer'],
] as const

describe.each(GROUPS)('J14, J15: the group of %i points, every case, module %s', async (order, module) => {
  const group = await smallGroup(order, module)
  const { kernel } = group
  const all = below(order)
  const allPairs = pairs(all, all)
  const left = allPairs.map(([a]) => a)
  const right = allPairs.map(([, b]) => b)

  it.each(ADDITIONS)('additions of all pairs: %s', (name, operation, result) => {
    for (const [z, w] of order === 199 ? SCALINGS.slice(1, 2) : SCALINGS) {
      const sums = group.add(
        operation,
        allPairs.map(([a, b]) => [a, z, b, w]),
      )
      group.expectPoints(
        sums,
        allPairs.map(([a, b]) => result(a, b)),
        name,
      )
    }
  })

  it('additions of all pairs: batch-affine', () => {
    const sums = kernel.sum(group.points([...left, ...right]), allPairs.length)
    group.expectPoints(
      sums,
      allPairs.map(([a, b]) => a + b),
      'sum',
    )
  })

  it('k G for all k, constant time and not', () => {
    const scalars = group.scalars(all)
    group.expectPoints(kernel.baseMul(scalars), all, 'baseMul')
    group.expectPoints(kernel.baseMulVar(scalars), all, 'baseMulVar')
    // few scalars go one by one, many share their inversions
    for (const k of all) {
      group.expectPoints(kernel.baseMul(group.scalars([k])), [k], 'baseMul of one')
      group.expectPoints(kernel.baseMulVar(group.scalars([k])), [k], 'baseMulVar of one')
    }
  })

  it('k P for all k and P, constant time and not', () => {
    const products = allPairs.map(([a, b]) => a * b)
    group.expectPoints(kernel.mulVar(group.points(left), group.scalars(right)), products, 'mulVar')
    group.expectPoints(kernel.mul(group.points(left), group.scalars(right)), products, 'mul')
  })

  it(`i G + j P for all i and j${order === 199 ? ', of 199 points for P = 2 G' : ' and P'}`, () => {
    for (const log of order === 199 ? [2] : all) {
      const point = group.points([log])
      const sums = allPairs.map(([i, j]) => kernel.msmVar(point, group.scalars([j]), group.scalars([i])))
      group.expectPoints(
        new Uint8Array(Buffer.concat(sums)),
        allPairs.map(([i, j]) => i + j * log),
        `P = ${log} G`,
      )
    }
  })

  it('encodings of all points, there and back; the identity and what is off the curve are refused', () => {
    const points = group.points(all.slice(1))
    expect([...kernel.checkPoints(group.points(all))]).toEqual(all.map((log) => (log === 0 ? 0 : 1)))
    const compressed = kernel.compress(points)
    const { points: decompressed, valid } = kernel.decompress(compressed)
    expect(valid.every((one) => one === 1)).toBe(true)
    group.expectPoints(decompressed, all.slice(1), 'decompress')
    // the other prefix gives the opposite point
    const opposite = compressed.map((byte, i) => (i % 33 === 0 ? byte ^ 1 : byte))
    group.expectPoints(
      kernel.decompress(opposite).points,
      all.slice(1).map((log) => -log),
      'the other root',
    )
    const moved = points.map((byte, i) => (i % 64 === 63 ? byte ^ 1 : byte))
    expect(kernel.checkPoints(moved).every((one) => one === 0)).toBe(true)
    expect(() => kernel.compress(group.points([1, 0]))).toThrow('points[1]')
  })

  it('scalars: all sums, products, inverses, and no number from the order up', () => {
    const a = group.scalars(left)
    const b = group.scalars(right)
    expect(group.numbers(kernel.scalarAdd(a, b))).toEqual(allPairs.map(([x, y]) => (x + y) % order))
    expect(group.numbers(kernel.scalarMul(a, b))).toEqual(allPairs.map(([x, y]) => (x * y) % order))
    const units = all.slice(1)
    const inverses = group.numbers(kernel.scalarInvert(group.scalars(units)))
    expect(inverses.map((inverse, i) => (inverse * (units[i] ?? 0)) % order)).toEqual(units.map(() => 1))
    for (const unit of units) expect(group.numbers(kernel.scalarInvert(group.scalars([unit])))[0]).toBe(inverses[unit - 1])
    expect(() => kernel.scalarInvert(group.scalars([1, 0]))).toThrow('a[1]')
    const tooLarge = group.scalars([0, order - 1])
    tooLarge[63] = order
    expect(() => kernel.scalarAdd(tooLarge, tooLarge)).toThrow('a[1]')
  })

  it('J16: the endomorphism: every scalar is k1 + k2 lambda with the short halves of its lattice', () => {
    for (const k of all) {
      const [k1, k2] = group.split(k)
      expect((((k1 + k2 * group.lambda - k) % order) + order) % order, `${k} = ${k1} + ${k2} lambda`).toBe(0)
      // half a cell of the lattice, whose vectors have norm q, and the rounding
      expect(Math.max(Math.abs(k1), Math.abs(k2))).toBeLessThanOrEqual(Math.sqrt(order) + 1)
    }
  })
})
