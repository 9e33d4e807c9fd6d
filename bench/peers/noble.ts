/** @noble/curves: the fastest pure JavaScript. */
import { normalizeZ, pippenger } from '@noble/curves/abstract/curve.js'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { fromNumber, oneByOne, type Peer, type Prepared, pairs, split, toNumber } from './contract.ts'
import { nobleDkg } from './noble-dkg.ts'
import { nobleSigning } from './noble-frost.ts'
import { versionOf } from './versions.ts'

const { Point } = secp256k1
type Point = typeof Point.BASE

const bytesOf = (point: Point): Uint8Array => point.toBytes(false).subarray(1)

function pointOf(bytes: Uint8Array): Point {
  return Point.fromAffine({ x: toNumber(bytes.subarray(0, 32)), y: toNumber(bytes.subarray(32)) })
}

const pointsOf = (batch: Uint8Array): Point[] => split(batch, 64).map(pointOf)
const numbersOf = (batch: Uint8Array): bigint[] => split(batch, 32).map(toNumber)

/** All of a batch in one run: its inversion for the affine form is shared, as a user of many results would have it. */
function batch(points: () => Point[], items: number): Prepared {
  const run = (): Point[] => normalizeZ(Point, points())
  return { items, run, result: () => Buffer.concat(run().map(bytesOf)) }
}

function fieldChain(step: (x: bigint) => bigint, start: bigint, times: number): Prepared {
  const run = (): bigint => {
    let x = start
    for (let i = 0; i < times; i++) x = step(x)
    return x
  }
  return { items: times, run, result: () => fromNumber(run()) }
}

export function noblePeer(): Peer {
  const { Fp } = Point
  // Its best form: tables for the generator are made once.
  Point.BASE.precompute(8, false)
  return {
    impl: 'noble',
    versions: { '@noble/curves': versionOf('@noble/curves', '@noble/curves/secp256k1.js') },
    ceremonies: { dkg: nobleDkg, ...nobleSigning },
    operations: {
      fieldMul: (a, b, times) => {
        const factor = toNumber(b)
        return fieldChain((x) => Fp.mul(x, factor), toNumber(a), times)
      },
      fieldSqr: (a, times) => fieldChain((x) => Fp.sqr(x), toNumber(a), times),
      baseMul: (scalars) => {
        const numbers = numbersOf(scalars)
        return batch(() => numbers.map((k) => Point.BASE.multiply(k)), numbers.length)
      },
      baseMulVar: (scalars) => {
        const numbers = numbersOf(scalars)
        return batch(() => numbers.map((k) => Point.BASE.multiplyUnsafe(k)), numbers.length)
      },
      mul: (points, scalars) => {
        const work = pairs(pointsOf(points), numbersOf(scalars))
        return batch(() => work.map(([point, k]) => point.multiply(k)), work.length)
      },
      mulVar: (points, scalars) => {
        const work = pairs(pointsOf(points), numbersOf(scalars))
        return batch(() => work.map(([point, k]) => point.multiplyUnsafe(k)), work.length)
      },
      add: (left, right) => {
        const work = pairs(pointsOf(left), pointsOf(right))
        return batch(() => work.map(([a, b]) => a.add(b)), work.length)
      },
      decompress: (compressed) => oneByOne(split(compressed, 33), (bytes) => Point.fromBytes(bytes), bytesOf),
      msm: (points, scalars) => {
        const [list, numbers] = [pointsOf(points), numbersOf(scalars)]
        return { items: 1, run: () => pippenger(Point, list, numbers), result: () => bytesOf(pippenger(Point, list, numbers)) }
      },
      // Horner's rule: its own FROST takes full-size powers of the index instead, which costs more.
      evaluateInExponent: (commitments, t, index) => {
        const polynomials = split(commitments, 64 * t).map(pointsOf)
        const k = BigInt(index)
        const evaluate = (polynomial: readonly Point[]): Point =>
          polynomial.reduceRight((sum, commitment) => sum.multiplyUnsafe(k).add(commitment), Point.ZERO)
        return { ...batch(() => polynomials.map(evaluate), polynomials.length), items: 1 }
      },
      verifyBip340: (signed) =>
        oneByOne(
          signed,
          ({ publicKey, message, signature }) => schnorr.verify(signature, message, publicKey),
          (valid) => Uint8Array.of(valid ? 1 : 0),
        ),
    },
  }
}
