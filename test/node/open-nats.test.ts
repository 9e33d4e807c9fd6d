import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { natsOptions } from '../../src/node/open-nats.ts'

const byName = vi.hoisted((): string[] => [])
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const readFile = (file: string, encoding: BufferEncoding): Promise<string> => {
    byName.push(file)
    return real.readFile(file, encoding)
  }
  return { ...real, readFile }
})

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-open-nats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PEM = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
const keyFile = path.join(folder, 'key.pem')
writeFileSync(keyFile, PEM, { mode: 0o600 })
const tlsOf = async (file: string) => (await natsOptions('a', { nats: { servers: ['nats://h'], group: 'g', tls: { keyFile: file } } })).tls

describe('the key of a TLS certificate', () => {
  it('is what its file held when it was looked at: it is not opened a second time by its name', async () => {
    expect(await tlsOf(keyFile)).toEqual({ key: PEM })
    expect(byName).toEqual([])
  })

  it('is refused behind a link, and where others can read it', async () => {
    const link = path.join(folder, 'link.pem')
    symlinkSync(keyFile, link)
    await expect(tlsOf(link)).rejects.toMatchObject({ code: 'ERR_CONFIG', field: 'nats.tls.keyFile' })
    chmodSync(keyFile, 0o644)
    await expect(tlsOf(keyFile)).rejects.toMatchObject({ code: 'ERR_CONFIG', field: 'nats.tls.keyFile' })
    chmodSync(keyFile, 0o600)
  })
})
