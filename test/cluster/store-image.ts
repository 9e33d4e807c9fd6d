/**
 * A look into the store of a node that is down: into a copy, so that the store itself is next opened by the node. Every key in it is whole or the
 * image is refused: record, share, own confirmation, and all certificates of one that says it is active.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KeyId } from '../../src/ceremony/key-info.ts'
import { decodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import { assertSoundKey } from '../../src/client/key-check.ts'
import { DiskKeyStore } from '../../src/keystore/index.ts'
import type { KernelPool } from '../../src/pool/index.ts'

export interface StoreImage {
  readonly keys: ReadonlyMap<KeyId, 'pending' | 'active'>
  readonly highestCeremonyId: bigint
}

export interface StoredAt {
  readonly self: string
  /** of the store */
  readonly path: string
  /** what opens it: 32 bytes */
  readonly keyFile: string
}

/** @param look shown each key before it is wiped */
export async function imageOf(
  { self, path: original, keyFile }: StoredAt,
  pool: KernelPool,
  look: (key: KeyMaterial) => void = () => {},
): Promise<StoreImage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-image-'))
  const copy = path.join(folder, 'store')
  try {
    cpSync(original, copy, { recursive: true })
    const bytes = new Uint8Array(readFileSync(keyFile))
    const store = await DiskKeyStore.open({ path: copy, self, unlock: { kind: 'key', bytes } })
    try {
      const keys = new Map<KeyId, 'pending' | 'active'>()
      for (const keyId of await store.list()) keys.set(keyId, await assertWhole({ store, keyId, self, pool, look }))
      return { keys, highestCeremonyId: await store.highestCeremonyId() }
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Looking {
  readonly store: DiskKeyStore
  readonly keyId: KeyId
  readonly self: string
  readonly pool: KernelPool
  readonly look: (key: KeyMaterial) => void
}

async function assertWhole({ store, keyId, self, pool, look }: Looking): Promise<'pending' | 'active'> {
  const stored = await store.get(keyId)
  if (stored === null) throw new Error(`${self} lists key ${keyId} and does not have it`)
  const key = KeyMaterial.decode(stored.record)
  stored.record.fill(0)
  try {
    if (key.keyId !== keyId) throw new Error(`${self} has under ${keyId} the key ${key.keyId}`)
    await assertSoundKey(key, self, pool.kernel)
    look(key)
    if ((stored.state === 'active') !== (stored.certificates !== null)) throw new Error(`${self} has key ${keyId} half active`)
    if (stored.certificates === null) return 'pending'
    for (const [validator, certificate] of decodeCertificates(stored.certificates, key.record.participants)) {
      if (!key.certifies(validator, certificate)) throw new Error(`${self} has key ${keyId} active with a bad certificate of ${validator}`)
    }
    return 'active'
  } finally {
    key.wipe()
  }
}
