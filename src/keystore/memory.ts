/**
 * Keys in this process's memory: for tests and for embedders with a store of their own. Not durable, so a restarted node must be given the
 * highest ceremony id it ever used; without it an honest node would contradict itself under an old session id.
 *
 * Each method does all its work before its first await, so no call sees another half done.
 */
import { timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'
import { copyBytes, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertCeremonyMark, assertKeyId, assertStorable, type KeyStore, type StoredKey } from './contract.ts'

interface Entry {
  /** secret */
  readonly record: Uint8Array
  certificates: Uint8Array | null
}

export class MemoryKeyStore implements KeyStore {
  readonly #keys = new Map<string, Entry>()
  #highest: bigint
  #closed = false

  /** @throws ERR_INVALID_ARGUMENT with field `options` or `highestCeremonyId` */
  constructor(options: { highestCeremonyId?: bigint } = {}) {
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    const highest = options.highestCeremonyId ?? 0n
    assertCeremonyMark(highest, 'highestCeremonyId', 0n)
    this.#highest = highest
  }

  async putPending(keyId: string, record: Uint8Array): Promise<void> {
    this.#assertOpen()
    assertKeyId(keyId)
    assertStorable(record, 'record')
    const known = this.#keys.get(keyId)
    if (known === undefined) {
      this.#keys.set(keyId, { record: copyBytes(record), certificates: null })
      return
    }
    if (known.certificates !== null) throw new QuorateError('ERR_STORE', { field: 'keyId', message: 'the key is active already' })
    // Both records hold the share: compared in constant time.
    if (known.record.length !== record.length || !timingSafeEqual(known.record, record)) {
      throw new QuorateError('ERR_STORE', { field: 'keyId', message: 'another record is pending under this id' })
    }
  }

  async activate(keyId: string, certificates: Uint8Array): Promise<void> {
    this.#assertOpen()
    assertKeyId(keyId)
    assertStorable(certificates, 'certificates')
    const known = this.#find(keyId)
    if (known.certificates === null) {
      known.certificates = copyBytes(certificates)
      return
    }
    if (known.certificates.length !== certificates.length || !timingSafeEqual(known.certificates, certificates)) {
      throw new QuorateError('ERR_STORE', { field: 'certificates', message: 'the key is active with other certificates' })
    }
  }

  async get(keyId: string): Promise<StoredKey | null> {
    this.#assertOpen()
    assertKeyId(keyId)
    const known = this.#keys.get(keyId)
    if (known === undefined) return null
    const record = copyBytes(known.record)
    return known.certificates === null
      ? { state: 'pending', record, certificates: null }
      : { state: 'active', record, certificates: copyBytes(known.certificates) }
  }

  async list(): Promise<readonly string[]> {
    this.#assertOpen()
    return [...this.#keys.keys()].sort()
  }

  async delete(keyId: string): Promise<void> {
    this.#assertOpen()
    assertKeyId(keyId)
    wipe(this.#find(keyId).record)
    this.#keys.delete(keyId)
  }

  async reserveCeremonyId(id: bigint): Promise<void> {
    this.#assertOpen()
    assertCeremonyMark(id, 'id', 1n)
    if (id > this.#highest) this.#highest = id
  }

  async highestCeremonyId(): Promise<bigint> {
    this.#assertOpen()
    return this.#highest
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { record } of this.#keys.values()) wipe(record)
    this.#keys.clear()
  }

  toJSON(): string {
    return '<redacted>'
  }

  [inspect.custom](): string {
    return 'MemoryKeyStore <redacted>'
  }

  #assertOpen(): void {
    if (this.#closed) throw new QuorateError('ERR_CLOSED')
  }

  #find(keyId: string): Entry {
    const known = this.#keys.get(keyId)
    if (known === undefined) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
    return known
  }
}
