/** Cases of multiplications and of sums of multiples. */
import { concatBytes } from '../../../src/bytes.ts'
import type { Case, CaseSource } from '../conformance.ts'
import { batchSizes, type KnownPoint, structuredPoints, structuredScalars } from '../inputs.ts'
import { GROUP_ORDER, toBytes } from '../noble.ts'

const TOTAL = 1_000
const IDENTITY = new Uint8Array(64)

export function multiplicationCases(source: CaseSource): Case[] {
  return [...baseCases(source), ...pointTimesScalar(source), ...sumsOfMultiples(source)]
}

function encode(list: readonly bigint[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...list.map((n) => toBytes(n)))
}

/** All structured scalars, and as many random ones as the scale asks for. */
function baseCases({ choose, scale }: CaseSource): Case[] {
  const structured = structuredScalars()
  const random = batchSizes(TOTAL * scale).map((n) => Array.from({ length: n }, () => choose.randomScalar()))
  return [structured, ...random].flatMap((list): Case[] => {
    const title = list === structured ? 'all structured scalars' : `${list.length} random scalars`
    const args: [Uint8Array] = [encode(list)]
    return [
      { operation: 'baseMul', title, items: list.length, args },
      { operation: 'baseMulVar', title, items: list.length, args },
    ]
  })
}

/** The points that structured x coordinates give, the identity, known points; against structured and random scalars. */
function pointTimesScalar({ choose, points, scale }: CaseSource): Case[] {
  const edges = [IDENTITY, ...structuredPoints()]
  return batchSizes(TOTAL * scale).flatMap((items): Case[] => {
    const known = points.many(items)
    const list = known.map(({ point }) => (choose.integer(4) === 0 ? choose.pick(edges) : point))
    const args: [Uint8Array, Uint8Array] = [concatBytes(...list), choose.scalarBatch(items)]
    const title = `${items} pairs`
    return [
      { operation: 'mul', title, items, args },
      { operation: 'mulVar', title, items, args },
    ]
  })
}

/** Sizes on both sides of where a method gives way to another, and the two sizes of signing and keygen that the benchmark names. */
const SIZES = [1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 89, 90, 91, 127, 128, 129, 200, 256, 511, 1_024]

function sumsOfMultiples(source: CaseSource): Case[] {
  const out: Case[] = []
  for (let repeat = 0; repeat < source.scale; repeat++) for (const n of SIZES) out.push(randomSum(source, n))
  for (const n of [1, 2, 5, 33, 64, 150]) out.push(...specialSums(source, n))
  // A result is one call: most of them small, in turn random and of the special kinds.
  const small = TOTAL * source.scale - out.length
  for (let i = 0; i < small; ) {
    const n = 1 + source.choose.integer(8)
    const next = i % 3 === 0 ? specialSums(source, n) : [randomSum(source, n)]
    out.push(...next)
    i += next.length
  }
  return out
}

function randomSum({ choose, points }: CaseSource, n: number): Case {
  const batch = concatBytes(...points.many(n).map(({ point }) => point))
  const withBase = choose.integer(2) === 0
  return {
    operation: 'msmVar',
    title: `${n} terms${withBase ? ' and g G' : ''}`,
    items: 1,
    args: withBase ? [batch, choose.scalarBatch(n), toBytes(choose.scalar())] : [batch, choose.scalarBatch(n)],
  }
}

function specialSums({ choose, points }: CaseSource, n: number): Case[] {
  const bytesOf = (list: readonly KnownPoint[]): Uint8Array => concatBytes(...list.map(({ point }) => point))
  const known = points.many(n)
  const any = choose.scalars(n)
  const total = known.reduce((sum, { log }, i) => sum + log * (any[i] ?? 0n), 0n) % GROUP_ORDER
  const same = choose.scalar()
  const one = points.knownFinite()
  const make = (title: string, list: readonly KnownPoint[], scalars: readonly bigint[], g?: bigint): Case => ({
    operation: 'msmVar',
    title: `${n} terms, ${title}`,
    items: 1,
    args: g === undefined ? [bytesOf(list), encode(scalars)] : [bytesOf(list), encode(scalars), toBytes(g)],
  })
  return [
    make('g G cancels the sum', known, any, (GROUP_ORDER - total) % GROUP_ORDER),
    make('g = 0', known, any, 0n),
    make('all scalars zero', known, Array(n).fill(0n)),
    make('all scalars q - 1', known, Array(n).fill(GROUP_ORDER - 1n), GROUP_ORDER - 1n),
    make('a progression, one scalar', points.progression(n), Array(n).fill(same)),
    make('a progression, scalars 1', points.progression(n), Array(n).fill(1n)),
    make('one point, many scalars', Array(n).fill(one), any),
    make(
      'one point, scalars k and -k',
      Array(n).fill(one),
      any.map((_, i) => (i % 2 === 0 ? same : (GROUP_ORDER - same) % GROUP_ORDER)),
    ),
    make('identities', Array(n).fill({ log: 0n, point: IDENTITY }), any, same),
    make(
      '128-bit scalars',
      known,
      any.map((k) => k >> 128n),
    ),
    make(
      'small scalars',
      known,
      any.map((_, i) => BigInt(i % 5)),
    ),
  ]
}
