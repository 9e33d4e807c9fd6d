/** A key store that tells how long each operation took, and that it has failed, whatever store it is. */
import type { KeyStore } from '../keystore/contract.ts'

export interface StoreListener {
  readonly took: (operation: string, ms: number) => void
  /**
   * The mark could not be made durable. Unlike a key, no mark is ever refused for what it is: the store itself has failed, and a node that cannot reserve
   * ids can begin nothing.
   */
  readonly failed: (error: unknown) => void
}

export function timedStore(store: KeyStore, { took, failed }: StoreListener): KeyStore {
  const timed = <Args extends readonly unknown[], Result>(operation: string, run: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      const started = performance.now()
      try {
        return await run(...args)
      } finally {
        took(operation, performance.now() - started)
      }
    }
  }
  return {
    putPending: timed('putPending', (keyId, record) => store.putPending(keyId, record)),
    activate: timed('activate', (keyId, certificates) => store.activate(keyId, certificates)),
    get: timed('get', (keyId) => store.get(keyId)),
    list: timed('list', () => store.list()),
    delete: timed('delete', (keyId) => store.delete(keyId)),
    reserveCeremonyId: timed('reserveCeremonyId', async (id) => {
      try {
        await store.reserveCeremonyId(id)
      } catch (error) {
        failed(error)
        throw error
      }
    }),
    highestCeremonyId: timed('highestCeremonyId', () => store.highestCeremonyId()),
    close: () => store.close(),
  }
}
