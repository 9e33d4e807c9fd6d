/** The key store of a simulated node: the effects that a real one carries out, at once and in memory. */
import { decodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import type { StoreRequest } from '../../src/ceremony/step.ts'
import type { RecalledKey } from '../../src/client/pending-keys.ts'

export interface StoredKey {
  record: Uint8Array
  certificates: Uint8Array | null
}

export type NodeStore = Map<string, StoredKey>

export interface StoringNode {
  readonly store: NodeStore
  highestCeremonyId: bigint
}

export function carryOut(node: StoringNode, request: StoreRequest): void {
  switch (request.operation) {
    case 'reserve':
      if (request.ceremonyId > node.highestCeremonyId) node.highestCeremonyId = request.ceremonyId
      return
    case 'putPending':
      node.store.set(request.keyId, { record: new Uint8Array(request.record), certificates: null })
      return
    case 'activate': {
      const key = node.store.get(request.keyId)
      if (key === undefined) throw new Error('activate before putPending')
      key.certificates = new Uint8Array(request.certificates)
      return
    }
  }
}

/** What others may know of a key. */
export function recall({ store }: StoringNode, keyId: string): RecalledKey | null {
  const stored = store.get(keyId)
  if (stored === undefined) return null
  const key = KeyMaterial.decode(stored.record)
  key.wipe()
  const { certificates } = stored
  return { key, certificates: certificates === null ? null : decodeCertificates(certificates, key.record.participants) }
}
