/**
 * secp256k1: libsecp256k1 as a native addon, one operation a call. Loaded by its bindings: the package's own entry falls back to `elliptic` where
 * the addon does not load, and would pass for native.
 */
import secp256k1 from 'secp256k1/bindings.js'
import { coordinates, oneByOne, type Peer, pairs, split, uncompressed } from './contract.ts'
import { versionOf } from './versions.ts'

const parse = (batch: Uint8Array): Uint8Array[] => split(batch, 64).map(uncompressed)

export function nativePeer(): Peer {
  const sumOf = (work: readonly (readonly [Uint8Array, Uint8Array])[]): Uint8Array =>
    secp256k1.publicKeyCombine(
      work.map(([point, k]) => secp256k1.publicKeyTweakMul(point, k, false)),
      false,
    )
  return {
    impl: 'native',
    versions: { secp256k1: versionOf('secp256k1') },
    operations: {
      baseMul: (scalars) => oneByOne(split(scalars, 32), (k) => secp256k1.publicKeyCreate(k, false), coordinates),
      mulVar: (points, scalars) =>
        oneByOne(pairs(parse(points), split(scalars, 32)), ([point, k]) => secp256k1.publicKeyTweakMul(point, k, false), coordinates),
      add: (left, right) => oneByOne(pairs(parse(left), parse(right)), ([a, b]) => secp256k1.publicKeyCombine([a, b], false), coordinates),
      decompress: (compressed) => oneByOne(split(compressed, 33), (bytes) => secp256k1.publicKeyConvert(bytes, false), coordinates),
      // The addon does not offer libsecp256k1's multi-scalar multiplication: a loop.
      msm: (points, scalars) => {
        const work = pairs(parse(points), split(scalars, 32))
        return { items: 1, run: () => sumOf(work), result: () => coordinates(sumOf(work)) }
      },
    },
  }
}
