import { sharedKernel } from '../kernel/shared.ts'
import { checkSignature, type SignatureToVerify } from './check-signature.ts'

/**
 * Whether `signature` is the group's signature of `message`.
 *
 * `groupPublicKey`: 33 bytes for every suite; `bip340` also takes the 32-byte x-only form. False for a well-formed wrong signature and for a
 * signature of wrong length or encoding; throws only when the key, the suite or a type is wrong. Nothing here is secret.
 *
 * `evm`: also false for what on-chain verifiers refuse before they look at the equation: s of zero, a nonce address of zero, and every signature
 * under a key whose x is above (q - 1) / 2 (keys that a keygen made never are). A message of 32 zero bytes, which some contracts refuse as such, is
 * a message like any other.
 *
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function verifySignature(a: SignatureToVerify): boolean {
  return checkSignature(sharedKernel(), a)
}
