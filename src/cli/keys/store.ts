/** The store of a node that is not running, as its configuration names it. */
import { wipe } from '../../bytes.ts'
import type { KeyInfo } from '../../ceremony/key-info.ts'
import { type Surroundings, verifyStoredKey } from '../../client/stored-key.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { assertKeyId } from '../../keystore/contract.ts'
import { DiskKeyStore, type UnlockSecret } from '../../keystore/index.ts'
import { loadNodeConfig } from '../../node/config/node.ts'
import { openRoster, openUnlock } from '../../node/open.ts'
import { KernelPool } from '../../pool/index.ts'

export interface OpenedStore extends Surroundings {
  readonly store: DiskKeyStore
  /** secret: wiped when the work is done */
  readonly unlock: UnlockSecret
}

/**
 * @param create where no store is, an empty one is made: a lost disk is to be a decision, and no store that came into being by itself
 * @throws (rejects with) ERR_STORE_LOCKED while the node runs; ERR_CONFIG, ERR_PASSPHRASE, ERR_STORE
 */
export async function withStore<T>(file: string, work: (opened: OpenedStore) => Promise<T>, create = false): Promise<T> {
  // LevelDB makes its files by it.
  process.umask(0o077)
  const config = loadNodeConfig({ file })
  const { self, network } = config
  const { roster } = await openRoster(config)
  const unlock = await openUnlock(config)
  try {
    const options = { path: config.store.path, self, unlock, create }
    const store = await DiskKeyStore.open(options).catch((error: unknown) => {
      const locked = error instanceof QuorateError && error.code === 'ERR_STORE_LOCKED'
      throw locked ? new QuorateError('ERR_STORE_LOCKED', { message: `the node ${self} is running: stop it first`, cause: error }) : error
    })
    try {
      // The few operations of a key are not worth a thread.
      const pool = await KernelPool.create({ ...config.pool, workers: 0, kernel: config.kernel })
      try {
        return await work({ store, unlock, self, network, roster, kernel: pool.kernel })
      } finally {
        await pool.close()
      }
    } finally {
      await store.close()
    }
  } finally {
    wipe(unlock.bytes)
  }
}

/** A key of the store with all that was confirmed of it checked. @throws (rejects with) ERR_UNKNOWN_KEY, ERR_STORE */
export async function checkedKey({ store, ...around }: OpenedStore, keyId: string): Promise<KeyInfo> {
  const stored = await store.get(keyId)
  if (stored === null) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
  try {
    return await verifyStoredKey(stored.record, stored.certificates, around)
  } finally {
    wipe(stored.record)
  }
}

/** @throws ERR_INVALID_ARGUMENT */
export function readKeyId(text: string): string {
  const keyId = text.toLowerCase()
  assertKeyId(keyId)
  return keyId
}

/** @throws ERR_INVALID_ARGUMENT */
export function readCeremonyId(text: string, field: string): bigint {
  const id = /^[1-9][0-9]{0,19}$/.test(text) ? BigInt(text) : 0n
  if (id < 1n || id >= 2n ** 64n) throw invalidArgument(field, `must be a ceremony id, 1..2^64-1, not "${text}"`)
  return id
}
