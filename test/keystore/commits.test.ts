import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { QuorateError } from '../../src/errors.ts'
import { type Database, type Edit, openDatabase } from '../../src/keystore/disk/database.ts'
import { openDiskKeyStore } from '../../src/keystore/disk/disk-key-store.ts'
import { type Migration, SCHEMA, type Schema } from '../../src/keystore/disk/schema.ts'
import { certificates, KEY, OTHER, record } from './contract.ts'
import { DiskStores, UNLOCK } from './disk-stores.ts'

const stores = new DiskStores()
afterAll(() => stores.remove())

/** A store over a real database that a test can hold up or make fail. */
async function gated(place: string, schema: Schema = SCHEMA) {
  const writes: Edit[] = []
  const gate = { before: async (_edit: Edit): Promise<void> => undefined, after: async (): Promise<void> => undefined }
  const store = await openDiskKeyStore(
    { path: place, self: 'alpha', unlock: UNLOCK },
    {
      schema,
      openDatabase: async (folder, options): Promise<Database> => {
        const database = await openDatabase(folder, options)
        return {
          entries: () => database.entries(),
          get: (names) => database.get(names),
          compact: () => database.compact(),
          close: () => database.close(),
          write: async (edit) => {
            writes.push(edit)
            await gate.before(edit)
            await database.write(edit)
            await gate.after()
          },
        }
      },
    },
  )
  return { store, writes, gate }
}

const fullDisk = (): Promise<never> => Promise.reject(new QuorateError('ERR_STORE', { message: 'no space' }))

describe('group commit', () => {
  test('many reservations share few writes, and none resolves before a write with its id is durable', async () => {
    const { store, writes, gate } = await gated(stores.place())
    let durable = 0
    let open = (): void => undefined
    gate.before = () =>
      new Promise((resolve) => {
        open = resolve
      })
    gate.after = async () => {
      durable += 1
    }
    const resolvedAt: number[] = []
    const reserve = (id: bigint): Promise<void> => store.reserveCeremonyId(id).then(() => void resolvedAt.push(durable))
    const all = Array.from({ length: 500 }, (_, i) => reserve(BigInt(i + 1)))
    while (writes.length < 1) await new Promise((resolve) => setImmediate(resolve))
    // Asked for while the first is being written: they wait for the second.
    const late = Array.from({ length: 500 }, (_, i) => reserve(BigInt(i + 501)))
    expect(resolvedAt).toEqual([])
    expect(await store.highestCeremonyId()).toBe(0n)
    open()
    await Promise.all(all)
    expect(await store.highestCeremonyId()).toBe(500n)
    while (writes.length < 2) await new Promise((resolve) => setImmediate(resolve))
    open()
    await Promise.all(late)
    expect(writes).toHaveLength(2)
    expect(resolvedAt).toEqual([...Array.from({ length: 500 }, () => 1), ...Array.from({ length: 500 }, () => 2)])
    // What is durable already costs no write.
    await store.reserveCeremonyId(1000n)
    expect(writes).toHaveLength(2)
    await store.close()
  })

  test('P3: a thousand writes of the same entries have a thousand nonces', async () => {
    const { store, writes } = await gated(stores.place())
    for (let i = 1n; i <= 330n; i++) await store.reserveCeremonyId(i)
    await store.putPending(KEY, record())
    await store.close()
    const nonces = writes.flatMap(({ puts }) => [...puts.values()].map((sealed) => Buffer.from(sealed.subarray(1, 25)).toString('hex')))
    expect(nonces).toHaveLength(332)
    expect(new Set(nonces).size).toBe(332)
  })

  test('P5: a key is there for others only once it is durable', async () => {
    const { store, writes, gate } = await gated(stores.place())
    let open = (): void => undefined
    gate.before = () =>
      new Promise((resolve) => {
        open = resolve
      })
    let resolved = false
    const putting = store.putPending(KEY, record()).then(() => {
      resolved = true
    })
    while (writes.length < 1) await new Promise((resolve) => setImmediate(resolve))
    expect([resolved, await store.list(), await store.get(KEY)]).toEqual([false, [], null])
    open()
    await putting
    expect(await store.list()).toEqual([KEY])
    const closing = store.close()
    await closing
  })

  test('close waits for what was asked before', async () => {
    const place = stores.place()
    const store = await stores.open(place)
    const asked = [store.reserveCeremonyId(4n), store.putPending(KEY, record()), store.activate(KEY, certificates()), store.list()]
    await store.close()
    await Promise.all(asked)
    const again = await stores.open(place)
    expect(await again.highestCeremonyId()).toBe(4n)
    expect(await again.get(KEY)).toEqual({ state: 'active', record: record(), certificates: certificates() })
  })
})

describe('P10: writes that fail', () => {
  test('are ERR_STORE for all who shared them, the old state stays, and nothing is written until the store is opened anew', async () => {
    const place = stores.place()
    const { store, writes, gate } = await gated(place)
    await store.putPending(KEY, record())
    await store.reserveCeremonyId(3n)
    gate.before = fullDisk
    const failing = await Promise.allSettled([
      store.reserveCeremonyId(7n),
      store.reserveCeremonyId(8n),
      store.activate(KEY, certificates()),
    ])
    for (const { status } of failing) expect(status).toBe('rejected')
    const count = writes.length
    gate.before = async () => undefined
    await expect(store.reserveCeremonyId(9n)).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('open the store anew'),
    })
    await expect(store.putPending(OTHER, record())).rejects.toMatchObject({ code: 'ERR_STORE' })
    expect(writes).toHaveLength(count)
    expect(await store.highestCeremonyId()).toBe(3n)
    expect(await store.get(KEY)).toEqual({ state: 'pending', record: record(), certificates: null })
    await store.close()
    const again = await stores.open(place)
    expect([await again.highestCeremonyId(), await again.list()]).toEqual([3n, [KEY]])
    await again.activate(KEY, certificates())
  })

  test('where the write was durable and its report was lost, the next opening has it', async () => {
    const place = stores.place()
    const { store, gate } = await gated(place)
    gate.after = fullDisk
    await expect(store.reserveCeremonyId(7n)).rejects.toMatchObject({ code: 'ERR_STORE' })
    expect(await store.highestCeremonyId()).toBe(0n)
    await store.close()
    expect(await (await stores.open(place)).highestCeremonyId()).toBe(7n)
  })

  const SCRIPT = `
    import { DiskKeyStore } from ${JSON.stringify(path.resolve('dist/src/keystore/index.js'))}
    const open = () => DiskKeyStore.open({ path: process.argv[1], self: 'alpha', unlock: { kind: 'key', bytes: new Uint8Array(32).fill(0x5e) } })
    const told = { durable: 0, code: '', after: [] }
    let store = await open()
    const key = (i) => i.toString(16).padStart(64, '0')
    try {
      for (let i = 1; i <= 500; i++) { await store.putPending(key(i), new Uint8Array(3000).fill(i)); told.durable = i }
    } catch (error) { told.code = error.code }
    told.kept = (await store.list()).length
    await store.close().catch(() => {})
    process.stdout.write(JSON.stringify(told))`

  /** @returns what a process said that wrote until it could not */
  const writeUntilFull = (command: string, place: string): { durable: number; kept: number; code: string } =>
    JSON.parse(execFileSync('bash', ['-c', command, 'bash', process.execPath, SCRIPT, place], { encoding: 'utf8' })) as never

  async function expectAllKept(place: string, durable: number): Promise<void> {
    const store = await stores.open(place, { create: false })
    const keys = await store.list()
    // One more than was told, when the write came through and its report did not.
    expect(keys.length === durable || keys.length === durable + 1).toBe(true)
    for (const keyId of keys) expect((await store.get(keyId))?.record).toEqual(new Uint8Array(3000).fill(Number.parseInt(keyId, 16)))
  }

  test('a real limit of the file size (EFBIG) in the middle of a write: ERR_STORE, and every key that was told durable is there', async () => {
    const place = stores.place()
    const told = writeUntilFull('ulimit -f 96; exec "$1" --input-type=module -e "$2" "$3"', place)
    expect(told).toMatchObject({ code: 'ERR_STORE', kept: told.durable })
    expect(told.durable).toBeGreaterThan(5)
    expect(told.durable).toBeLessThan(500)
    await expectAllKept(place, told.durable)
  })

  test('a real full disk (ENOSPC, where this user may mount one): ERR_STORE, and every key that was told durable is there', async () => {
    const folder = stores.place()
    const kept = stores.place()
    mkdirSync(folder, { mode: 0o700 })
    mkdirSync(kept)
    // The small disk goes with the process's namespace: what it held is copied out.
    const inside = 'mount -t tmpfs -o size=400k full "$4" || exit 77; "$1" --input-type=module -e "$2" "$4/store"; cp -a "$4/store" "$3"'
    const told = ((): { durable: number; code: string; kept: number } | null => {
      const { status, stdout } = spawnSync('unshare', ['-rm', 'bash', '-c', inside, 'bash', process.execPath, SCRIPT, kept, folder], {
        encoding: 'utf8',
      })
      return status === 0 ? (JSON.parse(stdout) as never) : null
    })()
    if (told === null) {
      // Said once, in one line: the limit of the file size above is the same failure from another errno.
      process.stderr.write('P10: no tmpfs can be mounted here (unshare -rm): ENOSPC is covered by the file size limit alone\n')
      expect(readdirSync(kept)).toEqual([])
      return
    }
    expect(told).toMatchObject({ code: 'ERR_STORE', kept: told.durable })
    await expectAllKept(path.join(kept, 'store'), told.durable)
  })
})

describe('schema', () => {
  const newer: Schema = {
    number: 3,
    migrations: new Map<number, Migration>([
      [
        1,
        async (_database, sealer) => ({
          puts: new Map([[`record/${OTHER}`, sealer.seal('record', OTHER, Uint8Array.of(1))]]),
          deletes: [],
        }),
      ],
      [2, async (database) => ({ puts: new Map(), deletes: [...(await database.entries()).keys()].filter((name) => name.endsWith(KEY)) })],
    ]),
  }

  test('an older one is changed step by step, once; a newer one is refused and left alone', async () => {
    const place = stores.place()
    const first = await stores.open(place)
    await first.putPending(KEY, record())
    await first.reserveCeremonyId(6n)
    await first.close()
    for (let time = 0; time < 2; time++) {
      const { store, writes } = await gated(place, newer)
      expect(await store.list()).toEqual([OTHER])
      expect(await store.highestCeremonyId()).toBe(6n)
      expect(writes).toHaveLength(time === 0 ? 2 : 0)
      await store.close()
    }
    await expect(stores.open(place)).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('schema 3') })
    const { store } = await gated(place, newer)
    await store.close()
    await expect(
      gated(place, { number: 5, migrations: new Map([[4, async () => ({ puts: new Map(), deletes: [] })]]) }),
    ).rejects.toMatchObject({
      code: 'ERR_STORE',
    })
  })
})
