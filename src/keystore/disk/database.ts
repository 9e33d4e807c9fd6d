/**
 * LevelDB behind the few operations that the store needs. It checks its files less than it could (a cut or damaged log is dropped without a
 * word), so nothing that comes out of here is believed before contents.ts has seen all of it.
 */
import { chmod, readdir } from 'node:fs/promises'
import path from 'node:path'
import { ClassicLevel } from 'classic-level'
import { copyBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { codeOf } from '../secret-file.ts'

export interface Edit {
  readonly puts: ReadonlyMap<string, Uint8Array>
  readonly deletes: readonly string[]
}

export interface Database {
  entries(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>
  /** of one moment */
  get(names: readonly string[]): Promise<readonly (Uint8Array<ArrayBuffer> | null)[]>
  /** One atomic step, durable when it resolves. */
  write(edit: Edit): Promise<void>
  /** Writes the files anew without what was deleted from them. */
  compact(): Promise<void>
  close(): Promise<void>
}

type Level = ClassicLevel<string, Uint8Array>

const ENCODINGS = { keyEncoding: 'utf8', valueEncoding: 'view' } as const

/** @throws (rejects with) ERR_STORE_LOCKED, ERR_STORE */
export async function openDatabase(folder: string, options: { readonly create: boolean }): Promise<Database> {
  const level: Level = new ClassicLevel(folder, ENCODINGS)
  try {
    // Sealed bytes do not compress.
    await level.open({ createIfMissing: options.create, errorIfExists: options.create, compression: false })
    await closeToOthers(folder)
    return new LevelDatabase(level)
  } catch (error) {
    await level.close().catch(() => undefined)
    throw storeError('cannot be opened', error)
  }
}

/** LevelDB makes files by the umask; meanwhile it may remove some. */
export async function closeToOthers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    await chmod(path.join(folder, name), 0o600).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
  }
}

/**
 * Whether another process, or another part of this one, has the database open. LevelDB takes its lock before it finds that the database, which
 * must not exist, exists; nothing but its own diary (LOG) is written.
 *
 * @param folder of a database that exists
 */
export async function isLocked(folder: string): Promise<boolean> {
  const level: Level = new ClassicLevel(folder, ENCODINGS)
  try {
    await level.open({ createIfMissing: true, errorIfExists: true })
  } catch (error) {
    return causeCode(error) === 'LEVEL_LOCKED'
  } finally {
    await level.close().catch(() => undefined)
  }
  return false
}

class LevelDatabase implements Database {
  readonly #level: Level

  constructor(level: Level) {
    this.#level = level
  }

  async entries(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
    const found = new Map<string, Uint8Array<ArrayBuffer>>()
    await guarded('cannot be read', async () => {
      for await (const [name, value] of this.#level.iterator()) found.set(name, copyBytes(value))
    })
    return found
  }

  async get(names: readonly string[]): Promise<readonly (Uint8Array<ArrayBuffer> | null)[]> {
    const values = await guarded('cannot be read', () => this.#level.getMany([...names]))
    return values.map((value) => (value === undefined ? null : copyBytes(value)))
  }

  async write({ puts, deletes }: Edit): Promise<void> {
    const operations = [
      ...Array.from(puts, ([key, value]) => ({ type: 'put' as const, key, value })),
      ...deletes.map((key) => ({ type: 'del' as const, key })),
    ]
    await guarded('cannot be written', () => this.#level.batch(operations, { sync: true }))
  }

  async compact(): Promise<void> {
    await guarded('cannot be compacted', () => this.#level.compactRange('', '\uffff'))
  }

  async close(): Promise<void> {
    await guarded('cannot be closed', () => this.#level.close())
  }
}

async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storeError(what, error)
  }
}

function storeError(what: string, error: unknown): QuorateError {
  if (error instanceof QuorateError) return error
  const code = causeCode(error)
  if (code === 'LEVEL_LOCKED') return new QuorateError('ERR_STORE_LOCKED', { cause: error })
  return new QuorateError('ERR_STORE', { message: `the database ${what} (${code ?? 'unknown error'})`, cause: error })
}

/** LevelDB's own word, which a failed open wraps. */
function causeCode(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return codeOf(cause) ?? codeOf(error)
}
