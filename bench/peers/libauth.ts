/** @bitauth/libauth: libsecp256k1 in WebAssembly, one operation a call. Its Schnorr signatures are not those of BIP-340. */
import { instantiateSecp256k1 } from '@bitauth/libauth'
import { coordinates, oneByOne, type Peer, pairs, split, uncompressed } from './contract.ts'
import { versionOf } from './versions.ts'

/** It returns messages instead of throwing. */
function present(point: Uint8Array | string): Uint8Array {
  if (typeof point === 'string') throw new RangeError(point)
  return point
}

export async function libauthPeer(): Promise<Peer> {
  const secp256k1 = await instantiateSecp256k1()
  return {
    impl: 'libauth',
    versions: { '@bitauth/libauth': versionOf('@bitauth/libauth') },
    operations: {
      baseMul: (scalars) => oneByOne(split(scalars, 32), (k) => present(secp256k1.derivePublicKeyUncompressed(k)), coordinates),
      mulVar: (points, scalars) =>
        oneByOne(
          pairs(split(points, 64).map(uncompressed), split(scalars, 32)),
          ([point, k]) => present(secp256k1.mulTweakPublicKeyUncompressed(point, k)),
          coordinates,
        ),
      decompress: (compressed) => oneByOne(split(compressed, 33), (bytes) => present(secp256k1.uncompressPublicKey(bytes)), coordinates),
    },
  }
}
