/** The parts of the harness that need no broker. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peekHeader } from '../../src/wire/envelope.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { Dice } from '../simulation/dice.ts'
import { withGuests } from './broker-config.ts'
import { Child } from './child.ts'
import { makeJunk } from './flood.ts'
import { reportedKeys } from './reported.ts'
import { searchTexts } from './secret-search.ts'
import { Story } from './story.ts'
import { TrafficRecord } from './traffic-record.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quorate-harness-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a child process', () => {
  const script = (code: string) => new Child('script', process.execPath, ['-e', code], path.join(folder, 'log'))

  it('is read line by line, also what came before somebody asked, and logged', async () => {
    const child = script('console.log("one\\ntwo"); console.error("three"); process.stdout.write("rest")')
    expect(await child.line((line) => line === 'three')).toBe('three')
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect([...child.lines].sort()).toEqual(['one', 'rest', 'three', 'two'])
    expect(child.stdout).toBe('one\ntwo\nrest')
    expect(await child.line((line) => line === 'one')).toBe('one')
    expect(readFileSync(path.join(folder, 'log'), 'utf8')).toHaveLength('one\ntwo\nthree\nrest'.length)
    await expect(child.line((line) => line === 'four')).rejects.toThrow(/script: ended without the line .*\none\n/s)
  })

  it('is ended by a signal, once', async () => {
    const child = script('setInterval(() => {}, 1e6)')
    await expect(child.line(() => true, 10)).rejects.toThrow('10 ms passed')
    expect(await child.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    child.signal('SIGKILL')
    expect(child.over).toBe(true)
  })

  it('that cannot be started has ended', async () => {
    const child = new Child('none', path.join(folder, 'no-such-program'), [], path.join(folder, 'none.log'))
    expect(await child.ended).toEqual({ code: null, signal: null })
    expect(child.lines).toEqual([expect.stringContaining('ENOENT')])
  })
})

it('guests join the list of users, however it is written, and nothing else', () => {
  const guest = { nkey: 'UABC', hears: ['quorate.v1.g.>'] }
  for (const list of ['users = [', 'users: [', 'users [']) {
    const [head, entry, ...rest] = withGuests(`authorization {\n  ${list}\n    { nkey: UDEF }\n  ]\n}\n`, [guest]).split('\n').slice(1)
    expect(head).toBe(`  ${list}`)
    expect(entry).toMatch(/^ {4}\{ nkey: UABC, permissions: \{ publish: \{ deny: ">" \}, .*quorate\.v1\.g\.>/)
    expect(rest).toEqual(['    { nkey: UDEF }', '  ]', '}', ''])
  }
  expect(() => withGuests('port: 4222\n', [guest])).toThrow('no list of users')
})

it('keys are reported active by a keygen that succeeded and by a key that is ready', () => {
  const record = new TrafficRecord('n', testRoster(['a']))
  const keys = reportedKeys(record)
  const hear = (from: string, event: object) =>
    record.hear(`quorate.v1.g.${from}.event`, new Uint8Array(Buffer.from(JSON.stringify(event))))
  hear('a', { type: 'keygenOutcome', outcome: { status: 'success', key: { keyId: 'k1' } } })
  hear('a', { type: 'keygenOutcome', outcome: { status: 'failure', reason: 'unconfirmed' } })
  hear('b', { type: 'keyReady', keyId: 'k2' })
  hear('c', { type: 'keyReady', keyId: 'k1' })
  hear('c', { type: 'readyToKeygen', validator: 'c' })
  expect([...keys]).toEqual([
    ['k1', 'a'],
    ['k2', 'b'],
  ])
})

it('junk comes under the subjects that a broker lets its member use, and some of it looks right', () => {
  const flooder = { self: 'e', identity: testIdentity('e'), network: 'n', group: 'g', others: ['a', 'b'] }
  const junk = makeJunk(flooder, new Dice('junk'))
  const subjects = new Set(junk.map(({ subject }) => subject))
  expect([...subjects].sort()).toEqual(['quorate.v1.g.e.p2p', 'quorate.v1.g.e.p2p.a', 'quorate.v1.g.e.p2p.b', 'quorate.v1.g.e.ready'])
  expect(junk.filter(({ bytes }) => peekHeader(bytes)?.header.from === 'e').length).toBeGreaterThan(junk.length / 4)
})

it('a story shows commands as one would type them, flags with their values, its folder and long words cut', () => {
  let told = ''
  const story = new Story((text) => {
    told += text
  }, false)
  story.folder = '/tmp/x'
  story.chapter('Signing')
  story.command([
    'sign',
    '--config',
    '/tmp/x/ops.yaml',
    '--message',
    'ab'.repeat(32),
    '--signers',
    'alice,bob,carol',
    '--retry',
    '2',
    '--json',
  ])
  story.output(`at /tmp/x\n${'y'.repeat(200)}`)
  const lines = told.split('\n')
  expect(lines[1]).toMatch(/^1\. Signing {2}\d+\.\d s$/)
  expect(lines[2]).toBe(`   $ quorate sign --config $DIR/ops.yaml --message ${'ab'.repeat(19)}a… \\`)
  expect(lines[3]).toBe('       --signers alice,bob,carol --retry 2 --json')
  expect(lines[4]).toBe('   | at $DIR')
  expect(lines[5]).toHaveLength(3 + 2 + 132)
})

it('a secret is found as bytes, in hexadecimal and in base64, wherever it begins', () => {
  const secret = new Dice('secret').bytes(32)
  const forms = ['hex', 'base64', 'base64url'] as const
  const around = [0, 1, 2, 3, 4].map((before) => Buffer.concat([Buffer.alloc(before, 0xff), secret, Buffer.from('more')]))
  const texts = around.flatMap((bytes) => [bytes, ...forms.map((form) => Buffer.from(bytes.toString(form)))])
  for (const [i, text] of texts.entries()) {
    expect(searchTexts(new Map([['file', text]]), [{ name: 'share', bytes: secret }]), String(i)).toEqual(['share in file'])
    expect(searchTexts(new Map([['file', text]]), [{ name: 'share', bytes: secret, allowedIn: 'file' }])).toEqual([])
    expect(searchTexts(new Map([['file', text]]), [{ name: 'other', bytes: new Dice('other').bytes(32) }])).toEqual([])
  }
})
