/**
 * The keys of this node: loaded from the store when first needed, active ones kept, all wiped at close. What is held is not looked up again: a
 * durable store may have to decrypt for that, at each of a thousand signings a second. So a key that is deleted in the store stays usable here
 * until the client is closed (KeyStore.delete says so).
 */
import { types } from 'node:util'
import { assertBytes } from '../bytes.ts'
import type { KeyId, KeyInfo } from '../ceremony/key-info.ts'
import { decodeCertificates, encodeCertificates, KeyMaterial } from '../ceremony/key-material.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertKeyId, type KeyStore, type StoredKey } from '../keystore/contract.ts'
import type { AsyncKernel } from '../pool/index.ts'
import type { ValidatorId } from '../wire/message.ts'
import { assertOwnKey, assertSoundKey } from './key-check.ts'
import type { RecalledKey } from './pending-keys.ts'

export class KeyRing {
  readonly #store: KeyStore
  readonly #self: ValidatorId
  readonly #kernel: AsyncKernel
  readonly #active = new Map<KeyId, KeyMaterial>()
  readonly #loading = new Map<KeyId, Promise<KeyMaterial>>()
  #closed = false

  constructor(store: KeyStore, self: ValidatorId, kernel: AsyncKernel) {
    this.#store = store
    this.#self = self
    this.#kernel = kernel
  }

  /** @throws (rejects with) ERR_UNKNOWN_KEY, ERR_KEY_NOT_ACTIVE, ERR_STORE, ERR_CLOSED */
  async active(keyId: KeyId): Promise<KeyMaterial> {
    const known = this.#active.get(keyId)
    if (known !== undefined) return known
    // A thousand signings that begin together load their key once.
    const loading = this.#loading.get(keyId) ?? this.#load(keyId).finally(() => this.#loading.delete(keyId))
    this.#loading.set(keyId, loading)
    return loading
  }

  async #load(keyId: KeyId): Promise<KeyMaterial> {
    const stored = await this.#store.get(keyId)
    if (stored === null) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
    const key = open(keyId, stored)
    try {
      if (stored.state === 'pending') throw new QuorateError('ERR_KEY_NOT_ACTIVE', { field: 'keyId' })
      await assertSoundKey(key, this.#self, this.#kernel)
      if (this.#closed) throw new QuorateError('ERR_CLOSED')
    } catch (error) {
      key.wipe()
      throw error
    }
    this.#active.set(keyId, key)
    return key
  }

  /** What others may know of a key in the store; its share is wiped. @throws (rejects with) ERR_STORE for a record that is broken */
  async recall(keyId: KeyId): Promise<RecalledKey | null> {
    const stored = await this.#store.get(keyId)
    if (stored === null) return null
    const key = open(keyId, stored)
    key.wipe()
    assertOwnKey(key, this.#self)
    const { certificates } = stored
    return { key, certificates: certificates === null ? null : decodeCertificates(certificates, key.record.participants) }
  }

  async ids(): Promise<readonly KeyId[]> {
    return this.#store.list()
  }

  async info(keyId: KeyId): Promise<KeyInfo | null> {
    assertKeyId(keyId)
    const stored = await this.#store.get(keyId)
    return stored === null ? null : infoOf(keyId, stored)
  }

  async all(): Promise<readonly KeyInfo[]> {
    const infos: KeyInfo[] = []
    for (const keyId of await this.#store.list()) {
      const info = await this.info(keyId)
      if (info !== null) infos.push(info)
    }
    return infos
  }

  /** @throws (rejects with) ERR_UNKNOWN_KEY, ERR_INVALID_ARGUMENT, ERR_STORE */
  async activate(
    keyId: KeyId,
    certificates: ReadonlyMap<ValidatorId, Uint8Array>,
  ): Promise<{ readonly info: KeyInfo; readonly changed: boolean }> {
    assertKeyId(keyId)
    if (!types.isMap(certificates)) throw invalidArgument('certificates', 'must be a Map')
    const stored = await this.#store.get(keyId)
    if (stored === null) throw new QuorateError('ERR_UNKNOWN_KEY', { field: 'keyId' })
    const key = open(keyId, stored)
    try {
      if (stored.state === 'active') return { info: key.info(stored.certificates), changed: false }
      const list = key.record.participants.map((validator) => {
        const certificate: unknown = certificates.get(validator)
        assertBytes(certificate, `certificates.${validator}`)
        if (!key.certifies(validator, certificate)) {
          throw invalidArgument(`certificates.${validator}`, 'is not a valid certificate of this key')
        }
        return certificate
      })
      const encoded = encodeCertificates(list)
      await this.#store.activate(keyId, encoded)
      return { info: key.info(encoded), changed: true }
    } finally {
      key.wipe()
    }
  }

  /** No key is held from now on. */
  close(): void {
    this.#closed = true
    for (const key of this.#active.values()) key.wipe()
    this.#active.clear()
  }
}

function infoOf(keyId: KeyId, stored: StoredKey): KeyInfo {
  const key = open(keyId, stored)
  try {
    return key.info(stored.certificates)
  } finally {
    key.wipe()
  }
}

/** The record is our own: one that does not parse is a broken store. */
function open(keyId: KeyId, stored: StoredKey): KeyMaterial {
  try {
    const key = KeyMaterial.decode(stored.record)
    if (key.keyId === keyId) return key
  } catch (cause) {
    throw new QuorateError('ERR_STORE', { field: 'record', cause })
  } finally {
    stored.record.fill(0)
  }
  throw new QuorateError('ERR_STORE', { field: 'record', message: 'is of another key' })
}
