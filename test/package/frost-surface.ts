/** The promised surface of `quorate/frost`, written a second time (see kernel-surface.ts). */
import type { Batch, Point33, Scalar } from './kernel-surface.ts'

export type FrostSuite = 'secp256k1-sha256' | 'bip340'

export interface FrostShare {
  readonly identifier: number
  readonly secretShare: Scalar
}

export interface FrostPublic {
  readonly suite: FrostSuite
  readonly minSigners: number
  readonly groupPublicKey: Point33
  readonly verifyingShares: ReadonlyMap<number, Point33>
}

export interface FrostCommitment {
  readonly identifier: number
  readonly hiding: Point33
  readonly binding: Point33
}

export interface FrostNoncesInstance {
  readonly commitment: FrostCommitment
  readonly spent: boolean
  destroy(): void
}

export interface FrostSigning {
  readonly keys: FrostPublic
  readonly commitments: readonly FrostCommitment[]
  readonly message: Uint8Array
}

export interface FrostFunctions<Nonces> {
  trustedDealer(a: { suite: FrostSuite; minSigners: number; identifiers: readonly number[]; coefficients?: Batch }): {
    keys: FrostPublic
    shares: readonly FrostShare[]
  }
  commit(a: { suite: FrostSuite; share: FrostShare; randomness?: Uint8Array }): Nonces
  sign(a: FrostSigning & { share: FrostShare; nonces: Nonces }): Scalar
  verifyShare(a: FrostSigning & { identifier: number; signatureShare: Scalar }): boolean
  aggregate(a: FrostSigning & { signatureShares: ReadonlyMap<number, Scalar> }): Uint8Array
  verify(a: { suite: FrostSuite; groupPublicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }): boolean
}
