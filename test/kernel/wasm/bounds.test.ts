/**
 * The limb code states a bound for each operand, from the numbers of the generator's proof that no column leaves 64 bits. Here a build whose generated
 * functions check those bounds at every call runs the conformance suite's cases, and each check is seen to refuse limbs beyond its bound.
 */
import { describe, expect, it } from 'vitest'
import { equalBytes } from '../../../src/bytes.ts'
import { kernelOver, loadWasmKernel } from '../../../src/kernel/wasm/index.ts'
import type { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'
import { bytesIn, call, conformanceCases, HALVES, operationsOf } from '../conformance.ts'
import { buildTestKernel, instantiate } from '../test-kernels.ts'

/** What assembly/tests/bounds.ts exports beside the kernel. */
interface CheckedExports {
  failedBound(): number
  limbTest(operation: number): void
}

const built = await buildTestKernel('checked')
const casesOf = new Map(HALVES.map((half) => [half, conformanceCases(testSeed(), 1, half)]))
const exportsOf = (instance: KernelInstance) => instance.exports as unknown as CheckedExports

describe.each(['integer', 'fma'] as const)('the bounds of limbs, module %s', async (module) => {
  const checked = await instantiate(module === 'integer' ? built : await buildTestKernel('checked', module))
  const release = await loadWasmKernel({ kernel: module })
  const kernel = { ...kernelOver(checked), info: release.info }

  describe.each(HALVES)('hold in every call of the conformance suite: %s', (half) => {
    const cases = casesOf.get(half) ?? []

    it.each(operationsOf(half))('%s', (operation) => {
      const mine = cases.filter((one) => one.operation === operation)
      expect(mine.length).toBeGreaterThan(0)
      for (const one of mine) {
        const [actual, expected] = [bytesIn(call(kernel, one)), bytesIn(call(release, one))]
        const same = actual.length === expected.length && actual.every((bytes, i) => equalBytes(bytes, expected[i] ?? new Uint8Array(0)))
        expect(same, `${operation}: ${one.title}`).toBe(true)
      }
      expect(exportsOf(checked).failedBound()).toBe(0)
    })
  })
})

const LIMB = (1n << 29n) + (1n << 15n)
const TOP = 1n << 24n
/** nine limbs of m(x) = hundredths / 100 */
const magnitude = (hundredths: bigint): bigint[] => Array.from({ length: 9 }, (_, i) => ((i < 8 ? LIMB : TOP) * hundredths) / 100n)
const just = (at: number, value: bigint): bigint[] => Array.from({ length: 9 }, (_, i) => (i === at ? value : 0n))
const ZERO = just(0, 0n)
const ONE = magnitude(100n)

/** nine limbs of ones: the largest below 2^256, and the largest that a Horner step starts from */
const CANONICAL = Array.from({ length: 9 }, (_, i) => (1n << (i < 8 ? 29n : 24n)) - 1n)
const LOOSE = Array.from({ length: 9 }, (_, i) => (i < 5 ? (1n << 46n) + (1n << 29n) : i < 8 ? (1n << 29n) - 1n : (1n << 24n) - 1n))

const KINDS = { magnitude: 1, product: 2, reduced: 3, range: 4, value: 5, mask: 6, matrix: 7 } as const

interface Operands {
  readonly a: readonly bigint[]
  readonly b?: readonly bigint[]
  readonly c?: readonly bigint[]
  readonly mask?: bigint
}

/** name, the number of limbTest, operands at the bound, operands just beyond it, the kind of the check */
const LIMITS: readonly (readonly [string, number, Operands, Operands, keyof typeof KINDS])[] = [
  ['fieldMul: m(a) m(b) <= 3', 0, { a: ONE, b: magnitude(300n) }, { a: ONE, b: magnitude(301n) }, 'product'],
  ['fieldMul: either operand', 0, { a: magnitude(150n), b: magnitude(200n) }, { a: magnitude(302n), b: ONE }, 'product'],
  [
    'fieldMul: the top limb has a bound of its own',
    0,
    { a: just(8, TOP), b: magnitude(300n) },
    { a: just(8, TOP * 4n), b: ONE },
    'product',
  ],
  ['fieldMulSub: m(a) m(b) <= 3', 1, { a: ONE, b: magnitude(300n), c: ONE }, { a: ONE, b: magnitude(301n), c: ONE }, 'product'],
  ['fieldMulSub: c reduced', 1, { a: ONE, b: ONE, c: ONE }, { a: ONE, b: ONE, c: magnitude(101n) }, 'magnitude'],
  ['fieldSqr: m(a) <= 1.7', 2, { a: magnitude(170n) }, { a: magnitude(171n) }, 'magnitude'],
  ['fieldSqrSub2: a', 3, { a: ONE, b: ONE, c: ONE }, { a: magnitude(101n), b: ONE, c: ONE }, 'magnitude'],
  ['fieldSqrSub2: the first subtrahend', 3, { a: ONE, b: ONE, c: ONE }, { a: ONE, b: magnitude(101n), c: ONE }, 'magnitude'],
  ['fieldSqrSub2: the second subtrahend', 3, { a: ONE, b: ONE, c: ONE }, { a: ONE, b: ONE, c: magnitude(101n) }, 'magnitude'],
  ['fieldSqrSubDouble: a', 4, { a: magnitude(170n), c: ONE }, { a: magnitude(171n), c: ONE }, 'magnitude'],
  ['fieldSqrSubDouble: c', 4, { a: ONE, c: ONE }, { a: ONE, c: magnitude(101n) }, 'magnitude'],
  ['fieldSqrSub1Plus2: a', 5, { a: ONE, b: ONE, c: ONE }, { a: magnitude(101n), b: ONE, c: ONE }, 'magnitude'],
  ['fieldSqrSub1Plus2: the doubled subtrahend', 5, { a: ONE, b: ONE, c: ONE }, { a: ONE, b: ONE, c: magnitude(101n) }, 'magnitude'],
  ['fieldSqrTriple: m(a) <= 1', 6, { a: ONE }, { a: magnitude(101n) }, 'magnitude'],
  ['fieldHalve: a reduced', 7, { a: ONE }, { a: magnitude(101n) }, 'magnitude'],
  ['fieldCarry: m(a) <= 64', 8, { a: magnitude(6400n) }, { a: magnitude(6401n) }, 'magnitude'],
  [
    'fieldNormalise: m(a) <= 64',
    9,
    { a: magnitude(6400n).map((limb) => -limb) },
    { a: magnitude(6401n).map((limb) => -limb) },
    'magnitude',
  ],
  ['fieldNegateMasked: 0 or -1', 10, { a: ONE, mask: -1n }, { a: ONE, mask: 1n }, 'mask'],
  ['fieldSelect: 0 or -1', 11, { a: ONE, mask: 0n }, { a: ONE, mask: -2n }, 'mask'],
  [
    'scalarMontgomery: a below 2^30',
    12,
    { a: just(3, (1n << 30n) - 1n), b: just(0, 5n) },
    { a: just(3, 1n << 30n), b: just(0, 5n) },
    'range',
  ],
  [
    'scalarMontgomery: b below 2^29',
    12,
    { a: just(0, 5n), b: just(3, (1n << 29n) - 1n) },
    { a: just(0, 5n), b: just(3, 1n << 29n) },
    'range',
  ],
  ['scalarMontgomery: no negative limb', 12, { a: ZERO, b: ZERO }, { a: just(0, -1n), b: ZERO }, 'range'],
  [
    'scalarMontgomery: a b < 2^261 q',
    12,
    { a: just(8, 1n << 28n), b: just(8, 1n << 24n) },
    { a: just(8, 1n << 29n), b: just(8, (1n << 29n) - 1n) },
    'value',
  ],
  ['scalarNormalise: limbs within 2^48', 13, { a: just(1, (1n << 48n) - 1n) }, { a: just(1, 1n << 48n) }, 'range'],
  ['scalarNormalise: not negative', 13, { a: [-1n, 1n, ...ZERO.slice(2)] }, { a: just(0, -1n) }, 'value'],
  ['scalarNormalise: below 4 q', 13, { a: just(8, (1n << 26n) - 1n) }, { a: just(8, 1n << 26n) }, 'value'],
  ['scalarInRange: canonical limbs', 14, { a: just(2, (1n << 29n) - 1n) }, { a: just(2, 1n << 29n) }, 'range'],
  ['scalarComplement: canonical limbs', 15, { a: ZERO }, { a: just(8, 1n << 24n) }, 'range'],
  ['scalarSplit: canonical limbs', 16, { a: ZERO }, { a: just(4, -1n) }, 'range'],
  ['scalarMul: a below 2^30', 17, { a: just(3, (1n << 30n) - 1n), b: CANONICAL }, { a: just(3, 1n << 30n), b: ZERO }, 'range'],
  ['scalarMul: b below 2^29', 17, { a: ZERO, b: CANONICAL }, { a: ZERO, b: just(7, 1n << 29n) }, 'range'],
  ['scalarMul: a < 2^258', 17, { a: just(8, (1n << 26n) - 1n), b: CANONICAL }, { a: just(8, 1n << 26n), b: ZERO }, 'value'],
  ['scalarMul: b < 2^257', 17, { a: CANONICAL, b: just(8, (1n << 25n) - 1n) }, { a: ZERO, b: just(8, 1n << 25n) }, 'value'],
  ['scalarTimesSmall: small below 2^58', 18, { a: CANONICAL, mask: (1n << 58n) - 1n }, { a: ZERO, mask: 1n << 58n }, 'range'],
  ['scalarTimesSmall: a below 2^29', 18, { a: CANONICAL, mask: (1n << 58n) - 1n }, { a: just(1, 1n << 29n) }, 'range'],
  ['scalarStep: index below 2^16', 21, { a: LOOSE, b: CANONICAL, mask: 65_535n }, { a: ZERO, mask: 65_536n }, 'range'],
  ['scalarStep: r loose', 21, { a: LOOSE, b: CANONICAL, mask: 65_535n }, { a: just(4, (1n << 46n) + (1n << 30n)) }, 'range'],
  ['scalarStep: b canonical', 21, { a: LOOSE, b: CANONICAL, mask: 65_535n }, { a: ZERO, b: just(8, 1n << 24n) }, 'range'],
  ['updateFG: |u| + |v| <= 2^30', 19, { a: ZERO, b: ZERO, mask: 1n << 29n }, { a: ZERO, b: ZERO, mask: (1n << 29n) + 1n }, 'matrix'],
  [
    'updateFG: 30-bit limbs',
    19,
    { a: just(0, (1n << 30n) - 1n), b: ZERO, mask: 0n },
    { a: just(0, 1n << 30n), b: ZERO, mask: 0n },
    'range',
  ],
  ['updateDE: 30-bit limbs', 20, { a: just(8, -(1n << 29n)), b: ZERO, c: ZERO }, { a: just(7, -1n), b: ZERO, c: ZERO }, 'range'],
]

describe('the checks', () => {
  /** The kind of the check that refused, or 0. */
  async function refusal(operation: number, { a, b = ZERO, c = ZERO, mask = 0n }: Operands): Promise<number> {
    // a trap may leave an instance anywhere: each gets a fresh one
    const instance = await instantiate(built)
    const bytes = new Uint8Array(224)
    const view = new DataView(bytes.buffer)
    for (const [k, limb] of [...a, ...b, ...c, mask].entries()) view.setBigInt64(8 * k, limb, true)
    instance.put(bytes)
    try {
      exportsOf(instance).limbTest(operation)
    } catch (error) {
      expect(String(error)).toMatch(/unreachable/)
      expect(exportsOf(instance).failedBound()).not.toBe(0)
    }
    return exportsOf(instance).failedBound()
  }

  it.each(LIMITS)('%s', async (_, operation, within, beyond, kind) => {
    expect(await refusal(operation, within)).toBe(0)
    expect(await refusal(operation, beyond)).toBe(KINDS[kind])
  })
})
