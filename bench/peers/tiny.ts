/** tiny-secp256k1: libsecp256k1 (by way of Rust) in WebAssembly, one operation a call. */
import * as secp256k1 from 'tiny-secp256k1'
import { coordinates, oneByOne, type Peer, pairs, split, uncompressed } from './contract.ts'
import { versionOf } from './versions.ts'

function present(point: Uint8Array | null): Uint8Array {
  if (point === null) throw new RangeError('the result is the identity')
  return point
}

const parse = (batch: Uint8Array): Uint8Array[] => split(batch, 64).map(uncompressed)

export function tinyPeer(): Peer {
  const sumOf = (work: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array => {
    let sum: Uint8Array | null = null
    for (const [point, k] of work) {
      const product = present(secp256k1.pointMultiply(point, k, false))
      sum = sum === null ? product : present(secp256k1.pointAdd(sum, product, false))
    }
    return present(sum)
  }
  return {
    impl: 'tiny',
    versions: { 'tiny-secp256k1': versionOf('tiny-secp256k1') },
    operations: {
      baseMul: (scalars) => oneByOne(split(scalars, 32), (k) => present(secp256k1.pointFromScalar(k, false)), coordinates),
      mulVar: (points, scalars) =>
        oneByOne(pairs(parse(points), split(scalars, 32)), ([point, k]) => present(secp256k1.pointMultiply(point, k, false)), coordinates),
      add: (left, right) => oneByOne(pairs(parse(left), parse(right)), ([a, b]) => present(secp256k1.pointAdd(a, b, false)), coordinates),
      decompress: (compressed) => oneByOne(split(compressed, 33), (bytes) => secp256k1.pointCompress(bytes, false), coordinates),
      // It has no multi-scalar multiplication: a loop.
      msm: (points, scalars) => {
        const work = pairs(parse(points), split(scalars, 32))
        return { items: 1, run: () => sumOf(work), result: () => coordinates(sumOf(work)) }
      },
      verifyBip340: (signed) =>
        oneByOne(
          signed,
          ({ publicKey, message, signature }) => secp256k1.verifySchnorr(message, publicKey, signature),
          (valid) => Uint8Array.of(valid ? 1 : 0),
        ),
    },
  }
}
