/** The three suites' verification on @noble/curves alone: nothing here comes from our own mathematics. Loaded only where noble is installed. */
import { schnorr, secp256k1, secp256k1_FROST } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, equalBytes } from '../../bytes.ts'
import type { SignatureToCheck } from './verifier.ts'

export function verifyWithNoble(item: SignatureToCheck): boolean {
  try {
    return verify(item)
  } catch {
    // noble throws for what is no encoding of a signature.
    return false
  }
}

function verify({ suite, groupPublicKey, message, signature }: SignatureToCheck): boolean {
  switch (suite) {
    case 'secp256k1-sha256':
      return secp256k1_FROST.verify(signature, message, groupPublicKey)
    case 'bip340':
      return schnorr.verify(signature, message, groupPublicKey.subarray(1))
    case 'evm':
      return verifyByRecovery(groupPublicKey, message, signature)
    default:
      return suite satisfies never
  }
}

/**
 * What a contract does with the one curve operation that it has. ecrecover(h, v, r, s) is the address of r^-1 (s P - h G), where P has x = r and
 * the parity of v; with r = x(Y), h = -s' r and s = c r that is the address of s' G + c Y, which must be the one in the signature.
 */
function verifyByRecovery(groupPublicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Fn } = secp256k1.Point
  const x = groupPublicKey.subarray(1)
  const parity = (groupPublicKey[0] ?? 0) - 2
  const address = signature.subarray(32)
  const challenge = Fn.create(numberOf(keccak_256(concatBytes(x, Uint8Array.of(parity), message, address))))
  const scalar = numberOf(signature.subarray(0, 32))
  const r = numberOf(x)
  const hash = Fn.toBytes(Fn.neg(Fn.mul(scalar, r)))
  const recovered = new secp256k1.Signature(r, Fn.mul(challenge, r), parity).recoverPublicKey(hash).toBytes(false)
  return equalBytes(keccak_256(recovered.subarray(1)).subarray(12), address)
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}
