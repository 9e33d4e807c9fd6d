/** `quorate evidence verify` as a process: what it says of proofs, of what is none, and of files that are no files. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { formatRosterFile } from '../../src/wire/roster-file.ts'
import { MAX_EVIDENCE_BYTES } from '../../src/wire/sizes.ts'
import { flipped } from '../ceremony/dealings.ts'
import { makeWorld, messageOf } from '../ceremony/support.ts'
import { testRoster } from '../helpers/identities.ts'
import { type Ended, inProcess, oneLine, quorate } from './command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-evidence-'))
const at = (name: string): string => path.join(folder, name)
const lineOf = (file: string, more: readonly string[]): string[] => ['evidence', 'verify', at(file), '--roster', at('roster.json'), ...more]
const verify = (file: string, ...more: string[]): Promise<Ended> => inProcess(...lineOf(file, more))

/** b signs with its key what is no share: at the second message of two. */
const world = makeWorld('evidence on the command line', 3)
const key = world.makeKey('bip340', 2)
world.adversary.corrupt('b', ({ envelope, reseal }) => [
  envelope.header.stage === 2 ? reseal({ body: flipped(envelope.body) }) : envelope.bytes,
])
const ceremonyId = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
world.network.run()
const [blame] = world.failureOf('a', ceremonyId).blamed
if (blame === undefined) throw new Error('nobody was blamed')
const { evidence } = blame

beforeAll(() => {
  writeFileSync(at('share.evidence'), evidence)
  writeFileSync(at('roster.json'), formatRosterFile(world.network.roster))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('quorate evidence verify', () => {
  it('says who, what and when of a proof, and exits 0', async () => {
    const { code, stdout, stderr } = await quorate(...lineOf('share.evidence', []))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'who   b',
      'what  bad-signature-share: sent a signature share that is not valid',
      `when  signing ${ceremonyId} of network "simulation", stage SignatureShare, message 1`,
    ])
  })

  it('--json: one line with all of it', async () => {
    const ended = await verify('share.evidence', '--json')
    expect(ended.code).toBe(0)
    expect(oneLine(ended)).toEqual({
      schema: 'quorate.evidence/1',
      proven: true,
      validator: 'b',
      fault: 'bad-signature-share',
      description: 'sent a signature share that is not valid',
      network: 'simulation',
      kind: 'sign',
      ceremonyId: ceremonyId.toString(),
      sid: expect.stringMatching(/^[0-9a-f]{64}$/),
      sent: 'message',
      stage: 'SignatureShare',
      message: 1,
      evidence: `sha256:${createHash('sha256').update(evidence).digest('hex')}`,
    })
  })

  it('anything else is not proven: exit 1, with the reason', async () => {
    const files: Readonly<Record<string, Uint8Array>> = {
      empty: new Uint8Array(),
      junk: new TextEncoder().encode('who, me?'),
      'cut.evidence': evidence.slice(0, -1),
      'longer.evidence': new Uint8Array([...evidence, 0]),
      'changed.evidence': flipped(evidence, evidence.length >> 1),
      'hex.evidence': new TextEncoder().encode(toHex(evidence)),
    }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(at(name), bytes)
    // Larger than any evidence; a hole, so that the disk does not notice.
    writeFileSync(at('huge'), '')
    truncateSync(at('huge'), MAX_EVIDENCE_BYTES + 1)
    const names = [...Object.keys(files), 'huge']
    const all = await Promise.all(names.map((name) => verify(name, '--json')))
    for (const [i, ended] of all.entries()) {
      expect(ended.code, names[i]).toBe(1)
      expect(oneLine(ended)).toEqual({ schema: 'quorate.evidence/1', proven: false, reason: expect.stringMatching(/./) })
      expect(ended.stderr).toBe('')
    }
    expect(all.at(-1)?.stdout).toContain(`${MAX_EVIDENCE_BYTES + 1} bytes`)
    const plain = await quorate(...lineOf('junk', []))
    expect({ code: plain.code, stdout: plain.stdout }).toEqual({ code: 1, stdout: 'not proven: evidence is not a canonical encoding\n' })
  })

  it('a roster with another key for a participant proves nothing', async () => {
    const strangers = new Map([...world.network.roster, ...testRoster(['x'])])
    strangers.set('c', testRoster(['y']).get('y') ?? new Uint8Array())
    writeFileSync(at('strangers.json'), formatRosterFile(strangers))
    const ended = await verify('share.evidence', '--json', '--roster', at('strangers.json'))
    expect(ended.code).toBe(1)
    expect(oneLine(ended)).toMatchObject({ proven: false, reason: 'the roster has another key for c' })
  })
})

describe('files that are none', () => {
  const pipe = at('pipe')
  beforeAll(() => {
    mkdirSync(at('folder'))
    execFileSync('mkfifo', [pipe])
  })

  it.each(['missing', 'folder', 'pipe'])('evidence in a %s: exit 2, at once', async (name) => {
    const ended = await quorate(...lineOf(name, ['--json']))
    expect(ended.code).toBe(2)
    expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT', field: 'file' })
  })

  it('a roster that is missing, a folder, a pipe, no roster or no text: exit 78', async () => {
    writeFileSync(at('latin1.json'), Uint8Array.of(0x7b, 0xe9, 0x7d))
    writeFileSync(at('twice.json'), '{"validators":{"a":"00","a":"00"}}')
    writeFileSync(at('empty.json'), '')
    writeFileSync(at('huge.json'), '')
    truncateSync(at('huge.json'), 2 ** 21 + 1)
    for (const name of ['missing', 'folder', 'pipe', 'latin1.json', 'twice.json', 'empty.json', 'huge.json']) {
      const run = name === 'pipe' ? quorate : inProcess
      const ended = await run(...lineOf('share.evidence', ['--json', '--roster', at(name)]))
      expect(ended.code, name).toBe(78)
      expect(oneLine(ended)).toMatchObject({
        schema: 'quorate.error/1',
        code: 'ERR_CONFIG',
        field: expect.stringMatching(/^(?:roster|validators)/),
      })
    }
  })
})

it.each([
  [[], 'roster'],
  [['--roster'], 'roster'],
  [['--roster', '--json'], 'roster'],
  [['--roster', 'x', '--rooster', 'y'], 'rooster'],
  [['--roster', 'x', 'second'], 'arguments'],
])('quorate evidence verify FILE %j exits 2 and names the field', async (flags, field) => {
  const ended = await inProcess('evidence', 'verify', '--json', at('share.evidence'), ...flags)
  expect(ended.code).toBe(2)
  expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT', field })
})

it('without a file, a command, or with an unknown one: exit 2', async () => {
  const all = await Promise.all([
    inProcess('evidence', 'verify', '--roster', at('roster.json'), '--json'),
    inProcess('evidence', '--json'),
    inProcess('evidence', 'refute', '--json'),
  ])
  for (const ended of all) {
    expect(ended.code).toBe(2)
    expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT' })
  }
  const help = await inProcess('evidence', 'verify', '--help')
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('--roster')
})
