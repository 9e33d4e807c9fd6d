/**
 * The key that seals: from a passphrase by scrypt (RFC 7914), from a key file by HKDF-SHA-256 (RFC 5869). Both take a fresh salt, so that no
 * two sealed files share a key, and the parameters of scrypt have a floor, so that a file cannot ask for a cheap derivation.
 */
import { hkdfSync, scrypt } from 'node:crypto'
import { asciiBytes, assertBytes, assertInteger, copyBytes, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'

/** What opens a sealed file. Its owner wipes `bytes`. */
export type UnlockSecret =
  | { readonly kind: 'passphrase' /** secret, 1..1024 bytes */; readonly bytes: Uint8Array }
  | { readonly kind: 'key' /** secret, 32 bytes, uniformly random */; readonly bytes: Uint8Array }

export interface ScryptParameters {
  /** N = 2^logN */
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** 128 MiB and about half a second of one core: what OWASP's cheat sheet on password storage asks for. */
export const DEFAULT_SCRYPT: ScryptParameters = Object.freeze({ logN: 17, r: 8, p: 1 })
/** 32 MiB; a file that asks for less is refused, whoever wrote it. */
export const SCRYPT_FLOOR: ScryptParameters = Object.freeze({ logN: 15, r: 8, p: 1 })
/** 128 N r <= 1 GiB: a file may not take all memory before its tag is looked at. */
const MAX_SCRYPT_BYTES = 2 ** 30
const SCRYPT_CEILING: ScryptParameters = Object.freeze({ logN: 20, r: 32, p: 16 })

export const KEY_BYTES = 32
export const SALT_BYTES = 32
export const MAX_PASSPHRASE_BYTES = 1024

const HKDF_INFO = asciiBytes('quorate/v1/key-file')

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function assertUnlockSecret(secret: unknown, field: string): asserts secret is UnlockSecret {
  if (typeof secret !== 'object' || secret === null) throw invalidArgument(field, 'must be an unlock secret')
  const { kind, bytes } = secret as { kind?: unknown; bytes?: unknown }
  if (kind === 'key') assertBytes(bytes, `${field}.bytes`, KEY_BYTES)
  else if (kind === 'passphrase') {
    assertBytes(bytes, `${field}.bytes`)
    assertInteger(bytes.length, `${field}.bytes.length`, 1, MAX_PASSPHRASE_BYTES)
  } else throw invalidArgument(`${field}.kind`, 'must be "passphrase" or "key"')
}

/** @throws ERR_INVALID_ARGUMENT with `field`: below the floor, or more memory than allowed */
export function assertScryptParameters(parameters: ScryptParameters, field: string): void {
  if (typeof parameters !== 'object' || parameters === null) throw invalidArgument(field, 'must be an object')
  for (const name of ['logN', 'r', 'p'] as const) {
    assertInteger(parameters[name], `${field}.${name}`, SCRYPT_FLOOR[name], SCRYPT_CEILING[name])
  }
  if (bytesOf(parameters) > MAX_SCRYPT_BYTES) throw invalidArgument(field, 'must not ask for more than 1 GiB')
}

function bytesOf({ logN, r }: ScryptParameters): number {
  return 128 * r * 2 ** logN
}

/**
 * @param secret checked by the caller
 * @param parameters checked by the caller; a key file needs none
 * @returns secret, 32 bytes
 */
export async function deriveKey(
  secret: UnlockSecret,
  salt: Uint8Array,
  parameters: ScryptParameters | null,
): Promise<Uint8Array<ArrayBuffer>> {
  if (secret.kind === 'key') return new Uint8Array(hkdfSync('sha256', secret.bytes, salt, HKDF_INFO, KEY_BYTES))
  if (parameters === null) throw new QuorateError('ERR_PASSPHRASE', { message: 'a passphrase needs the parameters of scrypt' })
  const { logN, r, p } = parameters
  const options = { N: 2 ** logN, r, p, maxmem: bytesOf(parameters) + 128 * r * (p + 2) + 65_536 }
  // The work goes on in a thread while the caller may wipe its array.
  const passphrase = copyBytes(secret.bytes)
  try {
    const derived = await new Promise<Buffer>((resolve, reject) => {
      scrypt(passphrase, salt, KEY_BYTES, options, (error, key) => (error === null ? resolve(key) : reject(error)))
    })
    const key = copyBytes(derived)
    wipe(derived)
    return key
  } catch (cause) {
    throw new QuorateError('ERR_STORE', { message: 'the passphrase could not be stretched (memory?)', cause })
  } finally {
    wipe(passphrase)
  }
}
