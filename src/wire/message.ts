/**
 * The vocabulary of the wire: kinds, stages, headers. Pure types and number tables; later protocol steps have their numbers reserved here so
 * that the format never has to change for them. wire/ may import crypto/, errors and bytes.
 */

export const WIRE_VERSION = 1

/** 1..64 of [A-Za-z0-9_-]; ordered by ASCII code, never by locale. */
export type ValidatorId = string
/** u64, 1..2^64-1; one number space for keygen, preprocessing and signing. */
export type CeremonyId = bigint
export type CeremonyKind = 'keygen' | 'preprocess' | 'sign'
export type Protocol = 'frost' | 'stinson-strobl'
export type StageName =
  | 'Preprocess'
  | 'HashCommitment'
  | 'Commitments'
  | 'SecretShare'
  | 'Confirm'
  | 'NonceCommitments'
  | 'SignatureShare'
  | 'LocalSig'
export type Delivery = 'broadcast' | 'private'

export const MAX_PARTICIPANTS = 1_000
export const MAX_BATCH = 1_000
export { MAX_MESSAGE_BYTES } from '../crypto/suites/contract.ts'
/** Stinson-Strobl nonces: batch x t points travel in one message. How many all signers send together is limited too: `MAX_REVEALED_BYTES`. */
export const MAX_BATCH_COEFFICIENTS = 8_192

/** Second byte of every frame. */
export const FRAME = {
  /** stage messages, views and aborts */
  envelope: 1,
  /** asks for a message again, or for certificates */
  request: 2,
  /** certificates that were asked for */
  answer: 3,
  readyToKeygen: 4,
  /** a MultisigInstruction, signed by an operator */
  instruction: 5,
  /** what a node reports to operators */
  report: 6,
} as const

export const KIND_NUMBER: Readonly<Record<CeremonyKind, number>> = { keygen: 1, preprocess: 2, sign: 3 }

/**
 * Stage numbers are places in a ceremony's own sequence, 1..15. Views (one for each broadcast stage k >= 1) are 0x40 + k and an abort is 0x7f: they
 * have slots of their own beside the stage's.
 */
export const VIEW_STAGE_BASE = 0x40
export const ABORT_STAGE = 0x7f
export const MAX_STAGE = 15

/** The only stage whose header carries the sid in the place of a transcript digest. */
export const FIRST_STAGE = 1

const SHARED_SECRET = { HashCommitment: FIRST_STAGE, Commitments: 2, SecretShare: 3, Confirm: 4 } as const

/** The stages of every ceremony under their numbers on the wire; this version runs `sharedSecret` for keygen, and `frost`. */
export const STAGE_NUMBER = {
  sharedSecret: SHARED_SECRET,
  frost: { NonceCommitments: FIRST_STAGE, SignatureShare: 2 },
  /** The one stage is number 2 here too: its header carries a T_1, and a header of stage 1 always carries the sid. */
  oneRoundFrost: { SignatureShare: 2 },
  stinsonStrobl: { ...SHARED_SECRET, LocalSig: 5 },
  preprocess: { Preprocess: FIRST_STAGE, Confirm: 2 },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<StageName, number>>>>>

/** What the author signs, besides version and scheme. */
export interface EnvelopeHeader {
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  /** 32 bytes */
  readonly sid: Uint8Array
  readonly stage: number
  readonly from: ValidatorId
  /** null: broadcast */
  readonly to: ValidatorId | null
  /** 32 bytes: the digest of the transcript as the author saw it; stage 1: sid */
  readonly previousTranscript: Uint8Array
  /** 32 bytes */
  readonly bodyDigest: Uint8Array
}

export interface Envelope {
  readonly header: EnvelopeHeader
  /** tagged hash of the network label and the encoded header: what the signature is over; two envelopes differ exactly if these differ */
  readonly headerHash: Uint8Array
  /** 64 bytes, Ed25519 */
  readonly signature: Uint8Array
  readonly body: Uint8Array
  /** the whole encoding, an exact-size copy */
  readonly bytes: Uint8Array
}
