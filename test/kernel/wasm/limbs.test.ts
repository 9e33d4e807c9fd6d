/**
 * The base field on limbs at the bounds that it states, laid in memory as they are: extreme limbs of all signs, differences and negatives, which no
 * number of 32 bytes becomes on its way in. In the build that checks the operands' bounds, against BigInt.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { buildTestKernel, instantiate } from '../test-kernels.ts'

/** What assembly/tests/bounds.ts exports beside the kernel. */
interface CheckedExports {
  limbTest(operation: number): void
}

const built = await buildTestKernel('checked')
const random = seededRandom(`limbs ${testSeed()}`)
const P = (1n << 256n) - (1n << 32n) - 977n
const mod = (n: bigint): bigint => ((n % P) + P) % P

type Limbs = readonly bigint[]

const PLACES = [0, 1, 2, 3, 4, 5, 6, 7, 8]
/** the largest |limb| of m = 1 */
const BOUNDS: Limbs = PLACES.map((place) => (place < 8 ? (1n << 29n) + (1n << 15n) : 1n << 24n))
const numberOf = (limbs: Limbs): bigint => limbs.reduceRight((sum, limb) => (sum << 29n) + limb, 0n)

/** limbs 0, 1, 3..7 in [0, 2^29), limb 2 within 2^14 of that, limb 8 in [0, 2^24) */
const isReduced = (limbs: Limbs): boolean =>
  limbs.every((limb, place) => {
    const slack = place === 2 ? 1n << 14n : 0n
    return limb >= -slack && limb < (place < 8 ? 1n << 29n : 1n << 24n) + slack
  })

/** name, the number of limbTest, the magnitudes of a and b in hundredths, the meaning; b or c that is subtracted has m = 1 */
const OPERATIONS: readonly (readonly [string, number, number, number, (a: bigint, b: bigint, c: bigint) => bigint])[] = [
  ['a b, a reduced element and three', 0, 100, 300, (a, b) => a * b],
  ['a b, three and a reduced element', 0, 300, 100, (a, b) => a * b],
  ['a b, a half and a sum', 0, 150, 200, (a, b) => a * b],
  ['a b - c, a reduced element and three', 1, 100, 300, (a, b, c) => a * b - c],
  ['a b - c, a half and a sum', 1, 150, 200, (a, b, c) => a * b - c],
  ['a^2', 2, 170, 100, (a) => a * a],
  ['a^2 - b - c', 3, 100, 100, (a, b, c) => a * a - b - c],
  ['a^2 - 2 c', 4, 170, 100, (a, _, c) => a * a - 2n * c],
  ['a^2 - b - 2 c', 5, 100, 100, (a, b, c) => a * a - b - 2n * c],
  ['3 a^2', 6, 100, 100, (a) => 3n * a * a],
]

/** One of the limbs that may stand there: at the bound, next to it, zero, a small one or any, of either sign. */
function limb(place: number, hundredths: number, extreme: boolean): bigint {
  const bound = ((BOUNDS[place] ?? 0n) * BigInt(hundredths)) / 100n
  const [choice = 0, sign = 0, ...bytes] = random(7)
  const any = bytes.reduce((n, byte) => n * 256n + BigInt(byte), 0n) % (bound + 1n)
  const near = [bound, bound - 1n, bound - (1n << 15n), 0n, 1n, any]
  const size = extreme ? bound : (near[choice % near.length] ?? 0n)
  return (sign & 1) === 0 ? size : -size
}

const limbs = (hundredths: number, extreme: boolean): Limbs => PLACES.map((place) => limb(place, hundredths, extreme))
/** Every limb at its bound with the sign of its bit. */
const corner = (hundredths: number, signs: number): Limbs =>
  BOUNDS.map((bound, place) => (((signs >> place) & 1) === 0 ? 1n : -1n) * ((bound * BigInt(hundredths)) / 100n))

/** all equal, alternating, and the top limb or the lower half against the rest */
const SIGNS = [0, 0x1ff, 0x0aa, 0x155, 0x100, 0x0ff, 0x00f, 0x1f0]
const RANDOM = 1_500

describe(`limbs at their bounds: ${SIGNS.length ** 2} corners and ${2 * RANDOM} others an operation`, () => {
  it.each(OPERATIONS)('%s', async (_, operation, magnitudeA, magnitudeB, meaning) => {
    // a checked build may trap: each test has an instance of its own
    const instance = await instantiate(built)
    const { limbTest } = instance.exports as unknown as CheckedExports
    const input = new BigInt64Array(28)
    const output = new Uint8Array(72)
    const result = new BigInt64Array(output.buffer)
    const check = (...operands: readonly [Limbs, Limbs, Limbs]): void => {
      input.set(operands.flat())
      instance.put(new Uint8Array(input.buffer))
      limbTest(operation)
      instance.get(output, 0, 72)
      const [a, b, c] = operands.map(numberOf) as [bigint, bigint, bigint]
      const found = [...result]
      if (!isReduced(found) || mod(numberOf(found)) !== mod(meaning(a, b, c))) expect.fail(`${operands.join(' ; ')} gives ${found.join()}`)
    }
    for (const a of SIGNS) {
      for (const b of SIGNS) check(corner(magnitudeA, a), corner(magnitudeB, b), corner(100, a ^ b))
    }
    for (let i = 0; i < 2 * RANDOM; i++) check(limbs(magnitudeA, i < RANDOM), limbs(magnitudeB, i < RANDOM), limbs(100, i < RANDOM))
  })
})
