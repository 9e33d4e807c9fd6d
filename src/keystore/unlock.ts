/**
 * Where a passphrase or a key comes from: a file or a descriptor, never a flag or a variable of the environment, which every process of the
 * machine may see.
 */
import { close, read } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect, promisify } from 'node:util'
import { assertInteger, copyBytes, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertUnlockSecret, KEY_BYTES, MAX_PASSPHRASE_BYTES, type UnlockSecret } from './key-derivation.ts'
import { codeOf, readSecretFile } from './secret-file.ts'

const NEWLINE = 10
const RETURN = 13
/** Standard streams stay open: the next file opened would take their number. */
const STDERR = 2
/** Between two looks at a pipe that has no bytes yet. */
const POLL_MS = 10

export interface UnlockSource {
  /** one trailing newline is cut */
  readonly passphraseFile?: string | undefined
  /** read to its end and closed; 0 is stdin */
  readonly passphraseFd?: number | undefined
  /** 32 bytes, or 64 hex digits and perhaps a newline */
  readonly keyFile?: string | undefined
}

/** An unlock secret that neither `inspect` nor JSON shows. */
class HeldSecret {
  readonly kind: UnlockSecret['kind']
  readonly #bytes: Uint8Array

  constructor(kind: UnlockSecret['kind'], bytes: Uint8Array) {
    this.kind = kind
    this.#bytes = bytes
  }

  /** secret: the array itself, so that its owner can wipe it */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  toJSON(): string {
    return '<redacted>'
  }

  [inspect.custom](): string {
    return `UnlockSecret { kind: '${this.kind}', bytes: <redacted> }`
  }
}

/** Takes over `bytes`. @throws ERR_INVALID_ARGUMENT */
export function unlockSecret(kind: UnlockSecret['kind'], bytes: Uint8Array): UnlockSecret {
  const held = new HeldSecret(kind, bytes)
  assertUnlockSecret(held, 'secret')
  return held
}

/**
 * Exactly one source.
 *
 * @returns secret: its owner wipes `bytes`
 * @throws (rejects with) ERR_INVALID_ARGUMENT for none or several sources; ERR_CONFIG for a file that is refused (see readSecretFile), an
 *   unusable descriptor, an empty passphrase and a key file of another form
 */
export async function readUnlock(source: UnlockSource): Promise<UnlockSecret> {
  if (typeof source !== 'object' || source === null) throw invalidArgument('unlock', 'must be an object')
  const { passphraseFile, passphraseFd, keyFile } = source
  const given = [passphraseFile, passphraseFd, keyFile].filter((one) => one !== undefined)
  if (given.length !== 1) throw invalidArgument('unlock', 'must name exactly one of passphraseFile, passphraseFd and keyFile')
  if (keyFile !== undefined) return unlockSecret('key', await readKey(keyFile))
  const raw =
    passphraseFile === undefined ? await readDescriptor(passphraseFd) : await readSecretFile(passphraseFile, MAX_PASSPHRASE_BYTES + 2)
  try {
    const bytes = withoutNewline(raw)
    if (bytes.length === 0) throw new QuorateError('ERR_CONFIG', { field: 'unlock', message: 'the passphrase is empty' })
    if (bytes.length > MAX_PASSPHRASE_BYTES) {
      wipe(bytes)
      throw new QuorateError('ERR_CONFIG', { field: 'unlock', message: `the passphrase is longer than ${MAX_PASSPHRASE_BYTES} bytes` })
    }
    return unlockSecret('passphrase', bytes)
  } finally {
    wipe(raw)
  }
}

async function readKey(file: string): Promise<Uint8Array> {
  const raw = await readSecretFile(file, 2 * KEY_BYTES + 2)
  try {
    if (raw.length === KEY_BYTES) return copyBytes(raw)
    const digits = withoutNewline(raw)
    try {
      return ofHexDigits(digits)
    } finally {
      wipe(digits)
    }
  } catch {
    throw new QuorateError('ERR_CONFIG', { field: 'unlock', message: `${file} holds neither 32 bytes nor 64 hex digits` })
  } finally {
    wipe(raw)
  }
}

/** Not by way of a string: that could not be overwritten. */
function ofHexDigits(digits: Uint8Array): Uint8Array {
  const values = digits.map((code) => '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase()))
  const bytes = new Uint8Array(KEY_BYTES).map((_, i) => 16 * (values[2 * i] ?? 0) + (values[2 * i + 1] ?? 0))
  const sound = digits.length === 2 * KEY_BYTES && values.every((value) => value < 16)
  wipe(values)
  if (sound) return bytes
  wipe(bytes)
  throw new RangeError('not hex')
}

/** To the end: a pipe of a supervisor, `<<<` of a shell. The descriptor is closed, so that no child of ours inherits it. */
async function readDescriptor(fd: unknown): Promise<Uint8Array<ArrayBuffer>> {
  assertInteger(fd, 'unlock.passphraseFd', 0, 2 ** 31 - 1)
  const buffer = new Uint8Array(MAX_PASSPHRASE_BYTES + 3)
  try {
    let length = 0
    while (length < buffer.length) {
      const count = await readSome(fd, buffer.subarray(length))
      if (count === 0) break
      length += count
    }
    return copyBytes(buffer, 0, length)
  } catch (cause) {
    throw new QuorateError('ERR_CONFIG', { field: 'unlock.passphraseFd', message: `cannot be read (${codeOf(cause)})`, cause })
  } finally {
    wipe(buffer)
    // A descriptor that cannot be closed could not be read either: that has been said.
    if (fd > STDERR) await promisify(close)(fd).catch(() => undefined)
  }
}

async function readSome(fd: number, into: Uint8Array): Promise<number> {
  for (;;) {
    try {
      const { bytesRead } = await promisify(read)(fd, into, 0, into.length, null)
      return bytesRead
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0
      if (codeOf(error) !== 'EAGAIN') throw error
      await delay(POLL_MS)
    }
  }
}

/** A copy without one "\n" or "\r\n" at its end: editors and `echo` put it there. */
function withoutNewline(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.at(-1) !== NEWLINE) return copyBytes(bytes)
  return copyBytes(bytes, 0, bytes.length - (bytes.at(-2) === RETURN ? 2 : 1))
}
