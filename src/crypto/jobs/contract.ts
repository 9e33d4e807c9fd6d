/**
 * What a ceremony may ask to have computed. A job is a named pure function over a synchronous `Kernel` with plain-data arguments, so that it
 * runs in a worker or inline with the same result, and one stage step costs one round trip. Results are values: a peer's fault is a result,
 * never an exception. Arrays of bytes are exact-size; everything marked secret is wiped by whoever holds it after its last use.
 *
 * "position" is a place in a batch: keygen has one, a signing ceremony one a message.
 */
import type { Batch, Mask, Point33, Point64, Scalar, Suite } from '../../kernel/contract.ts'
import type { ProvenSharedPoint } from '../dleq.ts'
import type { BadShare } from '../frost-blame.ts'
import type { EncryptionPeer } from '../share-encryption.ts'
import type { LocalSharesToJudge, LocalTranscript } from '../strobl-blame.ts'
import type { LocalSecrets, LocalShares, LocalSigning } from '../strobl-sign.ts'

/** What one dealer published in stage `Commitments`. */
export interface Dealing {
  /** 1..n */
  readonly index: number
  /** P_i: the dealer's encryption key of this ceremony */
  readonly encryptionKey: Point64
  /** positions x t x 64, position-major, C_0 first */
  readonly commitments: Batch
  /** positions x 96: R (64) || z (32), a Schnorr proof of knowledge of a_0 */
  readonly proofs: Batch
}

/** 0: nothing wrong. */
export const DEALING_FAULT = { none: 0, badPoint: 1, badProof: 2 } as const
export const SHARE_FAULT = { none: 0, undecryptable: 1, wrongShare: 2 } as const
/** Bad share: the dealer is at fault. Good share, or a proof that does not hold: the complainer. */
export const COMPLAINT_VERDICT = { goodShare: 0, badShare: 1, badProof: 2 } as const

/** What to evaluate in the exponent: the summed polynomials at some indices. */
export interface VerifyingShares {
  /** positions x t x 64 */
  readonly sumCommitments: Batch
  readonly indices: readonly number[]
}

/** What the dealers sent us, and what opens it. */
export interface ReceivedShares {
  readonly sid: Uint8Array
  readonly index: number
  readonly positions: number
  /** secret, dealers x 33, in the order of `dealers`: what `dealShares` gave for the same peers */
  readonly sharedPoints: Batch
  readonly encryptionKey: Point64
  /** other dealers, ascending */
  readonly dealers: readonly { readonly index: number; readonly encryptionKey: Point64; readonly ciphertext: Uint8Array }[]
}

export interface SigningTranscript {
  readonly suite: Suite
  readonly groupPublicKey: Point33
  /** ascending key indices of the signers */
  readonly signers: readonly number[]
  /** one entry a signer, in that order: positions x 128, D (64) || E (64) */
  readonly commitments: readonly Batch[]
  /** one entry a position */
  readonly messages: readonly Uint8Array[]
}

export interface JobTable {
  /** Makes what stage `Commitments` publishes. */
  readonly dealCommitments: {
    readonly args: {
      readonly sid: Uint8Array
      readonly index: number
      readonly positions: number
      readonly minSigners: number
      /** secret, positions x t x 32, a_0 first, each in 1..q-1 */
      readonly coefficients: Batch
      /** secret, positions x 32 */
      readonly proofNonces: Batch
      /** secret, p_i */
      readonly encryptionSecret: Scalar
    }
    readonly result: Dealing
  }
  /** Checks every other dealer's points and proofs, all proofs by one random combination first, singly only if that fails; sums the commitments. */
  readonly checkDealings: {
    readonly args: {
      readonly sid: Uint8Array
      readonly positions: number
      readonly minSigners: number
      readonly dealings: readonly Dealing[]
      /** 32 random bytes, the source of the combination's 128-bit weights; null: each proof for itself, so that nothing is left to chance */
      readonly weightSeed: Uint8Array | null
      /** positions x t x 64, to be summed with the others'; null where no sum is wanted */
      readonly ownCommitments: Batch | null
    }
    readonly result: {
      /** one DEALING_FAULT a dealing */
      readonly faults: Uint8Array
      /** positions x t x 64: the sums over all dealers and us, any of which may be the identity; null when a dealing is faulty or no sum was wanted */
      readonly sumCommitments: Batch | null
    }
  }
  /** Evaluates our polynomials at every other index and encrypts the values to the recipients. */
  readonly dealShares: {
    readonly args: {
      readonly sid: Uint8Array
      /** our own index */
      readonly index: number
      readonly positions: number
      readonly minSigners: number
      /** secret */
      readonly coefficients: Batch
      /** secret */
      readonly encryptionSecret: Scalar
      readonly encryptionKey: Point64
      readonly recipients: readonly { readonly index: number; readonly encryptionKey: Point64 }[]
      /** verifying shares that are wanted too: they need nothing that comes later, and a second thread can make them meanwhile */
      readonly verify: VerifyingShares | null
    }
    readonly result: {
      /** one a recipient, in order: positions x 32 + 16 (tag) */
      readonly ciphertexts: readonly Uint8Array[]
      /** secret, positions x 32: f_i(i) */
      readonly ownShares: Batch
      /** secret, recipients x 33: the Diffie-Hellman points, which serve the other direction too */
      readonly sharedPoints: Batch
      /** positions x indices x 64, not normalised; empty if none were wanted */
      readonly verifyingShares: Batch
    }
  }
  /** Decrypts all dealers' shares, sums, checks the sum, derives group key and verifying shares, normalises. */
  readonly openShares: {
    readonly args: ReceivedShares & {
      readonly minSigners: number
      /** secret */
      readonly ownShares: Batch
      /** positions x t x 64: what `checkDealings` gave, not normalised */
      readonly sumCommitments: Batch
      /** indices whose verifying shares are wanted (keygen: 1..n; a nonce: none, they are computed only to name a culprit) */
      readonly verifyingIndices: readonly number[]
      /** positions x verifyingIndices.length x 64, not normalised: what `dealShares` gave; null: to be evaluated here */
      readonly verifyingShares: Batch | null
      /** keygen normalises share, key and verifying shares for its suite; a nonce does not (null) */
      readonly normaliseFor: Suite | null
    }
    readonly result:
      | {
          readonly status: 'shared'
          /** secret, positions x 32 */
          readonly shares: Batch
          /** positions x 64 */
          readonly groupPoints: Batch
          /** positions x verifyingIndices.length x 64 */
          readonly verifyingShares: Batch
        }
      /** some dealer's share is wrong: `findBadDealers` says whose */
      | { readonly status: 'bad-shares' }
      /** a sum that must not be the identity is it */
      | { readonly status: 'degenerate' }
  }
  /** A part of `openShares`: the sum of what some dealers sent, decrypted, and not checked against anything. */
  readonly sumShares: {
    readonly args: ReceivedShares
    /** secret, positions x 32; null when a ciphertext does not open or holds a number of q or more */
    readonly result: { readonly shares: Batch | null }
  }
  /** Only after `openShares` found bad shares: names every dealer whose share does not open or does not fit its commitments. */
  readonly findBadDealers: {
    readonly args: ReceivedShares & {
      readonly minSigners: number
      /** one a dealer, in the order of `dealers`: positions x t x 64 */
      readonly commitments: readonly Batch[]
    }
    /** one SHARE_FAULT a dealer, some of them above 0: otherwise this machine computed wrongly, an integrity error */
    readonly result: { readonly faults: Uint8Array }
  }
  /** Proves to everybody what some dealers' shares were encrypted with. */
  readonly makeComplaints: {
    readonly args: {
      readonly sid: Uint8Array
      /** our own index */
      readonly index: number
      readonly encryptionKey: Point64
      /** secret, p_j */
      readonly encryptionSecret: Scalar
      readonly dealers: readonly EncryptionPeer[]
      /** secret, dealers x 32, each in 1..q-1 and used once */
      readonly nonces: Batch
    }
    /** one a dealer, in order; published */
    readonly result: readonly ProvenSharedPoint[]
  }
  /** Judges one participant's complaints about shares that it was sent. All public. */
  readonly judgeComplaints: {
    readonly args: {
      readonly sid: Uint8Array
      readonly positions: number
      readonly minSigners: number
      /** all points here were checked, but those of `sharedPoint` and `proof` */
      readonly complainer: EncryptionPeer
      readonly complaints: readonly (ProvenSharedPoint & {
        /** `commitments`: positions x t x 64 */
        readonly dealer: EncryptionPeer & Pick<Dealing, 'commitments'>
        /** of any length */
        readonly ciphertext: Uint8Array
      })[]
    }
    /** one COMPLAINT_VERDICT a complaint */
    readonly result: { readonly verdicts: Uint8Array }
  }
  /** FROST round one: hedged nonces and their commitments. */
  readonly commitNonces: {
    readonly args: {
      readonly suite: Suite
      /** secret */
      readonly share: Scalar
      /** secret, positions x 64: hiding randomness (32) || binding randomness (32) */
      readonly randomness: Batch
    }
    readonly result: {
      /** secret, positions x 64: hiding || binding */
      readonly nonces: Batch
      /** positions x 128: D || E */
      readonly commitments: Batch
    }
  }
  /** Checks nonce commitments that are kept for signings to come. */
  readonly checkNonces: {
    /** one entry a signer, all of one length: positions x 128 */
    readonly args: { readonly commitments: readonly Batch[] }
    /** places of the signers who sent a point that is off the curve or the identity */
    readonly result: { readonly culprits: readonly number[] }
  }
  /** FROST round two. */
  readonly signShares: {
    readonly args: SigningTranscript & {
      /** our own key index, one of `signers` */
      readonly index: number
      /** secret */
      readonly share: Scalar
      /** secret, positions x 64 */
      readonly nonces: Batch
    }
    readonly result:
      | {
          readonly status: 'signed'
          /** positions x 32 */
          readonly signatureShares: Batch
          /** positions x 64: R */
          readonly groupCommitments: Batch
          /** positions x 32 */
          readonly challenges: Batch
        }
      /** places in `signers` whose commitments hold a point that is off the curve or the identity */
      | { readonly status: 'bad-points'; readonly culprits: readonly number[] }
      /** some R is the identity */
      | { readonly status: 'degenerate' }
  }
  /** Sums the shares and verifies the signatures. */
  readonly aggregate: {
    readonly args: {
      readonly suite: Suite
      readonly groupPublicKey: Point33
      readonly groupCommitments: Batch
      readonly challenges: Batch
      /** one entry a signer: positions x 32 */
      readonly signatureShares: readonly Batch[]
    }
    readonly result: {
      /** positions x SIGNATURE_BYTES[suite] */
      readonly signatures: Uint8Array
      readonly valid: Mask
    }
  }
  /** Only after an aggregate failed: names every invalid share in one pass. */
  readonly findBadShares: {
    readonly args: SigningTranscript & {
      /** signers x 33, in the order of `signers`, from the key record */
      readonly verifyingShares: Batch
      readonly signatureShares: readonly Batch[]
      /** positions x 64: what our own `signShares` computed for this very transcript */
      readonly groupCommitments: Batch
    }
    readonly result: { readonly invalid: readonly BadShare[] }
  }
  /** Stinson-Strobl's last stage: gamma_i of every position. */
  readonly signLocally: {
    readonly args: LocalSigning & LocalSecrets
    readonly result: {
      /** positions x 32 */
      readonly signatureShares: Batch
      /** positions x 32 */
      readonly challenges: Batch
    }
  }
  /** Interpolates the shares at zero and verifies the signatures. */
  readonly aggregateLocally: {
    readonly args: LocalShares
    readonly result: JobTable['aggregate']['result']
  }
  /** Only after such an aggregate failed: names every invalid share in one pass. */
  readonly findBadLocalShares: {
    readonly args: LocalTranscript & LocalSharesToJudge
    readonly result: { readonly invalid: readonly BadShare[] }
  }
}

export type JobName = keyof JobTable
export type JobArgs<N extends JobName> = JobTable[N]['args']
export type JobResult<N extends JobName> = JobTable[N]['result']
/** A request to compute, as plain data that crosses to a worker. */
export type Job = { readonly [N in JobName]: { readonly name: N; readonly args: JobArgs<N> } }[JobName]
