/**
 * The one table of error codes. Every error that leaves the package is a `QuorateError` with one of these codes;
 * messages and fields never hold a secret.
 */
export const ERROR_CODES = {
  ERR_INVALID_ARGUMENT: 'an argument has the wrong type, size or value',
  ERR_UNKNOWN_KEY: 'this node holds no key of that id',
  ERR_KEY_NOT_ACTIVE: 'the key is pending: not all confirmation certificates are stored with it',
  ERR_UNKNOWN_VALIDATOR: 'a validator is not in the roster or not a participant of the key',
  ERR_DUPLICATE_VALIDATOR: 'a validator is named twice',
  ERR_TOO_FEW_SIGNERS: 'fewer signers than the key needs',
  ERR_NOT_A_PARTICIPANT: 'this node is not among the participants',
  ERR_SUITE_MISMATCH: 'the key is pinned to another suite',
  ERR_PROTOCOL_MISMATCH: 'the key is pinned to another signing protocol',
  ERR_CEREMONY_ID_USED: 'the ceremony id was used before',
  ERR_CEREMONY_ID_WINDOW: 'the ceremony id is below the window of remembered ids and counts as used',
  ERR_TOO_MANY_CEREMONIES: 'the cap on open ceremonies is reached',
  ERR_TOO_LARGE: 'a size limit is exceeded',
  ERR_NONCE_USED: 'the signing nonces were used before',
  ERR_BAD_SIGNATURE_SHARE: 'one or more signature shares are invalid',
  ERR_MALFORMED: 'bytes are not a canonical encoding',
  ERR_POOL_BUSY: 'the queue of the kernel pool is full',
  ERR_POOL_CLOSED: 'the kernel pool is closed',
  ERR_WORKER_LOST: 'a worker thread ended while it ran this job',
  ERR_KERNEL_INTEGRITY: 'the WebAssembly kernel is not the one that was built, or failed its self-test',
  ERR_KERNEL_UNAVAILABLE: 'the requested kernel cannot run on this machine',
  ERR_UNAUTHORISED_INSTRUCTION: 'the instruction is not signed by an operator of this node',
  ERR_STORE: 'the key store failed',
  ERR_STORE_LOCKED: 'another process has the key store open',
  ERR_PASSPHRASE: 'the passphrase or the sealed file is wrong',
  ERR_BUS: 'the message bus failed',
  ERR_CONFIG: 'the configuration is invalid',
  ERR_CLOSED: 'the object is closed',
  ERR_ABORTED: 'aborted by its signal',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof ERROR_CODES

export interface QuorateErrorDetails {
  /** a path such as "signers[2]" */
  readonly field?: string
  /** replaces the table's text; must not hold a secret */
  readonly message?: string
  /** only with ERR_BAD_SIGNATURE_SHARE: identifiers, ascending */
  readonly culprits?: readonly number[]
  readonly cause?: unknown
}

/** The only error class that leaves the package. */
export class QuorateError extends Error {
  readonly code: ErrorCode
  readonly field?: string
  readonly culprits?: readonly number[]

  constructor(code: ErrorCode, details: QuorateErrorDetails = {}) {
    const text = details.message ?? ERROR_CODES[code]
    super(
      details.field === undefined ? text : `${details.field}: ${text}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = 'QuorateError'
    this.code = code
    if (details.field !== undefined) this.field = details.field
    if (details.culprits !== undefined) this.culprits = details.culprits
  }
}

/** The common case: an argument is wrong, and `field` says which. */
export function invalidArgument(field: string, message: string): QuorateError {
  return new QuorateError('ERR_INVALID_ARGUMENT', { field, message })
}
