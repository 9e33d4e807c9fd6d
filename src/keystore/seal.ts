/**
 * Sealed files: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a key of a passphrase or of a key file. Everything before the ciphertext,
 * and what the file is for, is authenticated: a file of another purpose or subject, or with other parameters, does not open.
 *
 * Layout: "quorate sealed\n" 15 | version u8 = 1 | derivation u8 (1 scrypt, 2 key file) | logN u8 | r u8 | p u8 (zeros with a key file) |
 * salt 32 | nonce 24 | ciphertext || tag 16.
 */
import { randomBytes } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { asciiBytes, assertBytes, concatBytes, copyBytes, equalBytes, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import {
  assertScryptParameters,
  assertUnlockSecret,
  DEFAULT_SCRYPT,
  deriveKey,
  SALT_BYTES,
  type ScryptParameters,
  type UnlockSecret,
} from './key-derivation.ts'

export type SealPurpose = 'identity' | 'operator' | 'backup' | 'store'

/** What a sealed file is for: authenticated, not written in it. */
export interface SealLabel {
  readonly purpose: SealPurpose
  /** the validator, operator or key: 1..255 visible ASCII characters */
  readonly subject: string
}

export const NONCE_BYTES = 24
export const TAG_BYTES = 16
/** The largest key record with its certificates, and room. */
export const MAX_SEALED_BYTES = 64 * 1024 * 1024

const MAGIC = asciiBytes('quorate sealed\n')
const VERSION = 1
const DERIVATION = { passphrase: 1, key: 2 } as const
const PARAMETERS_AT = MAGIC.length + 2
const SALT_AT = PARAMETERS_AT + 3
const NONCE_AT = SALT_AT + SALT_BYTES
const HEADER_BYTES = NONCE_AT + NONCE_BYTES
/** Bytes that a sealed file is longer than what it holds. */
export const SEAL_OVERHEAD = HEADER_BYTES + TAG_BYTES

const PURPOSES: readonly string[] = ['identity', 'operator', 'backup', 'store'] satisfies readonly SealPurpose[]
const SUBJECT = /^[!-~]{1,255}$/

/**
 * @param plaintext secret; the caller's own, not kept
 * @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_TOO_LARGE; ERR_STORE when there is no memory for the derivation
 */
export async function sealFile(
  secret: UnlockSecret,
  label: SealLabel,
  plaintext: Uint8Array,
  options: { readonly scrypt?: ScryptParameters } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  assertUnlockSecret(secret, 'secret')
  assertLabel(label)
  assertBytes(plaintext, 'plaintext')
  if (plaintext.length > MAX_SEALED_BYTES - SEAL_OVERHEAD) throw new QuorateError('ERR_TOO_LARGE', { field: 'plaintext' })
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const scrypt = options.scrypt ?? DEFAULT_SCRYPT
  assertScryptParameters(scrypt, 'scrypt')
  const parameters = secret.kind === 'key' ? [0, 0, 0] : [scrypt.logN, scrypt.r, scrypt.p]
  const salt = randomBytes(SALT_BYTES)
  const header = concatBytes(
    MAGIC,
    Uint8Array.of(VERSION, DERIVATION[secret.kind], ...parameters),
    salt,
    // Fresh at each call, like the salt: a file that is written again shares neither key nor nonce with the one before.
    randomBytes(NONCE_BYTES),
  )
  // Copied before the first await: the caller may wipe its own.
  const text = copyBytes(plaintext)
  try {
    const key = await deriveKey(secret, salt, scrypt)
    try {
      return concatBytes(header, cipherOf(key, header, label).encrypt(text))
    } finally {
      wipe(key)
    }
  } finally {
    wipe(text)
  }
}

/**
 * @returns secret: what was sealed
 * @throws (rejects with) ERR_PASSPHRASE for a wrong secret, another label and an altered file alike, after the same work; ERR_MALFORMED for
 *   what has not the form of a sealed file, or asks for parameters outside the limits
 */
export async function openSealed(secret: UnlockSecret, label: SealLabel, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  assertUnlockSecret(secret, 'secret')
  assertLabel(label)
  assertBytes(bytes, 'bytes')
  const sealed = copyBytes(bytes)
  const { kind, parameters } = readHeader(sealed)
  if (kind !== secret.kind) {
    const message = kind === 'key' ? 'is sealed with a key file, not with a passphrase' : 'is sealed with a passphrase, not with a key file'
    throw new QuorateError('ERR_PASSPHRASE', { message: `the file ${message}` })
  }
  const header = sealed.subarray(0, HEADER_BYTES)
  const key = await deriveKey(secret, sealed.subarray(SALT_AT, NONCE_AT), parameters)
  try {
    const opened = cipherOf(key, header, label).decrypt(sealed.subarray(HEADER_BYTES))
    const plaintext = copyBytes(opened)
    wipe(opened)
    return plaintext
  } catch {
    throw new QuorateError('ERR_PASSPHRASE')
  } finally {
    wipe(key)
  }
}

function readHeader(bytes: Uint8Array): { kind: UnlockSecret['kind']; parameters: ScryptParameters | null } {
  if (bytes.length < SEAL_OVERHEAD || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw malformed('is not a sealed file')
  if (bytes.length > MAX_SEALED_BYTES) throw malformed('is larger than any sealed file')
  const [version, derivation, logN = 0, r = 0, p = 0] = bytes.subarray(MAGIC.length, SALT_AT)
  if (version !== VERSION) throw malformed(`has version ${version}, this program knows ${VERSION}`)
  if (derivation === DERIVATION.key) {
    if (logN !== 0 || r !== 0 || p !== 0) throw malformed('has parameters that its derivation does not take')
    return { kind: 'key', parameters: null }
  }
  if (derivation !== DERIVATION.passphrase) throw malformed('has an unknown derivation')
  const parameters = { logN, r, p }
  try {
    assertScryptParameters(parameters, 'scrypt')
  } catch (error) {
    throw malformed(`asks for parameters that are refused (${error instanceof Error ? error.message : ''})`)
  }
  return { kind: 'passphrase', parameters }
}

function malformed(message: string): QuorateError {
  return new QuorateError('ERR_MALFORMED', { field: 'sealed', message })
}

/** The subject is last and has no fixed length; a zero byte, which no purpose has, ends the purpose. */
function cipherOf(key: Uint8Array, header: Uint8Array, { purpose, subject }: SealLabel): ReturnType<typeof xchacha20poly1305> {
  return xchacha20poly1305(key, header.subarray(NONCE_AT), concatBytes(header, asciiBytes(`${purpose}\0${subject}`)))
}

function assertLabel(label: SealLabel): void {
  if (typeof label !== 'object' || label === null) throw invalidArgument('label', 'must be an object')
  if (!PURPOSES.includes(label.purpose)) throw invalidArgument('label.purpose', `must be one of ${PURPOSES.join(', ')}`)
  if (typeof label.subject !== 'string' || !SUBJECT.test(label.subject)) {
    throw invalidArgument('label.subject', 'must be 1..255 visible ASCII characters')
  }
}
