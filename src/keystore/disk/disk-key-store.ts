/**
 * Keys on disk, sealed, in a folder that one process has open. Each change is one commit: an atomic batch of the database with the head that
 * vouches for all of it, then the counter beside it, both synced before the call resolves.
 *
 * What an opening cannot detect is a whole older copy of the folder: it is consistent. Whoever restores one raises the mark.
 */
import { timingSafeEqual } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { inspect } from 'node:util'
import { wipe } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { assertCeremonyMark, assertKeyId, assertStorable, type KeyStore, type StoredKey } from '../contract.ts'
import { assertScryptParameters, assertUnlockSecret, type ScryptParameters, type UnlockSecret } from '../key-derivation.ts'
import { Committer, type Wish } from './committer.ts'
import { assertNames, certificatesName, damaged, keyIdsOf, recordName } from './contents.ts'
import { Counter } from './counter.ts'
import { type Database, type Edit, openDatabase } from './database.ts'
import { asStoreError, removeCopies, type StoreFolder, storeExists, storeFolder } from './folder.ts'
import { openHeader } from './header.ts'
import { holdStore } from './held.ts'
import { checkedContents, createStore, inspectStore, type OpenDatabase } from './opening.ts'
import { assertKnownSchema, SCHEMA, type Schema } from './schema.ts'
import type { Sealer } from './sealer.ts'

export type StoreOperation = 'putPending' | 'activate' | 'get' | 'list' | 'delete' | 'reserveCeremonyId' | 'highestCeremonyId'

export interface DiskKeyStoreOptions {
  /** a folder of the store's own, mode 0700 */
  readonly path: string
  /** the validator whose store this is: another's does not open */
  readonly self: string
  /** copied before the first await */
  readonly unlock: UnlockSecret
  /** for a new store under a passphrase */
  readonly scrypt?: ScryptParameters
  /** default true: nothing, or an empty folder, becomes a new store */
  readonly create?: boolean
  /** after each operation, failed ones included */
  readonly onLatency?: (operation: StoreOperation, milliseconds: number) => void
}

/** What tests put in another's place. */
export interface Internals {
  readonly schema: Schema
  readonly openDatabase: OpenDatabase
}

interface Parts {
  readonly database: Database
  readonly committer: Committer
  readonly counter: Counter
  readonly names: FileHandle
  readonly sealer: Sealer
  readonly release: () => void
}

const VALIDATOR_ID = /^[A-Za-z0-9_-]{1,64}$/

/** The constructor, for this file alone. */
let make: (parts: Parts, onLatency: DiskKeyStoreOptions['onLatency']) => DiskKeyStore

export class DiskKeyStore implements KeyStore {
  readonly #parts: Parts
  readonly #onLatency: DiskKeyStoreOptions['onLatency']
  /** changes of keys look before they write: one after another */
  #turn: Promise<unknown> = Promise.resolve()
  #reading = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  static {
    make = (parts, onLatency) => new DiskKeyStore(parts, onLatency)
  }

  private constructor(parts: Parts, onLatency: DiskKeyStoreOptions['onLatency']) {
    this.#parts = parts
    this.#onLatency = onLatency
  }

  /**
   * @throws (rejects with) ERR_INVALID_ARGUMENT; ERR_CONFIG for files that others can use; ERR_PASSPHRASE before anything else is looked at;
   *   ERR_STORE_LOCKED; ERR_STORE for a store that is damaged, incomplete, behind its counter or of a newer schema: its files are not changed then
   */
  static open(options: DiskKeyStoreOptions): Promise<DiskKeyStore> {
    return openDiskKeyStore(options, { schema: SCHEMA, openDatabase })
  }

  putPending(keyId: string, record: Uint8Array): Promise<void> {
    return this.#measured('putPending', () => {
      assertKeyId(keyId)
      assertStorable(record, 'record')
      const { sealer } = this.#parts
      // Sealed before the first await, so that no copy of the share is held while others write.
      const sealed = sealer.seal('record', keyId, record)
      const compared = record.slice()
      return this.#inTurn(async () => {
        const known = await this.#read(keyId)
        if (known === null) return this.#commit({ puts: new Map([[recordName(keyId), sealed]]), deletes: [] })
        const same = known.record.length === compared.length && timingSafeEqual(known.record, compared)
        wipe(known.record)
        if (known.certificates !== null) throw new QuorateError('ERR_STORE', { field: 'keyId', message: 'the key is active already' })
        if (!same) throw new QuorateError('ERR_STORE', { field: 'keyId', message: 'another record is pending under this id' })
      }).finally(() => wipe(compared))
    })
  }

  activate(keyId: string, certificates: Uint8Array): Promise<void> {
    return this.#measured('activate', () => {
      assertKeyId(keyId)
      assertStorable(certificates, 'certificates')
      const sealed = this.#parts.sealer.seal('certificates', keyId, certificates)
      const compared = certificates.slice()
      return this.#inTurn(async () => {
        const known = await this.#read(keyId)
        if (known === null) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
        wipe(known.record)
        if (known.certificates === null) {
          return this.#commit({ puts: new Map([[certificatesName(keyId), sealed]]), deletes: [] })
        }
        if (known.certificates.length !== compared.length || !timingSafeEqual(known.certificates, compared)) {
          throw new QuorateError('ERR_STORE', { field: 'certificates', message: 'the key is active with other certificates' })
        }
      })
    })
  }

  get(keyId: string): Promise<StoredKey | null> {
    return this.#measured('get', () => {
      assertKeyId(keyId)
      return this.#read(keyId)
    })
  }

  list(): Promise<readonly string[]> {
    return this.#measured('list', async () => keyIdsOf(this.#parts.committer.hashes).sort())
  }

  /** The database's files are written anew, so that the sealed bytes go too, as far as the file system lets them. */
  delete(keyId: string): Promise<void> {
    return this.#measured('delete', () => {
      assertKeyId(keyId)
      return this.#inTurn(async () => {
        const { committer, database } = this.#parts
        if (!committer.hashes.has(recordName(keyId))) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
        await this.#commit({ puts: new Map(), deletes: [recordName(keyId), certificatesName(keyId)] })
        await database.compact()
      })
    })
  }

  reserveCeremonyId(id: bigint): Promise<void> {
    return this.#measured('reserveCeremonyId', async () => {
      assertCeremonyMark(id, 'id', 1n)
      const { committer } = this.#parts
      if (id > committer.head.mark) await committer.commit({ puts: new Map(), deletes: [], mark: id })
    })
  }

  highestCeremonyId(): Promise<bigint> {
    return this.#measured('highestCeremonyId', async () => this.#parts.committer.head.mark)
  }

  /** What was asked for before is finished first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  toJSON(): string {
    return '<redacted>'
  }

  [inspect.custom](): string {
    return 'DiskKeyStore <redacted>'
  }

  async #close(): Promise<void> {
    await this.#turn
    await Promise.allSettled(this.#reading)
    await this.#parts.committer.settled()
    await closeParts(this.#parts)
  }

  /** @returns secret: the record */
  async #read(keyId: string): Promise<StoredKey | null> {
    const { database, committer, sealer } = this.#parts
    if (!committer.hashes.has(recordName(keyId))) return null
    const [sealedRecord, sealedCertificates] = await database.get([recordName(keyId), certificatesName(keyId)])
    // Deleted meanwhile.
    if (sealedRecord == null && !committer.hashes.has(recordName(keyId))) return null
    const record = sealedRecord == null ? null : sealer.open('record', keyId, sealedRecord)
    if (record === null) throw damaged(`the record of key ${keyId} cannot be read`)
    if (sealedCertificates == null) return { state: 'pending', record, certificates: null }
    const certificates = sealer.open('certificates', keyId, sealedCertificates)
    if (certificates !== null) return { state: 'active', record, certificates }
    wipe(record)
    throw damaged(`the certificates of key ${keyId} cannot be read`)
  }

  #commit(edit: Edit): Promise<void> {
    return this.#parts.committer.commit({ ...edit, mark: 0n })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #measured<T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new QuorateError('ERR_CLOSED')
    const started = performance.now()
    const running = (async () => work())()
    this.#reading.add(running)
    try {
      return await running
    } finally {
      this.#reading.delete(running)
      this.#onLatency?.(operation, performance.now() - started)
    }
  }
}

export async function openDiskKeyStore(options: DiskKeyStoreOptions, internals: Internals): Promise<DiskKeyStore> {
  assertOptions(options)
  const unlock: UnlockSecret = { kind: options.unlock.kind, bytes: options.unlock.bytes.slice() }
  try {
    const folder = storeFolder(options.path)
    if (!(await storeExists(folder))) {
      if (options.create === false) throw new QuorateError('ERR_STORE', { message: `there is no key store in ${folder.path}` })
      await createStore(folder, unlock, options.self, { schema: internals.schema, scrypt: options.scrypt })
    }
    const sealer = await openHeader(folder.header, unlock, options.self)
    try {
      const release = await holdStore(folder.path)
      try {
        return make({ ...(await openParts(folder, sealer, internals)), sealer, release }, options.onLatency)
      } catch (error) {
        release()
        throw error
      }
    } catch (error) {
      sealer.wipe()
      throw asStoreError(folder.path, error)
    }
  } finally {
    wipe(unlock.bytes)
  }
}

async function openParts(
  folder: StoreFolder,
  sealer: Sealer,
  { schema, openDatabase: open_ }: Internals,
): Promise<Omit<Parts, 'sealer' | 'release'>> {
  const looked = await inspectStore(folder, sealer, open_)
  assertKnownSchema(looked.head.schema, schema)
  if (looked.head.schema === schema.number) assertNames(looked.hashes)
  const database = await open_(folder.database, { create: false })
  const opened: { close(): Promise<void> }[] = [database]
  try {
    // What was looked at may have changed before the lock was ours.
    const { head, hashes } = await checkedContents(folder, database, sealer)
    assertKnownSchema(head.schema, schema)
    const counter = await Counter.open(folder.counter, sealer)
    opened.push(counter)
    const names = await open(folder.database, 'r')
    opened.push(names)
    // The end of a write that a crash interrupted, or a place that was spoilt then.
    await counter.write(head)
    const committer = new Committer({ database, counter, sealer, syncNames: () => names.sync() }, head, hashes)
    for (let from = head.schema; from < schema.number; from++) {
      const edit = await schema.migrations.get(from)?.(database, sealer)
      const wish: Wish = { puts: new Map(), deletes: [], ...edit, mark: 0n, schema: from + 1 }
      await committer.commit(wish)
    }
    assertNames(committer.hashes)
    await removeCopies(folder)
    return { database, committer, counter, names }
  } catch (error) {
    for (const part of opened) await part.close().catch(() => undefined)
    throw error
  }
}

/** In any case all of them. @throws (rejects with) ERR_STORE */
async function closeParts({ database, counter, names, sealer, release }: Parts): Promise<void> {
  sealer.wipe()
  const results = await Promise.allSettled([database.close(), counter.close(), names.close()])
  release()
  for (const result of results) {
    if (result.status === 'rejected')
      throw new QuorateError('ERR_STORE', { message: 'the key store could not be closed', cause: result.reason })
  }
}

function assertOptions(options: DiskKeyStoreOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const { path, self, unlock, create, scrypt, onLatency } = options
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw invalidArgument('options.path', 'must be the path of a folder')
  if (typeof self !== 'string' || !VALIDATOR_ID.test(self)) throw invalidArgument('options.self', 'must be a validator id')
  assertUnlockSecret(unlock, 'options.unlock')
  if (create !== undefined && typeof create !== 'boolean') throw invalidArgument('options.create', 'must be true or false')
  if (onLatency !== undefined && typeof onLatency !== 'function') throw invalidArgument('options.onLatency', 'must be a function')
  if (scrypt !== undefined) assertScryptParameters(scrypt, 'options.scrypt')
}
