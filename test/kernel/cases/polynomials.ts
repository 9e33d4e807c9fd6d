/** Cases of commitments to polynomials: evaluation in the exponent and the check of dealt shares. */
import { concatBytes } from '../../../src/bytes.ts'
import type { Case, CaseSource } from '../conformance.ts'
import type { KnownPoint } from '../inputs.ts'
import { GROUP_ORDER, toBytes } from '../noble.ts'

const IDENTITY: KnownPoint = { log: 0n, point: new Uint8Array(64) }

const mod = (n: bigint): bigint => ((n % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER

export function polynomialCases(source: CaseSource): Case[] {
  return [...evaluationCases(source), ...shareCases(source)]
}

function bytesOf(list: readonly KnownPoint[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...list.map(({ point }) => point))
}

/** [vectors, points a vector, indices] */
const EVALUATION_SHAPES = [
  [1, 1, 7],
  [5, 1, 3],
  [1, 2, 100],
  [3, 3, 100],
  [1, 20, 150],
  [20, 4, 10],
  [33, 5, 3],
  [149, 3, 1],
  [150, 2, 1],
  [30, 30, 1],
] as const

const EDGE_INDICES = [1, 2, 3, 4, 7, 8, 255, 256, 257, 32_767, 32_768, 65_534, 65_535]

function evaluationCases({ choose, points, scale }: CaseSource): Case[] {
  const make = (title: string, vectors: readonly KnownPoint[], t: number, indices: readonly number[]): Case => ({
    operation: 'evaluateInExponent',
    title: `${title}: ${vectors.length / t} vectors of ${t} points at ${indices.length} indices`,
    items: (vectors.length / t) * indices.length,
    args: [bytesOf(vectors), t, indices],
  })
  const out: Case[] = []
  for (let repeat = 0; repeat < scale; repeat++) {
    for (const [v, t, m] of EVALUATION_SHAPES) out.push(make('random', points.many(v * t), t, choose.distinctIndices(m)))
    const consecutive = Array.from({ length: 100 }, (_, i) => i + 1)
    out.push(make('consecutive indices', points.many(2 * 4), 4, consecutive))
    out.push(make('the same index twice', points.many(2 * 3), 3, [5, 5]))
    out.push(make('edge indices', points.many(3 * 3), 3, EDGE_INDICES))
    out.push(make('progressions', [...points.progression(10), ...points.progression(10)], 10, EDGE_INDICES))
    out.push(make('copies of one point', Array(12).fill(points.knownFinite()), 3, EDGE_INDICES))
    out.push(make('equal vectors', Array(8).fill(points.many(3)).flat(), 3, [1, 2, 3]))
    out.push(make('identities', Array(6).fill(IDENTITY), 3, [1, 2, 65_535]))
    const [a, b] = [points.knownFinite(), points.knownFinite()]
    for (const hole of [
      [a, b, IDENTITY],
      [a, IDENTITY, b],
      [IDENTITY, a, b],
      [IDENTITY, IDENTITY, b],
    ]) {
      out.push(make('an identity among them', [...hole, ...points.many(3)], 3, [1, 2, 7, 65_535]))
    }
  }
  return out
}

/** A polynomial over known commitments: vectors with their true share at an index. */
function dealer({ points }: CaseSource, t: number, index: number): { vector: KnownPoint[]; share: bigint } {
  const vector = points.many(t)
  const share = vector.reduceRight((value, { log }) => (value * BigInt(index) + log) % GROUP_ORDER, 0n)
  return { vector, share }
}

function shareCases(source: CaseSource): Case[] {
  const { choose, scale } = source
  const out: Case[] = []
  const shapes = [
    [1, 1],
    [1, 4],
    [2, 3],
    [7, 5],
    [33, 4],
    [100, 2],
    [149, 3],
  ] as const
  for (let repeat = 0; repeat < 2 * scale; repeat++) {
    for (const [v, t] of shapes) {
      const index = choose.pick([...EDGE_INDICES, ...choose.distinctIndices(20)])
      const dealers = Array.from({ length: v }, () => dealer(source, t, index))
      for (const fault of FAULTS) {
        // A bad share makes every one be checked singly, which the slow baseline bears for small batches.
        if (v > 40 && fault !== 'none' && fault !== 'one' && fault !== 'cancel') continue
        out.push(withFault(source, dealers, t, index, fault))
      }
    }
  }
  return out
}

const FAULTS = ['none', 'one', 'half', 'cancel', 'range', 'curve', 'curve for nothing', 'cancel and range'] as const

function withFault(
  { choose, points }: CaseSource,
  dealers: readonly { vector: KnownPoint[]; share: bigint }[],
  t: number,
  index: number,
  fault: (typeof FAULTS)[number],
): Case {
  const shares = dealers.map(({ share }) => share)
  const commitments = bytesOf(dealers.flatMap(({ vector }) => vector))
  const shift = (at: number, by: bigint): void => {
    shares[at] = ((shares[at] ?? 0n) + by) % GROUP_ORDER
  }
  const cancel = (): void => {
    shift(0, 5n)
    shift(shares.length - 1, GROUP_ORDER - 5n)
  }
  switch (fault) {
    case 'none':
      break
    case 'one':
      shift(choose.integer(shares.length), 1n)
      break
    case 'half':
      shares.forEach((_, i) => {
        if (i % 2 === 0) shift(i, choose.randomScalar())
      })
      break
    case 'cancel':
      cancel()
      break
    case 'range':
      shares[choose.integer(shares.length)] = choose.pick([GROUP_ORDER, GROUP_ORDER + 1n, (1n << 256n) - 1n])
      break
    case 'curve':
      commitments[64 * choose.integer(commitments.length / 64) + 63] = (commitments.at(-1) ?? 0) ^ 1
      break
    case 'curve for nothing': {
      // Where an identity stood: who skips what is no point finds a true share.
      const nothing = choose.integer(t)
      const [log, weight] = [dealers[0]?.vector[nothing]?.log ?? 0n, BigInt(index) ** BigInt(nothing)]
      shift(0, mod(-log * weight))
      commitments.set(toBytes(1n), 64 * nothing)
      commitments.set(toBytes(1n), 64 * nothing + 32)
      break
    }
    case 'cancel and range':
      cancel()
      shares[choose.integer(shares.length)] = GROUP_ORDER
      break
  }
  if (fault === 'half' && points.knownFinite().log % 2n === 0n)
    commitments.set(new Uint8Array(64), 64 * choose.integer(commitments.length / 64))
  return {
    operation: 'verifyShares',
    title: `${shares.length} dealers, t = ${t}, index ${index}, fault: ${fault}`,
    items: shares.length,
    args: [commitments, t, index, concatBytes(...shares.map((n) => toBytes(n)))],
  }
}
