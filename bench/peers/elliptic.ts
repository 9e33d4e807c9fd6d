/** elliptic: what much of the JavaScript world still uses; pure JavaScript on bn.js 4. */
import BN from 'bn.js'
import elliptic, { type Element, type Point } from 'elliptic'
import { oneByOne, type Peer, type Prepared, pairs, split, uncompressed } from './contract.ts'
import { versionOf } from './versions.ts'

const bytesOfNumber = (value: BN): Uint8Array => Uint8Array.from(value.toArray('be', 32))
const bytesOf = (point: Point): Uint8Array => Buffer.concat([bytesOfNumber(point.getX()), bytesOfNumber(point.getY())])
const numbersOf = (batch: Uint8Array): BN[] => split(batch, 32).map((bytes) => new BN(bytes))

export function ellipticPeer(): Peer {
  const { g, curve } = new elliptic.ec('secp256k1')
  const pointsOf = (batch: Uint8Array): Point[] => split(batch, 64).map((point) => curve.decodePoint(uncompressed(point)))
  const element = (bytes: Uint8Array): Element => new BN(bytes).toRed(curve.red as BN.ReductionContext) as unknown as Element
  const chain = (step: (x: Element) => Element, start: Element, times: number): Prepared => {
    const run = (): Element => {
      let x = start
      for (let i = 0; i < times; i++) x = step(x)
      return x
    }
    return { items: times, run, result: () => bytesOfNumber(run().fromRed()) }
  }
  return {
    impl: 'elliptic',
    versions: { elliptic: versionOf('elliptic') },
    operations: {
      fieldMul: (a, b, times) => {
        const factor = element(b)
        return chain((x) => x.redMul(factor), element(a), times)
      },
      fieldSqr: (a, times) => chain((x) => x.redSqr(), element(a), times),
      baseMul: (scalars) => oneByOne(numbersOf(scalars), (k) => g.mul(k), bytesOf),
      mulVar: (points, scalars) => oneByOne(pairs(pointsOf(points), numbersOf(scalars)), ([point, k]) => point.mul(k), bytesOf),
      add: (left, right) => oneByOne(pairs(pointsOf(left), pointsOf(right)), ([a, b]) => a.add(b), bytesOf),
      decompress: (compressed) => oneByOne(split(compressed, 33), (bytes) => curve.decodePoint(bytes), bytesOf),
    },
  }
}
