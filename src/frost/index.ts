/**
 * `quorate/frost`: FROST of RFC 9591 alone, on bytes in the RFC's encodings. Synchronous and stateless; ceremonies, blame by evidence and
 * storage are the main entry's. The first call starts the WebAssembly kernel.
 *
 * Every function throws ERR_INVALID_ARGUMENT with `field` for a wrong type, size or value, and ERR_TOO_LARGE for a message over 1 MiB.
 */
import { systemRandom } from '../crypto/random-scalars.ts'
import type { Batch, Scalar } from '../kernel/contract.ts'
import { sharedKernel } from '../kernel/shared.ts'
import { dealWith } from './dealer.ts'
import { commitWith } from './nonces.ts'
import { aggregateWith, signWith, verifyShareWith, verifyWith } from './signing.ts'
import type { FrostNonces, FrostPublic, FrostShare, FrostSigning, FrostSuite } from './types.ts'

export type { ErrorCode } from '../errors.ts'
export { QuorateError } from '../errors.ts'
export type { FrostCommitment, FrostNonces, FrostPublic, FrostShare, FrostSigning, FrostSuite } from './types.ts'

/**
 * Makes a key and its shares in one place. For `bip340` the key keeps the parity that the coefficients give it.
 *
 * @param a.identifiers distinct, 1..65535, at least `minSigners` of them
 * @param a.coefficients for test vectors: a_0 first, minSigners x 32, each in 1..q-1. Secret. Random when left out
 * @returns `shares` in the order of `identifiers`, secret
 */
export function trustedDealer(a: { suite: FrostSuite; minSigners: number; identifiers: readonly number[]; coefficients?: Batch }): {
  keys: FrostPublic
  shares: readonly FrostShare[]
} {
  return dealWith(sharedKernel(), systemRandom, a)
}

/**
 * Round one: fresh nonces, hedged with the share, and the commitment to send.
 *
 * @param a.randomness for test vectors: hiding (32) || binding (32). Secret, and never to be used twice. Random when left out
 */
export function commit(a: { suite: FrostSuite; share: FrostShare; randomness?: Uint8Array }): FrostNonces {
  return commitWith(sharedKernel(), systemRandom, a)
}

/**
 * Round two: our signature share, 32 bytes. Spends `nonces` once its arguments are well formed, whether it then returns or throws.
 *
 * @throws ERR_NONCE_USED; ERR_TOO_FEW_SIGNERS; ERR_SUITE_MISMATCH when the nonces are of another suite; ERR_INVALID_ARGUMENT also when our own
 * commitment is not in the list unaltered
 */
export function sign(a: FrostSigning & { share: FrostShare; nonces: FrostNonces }): Scalar {
  return signWith(sharedKernel(), a)
}

/** Whether one signer's share is good. A share of 32 bytes that is not below q is simply wrong. */
export function verifyShare(a: FrostSigning & { identifier: number; signatureShare: Scalar }): boolean {
  return verifyShareWith(sharedKernel(), a)
}

/**
 * The signature, 65 or 64 bytes, verified before it is returned.
 *
 * @param a.signatureShares exactly one for each commitment
 * @throws ERR_BAD_SIGNATURE_SHARE with the identifiers of all bad shares, ascending, in `culprits`; ERR_TOO_FEW_SIGNERS
 */
export function aggregate(a: FrostSigning & { signatureShares: ReadonlyMap<number, Scalar> }): Uint8Array {
  return aggregateWith(sharedKernel(), a)
}

/** As `verifySignature` of the main entry, for the two suites of this one: false for any wrong signature, throws for a wrong key or type. */
export function verify(a: { suite: FrostSuite; groupPublicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }): boolean {
  return verifyWith(sharedKernel(), a)
}
