/** Batches that do not fit the arena at once: the chunks must join to what one call over small pieces gives. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/bytes.ts'
import { loadWasmKernel } from '../../../src/kernel/wasm/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'

const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
function fromNumber(n: bigint): Uint8Array {
  const out = new Uint8Array(32)
  const view = new DataView(out.buffer)
  for (let i = 0n; i < 4n; i++) view.setBigUint64(Number(24n - 8n * i), (n >> (64n * i)) & 0xffffffffffffffffn)
  return out
}

const integer = await loadWasmKernel({ kernel: 'integer' })
const kernels = [integer, await loadWasmKernel({ kernel: 'fma' })].map((kernel) => ({ name: kernel.info.name, kernel }))
const random = seededRandom(`wasm chunks ${testSeed()}`)

function scalars(n: number): Uint8Array<ArrayBuffer> {
  const out = random(32 * n)
  for (let i = 0; i < n; i++) out[32 * i] = (out[32 * i] ?? 0) & 0x7f
  return out
}

function scalar(n: number): Uint8Array {
  const out = new Uint8Array(32)
  new DataView(out.buffer).setUint32(28, n)
  return out
}

/** the scalars 1 .. 9,000 and their points */
const COUNT = 9000
const numbers = concatBytes(...Array.from({ length: COUNT }, (_, i) => scalar(i + 1)))
const multiples = integer.baseMulVar(numbers)

function repeat(bytes: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length * times)
  for (let i = 0; i < times; i++) out.set(bytes, i * bytes.length)
  return out
}

describe.each(kernels)('batches larger than the arena: $name', ({ kernel }) => {
  it('msmVar: sum i (i G) over 9,000 points in progression, with and without g', () => {
    const expected = (COUNT * (COUNT + 1) * (2 * COUNT + 1)) / 6
    const total = new Uint8Array(32)
    new DataView(total.buffer).setBigUint64(24, BigInt(expected))
    expect(kernel.msmVar(multiples, numbers)).toEqual(kernel.baseMul(total))
    new DataView(total.buffer).setBigUint64(24, BigInt(expected + 12))
    expect(kernel.msmVar(multiples, numbers, scalar(12))).toEqual(kernel.baseMul(total))
  })

  it('msmVar: as many points as one chunk has room for, and g', () => {
    const [n, points, k] = [8192, multiples.subarray(0, 64 * 8192).slice(), scalars(8192)]
    const half = (n / 2) * 32
    const parts = [kernel.msmVar(points.slice(0, 2 * half), k.slice(0, half)), kernel.msmVar(points.slice(2 * half), k.slice(half))]
    const total = kernel.sum(concatBytes(...parts, kernel.baseMul(scalar(7))), 1)
    expect(kernel.msmVar(points, k, scalar(7))).toEqual(total)
  })

  it('sum: one column of 9,000, 9,000 columns of 3, 40,000 points in 7 rows', () => {
    expect(kernel.sum(multiples, 1)).toEqual(kernel.baseMul(scalar((COUNT * (COUNT + 1)) / 2)))
    const tripled = kernel.sum(repeat(multiples, 3), COUNT)
    expect(tripled.subarray(64 * 4321, 64 * 4322)).toEqual(kernel.baseMul(scalar(3 * 4322)))
    expect(tripled.subarray(64 * 8999)).toEqual(kernel.baseMul(scalar(3 * 9000)))
    const wide = kernel.sum(repeat(multiples.subarray(0, 64 * 5714), 7), 5714)
    expect(wide.subarray(64 * 5713)).toEqual(kernel.baseMul(scalar(7 * 5714)))
  })

  it('evaluateInExponent: a vector of 20,000 commitments, 5,000 indices, 5,000 vectors', () => {
    const long = repeat(multiples.subarray(0, 64), 20_000)
    // sum of 2^k, k < 20,000, times G: 2^20000 - 1
    let power = 1n
    for (let k = 0; k < 20_000; k++) power = (power * 2n) % Q
    expect(kernel.evaluateInExponent(long, 20_000, [2])).toEqual(kernel.baseMul(fromNumber((power - 1n + Q) % Q)))
    const indices = Array.from({ length: 5000 }, (_, i) => i + 1)
    const line = kernel.evaluateInExponent(multiples.subarray(0, 128), 2, indices)
    expect(line.subarray(64 * 4999)).toEqual(kernel.baseMul(scalar(1 + 2 * 5000)))
    const vectors = kernel.evaluateInExponent(multiples.subarray(0, 64 * 9000), 2, [3, 1])
    // vector v is (2 v + 1, 2 v + 2)
    expect(vectors.subarray(128 * 4499)).toEqual(kernel.baseMul(concatBytes(scalar(8999 + 27_000), scalar(8999 + 9000))))
  })

  it('evaluatePolynomial: 40,000 coefficients agree with Horner in two halves', () => {
    const coefficients = scalars(40_000)
    const low = kernel.evaluatePolynomial(coefficients.slice(0, 32 * 15_000), [7, 65_535])
    const high = kernel.evaluatePolynomial(coefficients.slice(32 * 15_000), [7, 65_535])
    const whole = kernel.evaluatePolynomial(coefficients, [7, 65_535])
    const expected = [7n, 65_535n].map((index, i) => {
      let power = 1n
      for (let k = 0; k < 15_000; k++) power = (power * index) % Q
      return kernel.scalarAdd(low.slice(32 * i, 32 * i + 32), kernel.scalarMul(high.slice(32 * i, 32 * i + 32), fromNumber(power)))
    })
    expect(whole).toEqual(concatBytes(...expected))
  })

  it('an invalid value far behind is named by its place', () => {
    const bad = new Uint8Array(numbers)
    bad.fill(255, 32 * 8990, 32 * 8991)
    for (const call of [() => kernel.baseMul(bad), () => kernel.msmVar(multiples, bad), () => kernel.mulVar(multiples, bad)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'scalars[8990]' }))
    }
  })

  it('verifyShares: 300 dealers of 100 coefficients, one of them false', () => {
    const t = 100
    const dealers = 300
    const commitments: Uint8Array[] = []
    const shares: Uint8Array[] = []
    for (let i = 0; i < dealers; i++) {
      // dealer i's polynomial: coefficients i + 1 .. i + 100
      commitments.push(multiples.subarray(64 * i, 64 * (i + t)))
      shares.push(kernel.evaluatePolynomial(new Uint8Array(numbers.subarray(32 * i, 32 * (i + t))), [250]))
    }
    const all = concatBytes(...shares)
    expect(kernel.verifyShares(concatBytes(...commitments), t, 250, all)).toEqual(new Uint8Array(dealers).fill(1))
    all[32 * 211 + 31] = (all[32 * 211 + 31] ?? 0) ^ 1
    const mask = new Uint8Array(dealers).fill(1)
    mask[211] = 0
    expect(kernel.verifyShares(concatBytes(...commitments), t, 250, all)).toEqual(mask)
  })
})
