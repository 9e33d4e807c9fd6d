/**
 * The two-lane batch engine where points are chosen to make it err: equal and opposite points among ordinary ones in every place of a pair, and
 * such whose equal x are different limbs. A stored half in (2^255 - 2^203, 2^255) stays as it is when it is read from bytes, while a computed
 * one comes out less p: x is even and just below p.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatAll } from '../../../src/bytes.ts'
import { loadWasmKernel } from '../../../src/kernel/wasm/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'
import { FIELD_PRIME, GROUP_ORDER, toBytes, toNumber } from '../noble.ts'

const { Point } = secp256k1
const { Fp } = Point
type NoblePoint = typeof Point.BASE

const kernel = await loadWasmKernel({ kernel: 'fma' })
const random = seededRandom(`pair engine ${testSeed()}`)

const bytesOf = (point: NoblePoint): Uint8Array => (point.is0() ? new Uint8Array(64) : new Uint8Array(point.toBytes(false).subarray(1)))
const multiple = (k: bigint): NoblePoint => Point.BASE.multiply((k % (GROUP_ORDER - 1n)) + 1n)
const anyPoint = (): NoblePoint => multiple(toNumber(random(32)))

function lift(x: bigint): NoblePoint | null {
  const cube = Fp.create(x * x * x + 7n)
  try {
    return Point.fromAffine({ x, y: Fp.sqrt(cube) })
  } catch {
    return null
  }
}

/** The first `count` points of x = from, from + step, ... */
function pointsFrom(from: bigint, step: bigint, count: number): NoblePoint[] {
  const found: NoblePoint[] = []
  for (let x = from; found.length < count; x += step) {
    const point = lift(x)
    if (point !== null) found.push(point)
  }
  return found
}

/** Even x just below p, odd x just above 0 (whose halves are at the other end), and even ones. */
const EDGES: readonly NoblePoint[] = [...pointsFrom(FIELD_PRIME - 1n, -2n, 3), ...pointsFrom(1n, 2n, 2), ...pointsFrom(2n, 2n, 1)]

/** Three points whose first and third are added first, the second to their sum. */
type Column = readonly [NoblePoint, NoblePoint, NoblePoint]
const KINDS: Readonly<Record<string, (edge: NoblePoint) => Column>> = {
  ordinary: () => [anyPoint(), anyPoint(), anyPoint()],
  'equal, computed and read': (edge) => {
    const part = anyPoint()
    return [part, edge, edge.subtract(part)]
  },
  'opposite, computed and read': (edge) => {
    const part = anyPoint()
    return [part, edge.negate(), edge.subtract(part)]
  },
  'equal at once': (edge) => [edge, anyPoint(), edge],
  'opposite at once': (edge) => [edge, edge, edge.negate()],
  'the identity first': (edge) => [Point.ZERO, edge, anyPoint()],
  'the identity second': (edge) => [edge, Point.ZERO, Point.ZERO],
}
const NAMES = Object.keys(KINDS)

function expectSums(columns: readonly Column[], what: string): void {
  const rows = [0, 1, 2].flatMap((row) => columns.map((column) => bytesOf(column[row] ?? Point.ZERO)))
  const expected = columns.map(([a, b, c]) => bytesOf(a.add(b).add(c)))
  expect(kernel.sum(concatAll(rows), columns.length), what).toEqual(concatAll(expected))
}

describe('sums of columns', () => {
  it.each(NAMES)('%s, alone, before and after each other kind and between two', (name) => {
    EDGES.forEach((edge, e) => {
      const make = (kind: string): Column => KINDS[kind]?.(edge) ?? expect.fail(kind)
      expectSums([make(name)], name)
      for (const other of NAMES) {
        expectSums([make(name), make(other)], `${name}, ${other}`)
        expectSums([make(other), make(name)], `${other}, ${name}`)
        const third = NAMES[(e + NAMES.indexOf(other)) % NAMES.length] ?? name
        expectSums([make(other), make(name), make(third)], `${other}, ${name}, ${third}`)
      }
    })
  })

  it('of many columns, all kinds among one another', () => {
    const columns = Array.from({ length: 301 }, (_, i) => {
      const kind = NAMES[(random(1)[0] ?? 0) % NAMES.length] ?? 'ordinary'
      return KINDS[kind]?.(EDGES[i % EDGES.length] ?? Point.BASE) ?? expect.fail(kind)
    })
    expectSums(columns, 'many')
  })
})

describe('sums of multiples', () => {
  it('where buckets cancel to the identity, which is copied about while the buckets are halved in place', () => {
    const logs = [1n, 2n, 3n]
    const points = logs.flatMap((log) => [multiple(log - 1n), multiple(log - 1n).negate()].map(bytesOf))
    for (let round = 0; round < 400; round++) {
      const choices = [...random(48 + (round % 40))]
      // three buckets, or the same with every other point's neighbour its opposite
      const picked = choices.map((choice, i) => {
        const from = round % 2 === 0 || i % 2 === 0 ? choice : (choices[i - 1] ?? 0) ^ (choice & 7 ? 1 : 0)
        const which = from % points.length
        return { which, k: 1n + BigInt((from >> 4) % 3) }
      })
      const sum = picked.reduce((total, { which, k }) => total + k * (logs[which >> 1] ?? 0n) * (which & 1 ? -1n : 1n), 0n)
      const found = kernel.msmVar(
        concatAll(picked.map(({ which }) => points[which] ?? new Uint8Array(64))),
        concatAll(picked.map(({ k }) => toBytes(k))),
      )
      expect(found).toEqual(kernel.baseMulVar(toBytes((sum + GROUP_ORDER) % GROUP_ORDER)))
    }
  })
})

const HALF = (GROUP_ORDER + 1n) / 2n

describe('evaluation in the exponent', () => {
  it('where each Horner step meets an equal or an opposite commitment', () => {
    for (const edge of EDGES) {
      const half = edge.multiply(HALF)
      for (const low of [edge, edge.negate()]) {
        // at 2: 2 (edge / 2) = edge meets low, and what comes of that meets its own double's image once more
        const next = edge.add(low)
        const vectors: readonly (readonly NoblePoint[])[] = [
          [low, half, Point.ZERO],
          [next.double().negate(), low, half],
          [anyPoint(), anyPoint(), anyPoint()],
          [next.double(), low, half],
        ]
        for (let count = 1; count <= vectors.length; count++) {
          const used = vectors.slice(0, count)
          const values = kernel.evaluateInExponent(concatAll(used.flat().map(bytesOf)), 3, [2, 7, 2])
          const at = (vector: readonly NoblePoint[], k: bigint) =>
            vector.reduceRight((sum, point) => (sum.is0() ? point : sum.multiply(k).add(point)), Point.ZERO)
          expect(values).toEqual(concatAll(used.flatMap((vector) => [2n, 7n, 2n].map((k) => bytesOf(at(vector, k))))))
        }
      }
    }
  })
})

describe('decompression', () => {
  /** x -> 33 bytes, for x of 32 bytes */
  const encoded = (prefix: number, x: bigint): Uint8Array => concatAll([Uint8Array.of(prefix), toBytes(x)])
  const nonResidues: bigint[] = []
  for (let x = 1n; nonResidues.length < 3; x++) if (lift(x) === null) nonResidues.push(x)
  const places = [...EDGES, anyPoint(), anyPoint()]

  /** each an item and its 64 bytes; null for none */
  const ITEMS: readonly ((i: number) => readonly [Uint8Array, NoblePoint | null])[] = [
    (i) => {
      const { x, y } = (places[i % places.length] ?? Point.BASE).toAffine()
      const prefix = 2 + (i & 1)
      const same = Number(y & 1n) === (i & 1)
      return [encoded(prefix, x), Point.fromAffine({ x, y: same ? y : FIELD_PRIME - y })]
    },
    (i) => [encoded(2 + (i & 1), nonResidues[i % nonResidues.length] ?? 0n), null],
    // p + 1 and p + 2 are 1 and 2 modulo p, one of them an x of the curve
    (i) => [encoded(2 + (i & 1), FIELD_PRIME + BigInt(i % 3)), null],
    (i) => [encoded([0, 1, 4, 5, 255][i % 5] ?? 0, places[0]?.toAffine().x ?? 1n), null],
    () => [encoded(2, (1n << 256n) - 1n), null],
  ]

  it('of good and bad items in every lane of a group, and of every number of items', () => {
    const items: (readonly [Uint8Array, NoblePoint | null])[] = []
    for (let group = 0; group < ITEMS.length ** 4; group++) {
      for (let lane = 0; lane < 4; lane++) {
        const kind = Math.floor(group / ITEMS.length ** lane) % ITEMS.length
        items.push(ITEMS[kind]?.(group + lane) ?? expect.fail('no such kind'))
      }
    }
    for (const used of [items, ...Array.from({ length: 9 }, (_, n) => items.slice(7 * n, 7 * n + n + 1))]) {
      const { points, valid } = kernel.decompress(concatAll(used.map(([bytes]) => bytes)))
      expect([...valid]).toEqual(used.map(([, point]) => (point === null ? 0 : 1)))
      expect(points).toEqual(concatAll(used.map(([, point]) => bytesOf(point ?? Point.ZERO))))
    }
  })
})
