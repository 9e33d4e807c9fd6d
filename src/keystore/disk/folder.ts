/**
 * The folder of a store: 0700, not a link, no links in it.
 *
 *     header       the store's key, sealed under the operator's passphrase or key file
 *     counter      the number of the last commit, beside the database
 *     db/          the database
 *     check-<hex>  a copy that an opening looks at before it touches the database; removed by whoever opens next
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { toHex } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { codeOf, octal } from '../secret-file.ts'
import { isWholeTable } from './table-check.ts'

export interface StoreFolder {
  readonly path: string
  readonly header: string
  readonly counter: string
  readonly database: string
}

const OTHERS = 0o077
const CHECK = /^check-[0-9a-f]{12}$/
/** LevelDB's own lock and diary: of a process, not of the data. */
const NOT_DATA: ReadonlySet<string> = new Set(['LOCK', 'LOG', 'LOG.old'])
const TABLE = /\.(?:ldb|sst)$/

export function storeFolder(folder: string): StoreFolder {
  return { path: folder, header: path.join(folder, 'header'), counter: path.join(folder, 'counter'), database: path.join(folder, 'db') }
}

/** True when there is a store, false when there is nothing or an empty folder. @throws (rejects with) ERR_STORE for anything else */
export async function storeExists({ path: folder }: StoreFolder): Promise<boolean> {
  try {
    if (!(await isPrivateFolder(folder))) return false
    const names = (await readdir(folder)).filter((name) => name !== 'lost+found')
    return names.length > 0
  } catch (error) {
    throw asStoreError(folder, error)
  }
}

/** @throws (rejects with) ERR_STORE: a part is missing, is a link or can be used by others */
export async function assertStoreFolder({ path: folder, database }: StoreFolder): Promise<void> {
  try {
    if (!(await isPrivateFolder(database))) throw refused(database, 'does not exist')
    const names = await readdir(database)
    // Without it LevelDB would take the folder for an empty one.
    if (!names.includes('CURRENT')) throw refused(database, 'is not a database: its file CURRENT is missing')
    for (const name of names) {
      const file = path.join(database, name)
      if (!(await lstat(file)).isFile()) throw refused(file, 'is not a regular file')
    }
  } catch (error) {
    throw asStoreError(folder, error)
  }
}

async function isPrivateFolder(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (stat === null) return false
  if (stat.isSymbolicLink()) throw refused(folder, 'is a symbolic link')
  if (!stat.isDirectory()) throw refused(folder, 'is not a folder')
  if ((stat.mode & OTHERS) !== 0) throw refused(folder, `can be used by others (mode ${octal(stat.mode)}): chmod 700 it`)
  const own = process.geteuid?.() ?? stat.uid
  if (stat.uid !== own && own !== 0) throw refused(folder, 'belongs to another user')
  return true
}

/**
 * A copy of the database that may be opened, and so changed, without a change to the original: opening rotates logs, and drops what it cannot
 * read. A table that is not whole is left out: a crash may leave one behind that nothing refers to, and one that is referred to will be missed.
 */
export async function copyDatabase({ path: folder, database }: StoreFolder): Promise<string> {
  const copy = path.join(folder, `check-${toHex(randomBytes(6))}`)
  try {
    await mkdir(copy, { mode: 0o700 })
    for (const name of await readdir(database)) {
      const from = path.join(database, name)
      if (NOT_DATA.has(name) || (TABLE.test(name) && !isWholeTable(await readFile(from)))) continue
      // Not a link: LevelDB may write a new file over one that a crash left behind. Where the file system can, the copy shares its blocks.
      await copyFile(from, path.join(copy, name), constants.COPYFILE_FICLONE)
    }
    return copy
  } catch (error) {
    await removeCopy(copy)
    throw asStoreError(folder, error)
  }
}

export async function removeCopy(copy: string): Promise<void> {
  await rm(copy, { recursive: true, force: true })
}

/** What openings left behind that did not come to their end. Only for whoever has the database open. */
export async function removeCopies({ path: folder }: StoreFolder): Promise<void> {
  for (const name of await readdir(folder)) if (CHECK.test(name)) await removeCopy(path.join(folder, name))
}

function refused(file: string, message: string): QuorateError {
  return new QuorateError('ERR_STORE', { message: `${file} ${message}` })
}

export function asStoreError(folder: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause
  return new QuorateError('ERR_STORE', { message: `${folder} cannot be used (${codeOf(cause) ?? 'unknown error'})`, cause })
}
