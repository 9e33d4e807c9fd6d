/**
 * The key of a store: random, sealed under the operator's secret in a file of its own. So a wrong passphrase is found out before the database is
 * touched, and another passphrase needs no entry written anew.
 *
 * Sealed: version u8 = 1 | key 32. Purpose `store`, subject the validator.
 */
import { randomBytes } from 'node:crypto'
import { concatBytes, copyBytes, wipe } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { ScryptParameters, UnlockSecret } from '../key-derivation.ts'
import { openSealed, SEAL_OVERHEAD, sealFile } from '../seal.ts'
import { readSecretFile } from '../secret-file.ts'
import { damaged } from './contents.ts'
import { Sealer } from './sealer.ts'

const VERSION = 1
const KEY_BYTES = 32
const HEADER_BYTES = SEAL_OVERHEAD + 1 + KEY_BYTES

export async function newHeader(
  unlock: UnlockSecret,
  self: string,
  scrypt: ScryptParameters | undefined,
): Promise<{ file: Uint8Array<ArrayBuffer>; sealer: Sealer }> {
  const key = copyBytes(randomBytes(KEY_BYTES))
  const content = concatBytes(Uint8Array.of(VERSION), key)
  try {
    const file = await sealFile(unlock, { purpose: 'store', subject: self }, content, scrypt === undefined ? {} : { scrypt })
    return { file, sealer: new Sealer(key, self) }
  } finally {
    wipe(key, content)
  }
}

/** @throws (rejects with) ERR_PASSPHRASE for a wrong secret, another validator's store and an altered file alike; ERR_STORE for no header */
export async function openHeader(file: string, unlock: UnlockSecret, self: string): Promise<Sealer> {
  const content = await openSealed(unlock, { purpose: 'store', subject: self }, await readSecretFile(file, HEADER_BYTES)).catch(
    (error: unknown) => {
      const isForm = error instanceof QuorateError && error.code === 'ERR_MALFORMED'
      throw isForm ? damaged(`its header: ${error.message}`) : error
    },
  )
  try {
    if (content.length !== 1 + KEY_BYTES || content[0] !== VERSION) throw damaged('its header is of another version')
    return new Sealer(content.subarray(1), self)
  } finally {
    wipe(content)
  }
}
