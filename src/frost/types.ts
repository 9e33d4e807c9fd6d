/** The public types of `quorate/frost`. */
import type { Point33, Scalar } from '../kernel/contract.ts'

/** FROST-secp256k1-SHA256-v1 (RFC 9591) and FROST-secp256k1-SHA256-TR-v1 (BIP-340 signatures, untweaked). */
export type FrostSuite = 'secp256k1-sha256' | 'bip340'

export interface FrostShare {
  /** 1..65535 */
  readonly identifier: number
  /** secret */
  readonly secretShare: Scalar
}

export interface FrostPublic {
  readonly suite: FrostSuite
  /** signers needed, at least 1 */
  readonly minSigners: number
  /** `bip340`: may have odd y; shares and verifying shares belong to it as it is, and signing takes care of the sign */
  readonly groupPublicKey: Point33
  readonly verifyingShares: ReadonlyMap<number, Point33>
}

export interface FrostCommitment {
  readonly identifier: number
  /** D */
  readonly hiding: Point33
  /** E */
  readonly binding: Point33
}

/** Opaque, single use; inspect and JSON print `<redacted>`. A second use, also a racing one, throws ERR_NONCE_USED. */
export interface FrostNonces {
  readonly commitment: FrostCommitment
  readonly spent: boolean
  /** Wipes the nonces and counts as their use. */
  destroy(): void
}

export interface FrostSigning {
  readonly keys: FrostPublic
  /** any order; sorted by identifier inside */
  readonly commitments: readonly FrostCommitment[]
  /** 0 bytes to 1 MiB */
  readonly message: Uint8Array
}
