/** How a store comes into being, all at once, and how it is looked through before and after its database is opened. */
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { toHex } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { ScryptParameters, UnlockSecret } from '../key-derivation.ts'
import { syncFolder, writeSecretFile } from '../secret-file.ts'
import { damaged, type Hashes, HEAD, type Head, readContents, sealHead } from './contents.ts'
import { newCounterFile, readCounter } from './counter.ts'
import { closeToOthers, type Database, isLocked, openDatabase } from './database.ts'
import { asStoreError, assertStoreFolder, copyDatabase, removeCopy, type StoreFolder, storeFolder } from './folder.ts'
import { newHeader } from './header.ts'
import type { Schema } from './schema.ts'
import type { Sealer } from './sealer.ts'

export type OpenDatabase = typeof openDatabase

/** Made in a folder beside the place and moved there when it is whole, so that a crash leaves no half of a store that would look damaged. */
export async function createStore(
  { path: place }: StoreFolder,
  unlock: UnlockSecret,
  self: string,
  options: { readonly schema: Schema; readonly scrypt?: ScryptParameters | undefined },
): Promise<void> {
  const parent = path.dirname(path.resolve(place))
  const made = storeFolder(path.join(parent, `.${path.basename(place)}.${toHex(randomBytes(6))}.new`))
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 })
    await mkdir(made.path, { mode: 0o700 })
    await mkdir(made.database, { mode: 0o700 })
    const { file, sealer } = await newHeader(unlock, self, options.scrypt)
    try {
      const head = { schema: options.schema.number, commit: 1n, mark: 0n }
      await writeSecretFile(made.header, file)
      await writeSecretFile(made.counter, newCounterFile(sealer, head))
      const database = await openDatabase(made.database, { create: true })
      try {
        await database.write({ puts: new Map([[HEAD, sealHead(sealer, head, new Map())]]), deletes: [] })
      } finally {
        await database.close()
      }
    } finally {
      sealer.wipe()
    }
    await closeToOthers(made.database)
    await syncFolder(made.database)
    await syncFolder(made.path)
    // An empty folder is replaced, anything else is not.
    await rename(made.path, place)
    await syncFolder(parent)
  } catch (error) {
    await rm(made.path, { recursive: true, force: true })
    throw asStoreError(place, error)
  }
}

export interface Contents {
  readonly head: Head
  readonly hashes: Hashes
}

/** What an open database holds, checked against the counter beside it. @throws (rejects with) ERR_STORE */
export async function checkedContents(folder: StoreFolder, database: Database, sealer: Sealer): Promise<Contents> {
  const count = await readCounter(folder.counter, sealer)
  const contents = await readContents(database, sealer)
  if (contents.head.commit < count.commit) {
    throw damaged(
      `its last commit is number ${contents.head.commit}, but ${count.commit} was written (with the ceremony mark at ${count.mark}): commits are lost`,
    )
  }
  return contents
}

/**
 * Looks through a copy of the database, so that a store which is refused is left byte for byte as it was.
 *
 * @throws (rejects with) ERR_STORE_LOCKED, ERR_STORE
 */
export async function inspectStore(folder: StoreFolder, sealer: Sealer, open: OpenDatabase): Promise<Contents> {
  await assertStoreFolder(folder)
  if (await isLocked(folder.database)) throw new QuorateError('ERR_STORE_LOCKED')
  const copy = await copyDatabase(folder)
  try {
    const database = await open(copy, { create: false })
    try {
      return await checkedContents(folder, database, sealer)
    } finally {
      await database.close()
    }
  } catch (error) {
    // Another process may have opened it meanwhile, and have written while we copied.
    if (await isLocked(folder.database)) throw new QuorateError('ERR_STORE_LOCKED', { cause: error })
    throw error
  } finally {
    await removeCopy(copy)
  }
}
