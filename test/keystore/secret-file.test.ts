import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSecretFile, writeSecretFile } from '../../src/keystore/secret-file.ts'
import { readUnlock } from '../../src/keystore/unlock.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
let folder: string
const at = (name: string): string => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'quorate-secret-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function given(name: string, bytes: string | Uint8Array, mode = 0o600): string {
  writeFileSync(at(name), bytes, { mode })
  chmodSync(at(name), mode)
  return at(name)
}

describe('writing', () => {
  test('P9: a new file is 0600 whatever the umask, and leaves nothing beside it', async () => {
    await writeSecretFile(at('new'), text('seed'))
    expect(statSync(at('new')).mode & 0o777).toBe(0o600)
    expect(readFileSync(at('new'), 'utf8')).toBe('seed')
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  test('P9: an existing file, a link and a folder are not touched', async () => {
    const target = given('target', 'kept')
    symlinkSync(target, at('link'))
    symlinkSync(at('nowhere'), at('dangling'))
    mkdirSync(at('folder'))
    for (const name of ['target', 'link', 'dangling', 'folder']) {
      await expect(writeSecretFile(at(name), text('other'))).rejects.toMatchObject({ code: 'ERR_STORE' })
      if (name !== 'target')
        await expect(writeSecretFile(at(name), text('other'), { replace: true })).rejects.toMatchObject({ code: 'ERR_STORE' })
    }
    expect(readFileSync(target, 'utf8')).toBe('kept')
    expect(existsSync(at('nowhere'))).toBe(false)
    await writeSecretFile(target, text('replaced'), { replace: true })
    expect(readFileSync(target, 'utf8')).toBe('replaced')
  })

  test('P4: a write that fails half-way leaves the old file and nothing else', async () => {
    const target = given('whole', 'old')
    const before = readdirSync(folder)
    const { prototype } = await open(target).then(async (handle) => {
      await handle.close()
      return handle.constructor as { prototype: Record<'sync' | 'writeFile', () => Promise<void>> }
    })
    for (const step of ['writeFile', 'sync'] as const) {
      const real = prototype[step]
      prototype[step] = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
      try {
        await expect(writeSecretFile(target, text('new'), { replace: true })).rejects.toMatchObject({
          code: 'ERR_STORE',
          message: expect.stringContaining('ENOSPC'),
        })
      } finally {
        prototype[step] = real
      }
      expect(readFileSync(target, 'utf8')).toBe('old')
      expect(readdirSync(folder)).toEqual(before)
    }
    await expect(writeSecretFile(path.join(folder, 'missing', 'x'), text('new'))).rejects.toMatchObject({ code: 'ERR_STORE' })
  })
})

describe('reading', () => {
  test('P9: a file that others can use, a link, a folder, a missing and a too large one are refused by name', async () => {
    const good = given('good', 'secret')
    expect(await readSecretFile(good, 6)).toEqual(text('secret'))
    expect(await readSecretFile(given('read-only', 'secret', 0o400), 6)).toEqual(text('secret'))
    symlinkSync(good, at('good-link'))
    for (const [name, words] of [
      [given('group', 's', 0o640), 'chmod 600'],
      [given('world', 's', 0o604), 'chmod 600'],
      [at('good-link'), 'symbolic link'],
      [folder, 'not a regular file'],
      [at('absent'), 'does not exist'],
      [given('large', 'secrets'), 'larger than 6 bytes'],
    ] as const) {
      await expect(readSecretFile(name, 6)).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining(words) })
      await expect(readSecretFile(name, 6)).rejects.toMatchObject({ message: expect.stringContaining(name) })
    }
  })
})

describe('unlock', () => {
  test('a passphrase loses one newline at its end, and no other byte', async () => {
    for (const [raw, words] of [
      ['pass phrase', 'pass phrase'],
      ['pass\n', 'pass'],
      ['pass\r\n', 'pass'],
      ['pass\n\n', 'pass\n'],
      [' pass ', ' pass '],
      ['pass\r', 'pass\r'],
    ] as const) {
      const secret = await readUnlock({ passphraseFile: given('phrase', raw) })
      expect(secret.kind).toBe('passphrase')
      expect(secret.bytes).toEqual(text(words))
    }
    const descriptor = await open(given('phrase', 'from a descriptor\n'))
    expect((await readUnlock({ passphraseFd: descriptor.fd })).bytes).toEqual(text('from a descriptor'))
    await descriptor.close().catch(() => undefined)
  })

  test('a key file is 32 bytes or 64 hex digits', async () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
    const hex = Buffer.from(key).toString('hex')
    for (const raw of [key, hex, `${hex}\n`, hex.toUpperCase()]) {
      expect(await readUnlock({ keyFile: given('key', raw) })).toMatchObject({ kind: 'key', bytes: key })
    }
    for (const raw of ['', key.subarray(1), hex.slice(2), `${hex}00`, `${hex.slice(1)}x`, `${hex}  `]) {
      const error: unknown = await readUnlock({ keyFile: given('key', raw) }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'ERR_CONFIG' })
      if (raw.length > 8) expect(String(error)).not.toContain(hex.slice(8, 24))
    }
  })

  test('none, several, an empty and an endless source are refused', async () => {
    const file = given('phrase', 'x')
    for (const source of [{}, { passphraseFile: file, keyFile: file }, { passphraseFile: file, passphraseFd: 0 }]) {
      await expect(readUnlock(source)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'unlock' })
    }
    for (const raw of ['', '\n', 'x'.repeat(1025)]) {
      await expect(readUnlock({ passphraseFile: given('phrase', raw) })).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    }
    expect((await readUnlock({ passphraseFile: given('phrase', `${'x'.repeat(1024)}\n`) })).bytes).toHaveLength(1024)
    await expect(readUnlock({ passphraseFd: 2 ** 20 })).rejects.toMatchObject({ code: 'ERR_CONFIG', field: 'unlock.passphraseFd' })
    await expect(readUnlock({ passphraseFd: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
  })
})
