import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { DiskKeyStore } from '../../src/keystore/disk/disk-key-store.ts'
import { certificates, KEY, keepsTheContract, OTHER, record } from './contract.ts'
import { DiskStores, fingerprint, UNLOCK } from './disk-stores.ts'

const stores = new DiskStores()
afterAll(() => stores.remove())

keepsTheContract(() => stores.open())

const state = async (store: DiskKeyStore): Promise<unknown> => [
  await store.highestCeremonyId(),
  ...(await Promise.all((await store.list()).map((keyId) => store.get(keyId)))),
]

describe('on disk', () => {
  test('what was there is there when the store is opened again', async () => {
    const place = stores.place()
    const store = await stores.open(place)
    await store.putPending(KEY, record())
    await store.activate(KEY, certificates())
    await store.putPending(OTHER, record().fill(3))
    await store.reserveCeremonyId(77n)
    const before = await state(store)
    await store.close()
    for (let time = 0; time < 3; time++) {
      const again = await stores.open(place, { create: false })
      expect(await state(again)).toEqual(before)
      expect((await again.get(KEY))?.record.buffer.byteLength).toBe(40)
      await again.close()
    }
    const last = await stores.open(place)
    await last.delete(OTHER)
    await last.close()
    expect(await (await stores.open(place)).list()).toEqual([KEY])
  })

  test('a place where nothing is becomes a store only when it may, and anything else never', async () => {
    const nothing = stores.place()
    await expect(stores.open(nothing, { create: false })).rejects.toMatchObject({ code: 'ERR_STORE' })
    const empty = stores.place()
    mkdirSync(empty, { mode: 0o700 })
    await stores.open(empty)
    const full = stores.place()
    mkdirSync(full, { mode: 0o700 })
    writeFileSync(path.join(full, 'notes'), 'mine')
    await expect(stores.open(full)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(?:STORE|CONFIG)$/) })
    expect(readdirSync(full)).toEqual(['notes'])
    expect(readdirSync(stores.folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  test('P9: folders are 0700 and files 0600 whatever the umask, also when new ones are made', async () => {
    const place = stores.place()
    const before = process.umask(0)
    try {
      const store = await stores.open(place)
      await store.putPending(KEY, record())
      await store.close()
      await (await stores.open(place)).close()
    } finally {
      process.umask(before)
    }
    for (const name of ['.', ...readdirSync(place, { recursive: true, encoding: 'utf8' })]) {
      const { mode } = statSync(path.join(place, name))
      expect([name, mode & 0o777]).toEqual([name, statSync(path.join(place, name)).isDirectory() ? 0o700 : 0o600])
    }
  })

  test('P9: a store that others can use, or with a link in it, is refused, and a key id is no path', async () => {
    const place = stores.place()
    await (await stores.open(place)).close()
    const refusedWith = async (words: string): Promise<void> => {
      await expect(stores.open(place)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(?:STORE|CONFIG)$/),
        message: expect.stringContaining(words),
      })
    }
    for (const [name, open, shut] of [
      ['.', 0o755, 0o700],
      ['db', 0o750, 0o700],
      ['header', 0o640, 0o600],
      ['counter', 0o604, 0o600],
    ] as const) {
      chmodSync(path.join(place, name), open)
      await refusedWith('can be used by others')
      chmodSync(path.join(place, name), shut)
    }
    for (const name of ['header', 'counter', 'db', 'db/CURRENT']) {
      const file = path.join(place, name)
      renameSync(file, `${place}-moved`)
      symlinkSync(`${place}-moved`, file)
      await refusedWith(name === 'db/CURRENT' ? 'not a regular file' : 'symbolic link')
      rmSync(file)
      renameSync(`${place}-moved`, file)
    }
    symlinkSync(place, `${place}-link`)
    await expect(stores.open(`${place}-link`)).rejects.toMatchObject({ code: 'ERR_STORE' })
    const store = await stores.open(place)
    await expect(store.get('../header')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'keyId' })
  })

  test('T21: one opening at a time, in this process and in another; the lock goes with its holder', async () => {
    const place = stores.place()
    const store = await stores.open(place)
    await store.reserveCeremonyId(9n)
    await expect(stores.open(place)).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' })
    const script = `
      import { DiskKeyStore } from ${JSON.stringify(path.resolve('dist/src/keystore/index.js'))}
      const unlock = { kind: 'key', bytes: new Uint8Array(32).fill(0x5e) }
      const tried = await DiskKeyStore.open({ path: process.argv[1], self: 'alpha', unlock }).catch((error) => error)
      process.stdout.write(tried.code ?? 'opened')
      if (tried.code === undefined) { await tried.reserveCeremonyId(10n); process.kill(process.pid, 'SIGKILL') }`
    const elsewhere = (): string => {
      try {
        return execFileSync(process.execPath, ['--input-type=module', '-e', script, place], { encoding: 'utf8' })
      } catch (error) {
        return String((error as { stdout: unknown }).stdout)
      }
    }
    expect(elsewhere()).toBe('ERR_STORE_LOCKED')
    expect(await store.highestCeremonyId()).toBe(9n)
    await store.close()
    // Killed while it has the store open.
    expect(elsewhere()).toBe('opened')
    expect(await (await stores.open(place)).highestCeremonyId()).toBe(10n)
  })

  test('P1, P11: a wrong key or passphrase and another validator are one error before the database is looked at', async () => {
    const place = stores.place()
    const unlock = { kind: 'passphrase', bytes: new TextEncoder().encode('right') } as const
    const scrypt = { logN: 15, r: 8, p: 1 }
    const store = await stores.open(place, { unlock, scrypt })
    await store.putPending(KEY, record())
    await store.close()
    rmSync(path.join(place, 'db'), { recursive: true })
    const before = fingerprint(place)
    const wrong = { kind: 'passphrase', bytes: new TextEncoder().encode('wrong') } as const
    const errors: unknown[] = []
    for (const change of [{ unlock: wrong }, { unlock, self: 'beta' }]) {
      errors.push(await stores.open(place, change).catch((error: unknown) => error))
    }
    expect(errors).toMatchObject([{ code: 'ERR_PASSPHRASE' }, { code: 'ERR_PASSPHRASE' }])
    expect(String(errors[0])).toBe(String(errors[1]))
    await expect(stores.open(place)).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
    await expect(stores.open(place, { unlock })).rejects.toMatchObject({ code: 'ERR_STORE' })
    expect(fingerprint(place)).toEqual(before)
  })

  test('P1: nothing of a record is in any file, nor of the key that sealed it', async () => {
    const place = stores.place()
    const store = await stores.open(place)
    const share = new Uint8Array(64).fill(0xc7)
    await store.putPending(KEY, share)
    await store.close()
    await (await stores.open(place)).close()
    for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(place, name)
      if (!statSync(file).isFile()) continue
      expect(readFileSync(file).includes(Buffer.from(share.subarray(0, 16)))).toBe(false)
      expect(readFileSync(file).includes(Buffer.from(UNLOCK.bytes.subarray(0, 16)))).toBe(false)
    }
  })

  test('J9: inspect and JSON show nothing', async () => {
    const store = await stores.open()
    await store.putPending(KEY, record())
    expect(inspect(store, { depth: 10, showHidden: true })).toBe('DiskKeyStore <redacted>')
    expect(JSON.stringify({ store })).toBe('{"store":"<redacted>"}')
  })

  test('options of a wrong form are refused', async () => {
    const place = stores.place()
    for (const bad of [
      { path: '' },
      { path: 'a\0b' },
      { self: 'a/b' },
      { self: '' },
      { unlock: { kind: 'key', bytes: new Uint8Array(5) } },
    ]) {
      await expect(stores.open(place, bad as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
    }
    await expect(DiskKeyStore.open(null as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'options' })
  })

  test('the latency of each operation is told, of failed ones too', async () => {
    const told: [string, number][] = []
    const store = await stores.open(undefined, { onLatency: (operation, ms) => told.push([operation, ms]) })
    await store.reserveCeremonyId(1n)
    await expect(store.activate(KEY, certificates())).rejects.toMatchObject({ code: 'ERR_UNKNOWN_KEY' })
    expect(told.map(([operation]) => operation)).toEqual(['reserveCeremonyId', 'activate'])
    for (const [, ms] of told) expect(ms).toBeGreaterThanOrEqual(0)
  })
})
