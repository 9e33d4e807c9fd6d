/**
 * BIP-340 signatures: R.x (32) || s (32), points stand for the ones with even y. H1 and H3 to H5 as RFC 9591 section 6.5 under ZF FROST's
 * context string for `frost-secp256k1-tr`. The group key is the output key: no Taproot tweak.
 */
import { asciiBytes } from '../../bytes.ts'
import type { Point33, Point64 } from '../../kernel/contract.ts'
import { xOf } from '../point-encoding.ts'
import { sha256 } from '../sha256.ts'
import type { SuiteRules } from './contract.ts'
import { widenDigest } from './wide-reduction.ts'

const TAG_HASH = sha256([asciiBytes('BIP0340/challenge')])

export const bip340: SuiteRules = {
  suite: 'bip340',
  contextString: 'FROST-secp256k1-SHA256-TR-v1',
  noncePointBytes: 32,
  scalarFirst: false,
  evenPoints: true,
  subtractsChallenge: false,
  messageBytes: null,
  encodeNoncePoint(point: Point64) {
    return xOf(point)
  },
  accepts() {
    return true
  },
  challenge(noncePoint: Uint8Array, publicKey: Point33, message: Uint8Array) {
    return widenDigest(sha256([TAG_HASH, TAG_HASH, noncePoint, xOf(publicKey), message]))
  },
}
