import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { KEY, keepsTheContract, OTHER, record } from './contract.ts'

keepsTheContract(async () => new MemoryKeyStore())

describe('in memory only', () => {
  test('the mark starts where the embedder says', async () => {
    const store = new MemoryKeyStore({ highestCeremonyId: 10n })
    expect(await store.highestCeremonyId()).toBe(10n)
    await store.reserveCeremonyId(5n)
    expect(await store.highestCeremonyId()).toBe(10n)
    for (const id of [-1n, 2n ** 64n, 1, '1', NaN]) {
      expect(() => new MemoryKeyStore({ highestCeremonyId: id as bigint })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'highestCeremonyId' }),
      )
    }
  })

  test('options that are no object are refused', () => {
    for (const options of [null, 5, 5n, 'options', true, Symbol('options'), () => ({ highestCeremonyId: 1n })]) {
      expect(() => Reflect.construct(MemoryKeyStore, [options])).toThrow(
        expect.objectContaining({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field: 'options' }),
      )
    }
    expect(() => new MemoryKeyStore(undefined)).not.toThrow()
    expect(() => new MemoryKeyStore({})).not.toThrow()
  })

  test('J9: inspect and JSON show nothing of a record', async () => {
    const store = new MemoryKeyStore()
    await store.putPending(KEY, record())
    expect(inspect(store, { depth: 10, showHidden: true })).toBe('MemoryKeyStore <redacted>')
    expect(JSON.stringify({ store })).toBe('{"store":"<redacted>"}')
    expect(`${inspect({ store }, { depth: 10 })}`).not.toContain('1, 2, 3')
  })
})

test('delete and close overwrite the records they drop', async () => {
  // The store's own copies cannot be reached from outside: watch which arrays are filled with zeros.
  const wiped: number[] = []
  const fill = Uint8Array.prototype.fill
  const store = new MemoryKeyStore()
  await store.putPending(KEY, record())
  await store.putPending(OTHER, record().subarray(0, 33))
  Uint8Array.prototype.fill = function (value: number, ...rest: number[]) {
    if (value === 0) wiped.push(this.length)
    return fill.call(this, value, ...rest)
  }
  try {
    await store.delete(KEY)
    expect(wiped).toEqual([40])
    await store.close()
    expect(wiped).toEqual([40, 33])
  } finally {
    Uint8Array.prototype.fill = fill
  }
})
