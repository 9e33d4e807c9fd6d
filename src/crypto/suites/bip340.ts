/**
 * BIP-340 signatures: R.x (32) || s (32), points stand for the ones with even y. H1 and H3 to H5 as RFC 9591 section 6.5 under ZF FROST's
 * context string for `frost-secp256k1-tr`. The group key is the output key: no Taproot tweak.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { asciiBytes } from '../../bytes.ts'
import type { Point33, Point64 } from '../../kernel/contract.ts'
import { xOf } from '../point-encoding.ts'
import type { SuiteRules } from './contract.ts'
import { widenDigest } from './wide-reduction.ts'

/** SHA-256 over the doubled hash of the tag: one block, the same for all challenges. */
const tagHash = sha256(asciiBytes('BIP0340/challenge'))
const CHALLENGE_STATE = sha256.create().update(tagHash).update(tagHash)

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
    return widenDigest(CHALLENGE_STATE.clone().update(noncePoint).update(xOf(publicKey)).update(message).digest())
  },
}
