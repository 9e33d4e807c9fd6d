/**
 * Inputs of the conformance suite. Structured ones sit where limb code breaks (0, 1, q-1, p-1, runs of ones and zeros, 2^k and 2^k +- 1, multiples of the
 * endomorphism's eigenvalue, coordinates that are small or just below p), random ones everywhere else.
 */
import { normalizeZ } from '@noble/curves/abstract/curve.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { concatBytes } from '../../src/bytes.ts'
import type { RandomSource } from '../helpers/random.ts'
import { FIELD_PRIME, GROUP_ORDER, toBytes, toNumber } from './noble.ts'

const { Point } = secp256k1
const { Fp } = Point
type NoblePoint = typeof Point.BASE

/** lambda with lambda (x, y) = (beta x, y): Guide to Elliptic Curve Cryptography, section 3.5 */
const EIGENVALUE = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

/** A point and its logarithm to the base G: enough to make true and false equations of every kind. */
export interface KnownPoint {
  readonly log: bigint
  readonly point: Uint8Array
}

/** 2^k, 2^k +- 1, runs of ones at every 16th place, bytes of one value. */
function structuredNumbers(): bigint[] {
  const out: bigint[] = []
  for (let n = 0n; n <= 16n; n++) out.push(n)
  for (let k = 4n; k <= 256n; k++) out.push((1n << k) - 1n, 1n << k, (1n << k) + 1n)
  for (let start = 0n; start < 256n; start += 16n) {
    for (const length of [2n, 29n, 64n, 128n]) out.push(((1n << length) - 1n) << start)
  }
  for (const byte of ['55', 'aa', '0f', 'f0', '01', '80', '7f', 'fe']) out.push(BigInt(`0x${byte.repeat(32)}`))
  return out
}

function distinctBelow(limit: bigint, numbers: readonly bigint[]): bigint[] {
  return [...new Set(numbers.filter((n) => n >= 0n && n < limit))]
}

/** Scalars in 0..q-1, the sharpest first. */
export function structuredScalars(): bigint[] {
  const q = GROUP_ORDER
  const sharp = [0n, 1n, q - 1n, 2n, q - 2n, (q - 1n) / 2n, (q + 1n) / 2n, (FIELD_PRIME - 1n) % q, FIELD_PRIME % q, (1n << 256n) % q]
  const split = [EIGENVALUE, q - EIGENVALUE, EIGENVALUE + 1n, EIGENVALUE - 1n, (EIGENVALUE * EIGENVALUE) % q]
  const halves = [1n << 127n, 1n << 128n, (1n << 128n) - 1n].map((n) => (n * EIGENVALUE) % q)
  const many = structuredNumbers()
  return distinctBelow(q, [...sharp, ...split, ...halves, ...many, ...many.map((n) => q - n)])
}

/** x coordinates as 256-bit numbers, on the curve or not, below p or not. */
export function structuredCoordinates(): bigint[] {
  const many = structuredNumbers()
  return distinctBelow(1n << 256n, [
    ...many,
    ...many.map((n) => FIELD_PRIME - n),
    FIELD_PRIME,
    FIELD_PRIME + 1n,
    FIELD_PRIME + 2n,
    GROUP_ORDER,
  ])
}

export function encodeXY(x: bigint, y: bigint): Uint8Array<ArrayBuffer> {
  return concatBytes(toBytes(x), toBytes(y))
}

function squareRoot(n: bigint): bigint | null {
  try {
    return Fp.sqrt(n)
  } catch {
    return null
  }
}

/** Both points over each structured x that is on the curve. */
export function structuredPoints(): Uint8Array[] {
  return structuredCoordinates()
    .filter((x) => x < FIELD_PRIME)
    .flatMap((x) => {
      const y = squareRoot(Fp.create(x * x * x + 7n))
      return y === null ? [] : [encodeXY(x, y), encodeXY(x, FIELD_PRIME - y)]
    })
}

/**
 * Points over a small y: x = cube root of y^2 - 7. p = 7 mod 9, so the candidate is a^((p+2)/9). Their y + p still fits in 32 bytes, a second encoding
 * that must be refused.
 */
export function pointsWithSmallY(): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let y = 1n; y <= 64n; y++) {
    const cube = Fp.create(y * y - 7n)
    const x = Fp.pow(cube, (FIELD_PRIME + 2n) / 9n)
    if (Fp.create(x * x * x) === cube) out.push(encodeXY(x, y))
  }
  return out
}

/** Random choices from a source of bytes. */
export class Chooser {
  readonly #random: RandomSource
  readonly #scalars = structuredScalars()

  constructor(random: RandomSource) {
    this.#random = random
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return this.#random(length)
  }

  /** 0..below-1 */
  integer(below: number): number {
    return Number(toNumber(this.#random(6)) % BigInt(below))
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.integer(list.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  randomScalar(): bigint {
    return toNumber(this.#random(40)) % GROUP_ORDER
  }

  /** Structured or random, one as likely as the other. */
  scalar(): bigint {
    return this.integer(2) === 0 ? this.pick(this.#scalars) : this.randomScalar()
  }

  /** Half of them structured in a row, the sharpest first, as far as they go; then one or the other. */
  scalars(n: number): bigint[] {
    const first = this.#scalars.slice(0, Math.floor(n / 2))
    return [...first, ...Array.from({ length: n - first.length }, () => this.scalar())]
  }

  scalarBatch(n: number): Uint8Array<ArrayBuffer> {
    return concatBytes(...this.scalars(n).map((k) => toBytes(k)))
  }

  /** m distinct indices in 1..65535, in no order. */
  distinctIndices(m: number): number[] {
    const out = new Set<number>()
    while (out.size < m) out.add(1 + this.integer(this.integer(4) === 0 ? 65_535 : Math.min(65_535, 3 * m)))
    return [...out]
  }
}

/** Batch sizes that add up to total: the small ones and those around powers of two once, the rest in one large batch. */
export function batchSizes(total: number): number[] {
  const out: number[] = []
  let left = total
  for (const size of [1, 2, 3, 5, 31, 32, 33, 127, 128, 129, 512]) {
    if (size > left / 2) break
    out.push(size)
    left -= size
  }
  return [...out, left]
}

interface Term {
  readonly log: bigint
  readonly point: NoblePoint
}

/** Many known points for few multiplications: sums of pairs from two small sets, logarithms adding up; the identity and +- small multiples among them. */
export class PointSource {
  readonly #left: readonly Term[]
  readonly #right: readonly Term[]
  readonly #choose: Chooser

  constructor(choose: Chooser) {
    this.#choose = choose
    const known = (log: bigint): Term => ({ log, point: log === 0n ? Point.ZERO : Point.BASE.multiply(log) })
    const sharp = [0n, 1n, GROUP_ORDER - 1n, 2n, (GROUP_ORDER + 1n) / 2n, EIGENVALUE, GROUP_ORDER - EIGENVALUE]
    this.#left = [...sharp, ...Array.from({ length: 100 }, () => choose.randomScalar())].map(known)
    this.#right = [0n, 1n, 2n, 3n, ...Array.from({ length: 100 }, () => choose.randomScalar())].map(known)
  }

  known(): KnownPoint {
    const [point] = this.many(1)
    if (point === undefined) throw new RangeError('unreachable')
    return point
  }

  /** Not the identity. */
  knownFinite(): KnownPoint {
    for (;;) {
      const candidate = this.known()
      if (candidate.log !== 0n) return candidate
    }
  }

  many(n: number): KnownPoint[] {
    const pairs = Array.from({ length: n }, () => [this.#choose.pick(this.#left), this.#choose.pick(this.#right)] as const)
    return encodeAll(
      pairs.map(([a, b]) => (a.log + b.log) % GROUP_ORDER),
      pairs.map(([a, b]) => a.point.add(b.point)),
    )
  }

  /** P, P + D, P + 2D ...: pairs of different pairs with equal sums, so equal x meet in the middle of batched additions. */
  progression(n: number): KnownPoint[] {
    const start = this.#choose.pick(this.#left)
    const step = this.#choose.pick(this.#right.slice(1))
    const points = [start.point]
    for (let i = 1; i < n; i++) points.push((points[i - 1] ?? Point.ZERO).add(step.point))
    return encodeAll(
      points.map((_, i) => (start.log + BigInt(i) * step.log) % GROUP_ORDER),
      points,
    )
  }
}

function encodeAll(logs: readonly bigint[], points: NoblePoint[]): KnownPoint[] {
  return normalizeZ(Point, points).map((point, i) => ({ log: logs[i] ?? 0n, point: encodePoint(point) }))
}

function encodePoint(point: NoblePoint): Uint8Array<ArrayBuffer> {
  return point.is0() ? new Uint8Array(64) : new Uint8Array(point.toBytes(false).subarray(1))
}
