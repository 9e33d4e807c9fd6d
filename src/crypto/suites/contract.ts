/**
 * What the three suites differ in. A suite is the hash functions of RFC 9591 under its own context string, a challenge, rules for signs and
 * a layout of the signature; the mathematics of `frost-*.ts` is one for all.
 */
import type { Point33, Point64, Suite } from '../../kernel/contract.ts'

/** Largest message that is signed: 1 MiB. */
export const MAX_MESSAGE_BYTES = 1_048_576
/** A hash value before its reduction modulo q, big-endian: hash_to_field's L = ceil((256 + 128) / 8), so that the reduction has no bias. */
export const WIDE_BYTES = 48

export interface SuiteRules {
  readonly suite: Suite
  /** separates the H1..H5 of this suite from those of every other (RFC 9591 section 6.5) */
  readonly contextString: string
  /** bytes of R as it stands in the challenge and in the signature */
  readonly noncePointBytes: number
  /** the signature is z || R, not R || z */
  readonly scalarFirst: boolean
  /** BIP-340: R and Y stand for the points with their x and even y, so nonces and shares are negated where the point at hand is odd */
  readonly evenPoints: boolean
  /** z = k - c x instead of z = k + c x */
  readonly subtractsChallenge: boolean
  /** the only length of a message, or null: any up to MAX_MESSAGE_BYTES */
  readonly messageBytes: number | null
  /** R as it stands in the challenge and in the signature */
  encodeNoncePoint(point: Point64): Uint8Array<ArrayBuffer>
  /**
   * Whether a verifier of the suite looks at the equation at all, for a key that is a point and a signature of the right length: the rules that
   * on-chain verifiers add. The other suites have none.
   */
  accepts(publicKey: Point33, signature: Uint8Array): boolean
  /** WIDE_BYTES of hash, not yet reduced; `noncePoint` as `encodeNoncePoint` gives it */
  challenge(noncePoint: Uint8Array, publicKey: Point33, message: Uint8Array): Uint8Array<ArrayBuffer>
}
