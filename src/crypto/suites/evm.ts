/**
 * Schnorr signatures that a contract checks with one `ecrecover`: s (32) || address(R) (20), s = k - c x,
 * c = keccak256(Y.x (32) || parity(Y) (1) || message (32) || address(R) (20)) mod q. The contract computes address(s G + c Y).
 *
 * Contracts such as Chainflip's KeyManager and Chainlink's SchnorrSECP256K1 refuse before that: an s or an address of zero, because `ecrecover`
 * answers the zero address for what it cannot compute; and Y.x above (q - 1) / 2, because it stands where `ecrecover` wants an ECDSA s. What they
 * refuse is no signature here either. 32 zero bytes as a message are another matter: those two contracts refuse them, others that check the same
 * equation (Chronicle's Scribe) do not, and no hash is known to give them. Here they are a message like any other.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { copyBytes } from '../../bytes.ts'
import { type Point33, type Point64, SCALAR_BYTES } from '../../kernel/contract.ts'
import { isZero } from '../group-order.ts'
import { hasLowX, xOf } from '../point-encoding.ts'
import type { SuiteRules } from './contract.ts'
import { widenDigest } from './wide-reduction.ts'

const ADDRESS_BYTES = 20
const ODD_PREFIX = 3

export const evm: SuiteRules = {
  suite: 'evm',
  contextString: 'FROST-secp256k1-SHA256-EVM-v1',
  noncePointBytes: ADDRESS_BYTES,
  scalarFirst: true,
  evenPoints: false,
  subtractsChallenge: true,
  messageBytes: 32,
  /** An Ethereum address: the last 20 bytes of keccak256(x || y). */
  encodeNoncePoint(point: Point64) {
    const digest = keccak_256(point)
    return copyBytes(digest, digest.length - ADDRESS_BYTES)
  },
  accepts(publicKey: Point33, signature: Uint8Array) {
    const s = signature.subarray(0, SCALAR_BYTES)
    const address = signature.subarray(SCALAR_BYTES)
    return hasLowX(publicKey) && !isZero(s) && !isZero(address)
  },
  challenge(noncePoint: Uint8Array, publicKey: Point33, message: Uint8Array) {
    const parity = new Uint8Array([publicKey[0] === ODD_PREFIX ? 1 : 0])
    return widenDigest(keccak_256.create().update(xOf(publicKey)).update(parity).update(message).update(noncePoint).digest())
  },
}
