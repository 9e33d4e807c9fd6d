/** A key store that tells how long each operation took, whatever store it is. */
import type { KeyStore } from '../keystore/contract.ts'

export type StoreListener = (operation: string, ms: number) => void

export function timedStore(store: KeyStore, listener: StoreListener): KeyStore {
  const timed = <Args extends readonly unknown[], Result>(operation: string, run: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      const started = performance.now()
      try {
        return await run(...args)
      } finally {
        listener(operation, performance.now() - started)
      }
    }
  }
  return {
    putPending: timed('putPending', (keyId, record) => store.putPending(keyId, record)),
    activate: timed('activate', (keyId, certificates) => store.activate(keyId, certificates)),
    get: timed('get', (keyId) => store.get(keyId)),
    list: timed('list', () => store.list()),
    delete: timed('delete', (keyId) => store.delete(keyId)),
    reserveCeremonyId: timed('reserveCeremonyId', (id) => store.reserveCeremonyId(id)),
    highestCeremonyId: timed('highestCeremonyId', () => store.highestCeremonyId()),
    close: () => store.close(),
  }
}
