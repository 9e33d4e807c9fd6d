/**
 * Multiplication of points, textbook methods in variable time: a table of the generator's multiples, signed sliding windows for one point
 * (Hankerson, Menezes, Vanstone, Guide to Elliptic Curve Cryptography, algorithms 3.35 and 3.36), shared doublings for a few points (Straus)
 * and buckets for many (Pippenger).
 */
import type BN from 'bn.js'
import { fieldElement } from './field.ts'
import { type AffinePoint, add, addAffine, double, IDENTITY, type JacobianPoint, negate, toAffine, toJacobian } from './point.ts'

const SCALAR_BITS = 256

const GENERATOR: AffinePoint = {
  x: fieldElement('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'),
  y: fieldElement('483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'),
}

/** Bits of a window of the generator's table: entry [i][d - 1] is d 2^(4i) G, so that k G is at most 64 additions and no doubling. */
const BASE_WINDOW = 4

export type BaseTable = readonly (readonly AffinePoint[])[]

export function buildBaseTable(): BaseTable {
  const entries: JacobianPoint[] = []
  const perWindow = 2 ** BASE_WINDOW - 1
  let unit = toJacobian(GENERATOR)
  for (let window = 0; window < SCALAR_BITS / BASE_WINDOW; window++) {
    let multiple = IDENTITY
    for (let d = 1; d <= perWindow; d++) {
      multiple = add(multiple, unit)
      entries.push(multiple)
    }
    unit = add(multiple, unit)
  }
  const affine = toAffine(entries)
  const rows: AffinePoint[][] = []
  affine.forEach((entry, i) => {
    if (i % perWindow === 0) rows.push([])
    // No d 2^(4i) below 2^256 with d < 16 is a multiple of q, which is prime: no entry is the identity.
    if (entry !== null) rows.at(-1)?.push(entry)
  })
  return rows
}

/** k G for 0 <= k < q */
export function multiplyBase(table: BaseTable, k: BN): JacobianPoint {
  let sum = IDENTITY
  table.forEach((row, window) => {
    const entry = row[windowOf(k, window * BASE_WINDOW, BASE_WINDOW) - 1]
    if (entry !== undefined) sum = addAffine(sum, entry)
  })
  return sum
}

/** Bits start..start+width-1 of k >= 0, for a width of at most 16. */
function windowOf(k: BN, start: number, width: number): number {
  return k.shrn(start).maskn(width).toNumber()
}

/** Width-w NAF, lowest digit first: every digit is 0 or odd below 2^(w-1) in absolute value, and of w digits in a row one at most is not 0. */
function nonAdjacentForm(k: BN, width: number): number[] {
  const digits: number[] = []
  const rest = k.clone()
  while (!rest.isZero()) {
    let digit = 0
    if (rest.isOdd()) {
      digit = rest.maskn(width).toNumber()
      if (digit >= 2 ** (width - 1)) digit -= 2 ** width
      rest.isubn(digit)
    }
    digits.push(digit)
    rest.iushrn(1)
  }
  return digits
}

const NAF_WIDTH = 5

/** P, 3P, 5P ... 15P */
function oddMultiples(p: AffinePoint): JacobianPoint[] {
  const out = [toJacobian(p)]
  const twice = double(toJacobian(p))
  for (let i = 1; i < 2 ** (NAF_WIDTH - 2); i++) out.push(add(twice, out[i - 1] ?? IDENTITY))
  return out
}

/** sum k_i P_i with one chain of doublings for all. */
function multiplyInterleaved(points: readonly AffinePoint[], scalars: readonly BN[]): JacobianPoint {
  const tables = points.map(oddMultiples)
  const digits = scalars.map((k) => nonAdjacentForm(k, NAF_WIDTH))
  let sum = IDENTITY
  for (let bit = Math.max(0, ...digits.map((d) => d.length)) - 1; bit >= 0; bit--) {
    sum = double(sum)
    tables.forEach((table, i) => {
      const digit = digits[i]?.[bit] ?? 0
      const entry = table[(Math.abs(digit) - 1) / 2]
      if (entry !== undefined) sum = add(sum, digit < 0 ? negate(entry) : entry)
    })
  }
  return sum
}

/** k P for k >= 0; null is the identity. */
export function multiply(p: AffinePoint | null, k: BN): JacobianPoint {
  return p === null ? IDENTITY : multiplyInterleaved([p], [k])
}

/** From about this many points on, buckets need fewer additions than tables of odd multiples. */
const BUCKETS_FROM = 64

/** sum k_i P_i; null is the identity. As many scalars as points. */
export function multiplySum(points: readonly (AffinePoint | null)[], scalars: readonly BN[]): JacobianPoint {
  const kept: AffinePoint[] = []
  const multipliers: BN[] = []
  points.forEach((p, i) => {
    const k = scalars[i]
    if (p === null || k === undefined || k.isZero()) return
    kept.push(p)
    multipliers.push(k)
  })
  return kept.length < BUCKETS_FROM ? multiplyInterleaved(kept, multipliers) : multiplyInBuckets(kept, multipliers)
}

/**
 * For each window of w bits, highest first: add each point to the bucket of its digit, then sum_d d * bucket_d by running sums from the top.
 * n + 2^(w+1) additions a window, so w is near log2 n - 2.
 */
function multiplyInBuckets(points: readonly AffinePoint[], scalars: readonly BN[]): JacobianPoint {
  const width = Math.min(12, Math.max(4, Math.floor(Math.log2(points.length)) - 2))
  let sum = IDENTITY
  for (let start = Math.floor((SCALAR_BITS - 1) / width) * width; start >= 0; start -= width) {
    for (let i = 0; i < width; i++) sum = double(sum)
    const buckets: JacobianPoint[] = new Array(2 ** width).fill(IDENTITY)
    scalars.forEach((k, i) => {
      const digit = windowOf(k, start, width)
      const point = points[i]
      if (digit > 0 && point !== undefined) buckets[digit] = addAffine(buckets[digit] ?? IDENTITY, point)
    })
    let running = IDENTITY
    for (const bucket of buckets.slice(1).reverse()) {
      running = add(running, bucket)
      sum = add(sum, running)
    }
  }
  return sum
}

/** sum_k C_k index^k, C_0 first, by Horner's rule with the small index: about 10 group operations a coefficient. */
export function evaluateInExponentAt(commitments: readonly (AffinePoint | null)[], index: number): JacobianPoint {
  return commitments.reduceRight<JacobianPoint>((value, c) => {
    const multiple = multiplySmall(value, index)
    return c === null ? multiple : addAffine(multiple, c)
  }, IDENTITY)
}

/** Double-and-add from the top bit of n >= 1. */
function multiplySmall(p: JacobianPoint, n: number): JacobianPoint {
  if (p === IDENTITY) return IDENTITY
  let multiple = p
  for (let bit = 30 - Math.clz32(n); bit >= 0; bit--) {
    multiple = double(multiple)
    if (((n >>> bit) & 1) === 1) multiple = add(multiple, p)
  }
  return multiple
}
