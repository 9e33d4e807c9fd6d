/** Cases of encodings of points and of plain additions. */
import { concatBytes } from '../../../src/bytes.ts'
import type { Case, CaseSource } from '../conformance.ts'
import { batchSizes, encodeXY, type KnownPoint, pointsWithSmallY, structuredCoordinates, structuredPoints } from '../inputs.ts'
import { FIELD_PRIME, split, toBytes, toNumber } from '../noble.ts'

const TOTAL = 10_000
const IDENTITY = new Uint8Array(64)

export function pointCases(source: CaseSource): Case[] {
  return [...checkCases(source), ...compressCases(source), ...decompressCases(source), ...sumCases(source)]
}

/** Cuts a list into batches of the usual sizes. */
function inBatches(list: readonly Uint8Array[], make: (points: Uint8Array, items: number) => Case): Case[] {
  let start = 0
  return batchSizes(list.length).map((items) => {
    const part = list.slice(start, start + items)
    start += items
    return make(concatBytes(...part), items)
  })
}

function coordinates(point: Uint8Array): [bigint, bigint] {
  return [toNumber(point.subarray(0, 32)), toNumber(point.subarray(32))]
}

/** Second encodings of points (a coordinate plus p) and near misses; all invalid but the identity. */
function badPoints(): Uint8Array[] {
  const limit = 1n << 256n
  const aliases = [...structuredPoints(), ...pointsWithSmallY()].flatMap((point) => {
    const [x, y] = coordinates(point)
    return [
      ...(x + FIELD_PRIME < limit ? [encodeXY(x + FIELD_PRIME, y)] : []),
      ...(y + FIELD_PRIME < limit ? [encodeXY(x, y + FIELD_PRIME)] : []),
      encodeXY(y, x),
      encodeXY(x, 0n),
      encodeXY(0n, y),
    ]
  })
  const raw = [0n, 1n, FIELD_PRIME - 1n, FIELD_PRIME, FIELD_PRIME + 1n, limit - 1n]
  return [...aliases, ...raw.flatMap((x) => raw.map((y) => encodeXY(x, y)))]
}

function checkCases({ choose, points, scale }: CaseSource): Case[] {
  const list = [IDENTITY, ...structuredPoints(), ...pointsWithSmallY(), ...badPoints()]
  for (const { point } of points.many(TOTAL * scale - list.length)) {
    // Two of three as they are, one with a bit flipped.
    const copy = new Uint8Array(point)
    if (choose.integer(3) === 0) flipBit(copy, choose.integer(512))
    list.push(copy)
  }
  return inBatches(list, (batch, items) => ({ operation: 'checkPoints', title: `${items} points`, items, args: [batch] }))
}

function flipBit(bytes: Uint8Array, bit: number): void {
  const at = bit >>> 3
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
}

function compressCases({ points, scale }: CaseSource): Case[] {
  const fixed = [...structuredPoints(), ...pointsWithSmallY()]
  const random = Array.from(points.many(TOTAL * scale), ({ point }) => point).filter((point) => point.some((byte) => byte !== 0))
  return inBatches([...fixed, ...random], (batch, items) => ({ operation: 'compress', title: `${items} points`, items, args: [batch] }))
}

function decompressCases({ choose, points, scale }: CaseSource): Case[] {
  const prefixed = (prefix: number, x: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(prefix), x)
  const list = structuredCoordinates().flatMap((x) => [prefixed(2, toBytes(x)), prefixed(3, toBytes(x))])
  for (const prefix of [0, 1, 4, 5, 6, 7, 0x82, 0xff]) list.push(prefixed(prefix, toBytes(1n)), prefixed(prefix, new Uint8Array(32)))
  const rest = TOTAL * scale - list.length
  for (let i = 0; i < Math.floor(rest / 2); i++) list.push(prefixed(2 + choose.integer(2), choose.bytes(32)))
  for (const { point } of points.many(rest - Math.floor(rest / 2))) list.push(prefixed(2 + choose.integer(2), point.subarray(0, 32)))
  return inBatches(list, (batch, items) => ({ operation: 'decompress', title: `${items} points`, items, args: [batch] }))
}

function negated(point: Uint8Array): Uint8Array {
  const [x, y] = coordinates(point)
  return y === 0n ? point : encodeXY(x, FIELD_PRIME - y)
}

/** Two rows: P + Q, P + P, P + (-P), P + O, O + P, O + O, and neighbours of a progression. */
function pairs(source: CaseSource, columns: number): Uint8Array {
  const firsts = source.points.many(columns).map(({ point }) => point)
  const others = source.points.many(columns).map(({ point }) => point)
  const seconds = firsts.map((p, i) => {
    switch (i % 8) {
      case 0:
        return p
      case 1:
        return negated(p)
      case 2:
        return IDENTITY
      default:
        return others[i] ?? p
    }
  })
  firsts.forEach((_, i) => {
    if (i % 16 === 10) firsts[i] = IDENTITY
  })
  // In two steps: a call takes some hundred thousand arguments at most.
  return concatBytes(concatBytes(...firsts), concatBytes(...seconds))
}

/** Rows whose column sums pass through the identity and equal points on the way: P, -P, Q, Q, -2Q ... */
function cancelling(known: readonly KnownPoint[]): Uint8Array {
  return concatBytes(...known.flatMap(({ point }) => [point, negated(point), point, point, IDENTITY, negated(point), negated(point)]))
}

function sumCases(source: CaseSource): Case[] {
  const { points, scale } = source
  const bytesOf = (list: readonly KnownPoint[]): Uint8Array => concatBytes(...list.map(({ point }) => point))
  const make = (title: string, batch: Uint8Array, columns: number): Case => ({
    operation: 'sum',
    title: `${title}, ${columns} columns`,
    items: columns,
    args: [batch, columns],
  })
  const sizes = [1, 2, 3, 7, 31, 64, 129, 256, 500]
  const out: Case[] = [make('the identity alone', IDENTITY, 1), make('identities', new Uint8Array(64 * 12), 3)]
  // One addition a result, as many results as the conformance asks for; what follows adds shapes.
  for (const columns of batchSizes(TOTAL * scale)) out.push(make('special pairs', pairs(source, columns), columns))
  for (let repeat = 0; repeat < scale; repeat++) {
    for (const rows of sizes) {
      out.push(make('one column of a progression', bytesOf(points.progression(rows)), 1))
      out.push(make('one column that cancels', cancelling(points.many(Math.ceil(rows / 7))), 1))
    }
    out.push(make('one row', bytesOf(points.many(300)), 300))
    out.push(make('dealers by coefficients', bytesOf(points.many(40 * 60)), 60))
    out.push(make('dealers by coefficients', bytesOf(points.many(150 * 20)), 20))
    out.push(make('copies of one point', concatBytes(...Array<Uint8Array>(300).fill(points.knownFinite().point)), 3))
    const rows = split(bytesOf(points.progression(600)), 64)
    out.push(make('a progression by columns', concatBytes(...rows), 6))
  }
  return out
}
