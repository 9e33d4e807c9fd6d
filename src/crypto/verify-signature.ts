import { sharedKernel } from '../kernel/wasm/index.ts'
import { checkSignature, type SignatureToVerify } from './check-signature.ts'

/**
 * Whether `signature` is the group's signature of `message`.
 *
 * `groupPublicKey`: 33 bytes for every suite; `bip340` also takes the 32-byte x-only form. False for a well-formed wrong signature and for a
 * signature of wrong length or encoding; throws only when the key, the suite or a type is wrong. Nothing here is secret.
 *
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function verifySignature(a: SignatureToVerify): boolean {
  return checkSignature(sharedKernel(), a)
}
