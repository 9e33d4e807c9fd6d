/** Forward differences against Horner's rule: polynomials whose differences meet in every special way, and batches beyond one chunk. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/bytes.ts'
import { createBaselineKernel } from '../../../src/kernel/index.ts'
import { byDifferences, byHorner, evaluateAll, multiplicationCost } from '../../../src/kernel/wasm/evaluation.ts'
import { kernelOver } from '../../../src/kernel/wasm/index.ts'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../../src/kernel/wasm/module.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { GROUP_ORDER, toBytes } from '../noble.ts'

const instance = new KernelInstance(await compileKernelModule())
const kernel = kernelOver(instance)
const random = seededRandom(`wasm evaluation ${testSeed()}`)

const mod = (n: bigint): bigint => ((n % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER

function inverse(n: bigint): bigint {
  let [power, out] = [mod(n), 1n]
  for (let bits = GROUP_ORDER - 2n; bits > 0n; bits >>= 1n) {
    if (bits & 1n) out = mod(out * power)
    power = mod(power * power)
  }
  return out
}

function commit(coefficients: readonly bigint[]): Uint8Array {
  return kernel.baseMulVar(concatBytes(...coefficients.map((n) => toBytes(mod(n)))))
}

function valueAt(coefficients: readonly bigint[], index: number): bigint {
  return coefficients.reduceRight((sum, coefficient) => mod(sum * BigInt(index) + coefficient), 0n)
}

/** The coefficients of sum d_k binom(x, k). */
function fromDifferences(differences: readonly bigint[]): bigint[] {
  const out = differences.map(() => 0n)
  let product = [1n]
  let factorial = 1n
  differences.forEach((difference, k) => {
    if (k > 0) {
      // times x - (k - 1)
      product = [0n, ...product].map((n, i) => mod(n - BigInt(k - 1) * (product[i] ?? 0n)))
      factorial *= BigInt(k)
    }
    const scale = mod(difference * inverse(factorial))
    product.forEach((n, i) => {
      out[i] = mod((out[i] ?? 0n) + scale * n)
    })
  })
  return out
}

const upTo = (last: number): Uint16Array => Uint16Array.from({ length: last }, (_, i) => i + 1)

const A = 0x5bd1e995n
const B = mod(-0x1234567890abcdefn)
/** by what their forward differences at 0 do */
const POLYNOMIALS: Readonly<Record<string, readonly bigint[]>> = {
  'the first two differences are equal': [A, A, B],
  'all differences are equal: every addition is a doubling': fromDifferences(Array<bigint>(9).fill(A)),
  'opposite in turn: every addition gives infinity': fromDifferences(Array.from({ length: 9 }, (_, k) => (k % 2 === 0 ? A : -A))),
  'all of them infinite: zero': [0n, 0n, 0n, 0n],
  'all but the first infinite: a constant': [A, 0n, 0n],
  'infinite from the third: a line': [A, B, 0n, 0n, 0n],
  'only the last is not infinite': fromDifferences([0n, 0n, 0n, 0n, A]),
  'zero at 5': [mod(-valueAt([0n, A, B, 7n], 5)), A, B, 7n],
  'zero at 1, 2, 3 and 4': fromDifferences([A, -A, A, -A, A]),
  'x^4: small multiples of one point': [0n, 0n, 0n, 0n, 1n],
  'a coefficient and its negative': [A, -A, A, -A],
  'one coefficient': [A],
}

describe('forward differences', () => {
  it.each(Object.entries(POLYNOMIALS))('%s: the values are those of the polynomial', (_, coefficients) => {
    const expected = commit(Array.from(upTo(40), (index) => valueAt(coefficients, index)))
    expect(byDifferences(instance, commit(coefficients), coefficients.length, 1, upTo(40))).toEqual(expected)
    expect(byHorner(instance, commit(coefficients), coefficients.length, 1, upTo(40))).toEqual(expected)
  })

  it('agree with the baseline on random commitments', () => {
    const points = kernel.baseMulVar(random(32 * 2 * 12).map((byte, i) => (i % 32 === 0 ? byte & 0x7f : byte)))
    expect(byDifferences(instance, points, 12, 2, upTo(15))).toEqual(
      createBaselineKernel().evaluateInExponent(points, 12, Array.from(upTo(15))),
    )
  })

  it('agree with Horner for every length and number of indices up to 12, several vectors at a time', () => {
    const points = kernel.baseMulVar(random(32 * 36).map((byte, i) => (i % 32 === 0 ? byte & 0x7f : byte)))
    for (let t = 1; t <= 12; t++) {
      for (const last of [1, 2, 7, 12]) {
        const args = [points.subarray(0, 64 * 3 * t), t, 3, upTo(last)] as const
        expect(byDifferences(instance, ...args)).toEqual(byHorner(instance, ...args))
      }
    }
  })

  it('give the indices that are asked for, in their order, twice where asked twice', () => {
    const coefficients = [A, B, 3n, 4n]
    const indices = [40, 3, 3, 1, 39, 17, 40, 2]
    const expected = commit(indices.map((index) => valueAt(coefficients, index)))
    expect(byDifferences(instance, commit(coefficients), 4, 1, Uint16Array.from(indices))).toEqual(expected)
  })

  it('join chunks of vectors and of values', () => {
    // 2,731 vectors of 3 are one more than fit at once, and 5 values each do not fit the output area
    const points = kernel.baseMulVar(concatBytes(...Array.from({ length: 3 * 2731 }, (_, i) => toBytes(BigInt(i + 1)))))
    const args = [points, 3, 2731, upTo(5)] as const
    const [values, expected] = [byDifferences(instance, ...args), byHorner(instance, ...args)]
    expect(values?.length).toBe(64 * 5 * 2731)
    expect(Buffer.compare(values ?? new Uint8Array(), expected ?? new Uint8Array())).toBe(0)
  })

  it('refuse a point that is not on the curve, wherever it is', () => {
    for (const at of [0, 2, 5]) {
      const points = commit([1n, 2n, 3n, 4n, 5n, 6n])
      points.fill(1, 64 * at, 64 * at + 64)
      expect(byDifferences(instance, points, 3, 2, upTo(9))).toBe(null)
      expect(byHorner(instance, points, 3, 2, upTo(9))).toBe(null)
      expect(() => kernel.evaluateInExponent(points, 3, Array.from(upTo(9)))).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: `commitments[${at}]` }),
      )
    }
  })
})

describe('the choice between the two', () => {
  it('counts what a multiplication takes: the fewest doublings, additions and subtractions', () => {
    const distance = new Map([[1, 0]])
    for (let steps = 0, border = [1]; border.length > 0; steps++) {
      const next = border.flatMap((n) => [2 * n, n + 1, n - 1]).filter((n) => n > 0 && n < 2000 && !distance.has(n))
      for (const n of next) distance.set(n, steps + 1)
      border = [...new Set(next)]
    }
    for (let k = 1; k < 900; k++) expect([k, multiplicationCost(k)]).toEqual([k, distance.get(k)])
  })

  it('takes differences for a run, Horner for one far index, and both give the same', () => {
    const calls: string[] = []
    const spied = new Proxy(instance, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (key === 'exports') {
          return new Proxy(target.exports, {
            get: (exports, name) => {
              calls.push(String(name))
              return Reflect.get(exports, name, exports)
            },
          })
        }
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const points = commit(Array.from({ length: 20 }, (_, i) => BigInt(i + 1) ** 7n))
    const run = evaluateAll(spied, points, 20, 1, upTo(30))
    expect(calls).toContain('differencesNext')
    expect(calls).not.toContain('evaluateEnd')
    expect(run).toEqual(byHorner(instance, points, 20, 1, upTo(30)))
    calls.length = 0
    const far = evaluateAll(spied, points, 20, 1, Uint16Array.of(60_000))
    expect(calls).toContain('evaluateEnd')
    expect(calls).not.toContain('differencesNext')
    expect(far).toEqual(
      commit([
        valueAt(
          Array.from({ length: 20 }, (_, i) => BigInt(i + 1) ** 7n),
          60_000,
        ),
      ]),
    )
  })
})
