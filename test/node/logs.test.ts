import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { QuorateError } from '../../src/errors.ts'
import { type NodeLog, openLog } from '../../src/node/logs.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-logs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function lines(write: (log: NodeLog) => void, level: 'info' | 'debug' = 'info'): Record<string, unknown>[] {
  let text = ''
  const stream = {
    write: (line: string) => {
      text += line
    },
  }
  write(openLog({ settings: { level }, fields: { validator: 'a' }, stream }).log)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the log', () => {
  it('is one line of JSON an event, with time, level, node and ceremony', () => {
    const [line, ...more] = lines((log) => {
      log.info({ ceremonyId: 2n ** 64n - 1n, peer: 'b' }, 'a\nb')
      log.debug({}, 'not at this level')
    })
    expect(more).toEqual([])
    expect(line).toMatchObject({ level: 'info', validator: 'a', ceremonyId: '18446744073709551615', peer: 'b', message: 'a\nb' })
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Object.keys(line ?? {}).sort()).toEqual(['ceremonyId', 'level', 'message', 'peer', 'time', 'validator'])
  })

  it('J9: holds no bytes, wherever they stand', () => {
    const secret = new TextEncoder().encode('s3cr3t')
    const found = lines((log) => {
      log.info({ a: secret, b: { c: [secret, { d: secret.buffer }] }, e: Buffer.from(secret), f: new Map([['g', secret]]) }, 'x')
      log.info(new Error('s3cr3t', { cause: secret }), 'y')
    })
    expect(found[0]).toMatchObject({ a: '<bytes>', b: { c: ['<bytes>', { d: '<bytes>' }] }, e: '<bytes>', f: { g: '<bytes>' } })
    const text = JSON.stringify(found)
    for (const form of ['s3cr3t', Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64'), '115,51'])
      expect(text).not.toContain(form)
  })

  it('J9: tells all of our errors, of the system what it did, of others where they happened and not what they say', () => {
    const system = Object.assign(new Error('s3cr3t'), { code: 'ENOSPC', syscall: 'write' })
    const [own, foreign, thrown] = lines((log) => {
      log.error({ error: new QuorateError('ERR_STORE', { field: 'store', message: 'is full', cause: system }) }, 'x')
      log.error({ error: system }, 'x')
      log.error({ error: new TypeError('s3cr3t') }, 'x')
    })
    expect(own?.['error']).toEqual({ code: 'ERR_STORE', field: 'store', message: 'store: is full' })
    expect(foreign?.['error']).toMatchObject({ name: 'Error', code: 'ENOSPC', syscall: 'write' })
    expect(thrown?.['error']).toMatchObject({ name: 'TypeError', stack: expect.arrayContaining([expect.stringContaining('logs.test.ts')]) })
    expect(JSON.stringify([own, foreign, thrown])).not.toContain('s3cr3t')
  })

  it('goes to a file of mode 0600, appended to, and to a new one after it was moved away', () => {
    const file = path.join(folder, 'node.log')
    for (const message of ['one', 'two']) {
      const { log, close } = openLog({ settings: { level: 'info', file }, fields: {} })
      log.info({}, message)
      close()
    }
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const opened = openLog({ settings: { level: 'info', file }, fields: {} })
    renameSync(file, `${file}.1`)
    opened.reopen()
    opened.log.info({}, 'three')
    opened.close()
    expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/"one".*\n.*"two"/)
    expect(readFileSync(file, 'utf8')).toMatch(/^.*"three".*\n$/)
  })

  it('loses lines where the disk is full, and neither throws nor keeps anybody from closing', () => {
    const { log, reopen, close } = openLog({ settings: { level: 'info', file: '/dev/full' }, fields: {} })
    log.info({}, 'lost')
    reopen()
    log.fatal({}, 'lost as well')
    expect(() => close()).not.toThrow()
  })

  it('says which file cannot be written', () => {
    expect(() => openLog({ settings: { level: 'info', file: path.join(folder, 'no', 'x') }, fields: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', field: 'log.file', message: expect.stringContaining('ENOENT') }),
    )
  })
})
