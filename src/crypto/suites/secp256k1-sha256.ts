/** FROST(secp256k1, SHA-256) of RFC 9591 section 6.5: R (33) || z (32), c = H2(R || Y || message). */
import { COMPRESSED_BYTES, type Point33, type Point64 } from '../../kernel/contract.ts'
import { compressPoint } from '../point-encoding.ts'
import type { SuiteRules } from './contract.ts'
import { HashToField } from './hash-to-field.ts'

const CONTEXT_STRING = 'FROST-secp256k1-SHA256-v1'
const h2 = new HashToField(`${CONTEXT_STRING}chal`)

export const secp256k1Sha256: SuiteRules = {
  suite: 'secp256k1-sha256',
  contextString: CONTEXT_STRING,
  noncePointBytes: COMPRESSED_BYTES,
  scalarFirst: false,
  evenPoints: false,
  subtractsChallenge: false,
  messageBytes: null,
  encodeNoncePoint(point: Point64) {
    return compressPoint(point)
  },
  accepts() {
    return true
  },
  challenge(noncePoint: Uint8Array, publicKey: Point33, message: Uint8Array) {
    return h2.hash(noncePoint, publicKey, message)
  },
}
