/** Verification with an implementation that is not ours. */
import { schnorr, secp256k1, secp256k1_FROST } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Suite } from '../../src/kernel/contract.ts'

const { Point } = secp256k1
const { Fn } = Point

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

export function addressOf(publicKey: Uint8Array): Uint8Array {
  return keccak_256(Point.fromBytes(publicKey).toBytes(false).subarray(1)).slice(12)
}

/** keccak256(Y.x || parity || message || address(R)) mod q */
export function evmChallenge(publicKey: Uint8Array, message: Uint8Array, address: Uint8Array): bigint {
  const parity = Uint8Array.of((publicKey[0] ?? 0) - 2)
  return Fn.create(numberOf(keccak_256(Buffer.concat([publicKey.subarray(1), parity, message, address]))))
}

/**
 * The contract's check: ecrecover(z = -Y.x s, v = parity(Y), r = Y.x, s = Y.x c) is the address of (c Y - (z / r) G) = s G + c Y. The arithmetic
 * of recovery is noble's ECDSA.
 */
export function ecrecoverAccepts(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 52 || message.length !== 32) return false
  const r = numberOf(publicKey.subarray(1))
  const s = numberOf(signature.subarray(0, 32))
  const address = signature.subarray(32)
  // What the contract refuses before the call: r is ECDSA's s there, which the precompile wants in the lower half.
  if (s === 0n || s >= Fn.ORDER || r > Fn.ORDER / 2n || numberOf(address) === 0n) return false
  const digest = Fn.toBytes(Fn.neg(Fn.mul(r, s)))
  const factor = Fn.mul(r, evmChallenge(publicKey, message, address))
  const recovered = new secp256k1.Signature(r, factor, (publicKey[0] ?? 0) - 2).recoverPublicKey(digest).toBytes()
  return Buffer.compare(addressOf(recovered), address) === 0
}

export function nobleAccepts(suite: Suite, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    switch (suite) {
      case 'secp256k1-sha256':
        return secp256k1_FROST.verify(signature, message, publicKey)
      case 'bip340':
        return schnorr.verify(signature, message, publicKey.subarray(1))
      case 'evm':
        return ecrecoverAccepts(publicKey, message, signature)
    }
  } catch {
    // noble throws for encodings that it cannot parse
    return false
  }
}
