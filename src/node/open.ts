/**
 * What a configuration names, opened: each piece by itself, so that `--check` opens the same ones as a start. Errors carry the setting as `field`.
 */
import { fromHex, wipe } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import { openSealed, readSecretFile, readUnlock, type SealPurpose, type UnlockSecret } from '../keystore/index.ts'
import { type Identity, identityFromSeed, isAcceptablePublicKey, PUBLIC_KEY_BYTES } from '../wire/identity.ts'
import type { ValidatorId } from '../wire/message.ts'
import type { Roster } from '../wire/roster.ts'
import type { RosterDocument } from '../wire/roster-file.ts'
import type { Config } from './config/schema.ts'
import { readRosterDocument } from './roster-store.ts'

/** A sealed seed has about 130 bytes. */
const MAX_IDENTITY_FILE_BYTES = 4_096

/** @throws (rejects with) ERR_CONFIG */
export async function openRoster({ roster }: Pick<Config, 'roster'>): Promise<RosterDocument> {
  return readRosterDocument(required(roster, 'roster').file)
}

/** @returns secret: to be wiped after use. @throws (rejects with) ERR_CONFIG */
export async function openUnlock({ unlock }: Pick<Config, 'unlock'>): Promise<UnlockSecret> {
  const source = required(unlock, 'unlock')
  return about(`unlock.${Object.keys(source)[0]}`, () => readUnlock(source))
}

/** @param unlock secret; not wiped here. @throws (rejects with) ERR_CONFIG, ERR_PASSPHRASE */
export async function openIdentity(config: Pick<Config, 'identity' | 'self'>, unlock: UnlockSecret): Promise<Identity> {
  return openSeed('identity', required(config.identity, 'identity').file, required(config.self, 'self'), unlock)
}

/** @param unlock secret; not wiped here. @throws (rejects with) ERR_CONFIG, ERR_PASSPHRASE */
export async function openOperator({ operator }: Pick<Config, 'operator'>, unlock: UnlockSecret): Promise<Identity> {
  const { name, file } = required(operator, 'operator')
  return openSeed('operator', file, name, unlock)
}

async function openSeed(purpose: SealPurpose, file: string, subject: string, unlock: UnlockSecret): Promise<Identity> {
  return about(`${purpose}.file`, async () => {
    const sealed = await readSecretFile(file, MAX_IDENTITY_FILE_BYTES)
    const seed = await openSealed(unlock, { purpose, subject }, sealed)
    try {
      return identityFromSeed(seed)
    } finally {
      wipe(seed)
    }
  })
}

/** Somebody else's key in our place, and nobody would believe a word of this node. @throws ERR_CONFIG */
export function assertOwnIdentity(identity: Identity, self: ValidatorId, roster: Roster): void {
  const own = roster.get(self)
  if (own === undefined) throw new QuorateError('ERR_CONFIG', { field: 'self', message: `${self} is not in the roster` })
  if (Buffer.compare(own, identity.publicKey) !== 0) {
    throw new QuorateError('ERR_CONFIG', { field: 'identity', message: `is not the identity that the roster has for ${self}` })
  }
}

/** Keys of those who may instruct this node, none of them a validator's. @throws ERR_CONFIG */
export function readOperators({ operators = {} }: Pick<Config, 'operators'>, roster: Roster): readonly Uint8Array[] {
  return Object.entries(operators).map(([name, hex]) => {
    const field = `operators.${name}`
    const key = fromHex(hex, field, PUBLIC_KEY_BYTES)
    if (!isAcceptablePublicKey(key)) throw new QuorateError('ERR_CONFIG', { field, message: 'is no identity key' })
    for (const [id, other] of roster) {
      if (Buffer.compare(key, other) === 0)
        throw new QuorateError('ERR_CONFIG', { field, message: `is the identity key of validator ${id}` })
    }
    return key
  })
}

/** @throws ERR_CONFIG */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new QuorateError('ERR_CONFIG', { field, message: 'is not set' })
  return value
}

/** An error that names its setting; a secret file in the wrong place or state is a matter of configuration. */
export async function about<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error
    const code = error.code === 'ERR_PASSPHRASE' ? error.code : 'ERR_CONFIG'
    const prefix = error.field === undefined ? '' : `${error.field}: `
    throw new QuorateError(code, {
      field,
      message: error.message.slice(error.message.startsWith(prefix) ? prefix.length : 0),
      cause: error,
    })
  }
}
