import { describe, expect, test } from 'vitest'
import type { KeyStore } from '../../src/keystore/contract.ts'

export const KEY = 'a1'.repeat(32)
export const OTHER = '0f'.repeat(32)
export const record = (): Uint8Array => Uint8Array.from({ length: 40 }, (_, i) => i + 1)
export const certificates = (): Uint8Array => Uint8Array.from([9, 8, 7])

/** What every key store must do; `make` gives an empty one. */
export function keepsTheContract(make: () => Promise<KeyStore>): void {
  describe('pending, then active', () => {
    test('a key is pending without certificates, then active with them', async () => {
      const store = await make()
      await store.putPending(KEY, record())
      expect(await store.get(KEY)).toEqual({ state: 'pending', record: record(), certificates: null })
      await store.activate(KEY, certificates())
      expect(await store.get(KEY)).toEqual({ state: 'active', record: record(), certificates: certificates() })
      expect(await store.get(OTHER)).toBeNull()
    })

    test('nothing overwrites a key: the same record again is accepted, another is refused', async () => {
      const store = await make()
      await store.putPending(KEY, record())
      await store.putPending(KEY, record())
      for (const other of [record().fill(1, 39), record().subarray(0, 39), Uint8Array.from([...record(), 0])]) {
        await expect(store.putPending(KEY, other)).rejects.toMatchObject({ code: 'ERR_STORE', field: 'keyId' })
      }
      await store.activate(KEY, certificates())
      await expect(store.putPending(KEY, record())).rejects.toMatchObject({ code: 'ERR_STORE', field: 'keyId' })
      expect(await store.get(KEY)).toEqual({ state: 'active', record: record(), certificates: certificates() })
    })

    test('activate: an unknown key is refused, a repetition accepted, other certificates refused', async () => {
      const store = await make()
      await expect(store.activate(KEY, certificates())).rejects.toMatchObject({ code: 'ERR_UNKNOWN_KEY', field: 'keyId' })
      expect(await store.list()).toEqual([])
      await store.putPending(KEY, record())
      await store.activate(KEY, certificates())
      await store.activate(KEY, certificates())
      await expect(store.activate(KEY, Uint8Array.of(1))).rejects.toMatchObject({ code: 'ERR_STORE', field: 'certificates' })
      expect((await store.get(KEY))?.certificates).toEqual(certificates())
    })

    test('list is sorted and holds both states; delete removes one key', async () => {
      const store = await make()
      await store.putPending(KEY, record())
      await store.putPending(OTHER, record())
      await store.activate(KEY, certificates())
      expect(await store.list()).toEqual([OTHER, KEY])
      await store.delete(KEY)
      expect(await store.list()).toEqual([OTHER])
      expect(await store.get(KEY)).toBeNull()
      await expect(store.delete(KEY)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_KEY', field: 'keyId' })
    })
  })

  describe('copies', () => {
    test('what the caller does to its arrays before or after changes nothing in the store', async () => {
      const store = await make()
      const given = record()
      const certified = certificates()
      const putting = store.putPending(KEY, given)
      given.fill(0)
      await putting
      const activating = store.activate(KEY, certified)
      certified.fill(0)
      await activating
      const got = await store.get(KEY)
      got?.record.fill(0)
      got?.certificates?.fill(0)
      const again = await store.get(KEY)
      expect(again?.record).toEqual(record())
      expect(again?.certificates).toEqual(certificates())
      expect(again?.record.buffer.byteLength).toBe(40)
    })
  })

  describe('ceremony ids', () => {
    test('the mark begins at nothing and never goes down', async () => {
      const store = await make()
      expect(await store.highestCeremonyId()).toBe(0n)
      await store.reserveCeremonyId(10n)
      expect(await store.highestCeremonyId()).toBe(10n)
      await store.reserveCeremonyId(5n)
      expect(await store.highestCeremonyId()).toBe(10n)
      await store.reserveCeremonyId(2n ** 64n - 1n)
      await store.reserveCeremonyId(11n)
      expect(await store.highestCeremonyId()).toBe(2n ** 64n - 1n)
    })

    test('values that are no ceremony id are refused', async () => {
      const store = await make()
      for (const id of [0n, -1n, 2n ** 64n, 1, '1', null, undefined, NaN]) {
        await expect(store.reserveCeremonyId(id as bigint)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'id' })
      }
      expect(await store.highestCeremonyId()).toBe(0n)
    })
  })

  describe('bad arguments', () => {
    test('key ids that are not 64 lowercase hex digits are refused by every method', async () => {
      const store = await make()
      for (const bad of ['', KEY.toUpperCase(), KEY.slice(1), `${KEY}0`, `${KEY}\n`, '../etc/passwd', 1, null, undefined, ['a']]) {
        const id = bad as string
        const refused = { code: 'ERR_INVALID_ARGUMENT', field: 'keyId' }
        await expect(store.putPending(id, record())).rejects.toMatchObject(refused)
        await expect(store.activate(id, certificates())).rejects.toMatchObject(refused)
        await expect(store.get(id)).rejects.toMatchObject(refused)
        await expect(store.delete(id)).rejects.toMatchObject(refused)
      }
    })

    test('records and certificates that are not plain bytes are refused', async () => {
      const store = await make()
      await store.putPending(OTHER, record())
      for (const bad of [Buffer.from([1]), new Uint8Array(new SharedArrayBuffer(4)), new Uint8Array(0), [1, 2], 'aa', null]) {
        const value = bad as Uint8Array
        await expect(store.putPending(KEY, value)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'record' })
        await expect(store.activate(OTHER, value)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'certificates' })
      }
      await expect(store.putPending(KEY, new Uint8Array(16 * 1024 * 1024 + 1))).rejects.toMatchObject({
        code: 'ERR_TOO_LARGE',
        field: 'record',
      })
      expect(await store.list()).toEqual([OTHER])
    })
  })

  describe('close', () => {
    test('everything is ERR_CLOSED afterwards; closing twice is closing once', async () => {
      const store = await make()
      await store.putPending(KEY, record())
      await store.close()
      await store.close()
      const closed = { code: 'ERR_CLOSED' }
      await expect(store.putPending(KEY, record())).rejects.toMatchObject(closed)
      await expect(store.activate(KEY, certificates())).rejects.toMatchObject(closed)
      await expect(store.get(KEY)).rejects.toMatchObject(closed)
      await expect(store.list()).rejects.toMatchObject(closed)
      await expect(store.delete(KEY)).rejects.toMatchObject(closed)
      await expect(store.reserveCeremonyId(1n)).rejects.toMatchObject(closed)
      await expect(store.highestCeremonyId()).rejects.toMatchObject(closed)
    })
  })
}
