/**
 * What a node needs of its key store: a key is *pending* from before our confirmation of it leaves until all certificates are stored with it,
 * then *active*; and the highest ceremony id ever used never goes down. Records are opaque bytes with the secret share inside.
 *
 * keystore/ may import only `errors` and `bytes`.
 */
import { assertBytes } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'

/** 64 lowercase hex digits: the keygen's session id. Not secret; safe in a file name. */
type KeyId = string
/** u64, 1..2^64-1. */
type CeremonyId = bigint

export const MAX_CEREMONY_ID = 2n ** 64n - 1n
/** A record or a set of certificates; at 1,000 participants both are below 1 MiB. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024

const KEY_ID = /^[0-9a-f]{64}$/

export interface StoredKey {
  state: 'pending' | 'active'
  /** secret: a copy of the caller's own, to be wiped after use */
  record: Uint8Array
  /** null while pending */
  certificates: Uint8Array | null
}

/**
 * Everything is copied in before a call returns and copied out. All methods reject with ERR_INVALID_ARGUMENT for a malformed argument and with
 * ERR_CLOSED after `close`.
 */
export interface KeyStore {
  /**
   * Durable, the secret share included, before it resolves. The same record again is accepted (a caller that could not tell whether the first
   * write arrived may repeat it); another record under the same id, or an active key, is ERR_STORE: nothing overwrites a key.
   */
  putPending(keyId: KeyId, record: Uint8Array): Promise<void>
  /** One atomic durable step. Repeating it with the same certificates is accepted. ERR_UNKNOWN_KEY; ERR_STORE for other certificates. */
  activate(keyId: KeyId, certificates: Uint8Array): Promise<void>
  get(keyId: KeyId): Promise<StoredKey | null>
  /** pending and active, ascending */
  list(): Promise<readonly KeyId[]>
  /**
   * For the operator alone: a pending key may still become active elsewhere. ERR_UNKNOWN_KEY. A client that has signed with the key holds it in
   * memory and goes on signing until it is closed; close it first, or start it anew.
   */
  delete(keyId: KeyId): Promise<void>
  /** Durable before the first envelope of a ceremony leaves; the mark never goes down, so a lower id changes nothing. */
  reserveCeremonyId(id: CeremonyId): Promise<void>
  /** 0n: none yet */
  highestCeremonyId(): Promise<CeremonyId>
  close(): Promise<void>
}

/** @throws ERR_INVALID_ARGUMENT with field `keyId` */
export function assertKeyId(keyId: unknown): asserts keyId is KeyId {
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) throw invalidArgument('keyId', 'must be 64 lowercase hex digits')
}

/** @throws ERR_INVALID_ARGUMENT with `field` unless a bigint in min..2^64-1 */
export function assertCeremonyMark(id: unknown, field: string, min: bigint): asserts id is CeremonyId {
  if (typeof id !== 'bigint' || id < min || id > MAX_CEREMONY_ID) throw invalidArgument(field, `must be a bigint in ${min}..2^64-1`)
}

/** @throws ERR_INVALID_ARGUMENT or ERR_TOO_LARGE, with `field` */
export function assertStorable(bytes: unknown, field: string): asserts bytes is Uint8Array<ArrayBuffer> {
  assertBytes(bytes, field)
  if (bytes.length === 0) throw invalidArgument(field, 'must not be empty')
  if (bytes.length > MAX_RECORD_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field })
}
