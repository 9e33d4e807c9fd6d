/** `quorate keys` on the store of a node that made a key with two others. */
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyBytes } from '../../src/bytes.ts'
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { verifyStoredKey } from '../../src/client/stored-key.ts'
import { type KeyBackup, openBackup, sealBackup } from '../../src/keystore/backup.ts'
import { openDatabase } from '../../src/keystore/disk/database.ts'
import { DiskKeyStore, type UnlockSecret } from '../../src/keystore/index.ts'
import { loadNodeConfig } from '../../src/node/config/node.ts'
import { openIdentity, openUnlock } from '../../src/node/open.ts'
import { KernelPool } from '../../src/pool/index.ts'
import type { Identity } from '../../src/wire/identity.ts'
import type { Roster } from '../../src/wire/roster.ts'
import { Cluster } from '../client/cluster.ts'
import { testRoster } from '../helpers/identities.ts'
import { type Ended, inProcess, oneLine } from './command.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quorate-keys-'))
const at = (...names: string[]): string => path.join(root, ...names)
const SECRET: UnlockSecret = { kind: 'key', bytes: new Uint8Array(32).fill(7) }
const OTHER: UnlockSecret = { kind: 'key', bytes: new Uint8Array(32).fill(8) }
const MARK = 4711n
let identity: Identity
let roster: Roster
let keyId: string
let record: Uint8Array
let certificates: Uint8Array
let pool: KernelPool

const keys = (name: string, ...args: string[]): Promise<Ended> =>
  inProcess('keys', name, '--config', at('node', 'node.yaml'), '--json', ...args)
const openStore = (): Promise<DiskKeyStore> => DiskKeyStore.open({ path: at('node', 'store'), self: 'a', unlock: SECRET, create: false })

/** A node of the same name and identity that has nothing. */
async function emptied(): Promise<void> {
  rmSync(at('node', 'store'), { recursive: true })
  await (await DiskKeyStore.open({ path: at('node', 'store'), self: 'a', unlock: SECRET })).close()
}

beforeAll(async () => {
  pool = await KernelPool.create({ workers: 0 })
  writeFileSync(at('unlock'), SECRET.bytes, { mode: 0o600 })
  writeFileSync(at('other'), OTHER.bytes, { mode: 0o600 })
  const args = ['--self', 'a', '--folder', at('node'), '--key-file', at('unlock'), '--network', 'test', '--roster', at('roster.json')]
  expect((await inProcess('init', ...args)).code).toBe(0)
  const config = loadNodeConfig({ file: at('node', 'node.yaml') })
  identity = await openIdentity(config, await openUnlock(config))
  roster = new Map([...testRoster(['b', 'c']), ['a', identity.publicKey]])
  const validators = Object.fromEntries([...roster].map(([id, key]) => [id, Buffer.from(key).toString('hex')]))
  writeFileSync(at('roster.json'), JSON.stringify({ validators }))
  const store = await openStore()
  await using cluster = await Cluster.start(['a', 'b', 'c'], (id) => ({ roster, ...(id === 'a' ? { identity, keyStore: store } : {}) }))
  const [outcome] = await cluster.keygen({ ceremonyId: MARK, participants: ['a', 'b', 'c'], minSigners: 2, suite: 'bip340' })
  if (outcome?.status !== 'success') throw new Error('no key')
  keyId = outcome.key.keyId
  const stored = await store.get(keyId)
  if (stored?.certificates == null) throw new Error('not active')
  record = stored.record
  certificates = stored.certificates
  const all = [...cluster.clients.values()]
  await Promise.all(all.map((client) => client.close()))
  await store.close()
  cpSync(at('node', 'store'), at('kept'), { recursive: true })
})
afterAll(async () => {
  await pool.close()
  rmSync(root, { recursive: true })
})

describe('quorate keys', () => {
  test('list and show name the key and the mark, and no secret', async () => {
    const listed = await keys('list')
    expect(listed.code).toBe(0)
    expect(oneLine(listed)).toMatchObject({
      schema: 'quorate.keys/1',
      self: 'a',
      highestCeremonyId: String(MARK),
      keys: [{ keyId, state: 'active' }],
    })
    const shown = await keys('show', keyId)
    expect(oneLine(shown)).toMatchObject({
      schema: 'quorate.key/1',
      keyId,
      minSigners: 2,
      participants: ['a', 'b', 'c'],
      certificates: ['a', 'b', 'c'],
    })
    const share = Buffer.from(KeyMaterial.decode(record).share()).toString('hex')
    for (const { stdout, stderr } of [listed, shown]) expect(stdout + stderr).not.toContain(share)
    expect((await inProcess('keys', 'list', '--config', at('node', 'node.yaml'))).stdout).toContain(keyId)
    expect(oneLine(await keys('show', 'ab'.repeat(32)))).toMatchObject({ code: 'ERR_UNKNOWN_KEY' })
    expect(oneLine(await keys('show', '../store'))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'keyId' })
  })

  test("a running node's store is refused by its lock", async () => {
    const store = await openStore()
    const { code, stdout } = await keys('list')
    await store.close()
    expect([code, JSON.parse(stdout)]).toMatchObject([78, { code: 'ERR_STORE_LOCKED' }])
  })

  test('a backup is one new sealed file, and restores the key and the mark into an empty store', async () => {
    const backup = await keys('backup', keyId, '--output', at('backup'), '--seal-key-file', at('other'))
    expect(oneLine(backup)).toMatchObject({ schema: 'quorate.key-change/1', done: 'backup', keyId, state: 'active' })
    expect(statSync(at('backup')).mode & 0o777).toBe(0o600)
    expect(readFileSync(at('backup')).includes(Buffer.from(KeyMaterial.decode(record).share()))).toBe(false)
    expect(oneLine(await keys('backup', keyId, '--output', at('backup')))).toMatchObject({ code: 'ERR_STORE' })
    await emptied()
    expect(oneLine(await keys('restore', '--input', at('backup')))).toMatchObject({ code: 'ERR_PASSPHRASE' })
    const restored = await keys('restore', '--input', at('backup'), '--seal-key-file', at('other'))
    expect(oneLine(restored)).toMatchObject({ done: 'restore', keyId, state: 'active', highestCeremonyId: String(MARK) })
    expect(restored.stderr).toContain('raise-mark')
    const store = await openStore()
    expect(await store.get(keyId)).toEqual({ state: 'active', record, certificates })
    await store.close()
    expect(oneLine(await keys('restore', '--input', at('backup'), '--seal-key-file', at('other')))).toMatchObject({ code: 'ERR_STORE' })
  })

  test('where the store is lost, a restore makes a new one only when it is told to', async () => {
    rmSync(at('node', 'store'), { recursive: true })
    const args = ['restore', '--input', at('backup'), '--seal-key-file', at('other')] as const
    expect(oneLine(await keys(...args))).toMatchObject({ code: 'ERR_STORE' })
    expect(oneLine(await keys(...args, '--new-store'))).toMatchObject({ done: 'restore', keyId, highestCeremonyId: String(MARK) })
    expect(oneLine(await keys('list'))).toMatchObject({ keys: [{ keyId, state: 'active' }] })
  })

  test('P6: raise-mark raises and never lowers', async () => {
    expect(oneLine(await keys('raise-mark', '--to', '5000'))).toMatchObject({ done: 'raise-mark', highestCeremonyId: '5000' })
    expect(oneLine(await keys('raise-mark', '--to', '4999'))).toMatchObject({ highestCeremonyId: '5000' })
    for (const bad of ['0', '-1', '1.5', '18446744073709551616', 'x']) {
      expect(oneLine(await keys('raise-mark', '--to', bad))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'to' })
    }
  })

  test('delete asks whether it is meant, says what it means, and leaves no key', async () => {
    expect(oneLine(await keys('delete', keyId))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'yes' })
    const { stderr, ...deleted } = await keys('delete', keyId, '--yes')
    expect(stderr).toContain('may still become active elsewhere')
    expect(oneLine({ ...deleted, stderr })).toMatchObject({ done: 'delete', keyId })
    expect(oneLine(await keys('list'))).toMatchObject({ keys: [] })
  })

  test('a store, a configuration or a secret that is not there, or that others can read, is refused', async () => {
    chmodSync(at('unlock'), 0o644)
    expect(oneLine(await keys('list'))).toMatchObject({ code: 'ERR_CONFIG' })
    chmodSync(at('unlock'), 0o600)
    rmSync(at('node', 'store'), { recursive: true })
    expect(oneLine(await keys('list'))).toMatchObject({ code: 'ERR_STORE' })
    cpSync(at('kept'), at('node', 'store'), { recursive: true })
    expect((await keys('list')).code).toBe(0)
  })
})

describe('what a restore believes', () => {
  const check = async (changed: Partial<KeyBackup>, around: { self?: string; network?: string; roster?: Roster } = {}): Promise<string> => {
    const where = { self: 'a', network: 'test', roster, kernel: pool.kernel, ...around }
    const parts = { record, certificates, ...changed }
    const result = await verifyStoredKey(copyBytes(parts.record), parts.certificates, where).catch((error: unknown) => error)
    return result instanceof Error ? `${(result as { code?: string }).code} ${result.message}` : 'sound'
  }

  test('P8, P12: a change of any byte of the record or of the certificates is refused', async () => {
    expect(await check({})).toBe('sound')
    expect(await check({ certificates: null })).toBe('sound')
    const accepted: string[] = []
    for (const name of ['record', 'certificates'] as const) {
      const bytes = name === 'record' ? record : certificates
      for (let place = 0; place < bytes.length; place++) {
        const changed = copyBytes(bytes)
        changed[place] = (changed[place] ?? 0) ^ (1 << (place % 8))
        const answer = await check({ [name]: changed })
        if (!answer.startsWith('ERR_STORE ')) accepted.push(`${name} ${place}: ${answer}`)
      }
    }
    expect(accepted).toEqual([])
  })

  test('P8: another validator, network, roster or key of a participant is refused', async () => {
    expect(await check({}, { self: 'b' })).toContain('ERR_STORE')
    expect(await check({}, { network: 'production' })).toContain('of the network "test"')
    expect(await check({}, { roster: new Map([...roster].filter(([id]) => id !== 'c')) })).toContain('c, who is not in the roster')
    expect(await check({}, { roster: new Map([...roster, ['b', identity.publicKey]]) })).toContain('another identity key of b')
  })

  test('P1: a backup opens for its validator alone, and not when it is cut, longer or changed', async () => {
    const sealed = await sealBackup(SECRET, 'a', { record, certificates, mark: MARK })
    expect(await openBackup(SECRET, 'a', sealed)).toEqual({ record, certificates, mark: MARK })
    const pending = await sealBackup(SECRET, 'a', { record, certificates: null, mark: 2n ** 64n - 1n })
    expect(await openBackup(SECRET, 'a', pending)).toEqual({ record, certificates: null, mark: 2n ** 64n - 1n })
    await expect(openBackup(SECRET, 'b', sealed)).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
    await expect(openBackup(OTHER, 'a', sealed)).rejects.toMatchObject({ code: 'ERR_PASSPHRASE' })
    for (let place = 0; place < sealed.length; place += 13) {
      const changed = copyBytes(sealed)
      changed[place] = (changed[place] ?? 0) ^ 1
      await expect(openBackup(SECRET, 'a', changed)).rejects.toMatchObject({ name: 'QuorateError' })
      await expect(openBackup(SECRET, 'a', sealed.slice(0, place))).rejects.toMatchObject({ name: 'QuorateError' })
    }
  })

  test('P7: a store that took part in ceremonies has entries for keys and the mark, and none for a nonce', async () => {
    const database = await openDatabase(path.join(at('kept'), 'db'), { create: false })
    const names = [...(await database.entries()).keys()]
    await database.close()
    expect(names).toEqual([`certificates/${keyId}`, 'head', `record/${keyId}`])
  })
})
