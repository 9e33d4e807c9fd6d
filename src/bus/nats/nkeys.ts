/** Keys of broker users: Ed25519 in the encoding of NATS. They open the broker and nothing else; no protocol message is signed with one. */
import { createUser, fromPublic, fromSeed } from '@nats-io/nkeys'
import { copyBytes, wipe } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'

/** Base32 of 36 bytes: two of prefixes, the seed, a checksum of two. */
const SEED_CHARACTERS = 58

export interface Nkey {
  /** `U...`, for the broker's configuration */
  readonly publicKey: string
  /** secret: the text `SU...`, as the file of a seed has it */
  readonly seed: Uint8Array<ArrayBuffer>
}

export function makeNkey(): Nkey {
  const pair = createUser()
  try {
    return { publicKey: pair.getPublicKey(), seed: copyBytes(pair.getSeed()) }
  } finally {
    pair.clear()
  }
}

/** Whether it is the public key of a user, its checksum included. */
export function isNkey(text: string): boolean {
  try {
    return text.startsWith('U') && fromPublic(text).getPublicKey() === text
  } catch {
    return false
  }
}

/**
 * @param seed secret: `SU...` with white space around it at most; copied
 * @throws ERR_CONFIG
 */
export function nkeyOfSeed(seed: Uint8Array): string {
  const copy = trimmed(seed)
  try {
    const publicKey = fromSeed(copy).getPublicKey()
    // The library overlooks what stands after the last whole byte.
    if (!publicKey.startsWith('U') || copy.length !== SEED_CHARACTERS) throw notASeed()
    return publicKey
  } catch (error) {
    if (error instanceof QuorateError) throw error
    // Without its cause: what the library says of a seed may quote it.
    throw notASeed()
  } finally {
    wipe(copy)
  }
}

const notASeed = (): QuorateError => new QuorateError('ERR_CONFIG', { message: "is not the seed of a user's nkey" })

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d

function trimmed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  let [from, to] = [0, seed.length]
  while (from < to && isSpace(seed[from])) from += 1
  while (to > from && isSpace(seed[to - 1])) to -= 1
  return copyBytes(seed, from, to)
}
