/** The promised surface of `quorate`, written a second time (see kernel-surface.ts). */
import type { KernelPool } from 'quorate'
import type { Point33, Suite } from './kernel-surface.ts'

export type Protocol = 'frost' | 'stinson-strobl'
export type ValidatorId = string
export type KeyId = string
export type CeremonyId = bigint

export type ErrorCode =
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_UNKNOWN_KEY'
  | 'ERR_KEY_NOT_ACTIVE'
  | 'ERR_UNKNOWN_VALIDATOR'
  | 'ERR_DUPLICATE_VALIDATOR'
  | 'ERR_TOO_FEW_SIGNERS'
  | 'ERR_NOT_A_PARTICIPANT'
  | 'ERR_SUITE_MISMATCH'
  | 'ERR_PROTOCOL_MISMATCH'
  | 'ERR_CEREMONY_ID_USED'
  | 'ERR_CEREMONY_ID_WINDOW'
  | 'ERR_TOO_MANY_CEREMONIES'
  | 'ERR_TOO_LARGE'
  | 'ERR_NONCE_USED'
  | 'ERR_BAD_SIGNATURE_SHARE'
  | 'ERR_MALFORMED'
  | 'ERR_POOL_BUSY'
  | 'ERR_POOL_CLOSED'
  | 'ERR_WORKER_LOST'
  | 'ERR_KERNEL_INTEGRITY'
  | 'ERR_KERNEL_UNAVAILABLE'
  | 'ERR_UNAUTHORISED_INSTRUCTION'
  | 'ERR_STORE'
  | 'ERR_STORE_LOCKED'
  | 'ERR_PASSPHRASE'
  | 'ERR_BUS'
  | 'ERR_CONFIG'
  | 'ERR_CLOSED'
  | 'ERR_ABORTED'

export interface QuorateErrorInstance {
  readonly code: ErrorCode
  readonly field?: string
  readonly culprits?: readonly number[]
}

export interface Identity {
  readonly publicKey: Uint8Array
  sign(hash: Uint8Array): Uint8Array
  exportSeed(): Uint8Array
}

export type Roster = ReadonlyMap<ValidatorId, Uint8Array>

export interface Bus {
  connect(self: ValidatorId): Promise<BusConnection>
  close(): Promise<void>
}

export interface BusConnection {
  publish(subject: 'P2P' | 'ReadyToKeygen' | 'MultisigEvent', to: ValidatorId | null, bytes: Uint8Array): void
  subscribe(subject: 'P2PIncoming' | 'ReadyToKeygen' | 'MultisigInstruction', handler: (bytes: Uint8Array) => void): () => void
  close(): Promise<void>
}

export interface KeyInfo {
  keyId: KeyId
  suite: Suite
  protocol: Protocol
  minSigners: number
  participants: readonly ValidatorId[]
  groupPublicKey: Point33
  verifyingShares: ReadonlyMap<ValidatorId, Point33>
  state: 'pending' | 'active'
  keygenCeremonyId: CeremonyId
  certificates: ReadonlyMap<ValidatorId, Uint8Array>
}

export interface KeyStore {
  putPending(keyId: KeyId, record: Uint8Array): Promise<void>
  activate(keyId: KeyId, certificates: Uint8Array): Promise<void>
  get(keyId: KeyId): Promise<{ state: 'pending' | 'active'; record: Uint8Array; certificates: Uint8Array | null } | null>
  list(): Promise<readonly KeyId[]>
  delete(keyId: KeyId): Promise<void>
  reserveCeremonyId(id: CeremonyId): Promise<void>
  highestCeremonyId(): Promise<CeremonyId>
  close(): Promise<void>
}

export interface ClientOptions {
  network: string
  self: ValidatorId
  identity: Identity
  roster: Roster
  bus: Bus
  keyStore: KeyStore
  pool: KernelPool
  signal?: AbortSignal
  stageTimeoutMs?: number
  cleanupIntervalMs?: number
  ceremonyIdWindow?: number
  maxOpenCeremonies?: number
  earlyBytesPerPeer?: number
  earlyBytesTotal?: number
  earlyTtlMs?: number
  operators?: readonly Uint8Array[]
  transcripts?: (
    transcript: Uint8Array,
    info: { kind: 'keygen' | 'preprocess' | 'sign'; ceremonyId: CeremonyId; status: 'success' | 'failure' },
  ) => void
  random?: (length: number) => Uint8Array
}

export interface KeygenRequest {
  ceremonyId: CeremonyId
  participants: readonly ValidatorId[]
  minSigners: number
  suite: Suite
  protocol?: Protocol
  signal?: AbortSignal
}

export interface SignRequest {
  ceremonyId: CeremonyId
  keyId: KeyId
  signers: readonly ValidatorId[]
  messages: readonly Uint8Array[]
  preprocessed?: { ceremonyId: CeremonyId; firstSlot: number }
  signal?: AbortSignal
}

export interface PreprocessRequest {
  ceremonyId: CeremonyId
  keyId: KeyId
  signers: readonly ValidatorId[]
  count: number
  signal?: AbortSignal
}

export type Fault =
  | 'bad-hash-opening'
  | 'bad-commitment-count'
  | 'bad-point'
  | 'bad-proof'
  | 'bad-share'
  | 'false-complaint'
  | 'bad-signature-share'
  | 'bad-certificate'
  | 'equivocation'
  | 'bad-view'
  | 'malformed'

export interface Blame {
  validator: ValidatorId
  fault: Fault
  evidence: Uint8Array
  message?: number
}

export type StageName =
  | 'Preprocess'
  | 'HashCommitment'
  | 'Commitments'
  | 'SecretShare'
  | 'Confirm'
  | 'NonceCommitments'
  | 'SignatureShare'
  | 'LocalSig'

export interface Failure {
  status: 'failure'
  ceremonyId: CeremonyId
  reason: 'fault' | 'dispute' | 'timeout' | 'unconfirmed' | 'instructed-differently' | 'degenerate' | 'aborted' | 'internal'
  stage: StageName
  blamed: readonly Blame[]
  missing: readonly { validator: ValidatorId; reportedBy: ValidatorId }[]
}

export type KeygenOutcome = { status: 'success'; ceremonyId: CeremonyId; key: KeyInfo } | Failure
export type PreprocessOutcome = { status: 'success'; ceremonyId: CeremonyId; count: number } | Failure
export type SignOutcome = { status: 'success'; ceremonyId: CeremonyId; signatures: readonly Uint8Array[] } | Failure

export type InnerEvent =
  | { type: 'readyToKeygen'; validator: ValidatorId }
  | { type: 'keyReady'; keyId: KeyId }
  | { type: 'messageSigned'; ceremonyId: CeremonyId; index: number; signature: Uint8Array }
  | {
      type: 'stage'
      kind: 'keygen' | 'preprocess' | 'sign'
      ceremonyId: CeremonyId
      stage: StageName
      status: 'madeProgress' | 'full' | 'ignored'
    }
  | { type: 'keygenOutcome'; outcome: KeygenOutcome }
  | { type: 'preprocessOutcome'; outcome: PreprocessOutcome }
  | { type: 'signingOutcome'; outcome: SignOutcome }
  | { type: 'identityInUse' }
  | { type: 'unknownVersion'; version: number; from: ValidatorId | null }
  | { type: 'instructionRefused'; ceremonyId: CeremonyId; code: ErrorCode; field?: string; message: string }

export type DropReason =
  | 'size'
  | 'version'
  | 'stage'
  | 'sender'
  | 'ceremony'
  | 'signature'
  | 'duplicate'
  | 'late'
  | 'early-budget'
  | 'malformed'

export interface ClientStats {
  open: number
  dropped: Readonly<Record<DropReason, number>>
  bytesIn: number
  bytesOut: number
}

/** `sign(request: SignRequest): Promise<SignOutcome>` too; `stats()` gives ClientStats, or more; `events(options?: { signal?: AbortSignal })` an AsyncIterable of InnerEvent, or more. */
export interface MultisigClientInstance {
  [Symbol.asyncDispose](): Promise<void>
  keygen(request: KeygenRequest): Promise<KeygenOutcome>
  preprocess(request: PreprocessRequest): Promise<PreprocessOutcome>
  waitUntilReady(participants: readonly ValidatorId[], options?: { signal?: AbortSignal }): Promise<void>
  activate(keyId: KeyId, certificates: ReadonlyMap<ValidatorId, Uint8Array>): Promise<KeyInfo>
  key(keyId: KeyId): Promise<KeyInfo | null>
  keys(): Promise<readonly KeyInfo[]>
  cleanup(): void
  close(options?: { graceMs?: number }): Promise<void>
}

export type EvidenceVerdict =
  | {
      valid: true
      validator: ValidatorId
      fault: Fault
      kind: 'keygen' | 'preprocess' | 'sign'
      ceremonyId: CeremonyId
      sid: Uint8Array
    }
  | { valid: false; reason: string }

export interface Functions {
  generateIdentity(): Identity
  identityFromSeed(seed: Uint8Array): Identity
  verifySignature(a: { suite: Suite; groupPublicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }): boolean
  verifyEvidence(evidence: Uint8Array, roster: Roster): EvidenceVerdict
}
