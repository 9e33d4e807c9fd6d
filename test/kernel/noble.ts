/**
 * The kernel's operations on `@noble/curves`: arithmetic that is not ours in any line, to judge the baseline by. It assumes arguments that the shared checks
 * have let through (the refusals have a suite of their own), and keeps the contract's rules about values.
 */
import { normalizeZ, pippenger } from '@noble/curves/abstract/curve.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, equalBytes } from '../../src/bytes.ts'
import { type Kernel, SIGNATURE_BYTES } from '../../src/kernel/contract.ts'

const { Point } = secp256k1
const { Fn, Fp } = Point
type Point = typeof Point.BASE

export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

export function toBytes(n: bigint, length = 32): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(n.toString(16).padStart(2 * length, '0'), 'hex'))
}

export function split(batch: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: batch.length / size }, (_, i) => batch.subarray(i * size, (i + 1) * size))
}

const numbers = (batch: Uint8Array): bigint[] => split(batch, 32).map(toNumber)
const fromNumbers = (list: readonly bigint[]): Uint8Array => concatBytes(...list.map((n) => toBytes(Fn.create(n))))
const mask = (list: readonly boolean[]): Uint8Array => Uint8Array.from(list, Number)

/** Throws for what is no point and not the identity. */
function decode(bytes: Uint8Array): Point {
  const [x = 0n, y = 0n] = numbers(bytes)
  if (x === 0n && y === 0n) return Point.ZERO
  const point = Point.fromAffine({ x, y })
  point.assertValidity()
  return point
}

function attempt<T>(f: () => T): T | null {
  try {
    return f()
  } catch {
    return null
  }
}

const decodeAll = (batch: Uint8Array): Point[] => split(batch, 64).map(decode)

function encode(points: readonly Point[]): Uint8Array {
  return concatBytes(...normalizeZ(Point, [...points]).map((p) => (p.is0() ? new Uint8Array(64) : p.toBytes(false).subarray(1))))
}

const sumOf = (points: readonly Point[]): Point => points.reduce((sum, p) => sum.add(p), Point.ZERO)
/** Noble's buckets are dear for a few points. */
const sumOfMultiples = (points: readonly Point[], k: readonly bigint[]): Point =>
  points.length < 16 ? sumOf(points.map((p, i) => p.multiplyUnsafe(at(k, i)))) : pippenger(Point, [...points], [...k])
const at = <T>(list: readonly T[], i: number): T => {
  const item = list[i]
  if (item === undefined) throw new RangeError(`no item ${i}`)
  return item
}

function evaluate(vector: readonly Point[], index: number): Point {
  return vector.reduceRight((value, c) => value.multiplyUnsafe(BigInt(index)).add(c), Point.ZERO)
}

const base = (k: bigint): Point => (k === 0n ? Point.ZERO : Point.BASE.multiply(k))

function rowsOf<T>(items: readonly T[], width: number): T[][] {
  return Array.from({ length: items.length / width }, (_, i) => items.slice(i * width, (i + 1) * width))
}

function lagrange(indices: readonly number[]): bigint[] {
  return indices.map((i) => {
    const others = indices.filter((j) => j !== i).map(BigInt)
    const numerator = others.reduce((product, j) => Fn.mul(product, j), 1n)
    const denominator = others.reduce((product, j) => Fn.mul(product, Fn.create(j - BigInt(i))), 1n)
    return Fn.mul(numerator, Fn.inv(denominator))
  })
}

function signatureHolds(suite: keyof typeof SIGNATURE_BYTES, publicKey: Uint8Array, c: bigint, signature: Uint8Array): boolean {
  const key = attempt(() => Point.fromBytes(publicKey))
  const s = toNumber(suite === 'evm' ? signature.subarray(0, 32) : signature.subarray(-32))
  if (key === null || s >= Fn.ORDER) return false
  switch (suite) {
    case 'secp256k1-sha256': {
      const r = attempt(() => Point.fromBytes(signature.subarray(0, 33)))
      return r !== null && base(s).equals(r.add(key.multiplyUnsafe(c)))
    }
    case 'bip340': {
      const even = key.y % 2n === 0n ? key : key.negate()
      const r = base(s).subtract(even.multiplyUnsafe(c))
      return !r.is0() && r.y % 2n === 0n && r.x === toNumber(signature.subarray(0, 32))
    }
    case 'evm': {
      const r = base(s).add(key.multiplyUnsafe(c))
      return !r.is0() && equalBytes(keccak_256(r.toBytes(false).subarray(1)).subarray(-20), signature.subarray(32))
    }
  }
}

export function createNobleKernel(): Kernel {
  const baseMul: Kernel['baseMul'] = (scalars) => encode(numbers(scalars).map(base))
  const mul: Kernel['mul'] = (points, scalars) => {
    const k = numbers(scalars)
    return encode(decodeAll(points).map((p, i) => p.multiplyUnsafe(at(k, i))))
  }
  return {
    info: { name: 'baseline', wasmSha256: null, tablesBytes: 0, initMs: 0 },
    baseMul,
    baseMulVar: baseMul,
    mul,
    mulVar: mul,
    msmVar: (points, scalars, g) =>
      encode([sumOfMultiples(decodeAll(points), numbers(scalars)).add(base(toNumber(g ?? new Uint8Array(0))))]),
    sum(points, columns) {
      const rows = rowsOf(decodeAll(points), columns)
      return encode(Array.from({ length: columns }, (_, column) => sumOf(rows.map((row) => at(row, column)))))
    },
    evaluateInExponent: (commitments, t, indices) =>
      encode(rowsOf(decodeAll(commitments), t).flatMap((vector) => indices.map((index) => evaluate(vector, index)))),
    verifyShares(commitments, t, index, shares) {
      const vectors = rowsOf(
        split(commitments, 64).map((p) => attempt(() => decode(p))),
        t,
      ).map((vector) => vector.filter((p) => p !== null))
      const s = numbers(shares)
      if (vectors.every((vector) => vector.length === t) && s.every((n) => n < Fn.ORDER)) {
        const total = s.reduce((sum, n) => Fn.add(sum, n), 0n)
        if (base(total).equals(sumOf(vectors.map((vector) => evaluate(vector, index))))) return mask(s.map(() => true))
      }
      return mask(vectors.map((v, i) => v.length === t && at(s, i) < Fn.ORDER && base(at(s, i)).equals(evaluate(v, index))))
    },
    evaluatePolynomial(coefficients, indices) {
      const a = numbers(coefficients)
      return fromNumbers(indices.map((index) => a.reduceRight((value, n) => Fn.create(value * BigInt(index) + n), 0n)))
    },
    lagrange: (indices) => fromNumbers(lagrange(indices)),
    signatureShares({ hiding, binding, bindingFactors, negate, multipliers, share }) {
      const d = numbers(hiding)
      const e = binding === null ? d.map(() => 0n) : numbers(binding)
      const rho = bindingFactors === null ? d.map(() => 0n) : numbers(bindingFactors)
      const m = numbers(multipliers)
      return fromNumbers(
        d.map((n, i) => {
          const nonce = n + at(rho, i) * at(e, i)
          return (negate[i] === 1 ? -nonce : nonce) + at(m, i) * toNumber(share)
        }),
      )
    },
    verifySignatureShares({ shares, noncePoints, verifyingShares, multipliers }) {
      const n = split(noncePoints, 64).map((p) => attempt(() => decode(p)))
      const y = split(verifyingShares, 64).map((p) => attempt(() => decode(p)))
      const m = numbers(multipliers)
      return mask(
        numbers(shares).map((z, i) => {
          const [nonce, key] = [at(n, i), at(y, i)]
          return z < Fn.ORDER && nonce !== null && key !== null && base(z).equals(nonce.add(key.multiplyUnsafe(at(m, i))))
        }),
      )
    },
    verifySignatures({ suite, publicKeys, challenges, signatures }) {
      const keys = split(publicKeys, 33)
      const encoded = split(signatures, SIGNATURE_BYTES[suite])
      return mask(numbers(challenges).map((c, i) => signatureHolds(suite, at(keys, i), c, at(encoded, i))))
    },
    checkPoints: (points) => mask(split(points, 64).map((p) => attempt(() => !decode(p).is0()) ?? false)),
    compress: (points) => concatBytes(...decodeAll(points).map((p) => p.toBytes(true))),
    decompress(points) {
      const decoded = split(points, 33).map((p) => attempt(() => Point.fromBytes(p)))
      return { points: encode(decoded.map((p) => p ?? Point.ZERO)), valid: mask(decoded.map((p) => p !== null)) }
    },
    scalarAdd(a, b) {
      const other = numbers(b)
      return fromNumbers(numbers(a).map((n, i) => n + at(other, i)))
    },
    scalarMul(a, b) {
      const other = numbers(b)
      return fromNumbers(numbers(a).map((n, i) => n * at(other, i)))
    },
    scalarInvert: (a) => fromNumbers(numbers(a).map((n) => Fn.inv(n))),
  }
}

export const FIELD_PRIME: bigint = Fp.ORDER
export const GROUP_ORDER: bigint = Fn.ORDER
