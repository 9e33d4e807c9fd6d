/** `quorate init`: what it writes, what it prints, and that it never overwrites. */
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
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nkeyOfSeed } from '../../src/bus/nats/nkeys.ts'
import { toHex } from '../../src/bytes.ts'
import { loadNodeConfig, loadOperatorConfig } from '../../src/node/config/node.ts'
import { openIdentity, openOperator, openUnlock } from '../../src/node/open.ts'
import { parsePublicLine } from '../../src/node/roster-lines.ts'
import { inProcess, oneLine } from './command.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quorate-init-'))
afterAll(() => rmSync(root, { recursive: true }))
let count = 0
const fresh = (): string => path.join(root, String(count++))

const keyFile = path.join(root, 'unlock.key')
writeFileSync(keyFile, new Uint8Array(32).fill(7), { mode: 0o600 })
const init = (folder: string, ...args: string[]) => inProcess('init', '--folder', folder, '--key-file', keyFile, ...args)

describe('quorate init', () => {
  it('makes a node: folder 0700, files 0600, a configuration that the loader takes, and the line on stdout alone', async () => {
    const folder = fresh()
    const { code, stdout, stderr } = await init(
      folder,
      '--self',
      'a',
      '--network',
      'test net',
      '--group',
      'g',
      '--server',
      'tls://b:1',
      'tls://c:2',
    )
    expect(code).toBe(0)
    const line = parsePublicLine(stdout.trimEnd(), 'line')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(line).toMatchObject({ kind: 'validator', id: 'a' })
    expect(stderr).toContain('quorate roster add')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder).sort()).toEqual(['identity.sealed', 'node.nk', 'node.yaml', 'store'])
    for (const name of readdirSync(folder))
      expect(statSync(path.join(folder, name)).mode & 0o777, name).toBe(name === 'store' ? 0o700 : 0o600)

    const config = loadNodeConfig({ file: path.join(folder, 'node.yaml') })
    expect(config).toMatchObject({
      network: 'test net',
      self: 'a',
      roster: { file: path.join(folder, 'roster.json') },
      store: { path: path.join(folder, 'store') },
      unlock: { keyFile },
      operators: {},
      nats: { group: 'g', servers: ['tls://b:1', 'tls://c:2'] },
      http: { host: '127.0.0.1' },
    })
    const identity = await openIdentity(config, await openUnlock(config))
    expect(toHex(identity.publicKey)).toBe(toHex(line.publicKey))
    expect(nkeyOfSeed(readFileSync(path.join(folder, 'node.nk')))).toBe(line.nkey)
    // Comments are what makes the file one for people.
    expect(readFileSync(path.join(folder, 'node.yaml'), 'utf8').match(/^ *#/gm)?.length).toBeGreaterThan(15)
  })

  it('makes an operator, under a passphrase, with paths in the folder kept relative', async () => {
    const folder = fresh()
    mkdirSync(folder)
    const passphraseFile = path.join(folder, 'passphrase')
    writeFileSync(passphraseFile, 'correct horse\n', { mode: 0o600 })
    const ended = await inProcess(
      'init',
      '--operator',
      'ops',
      '--folder',
      folder,
      '--passphrase-file',
      passphraseFile,
      '--tls-ca',
      path.join(folder, 'ca.pem'),
      '--json',
    )
    expect(ended.code).toBe(0)
    const json = oneLine(ended)
    expect(json).toMatchObject({ schema: 'quorate.init/1', kind: 'operator', id: 'ops' })
    expect(json['line']).toBe(`operator ops ${json['publicKey']} ${json['nkey']}`)
    const file = path.join(folder, 'operator.yaml')
    expect(readFileSync(file, 'utf8')).toContain('passphraseFile: "passphrase"')
    const config = loadOperatorConfig({ file })
    expect(config.unlock).toEqual({ passphraseFile })
    expect(config.nats.tls).toEqual({ caFile: path.join(folder, 'ca.pem') })
    const identity = await openOperator(config, await openUnlock(config))
    expect(toHex(identity.publicKey)).toBe(json['publicKey'])
  })

  it("seals an operator as an operator: its file is no node's", async () => {
    const folder = fresh()
    await init(folder, '--operator', 'ops')
    const asNode = { self: 'ops', identity: { file: path.join(folder, 'operator.sealed') } }
    await expect(openIdentity(asNode, await openUnlock({ unlock: { keyFile } }))).rejects.toMatchObject({
      code: 'ERR_PASSPHRASE',
      field: 'identity.file',
    })
  })

  it('overwrites nothing, and leaves nothing half', async () => {
    for (const name of ['node.yaml', 'identity.sealed', 'node.nk', 'store']) {
      const folder = fresh()
      mkdirSync(folder)
      const there = path.join(folder, name)
      if (name === 'node.nk') symlinkSync('nowhere', there)
      else writeFileSync(there, 'mine')
      const ended = await init(folder, '--self', 'a', '--json')
      expect(ended.code).toBe(78)
      expect(oneLine(ended)).toMatchObject({ code: 'ERR_CONFIG', field: 'folder', message: expect.stringContaining(there) })
      expect(readdirSync(folder)).toEqual([name])
      if (name !== 'node.nk') expect(readFileSync(there, 'utf8')).toBe('mine')
    }
  })

  it.each([
    [['--network', 'ü'], 'network', 78],
    [['--group', 'a.b'], 'nats.group', 78],
    [['--server', 'nats://user:pass@h:1'], 'nats.servers.0', 78],
    [['--tls-cert', 'x.pem'], 'nats.tls', 78],
    [['--self', 'a.b'], 'self', 2],
    [['--self', '__proto__'], 'self', 2],
    [['--operator', 'ops'], 'self', 2],
    [['--passphrase-fd', '3'], 'passphraseFile', 2],
  ])('refuses %j before or without leaving a file', async (args, field, code) => {
    const folder = fresh()
    const ended = await init(folder, '--json', '--self', 'a', ...args)
    expect(ended.code).toBe(code)
    expect(oneLine(ended)).toMatchObject({ field })
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
    expect(ended.stderr).not.toContain('pass@')
  })

  it('J9: refuses a passphrase that others may read, and there is no flag for one', async () => {
    const open = path.join(root, 'open')
    writeFileSync(open, 'secret')
    chmodSync(open, 0o644)
    const ended = await inProcess('init', '--self', 'a', '--folder', fresh(), '--passphrase-file', open, '--json')
    expect(ended.code).toBe(78)
    expect(ended.stdout + ended.stderr).not.toMatch(/secret\b/)
    const help = await inProcess('init', '--help')
    expect(help.stdout).not.toMatch(/--passphrase(?!-file|-fd)/)
  })
})
