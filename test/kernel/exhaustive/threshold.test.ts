/**
 * The arithmetic of FROST and of its key generation over the group of 13 points, where every value can be tried. Hashes do not take part: binding
 * factors and challenges run over all scalars instead.
 */
import { describe, expect, it } from 'vitest'
import { below, pairs, smallGroup } from './small-group.ts'

const group = await smallGroup(13)
const { kernel, order } = group
const all = below(order)
const INDICES = all.slice(1)
const mod = (n: number) => ((n % order) + order) % order

type Polynomial = readonly number[]
const lines: readonly Polynomial[] = pairs(all, all)
const parabolas: readonly Polynomial[] = pairs(lines, all).map(([line, a2]) => [...line, a2])
const valueAt = (polynomial: Polynomial, index: number): number => polynomial.reduceRight((value, a) => mod(value * index + a), 0)

function inverse(n: number): number {
  return all.find((candidate) => mod(candidate * n) === 1) ?? Number.NaN
}

/** Subsets of the indices as lists. */
function subsets(): number[][] {
  return Array.from({ length: 2 ** INDICES.length - 1 }, (_, bits) => INDICES.filter((_index, i) => ((bits + 1) >> i) & 1))
}

function lagrangeAt(indices: readonly number[], own: number): number {
  return indices.reduce((product, other) => (other === own ? product : mod(product * other * inverse(mod(other - own)))), 1)
}

describe.each([
  ['integer', 2, lines],
  ['integer', 3, parabolas],
  ['fma', 2, lines],
  ['fma', 3, parabolas],
] as const)('module %s: polynomials of %i coefficients, all of them', async (module, t, polynomials) => {
  const group = await smallGroup(13, module)
  const { kernel } = group
  const commitments = group.points(polynomials.flat())

  it('shares at every index', () => {
    for (const polynomial of polynomials) {
      const values = kernel.evaluatePolynomial(group.scalars(polynomial), INDICES)
      expect(group.numbers(values)).toEqual(INDICES.map((index) => valueAt(polynomial, index)))
    }
  })

  it('commitments are the coefficients in the exponent, and their values those of the polynomial', () => {
    group.expectPoints(kernel.baseMul(group.scalars(polynomials.flat())), polynomials.flat(), 'commitments')
    const values = kernel.evaluateInExponent(commitments, t, INDICES)
    const expected = polynomials.flatMap((polynomial) => INDICES.map((index) => valueAt(polynomial, index)))
    group.expectPoints(values, expected, 'evaluateInExponent')
  })

  it('one vector at a time, at every index alone and at runs of indices', () => {
    const runs = [INDICES, INDICES.slice(3, 9), [5, 2, 11], [7]]
    for (const polynomial of polynomials.filter((_, i) => t === 2 || i % 11 === 0)) {
      const vector = group.points(polynomial)
      for (const run of runs) {
        const expected = run.map((index) => valueAt(polynomial, index))
        group.expectPoints(kernel.evaluateInExponent(vector, t, run), expected, `${polynomial} at ${run}`)
      }
    }
  })
})

describe('the check of shares', () => {
  it('accepts the right share at every index and refuses every wrong one at three of them, for every dealer', () => {
    for (const polynomial of lines) {
      const commitments = group.points(polynomial)
      const isValid = (index: number, share: number) => kernel.verifyShares(commitments, 2, index, group.scalars([share]))[0] === 1
      for (const index of INDICES) expect(isValid(index, valueAt(polynomial, index)), `${polynomial} at ${index}`).toBe(true)
      for (const index of [1, 6, 12]) {
        const accepted = all.filter((share) => isValid(index, share))
        expect(accepted, `${polynomial} at ${index}`).toEqual([valueAt(polynomial, index)])
      }
    }
  })

  it('of two dealers names the one whose share is wrong, and both', () => {
    for (const [first, second] of pairs(lines.slice(20, 30), lines)) {
      const commitments = group.points([...first, ...second])
      for (const [e1, e2] of [
        [0, 0],
        [1, 0],
        [0, 12],
        [1, 1],
        [5, 7],
      ] as const) {
        const shares = group.scalars([valueAt(first, 4) + e1, valueAt(second, 4) + e2])
        expect([...kernel.verifyShares(commitments, 2, 4, shares)]).toEqual([e1 === 0 ? 1 : 0, e2 === 0 ? 1 : 0])
      }
    }
  })

  it('takes errors of two dealers that cancel for none, as the sum is right', () => {
    const [first, second] = [lines[31] ?? [], lines[77] ?? []]
    const shares = group.scalars([valueAt(first, 4) + 1, valueAt(second, 4) - 1])
    expect([...kernel.verifyShares(group.points([...first, ...second]), 2, 4, shares)]).toEqual([1, 1])
  })
})

describe('key generation', () => {
  it('G34: for every two dealers and three recipients: the sum of the commitments is the key, its values are the verifying shares', () => {
    const dealings = pairs(lines, lines)
    const [left, right] = [dealings.flatMap(([a]) => a), dealings.flatMap(([, b]) => b)]
    const sums = kernel.sum(group.points([...left, ...right]), left.length)
    group.expectPoints(
      sums,
      left.map((a, i) => a + (right[i] ?? 0)),
      'sum',
    )
    for (const index of [1, 7, 12]) {
      const shares = kernel.scalarAdd(
        group.scalars(dealings.map(([a]) => valueAt(a, index))),
        group.scalars(dealings.map(([, b]) => valueAt(b, index))),
      )
      const verifyingShares = kernel.evaluateInExponent(sums, 2, [index])
      group.expectPoints(verifyingShares, group.numbers(shares), 'verifying shares')
      group.expectPoints(kernel.baseMul(shares), group.numbers(shares), 'share G')
    }
  })
})

describe('interpolation', () => {
  it('over all subsets of the twelve indices', () => {
    for (const indices of subsets()) {
      const coefficients = group.numbers(kernel.lagrange(indices))
      expect(coefficients, `${indices}`).toEqual(indices.map((own) => lagrangeAt(indices, own)))
    }
  })

  it('in any order', () => {
    for (const indices of subsets().filter((list) => list.length === 3)) {
      const coefficients = group.numbers(kernel.lagrange([...indices].reverse()))
      expect(coefficients).toEqual([...indices].reverse().map((own) => lagrangeAt(indices, own)))
    }
  })
})

describe('signature shares', () => {
  const SIGNS = [0, 1]
  const sign = (negate: number) => (negate === 1 ? -1 : 1)

  it('two nonces: all of hiding, binding, factor, multiplier, share, both signs', () => {
    const items = pairs(pairs(pairs(all, all), pairs(all, all)), SIGNS)
    const hiding = group.scalars(items.map(([[[d]]]) => d))
    const binding = group.scalars(items.map(([[[, e]]]) => e))
    const bindingFactors = group.scalars(items.map(([[, [rho]]]) => rho))
    const multipliers = group.scalars(items.map(([[, [, c]]]) => c))
    const negate = Uint8Array.from(items, ([, s]) => s)
    for (const x of all) {
      const shares = group.numbers(
        kernel.signatureShares({ hiding, binding, bindingFactors, negate, multipliers, share: group.scalars([x]) }),
      )
      const wrong = items.findIndex(([[[d, e], [rho, c]], s], i) => shares[i] !== mod(sign(s) * (d + rho * e) + c * x))
      expect(wrong, `share ${x}: item ${wrong}`).toBe(-1)
    }
  })

  it('one nonce: all of nonce, multiplier, share, both signs', () => {
    const items = pairs(pairs(all, all), SIGNS)
    for (const x of all) {
      const shares = kernel.signatureShares({
        hiding: group.scalars(items.map(([[d]]) => d)),
        binding: null,
        bindingFactors: null,
        negate: Uint8Array.from(items, ([, s]) => s),
        multipliers: group.scalars(items.map(([[, c]]) => c)),
        share: group.scalars([x]),
      })
      expect(group.numbers(shares)).toEqual(items.map(([[d, c], s]) => mod(sign(s) * d + c * x)))
    }
  })

  it('are verified: of all z, nonce points, verifying shares and multipliers the right ones alone', () => {
    const items = pairs(pairs(all, all), pairs(all, all))
    const valid = kernel.verifySignatureShares({
      shares: group.scalars(items.map(([[z]]) => z)),
      noncePoints: group.points(items.map(([[, n]]) => n)),
      verifyingShares: group.points(items.map(([, [y]]) => y)),
      multipliers: group.scalars(items.map(([, [, c]]) => c)),
    })
    const wrong = items.findIndex(([[z, n], [y, c]], i) => valid[i] !== (z === mod(n + c * y) ? 1 : 0))
    expect(wrong, `item ${wrong}: ${items[wrong]}`).toBe(-1)
  })

  it('of every two signers of every key, under every challenge, add up to the signature by the secret', () => {
    const signers = pairs(INDICES, INDICES).filter(([i, j]) => i < j)
    for (const [i, j] of signers) {
      const lambdas = kernel.lagrange([i, j])
      const [li = 0, lj = 0] = group.numbers(lambdas)
      const nonces = [
        [3, 5, 2],
        [8, 12, 11],
      ] as const
      const negate = Uint8Array.from(all, (c) => c & 1)
      for (const [a0, a1] of lines as readonly (readonly [number, number])[]) {
        const shareOf = (place: 0 | 1, index: number, lambda: number) => {
          const [d, e, rho] = nonces[place]
          return kernel.signatureShares({
            hiding: group.scalars(all.map(() => d)),
            binding: group.scalars(all.map(() => e)),
            bindingFactors: group.scalars(all.map(() => rho)),
            negate,
            multipliers: kernel.scalarMul(group.scalars(all.map(() => lambda)), group.scalars(all)),
            share: group.scalars([valueAt([a0, a1], index)]),
          })
        }
        const z = group.numbers(kernel.scalarAdd(shareOf(0, i, li), shareOf(1, j, lj)))
        const r = nonces.reduce((sum, [d, e, rho]) => sum + d + rho * e, 0)
        expect(z, `signers ${i} and ${j}, key ${a0}`).toEqual(all.map((c) => mod(sign(c & 1) * r + c * a0)))
      }
    }
  })
})
