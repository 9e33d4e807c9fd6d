import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/keystore/disk/database.ts'
import { DiskKeyStore } from '../../src/keystore/disk/disk-key-store.ts'
import { KEY, OTHER } from './contract.ts'
import { DiskStores, fingerprint, UNLOCK } from './disk-stores.ts'

const stores = new DiskStores()
let whole: string
let want: string

/** Everything that a store says. */
async function said(place: string): Promise<string> {
  const store = await DiskKeyStore.open({ path: place, self: 'alpha', unlock: UNLOCK, create: false })
  try {
    const keys = await Promise.all((await store.list()).map((keyId) => store.get(keyId)))
    return JSON.stringify([String(await store.highestCeremonyId()), keys])
  } finally {
    await store.close()
  }
}

const filesOf = (place: string): string[] => Object.keys(fingerprint(place))

beforeAll(async () => {
  whole = stores.place()
  let store = await stores.open(whole)
  await store.putPending(KEY, new Uint8Array(8).fill(1))
  await store.reserveCeremonyId(5n)
  await store.close()
  // Opened anew, LevelDB moves what was in its log to a table.
  store = await stores.open(whole)
  await store.activate(KEY, Uint8Array.of(1, 2, 3))
  await store.reserveCeremonyId(9n)
  await store.close()
  want = await said(stores.copyOf(whole))
})
afterAll(() => stores.remove())

describe('P4: files that are damaged', () => {
  /** Where a change means something: the places of the counter are mostly empty. */
  const offsets = (name: string): number[] => {
    const { size } = statSync(path.join(whole, name))
    return Array.from({ length: size }, (_, at) => at).filter((at) => name !== 'counter' || at % 4096 < 57 || at % 4096 === 4095)
  }

  async function outcomes(change: (bytes: Buffer, at: number) => Uint8Array): Promise<Set<string>> {
    const found = new Set<string>()
    const jobs = filesOf(whole).flatMap((name) => offsets(name).map((at) => ({ name, at })))
    const work = async (): Promise<void> => {
      let place = stores.copyOf(whole)
      const intact = fingerprint(whole)
      for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
        const { name, at } = job
        const bytes = readFileSync(path.join(whole, name))
        const changed = change(bytes, at)
        writeFileSync(path.join(place, name), changed)
        const answer = await said(place).catch((error: unknown) => (error as { code?: string }).code ?? String(error))
        found.add(`${name.replace(/\d+/, '')} ${answer === want ? 'right' : answer}`)
        if (answer === want) {
          rmSync(place, { recursive: true })
          place = stores.copyOf(whole)
          continue
        }
        // Refused: what was found is still there, byte for byte, and nothing else.
        if (!readFileSync(path.join(place, name)).equals(changed)) found.add(`${name} was overwritten`)
        writeFileSync(path.join(place, name), bytes)
        if (at % 64 === 0) expect(fingerprint(place)).toEqual(intact)
      }
    }
    await Promise.all([work(), work(), work()])
    return found
  }

  test('a flipped bit in any byte: the right keys and mark or a typed error, and nothing is overwritten', async () => {
    const found = await outcomes((bytes, at) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      return changed
    })
    expect([...found].sort()).toEqual(
      ['counter right', 'db/CURRENT ERR_STORE', 'db/.ldb ERR_STORE', 'db/.ldb right', 'db/.log ERR_STORE', 'db/MANIFEST- ERR_STORE']
        .concat('header ERR_PASSPHRASE', 'header ERR_STORE')
        .sort(),
    )
  })

  test('P13: cut off after any byte: a typed error, and nothing is overwritten; a mark that went back is never believed', async () => {
    const found = await outcomes((bytes, at) => bytes.subarray(0, at))
    expect([...found].filter((entry) => !/ ERR_(?:STORE|PASSPHRASE)$/.test(entry))).toEqual([])
    expect(found.size).toBeGreaterThan(5)
  })
})

describe('P4: what a crash leaves', () => {
  const log = (place: string): string =>
    path.join(place, 'db', readdirSync(path.join(place, 'db')).find((name) => name.endsWith('.log')) ?? '')

  test('the beginning of a commit, or one without its count: the state before it, or after it', async () => {
    const before = stores.copyOf(whole)
    const store = await stores.open(before)
    await store.close()
    const after = stores.copyOf(before)
    const writing = await stores.open(after)
    await writing.putPending(OTHER, new Uint8Array(8).fill(2))
    await writing.reserveCeremonyId(12n)
    await writing.close()
    const states = [want, await said(stores.copyOf(after))]
    const bytes = readFileSync(log(after))
    const seen = new Set<number>()
    for (let length = 0; length <= bytes.length; length += 7) {
      // The database of any moment, the counter of the moment before.
      const place = stores.copyOf(after)
      writeFileSync(log(place), bytes.subarray(0, length))
      copyFileSync(path.join(before, 'counter'), path.join(place, 'counter'))
      const answer = await said(place)
      if (!states.includes(answer)) expect(JSON.parse(answer)).toMatchObject(['9', [{ state: 'pending' }, { state: 'active' }]])
      seen.add(states.indexOf(answer))
    }
    expect(seen).toContain(0)
  })

  test('rubbish after the last commit, a table that nothing needs, copies of openings: the store opens and goes on', async () => {
    const place = stores.copyOf(whole)
    appendFileSync(log(place), Buffer.alloc(100, 0xee))
    writeFileSync(path.join(place, 'db', '000999.ldb'), Buffer.alloc(40), { mode: 0o600 })
    mkdirSync(path.join(place, 'check-0123456789ab'), { mode: 0o700 })
    expect(await said(place)).toBe(want)
    expect(existsSync(path.join(place, 'check-0123456789ab'))).toBe(false)
    expect(await said(place)).toBe(want)
  })

  test('a store of which a file is missing is refused, and no new one is made in its place', async () => {
    for (const name of filesOf(whole)) {
      const place = stores.copyOf(whole)
      rmSync(path.join(place, name))
      const left = fingerprint(place)
      await expect(stores.open(place)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(?:STORE|CONFIG)$/) })
      expect(fingerprint(place)).toEqual(left)
    }
  })
})

describe('P6: parts of an older copy', () => {
  test('P1: entries that are removed, put back, exchanged or new are noticed, by the database alone', async () => {
    const base = stores.copyOf(whole)
    const store = await stores.open(base)
    await store.putPending(OTHER, new Uint8Array(8).fill(2))
    await store.close()
    const [record, other, certificates] = [`record/${KEY}`, `record/${OTHER}`, `certificates/${KEY}`]
    const changes: ((entries: ReadonlyMap<string, Uint8Array>) => { puts?: [string, Uint8Array][]; deletes?: string[] })[] = [
      () => ({ deletes: [certificates] }),
      () => ({ deletes: [other] }),
      () => ({ deletes: ['head'] }),
      (entries) => ({ puts: [[record, entries.get(other) ?? new Uint8Array()]] }),
      (entries) => ({ puts: [[`record/${'cc'.repeat(32)}`, entries.get(other) ?? new Uint8Array()]] }),
      (entries) => ({ puts: [['nonce/1', entries.get(other) ?? new Uint8Array()]] }),
    ]
    for (const change of changes) {
      const place = stores.copyOf(base)
      const database = await openDatabase(path.join(place, 'db'), { create: false })
      const { puts = [], deletes = [] } = change(await database.entries())
      await database.write({ puts: new Map(puts), deletes })
      await database.close()
      const before = fingerprint(place)
      await expect(stores.open(place)).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('damaged') })
      expect(fingerprint(place)).toEqual(before)
    }
  })

  test('an older database beside the counter of today is refused with the mark that was reached', async () => {
    const place = stores.copyOf(whole)
    const store = await stores.open(place)
    await store.reserveCeremonyId(1234n)
    await store.close()
    rmSync(path.join(place, 'db'), { recursive: true })
    cpSync(path.join(whole, 'db'), path.join(place, 'db'), { recursive: true })
    const before = fingerprint(place)
    await expect(stores.open(place)).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('1234') })
    expect(fingerprint(place)).toEqual(before)
  })

  test('a whole older copy is consistent: it opens, with the older mark, which the operator raises', async () => {
    const place = stores.copyOf(whole)
    const store = await stores.open(place)
    expect(await store.highestCeremonyId()).toBe(9n)
    await store.reserveCeremonyId(10_000n)
    await store.close()
    expect(await (await stores.open(place)).highestCeremonyId()).toBe(10_000n)
  })
})
