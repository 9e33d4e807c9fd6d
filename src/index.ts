/** The public list of `quorate`. */

export type { Bus, BusConnection } from './bus/contract.ts'
export { MemoryBus } from './bus/memory.ts'
export { verifyEvidence } from './ceremony/evidence/public.ts'
export type { EvidenceVerdict } from './ceremony/evidence/verify.ts'
export type { KeyId, KeyInfo } from './ceremony/key-info.ts'
export type {
  Blame,
  Failure,
  FailureReason,
  Fault,
  InnerEvent,
  KeygenOutcome,
  Missing,
  PreprocessOutcome,
  SignOutcome,
} from './ceremony/outcome.ts'
export type { Audit } from './ceremony/transcript/audit.ts'
export { auditTranscript } from './ceremony/transcript/public.ts'
export {
  type ClientOptions,
  type ClientStats,
  type KeygenRequest,
  MultisigClient,
  type PreprocessRequest,
  type SignRequest,
} from './client/index.ts'
export { verifySignature } from './crypto/verify-signature.ts'
export { ERROR_CODES, type ErrorCode, QuorateError } from './errors.ts'
export type { Batch, KernelInfo, Mask, Point33, Point64, Scalar, Suite } from './kernel/contract.ts'
export type { KeyStore } from './keystore/contract.ts'
export { MemoryKeyStore } from './keystore/memory.ts'
export { type AsyncKernel, KernelPool, type PoolOptions, type PoolStats } from './pool/index.ts'
export { generateIdentity, type Identity, identityFromSeed } from './wire/identity.ts'
export type { CeremonyId, Protocol, StageName, ValidatorId } from './wire/message.ts'
export type { Roster } from './wire/roster.ts'
export { formatRosterFile, parseRosterFile } from './wire/roster-file.ts'
