/** `quorate roster add`: from public lines to the file that all nodes have in common. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeNkey } from '../../src/bus/nats/nkeys.ts'
import { toHex } from '../../src/bytes.ts'
import { formatPublicLine } from '../../src/node/roster-lines.ts'
import { parseRosterDocument } from '../../src/wire/roster-file.ts'
import { testIdentity } from '../helpers/identities.ts'
import { ROOT } from '../project/sources.ts'
import { inProcess, oneLine } from './command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-roster-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const fresh = (): string => path.join(folder, `${files++}.json`)

const nkeys = new Map(['a', 'b', 'ops', 'operator'].map((id) => [id, makeNkey().publicKey]))
const line = (id: string, kind: 'validator' | 'operator' = 'validator'): string =>
  formatPublicLine({ kind, id, publicKey: testIdentity(id).publicKey, nkey: nkeys.get(id) ?? null })
const add = (file: string, ...args: string[]) => inProcess('roster', 'add', '--json', '--file', file, ...args)
const read = (file: string) => parseRosterDocument(readFileSync(file, 'utf8'))

describe('quorate roster add', () => {
  it('makes the file, adds to it, and is content with what is there already', async () => {
    const file = fresh()
    expect((await add(file, line('b'))).code).toBe(0)
    const ended = await add(file, line('ops', 'operator'), line('a'), line('b'))
    expect(ended.code).toBe(0)
    expect(oneLine(ended)).toEqual({ schema: 'quorate.roster/1', file, validators: ['a', 'b'], operators: ['ops'] })
    const { roster, nkeys: keys } = read(file)
    expect([...roster.keys()]).toEqual(['a', 'b'])
    expect(toHex(roster.get('a') ?? new Uint8Array())).toBe(toHex(testIdentity('a').publicKey))
    expect(keys.validators.get('b')).toBe(nkeys.get('b'))
    expect([...keys.operators]).toEqual([['ops', nkeys.get('ops')]])
    expect(statSync(file).mode & 0o777).toBe(0o644)
    // The operator's own key belongs into each node's configuration.
    expect(ended.stderr).toContain(`ops: "${toHex(testIdentity('ops').publicKey)}"`)
    expect(readFileSync(file, 'utf8')).not.toContain(toHex(testIdentity('ops').publicKey))
  })

  it('takes lines from stdin, and validators without a broker', () => {
    const file = fresh()
    const main = path.join(ROOT, 'dist/src/cli/main.js')
    const stdout = execFileSync(process.execPath, [main, 'roster', 'add', '--file', file], {
      input: `${line('a')}\n\n  ${line('plain')}  \r\n`,
      encoding: 'utf8',
    })
    expect(stdout).toBe(`${file}: 2 validators (a, plain)\n`)
    expect([...read(file).nkeys.validators.keys()]).toEqual(['a'])
  })

  it('keeps a validator called "operator" apart from an operator', async () => {
    const file = fresh()
    expect((await add(file, line('operator'))).code).toBe(0)
    expect([...read(file).roster.keys()]).toEqual(['operator'])
  })

  it('refuses another key for a known name and leaves the file as it was, unless --replace is given', async () => {
    const file = fresh()
    await add(file, line('a'), line('b'))
    const before = readFileSync(file, 'utf8')
    const other = `a ${toHex(testIdentity('x').publicKey)}`
    const otherNkey = `a ${toHex(testIdentity('a').publicKey)} ${nkeys.get('ops')}`
    for (const [text, field] of [
      [other, 'validators.a'],
      [otherNkey, 'nkeys.validators.a'],
    ] as const) {
      const ended = await add(file, text)
      expect(ended.code).toBe(2)
      expect(oneLine(ended)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field })
      expect(readFileSync(file, 'utf8')).toBe(before)
    }
    expect((await add(file, other, '--replace')).code).toBe(0)
    expect(toHex(read(file).roster.get('a') ?? new Uint8Array())).toBe(toHex(testIdentity('x').publicKey))
  })

  it('writes nothing where a line is wrong, a key has two owners, or no validator is there', async () => {
    const key = toHex(testIdentity('a').publicKey)
    for (const [lines, code] of [
      [['a'], 2],
      [['a zz'], 2],
      [[`a ${key} Uxyz`], 2],
      [[`a ${key} ${nkeys.get('a')} more`], 2],
      [[`a.b ${key}`], 2],
      [[`__proto__ ${key}`], 2],
      [[`a ${'00'.repeat(32)}`], 2],
      [[`a ${key}`, `b ${key}`], 2],
      [[line('ops', 'operator')], 2],
      [[' '], 2],
    ] as const) {
      const file = fresh()
      const ended = await add(file, ...lines)
      expect(ended.code, lines.join('|')).toBe(code)
      expect(oneLine(ended)['code']).toMatch(/^ERR_/)
      expect(readdirSync(folder)).not.toContain(path.basename(file))
    }
  })

  it('refuses a roster that is there and broken; replaces what a link leads to, not the link', async () => {
    const broken = fresh()
    writeFileSync(broken, '{}')
    expect((await add(broken, line('a'))).code).toBe(78)
    expect(readFileSync(broken, 'utf8')).toBe('{}')
    const [real, link] = [fresh(), fresh()]
    await add(real, line('a'))
    symlinkSync(real, link)
    await add(link, line('b'))
    expect([...read(real).roster.keys()]).toEqual(['a', 'b'])
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
