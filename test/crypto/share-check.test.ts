import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { MINUS_ONE } from '../../src/crypto/group-order.ts'
import { type DealtShare, fittingShares } from '../../src/crypto/share-check.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { kernels, makeParties, type Shape, scalar, sidOf } from './ceremony.ts'

const seed = testSeed()

describe.each(kernels)('which shares fit, on the %s kernel', (_name, kernel) => {
  const shape: Shape = { n: 4, t: 3, positions: 2 }
  const index = 4
  const dealt = makeParties(kernel, sidOf(`${seed} fit`), shape, seededRandom(`${seed} fit`)).map(({ coefficients, dealing }) => ({
    commitments: dealing.commitments,
    values: concatBytes(...[0, 96].map((at) => kernel.evaluatePolynomial(coefficients.slice(at, at + 96), [index]))),
  }))
  const shifted = (place: number, first: Uint8Array, second: Uint8Array): DealtShare => {
    const share = dealt[place] ?? { commitments: new Uint8Array(), values: new Uint8Array() }
    return { ...share, values: kernel.scalarAdd(share.values, concatBytes(first, second)) }
  }
  const fits = (list: readonly DealtShare[]) => fittingShares(kernel, list, 2, 3, index)
  const zero = scalar(0n)
  const one = scalar(1n)

  it('honest ones do, together and alone', () => {
    expect(fits(dealt)).toEqual([true, true, true, true])
    for (const share of dealt) expect(fits([share])).toEqual([true])
    expect(fits([])).toEqual([])
  })

  it('J17: wrong ones do not, at either position, also where their errors cancel over dealers or positions', () => {
    const [a, b, c, d] = dealt as [DealtShare, DealtShare, DealtShare, DealtShare]
    expect(fits([a, shifted(1, one, zero), c, d])).toEqual([true, false, true, true])
    expect(fits([a, b, c, shifted(3, zero, one)])).toEqual([true, true, true, false])
    expect(fits([shifted(0, one, zero), b, shifted(2, MINUS_ONE, zero), d])).toEqual([false, true, false, true])
    expect(fits([a, shifted(1, one, MINUS_ONE), c, d])).toEqual([true, false, true, true])
    expect(fits([shifted(0, one, zero)])).toEqual([false])
  })

  it('leave the shares as they were', () => {
    const before = dealt.map(({ values }) => values.slice())
    fits(dealt)
    expect(dealt.map(({ values }) => values)).toEqual(before)
  })
})
