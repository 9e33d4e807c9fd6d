/** Shares of enough signers to be judged by sums: every set of false ones is named exactly. */
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, itemOf, toHex } from '../../src/bytes.ts'
import { GROUP_ORDER, MINUS_ONE } from '../../src/crypto/group-order.ts'
import { negatePoint } from '../../src/crypto/point-encoding.ts'
import { judgeEquations, type ShareEquations } from '../../src/crypto/share-equations.ts'
import { type Kernel, POINT_BYTES } from '../../src/kernel/contract.ts'
import { loadWasmKernel } from '../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { blameAll, dealGroup, must, roundOne, roundTwo } from './frost-group.ts'

const seed = testSeed()
const kernel = await loadWasmKernel({ kernel: 'integer' })
const SIGNERS = 30
const POSITIONS = 2
const ITEMS = SIGNERS * POSITIONS
const ONE = copyBytes(new Uint8Array(32).fill(1, 31))

describe.each(['secp256k1-sha256', 'bip340', 'evm'] as const)('%s', (suite) => {
  const random = seededRandom(`${seed} ${suite}`)
  const indices = Array.from({ length: SIGNERS }, (_, i) => 2 * i + 1)
  const group = dealGroup(kernel, random, { suite, t: 2, indices })
  const one = roundOne(
    kernel,
    random,
    group,
    indices,
    Array.from({ length: POSITIONS }, () => random(32)),
  )
  const two = roundTwo(kernel, group, one)

  /** The items that are blamed when `change` has its way with each share. */
  function blamed(change: (share: Uint8Array, item: number) => Uint8Array): number[] {
    const shares = two.signatureShares.map((batch, signer) => {
      const own = Array.from({ length: POSITIONS }, (_, position) => copyBytes(itemOf(batch, position, 32)))
      return concatBytes(...own.map((share, position) => change(share, signer * POSITIONS + position)))
    })
    const bad = blameAll(kernel, group, one.transcript, shares, two.groupCommitments)
    return bad.map(({ signer, position }) => signer * POSITIONS + position)
  }
  const worse = (share: Uint8Array) => kernel.scalarAdd(share, ONE)
  const better = (share: Uint8Array) => kernel.scalarAdd(share, MINUS_ONE)
  const all = Array.from({ length: ITEMS }, (_, item) => item)

  it('none, one anywhere, some, all but one, all', () => {
    // 20 and 40 are judged ahead of the sums
    const sets = [[], [0], [20], [29], [59], [20, 40], [1, 20], [7, 8], [3, 17, 33, 51], all.filter((item) => item % 3 === 1)]
    for (const set of [...sets, all.filter((item) => item !== 31), all]) {
      expect(blamed((share, item) => (set.includes(item) ? worse(share) : share))).toEqual(set)
    }
  })

  it('errors that cancel in a plain sum, of one signer or of neighbours', () => {
    for (const [plus, minus] of [
      [10, 11],
      [11, 12],
      [12, 14],
      [0, 59],
    ] as const) {
      const change = (share: Uint8Array, item: number) => (item === plus ? worse(share) : item === minus ? better(share) : share)
      expect(blamed(change)).toEqual([plus, minus])
    }
  })

  it('a share of q or more, among many', () => {
    expect(blamed((share, item) => (item === 13 ? copyBytes(GROUP_ORDER) : share))).toEqual([13])
    expect(blamed((share, item) => (item === 20 ? new Uint8Array(32).fill(255) : share))).toEqual([20])
  })

  it('is refused an R of another length', () => {
    expect(() => blameAll(kernel, group, one.transcript, two.signatureShares, must(two.groupCommitments).slice(1))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'groupCommitments' }),
    )
  })
})

describe('the weights', () => {
  const random = seededRandom(`${seed} bound`)
  const points = (): Uint8Array => kernel.baseMul(scalars())
  const scalars = (): Uint8Array => concatBytes(...Array.from({ length: ITEMS }, () => kernel.scalarAdd(random(32).fill(0, 0, 1), ONE)))
  const equations: ShareEquations = {
    hiding: points(),
    binding: points(),
    factors: scalars(),
    shares: scalars(),
    multipliers: scalars(),
    keys: points().slice(0, SIGNERS * POINT_BYTES),
    positions: POSITIONS,
  }

  /** The first item's weight: the first scalar of the first sum of many, which is tried because one of the shares that are judged first holds. */
  function firstWeight(given: ShareEquations): string {
    const sums: Uint8Array[] = []
    const alone = copyBytes(itemOf(given.hiding, 20, POINT_BYTES))
    negatePoint(alone)
    const holding: Kernel = Object.assign(Object.create(kernel), {
      msmVar: (_: Uint8Array, k: Uint8Array) => {
        if (k.length === 64) return copyBytes(alone)
        sums.push(k)
        return new Uint8Array(POINT_BYTES)
      },
    })
    judgeEquations(holding, given)
    return toHex(itemOf(must(sums[0]), 0, 32))
  }
  const copyOf = (): ShareEquations => structuredClone(equations)

  it('J17: depend on every point and number of every equation', () => {
    const weights = [firstWeight(copyOf())]
    expect(firstWeight(copyOf())).toBe(weights[0])
    for (const field of ['hiding', 'binding', 'factors', 'shares', 'multipliers', 'keys'] as const) {
      const size = field === 'hiding' || field === 'binding' || field === 'keys' ? POINT_BYTES : 32
      for (const item of [1, equations[field].length / size - 1]) {
        const changed = copyOf()
        changed[field].set(itemOf(equations[field], 0, size), item * size)
        weights.push(firstWeight(changed))
      }
    }
    expect(new Set(weights).size).toBe(weights.length)
  })
})
