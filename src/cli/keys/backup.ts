/** A key out of a store into a sealed file, and back into another store of the same validator. */
import { wipe } from '../../bytes.ts'
import { verifyStoredKey } from '../../client/stored-key.ts'
import { QuorateError } from '../../errors.ts'
import {
  openBackup,
  readSecretFile,
  readUnlock,
  sealBackup,
  type UnlockSecret,
  type UnlockSource,
  writeSecretFile,
} from '../../keystore/index.ts'
import { MAX_SEALED_BYTES } from '../../keystore/seal.ts'
import { readInteger } from '../arguments.ts'
import type { KeyChangeJson } from './json.ts'
import type { OpenedStore } from './store.ts'

export interface SealFlags {
  readonly sealPassphraseFile?: string
  readonly sealPassphraseFd?: string
  readonly sealKeyFile?: string
}

/** @throws (rejects with) ERR_UNKNOWN_KEY; ERR_STORE for a key that is not whole, or a file that is there already */
export async function backUp(opened: OpenedStore, keyId: string, output: string, flags: SealFlags): Promise<KeyChangeJson> {
  const { store, self, unlock } = opened
  const stored = await store.get(keyId)
  if (stored === null) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
  try {
    // Its owner will look at it on the day when there is no other.
    const { state } = await verifyStoredKey(stored.record, stored.certificates, opened)
    const mark = await store.highestCeremonyId()
    const { record, certificates } = stored
    const sealed = await withSeal(flags, unlock, (secret) => sealBackup(secret, self, { record, certificates, mark }))
    await writeSecretFile(output, sealed)
    return { schema: 'quorate.key-change/1', done: 'backup', keyId, state, file: output, highestCeremonyId: String(mark) }
  } finally {
    wipe(stored.record)
  }
}

/** @throws (rejects with) ERR_PASSPHRASE, ERR_MALFORMED; ERR_STORE for a key that is not this validator's and whole, or that is there already */
export async function restore(opened: OpenedStore, input: string, flags: SealFlags): Promise<KeyChangeJson> {
  const { store, self, unlock } = opened
  const file = await readSecretFile(input, MAX_SEALED_BYTES)
  const backup = await withSeal(flags, unlock, (secret) => openBackup(secret, self, file))
  try {
    const { keyId, state } = await verifyStoredKey(backup.record, backup.certificates, opened)
    const known = await store.get(keyId)
    if (known !== null) wipe(known.record)
    if (known?.state === 'active') throw new QuorateError('ERR_STORE', { field: 'keyId', message: 'the key is in the store, active' })
    // Before the key: a node that has it may be instructed with it.
    if (backup.mark > 0n) await store.reserveCeremonyId(backup.mark)
    await store.putPending(keyId, backup.record)
    if (backup.certificates !== null) await store.activate(keyId, backup.certificates)
    const mark = await store.highestCeremonyId()
    return { schema: 'quorate.key-change/1', done: 'restore', keyId, state, file: input, highestCeremonyId: String(mark) }
  } finally {
    wipe(backup.record)
  }
}

/** Under a secret of its own, or the store's. */
async function withSeal<T>(flags: SealFlags, unlock: UnlockSecret, work: (secret: UnlockSecret) => Promise<T>): Promise<T> {
  const { sealPassphraseFile, sealPassphraseFd, sealKeyFile } = flags
  const source: UnlockSource = {
    passphraseFile: sealPassphraseFile,
    passphraseFd: sealPassphraseFd === undefined ? undefined : readInteger(sealPassphraseFd, 'seal-passphrase-fd', 0, 65_535),
    keyFile: sealKeyFile,
  }
  if (Object.values(source).every((value) => value === undefined)) return work(unlock)
  const secret = await readUnlock(source)
  try {
    return await work(secret)
  } finally {
    wipe(secret.bytes)
  }
}
