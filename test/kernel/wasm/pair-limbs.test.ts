/**
 * The two-lane field on limbs at their bounds, laid in memory as they are: all signs of extreme limbs, limbs whose products end in the middle between
 * two roundings, differences and negatives. In the build that checks the operands' bounds, which is also seen to refuse what is beyond them.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'
import { buildTestKernel, instantiate } from '../test-kernels.ts'

/** What assembly/tests/bounds.ts exports beside the kernel. */
interface CheckedExports {
  failedBound(): number
  pairLimbTest(operation: number): void
}

const built = await buildTestKernel('checked', 'fma')
const random = seededRandom(`pair limbs ${testSeed()}`)
const P = (1n << 256n) - (1n << 32n) - 977n
const mod = (n: bigint): bigint => ((n % P) + P) % P

type Limbs = readonly number[]
type Lane = readonly [a: Limbs, b: Limbs, c: Limbs, d: Limbs]

const PLACES = [0, 1, 2, 3, 4]
/** the largest |limb| of a reduced element, as pair-arithmetic.ts states it */
const BOUNDS: Limbs = [2 ** 50 + 2 ** 39, 2 ** 50, 2 ** 50, 2 ** 50, 2 ** 51]
const integerOf = (limbs: Limbs): bigint => limbs.reduceRight((sum, limb) => (sum << 51n) + BigInt(limb), 0n)

/** Checked builds may trap: each test has an instance of its own. */
async function fresh() {
  const instance = await instantiate(built)
  const exports = instance.exports as unknown as CheckedExports
  const input = new Float64Array(4 * 10)
  const output = new Uint8Array(80)
  const results = new Float64Array(output.buffer)
  return {
    failed: () => exports.failedBound(),
    run(operation: number, lanes: readonly [Lane, Lane]): readonly [Limbs, Limbs] {
      for (const [lane, operands] of lanes.entries()) {
        for (const [k, limbs] of operands.entries()) for (const i of PLACES) input[10 * k + 2 * i + lane] = limbs[i] ?? 0
      }
      instance.put(new Uint8Array(input.buffer))
      exports.pairLimbTest(operation)
      instance.get(output, 0, 80)
      return [PLACES.map((i) => results[2 * i] ?? 0), PLACES.map((i) => results[2 * i + 1] ?? 0)]
    },
  }
}

/** name, the number of pairLimbTest, the magnitudes of a and b, what the stored halves give */
const OPERATIONS: readonly (readonly [string, number, number, number, (a: bigint, b: bigint, c: bigint, d: bigint) => bigint])[] = [
  ['a b, a difference and a reduced element', 0, 2, 1, (a, b) => 2n * a * b],
  ['a b, a reduced element and a difference', 0, 1, 2, (a, b) => 2n * a * b],
  ['a b - c, a difference and a reduced element', 1, 2, 1, (a, b, c) => 2n * a * b - c],
  ['a b - c, a reduced element and a difference', 1, 1, 2, (a, b, c) => 2n * a * b - c],
  ['a^2', 2, 1, 1, (a) => 2n * a * a],
  ['a^2 - c - d', 3, 1, 1, (a, _, c, d) => 2n * a * a - c - d],
  ['3 a^2', 4, 1, 1, (a) => 6n * a * a],
  ['a, out and in', 5, 1, 1, (a) => a],
]

/** The limbs of the bits of `signs`, each at its bound. */
const corner = (signs: number, magnitude: number): Limbs =>
  BOUNDS.map((bound, i) => (((signs >> i) & 1) === 0 ? magnitude * bound : -magnitude * bound))

/** At the bound, next to it, powers of two and their neighbours, zero or anything, and either sign. */
function limb(place: number, magnitude: number): number {
  const [choice = 0, shift = 0, sign = 0] = random(3)
  const bound = magnitude * (BOUNDS[place] ?? 0)
  const power = 2 ** (shift % 52)
  const near = [
    bound,
    bound - 1,
    bound - 2 ** 39,
    power,
    power - 1,
    power + 1,
    0,
    Number(random(6).reduce((n, byte) => n * 256 + byte, 0)) * 8,
  ]
  const size = Math.min(near[choice % near.length] ?? 0, bound)
  return size === 0 || (sign & 1) === 0 ? size : -size
}
const limbs = (magnitude: number): Limbs => PLACES.map((place) => limb(place, magnitude))

const SIGNS = 32
const RANDOM = 4_000

describe(`two-lane field, limbs at their bounds: ${2 * SIGNS * SIGNS} corners and ${2 * RANDOM} others an operation`, () => {
  it.each(OPERATIONS)('%s', async (_, operation, magnitudeA, magnitudeB, meaning) => {
    const { run } = await fresh()
    const pick = (): Lane => [limbs(magnitudeA), limbs(magnitudeB), limbs(1), limbs(1)]
    const sets: (readonly [Lane, Lane])[] = []
    for (let a = 0; a < SIGNS; a++) {
      for (let b = 0; b < SIGNS; b++) {
        const lane = (c: number): Lane => [corner(a, magnitudeA), corner(b, magnitudeB), corner(c, 1), corner(c ^ b, 1)]
        sets.push([lane(a ^ b), lane(~a)])
      }
    }
    for (let i = 0; i < RANDOM; i++) sets.push([pick(), pick()])
    for (const lanes of sets) {
      const results = run(operation, lanes)
      lanes.forEach((of, lane) => {
        const result = results[lane] ?? []
        const [a, b, c, d] = of.map(integerOf) as [bigint, bigint, bigint, bigint]
        const right = mod(integerOf(result)) === mod(meaning(a, b, c, d))
        if (!right || result.some((x, i) => Math.abs(x) > (BOUNDS[i] ?? 0) || Object.is(x, -0))) {
          expect.fail(`lane ${lane}: ${JSON.stringify(of)} gives ${JSON.stringify(result)}`)
        }
      })
    }
  })
})

const ZERO: Limbs = [0, 0, 0, 0, 0]
const REDUCED = corner(0, 1)
const just = (place: number, value: number): Limbs => ZERO.map((zero, i) => (i === place ? value : zero))
const beyond = (place: number): Limbs => just(place, (BOUNDS[place] ?? 0) + 1)
const KINDS = { magnitude: 1, product: 2, range: 4 } as const

const REFUSED: readonly (readonly [string, number, Lane, keyof typeof KINDS])[] = [
  ...PLACES.map((i) => [`a b: limb ${i} of a`, 0, [just(i, 2 * (BOUNDS[i] ?? 0) + 1), REDUCED, ZERO, ZERO], 'product'] as const),
  ['a b: both differences', 0, [corner(3, 2), corner(5, 2), ZERO, ZERO], 'product'],
  ...PLACES.map((i) => [`a b - c: limb ${i} of c`, 1, [ZERO, ZERO, beyond(i), ZERO], 'magnitude'] as const),
  ...PLACES.map((i) => [`a^2: limb ${i}`, 2, [beyond(i), ZERO, ZERO, ZERO], 'magnitude'] as const),
  ['a^2 - c - d: c', 3, [ZERO, ZERO, beyond(4), ZERO], 'magnitude'],
  ['a^2 - c - d: d', 3, [ZERO, ZERO, ZERO, beyond(4)], 'magnitude'],
  ['3 a^2', 4, [beyond(0), ZERO, ZERO, ZERO], 'magnitude'],
  ['a fraction', 2, [just(2, 0.5), ZERO, ZERO, ZERO], 'range'],
  ['no number', 2, [just(2, Number.NaN), ZERO, ZERO, ZERO], 'range'],
]

describe('the checked build refuses, in either lane', () => {
  it.each(REFUSED)('%s', async (_, operation, bad, kind) => {
    // a product is judged over both lanes
    const other: Lane = [ZERO, bad[1], ZERO, ZERO]
    for (const lanes of [[bad, other] as const, [other, bad] as const]) {
      const { run, failed } = await fresh()
      expect(() => run(operation, lanes)).toThrow(/unreachable/)
      expect(failed()).toBe(KINDS[kind])
    }
  })
})
