/** `quorate evidence audit`: from the transcript that a client handed over to files of evidence that `quorate evidence verify` finds proven. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { MAX_TRANSCRIPT_BYTES } from '../../src/ceremony/transcript/file.ts'
import { formatRosterFile } from '../../src/wire/roster-file.ts'
import { flipped } from '../ceremony/dealings.ts'
import { makeWorld, messageOf } from '../ceremony/support.ts'
import { testRoster } from '../helpers/identities.ts'
import { type Ended, inProcess, oneLine, quorate } from './command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-audit-'))
const at = (name: string): string => path.join(folder, name)
const audit = (file: string, ...more: string[]): Promise<Ended> =>
  inProcess('evidence', 'audit', at(file), '--roster', at('roster.json'), '--json', ...more)

const world = makeWorld('audit on the command line', 3, { settings: { transcripts: true } })
const key = world.makeKey('bip340', 2)
const goodSigning = world.startSigning(key, world.ids, [messageOf('1')])
world.network.run()
world.adversary.corrupt('b', ({ envelope, reseal }) => [
  envelope.header.stage === 2 ? reseal({ body: flipped(flipped(envelope.body), 31) }) : envelope.bytes,
])
const badSigning = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
world.network.run()
world.adversary.corrupt('b', () => [])
const silentSigning = world.startSigning(key, world.ids, [messageOf('1')])
world.network.run()

beforeAll(() => {
  const write = (name: string, ceremonyId: bigint) =>
    writeFileSync(at(name), world.network.node('a').transcripts.get(ceremonyId) ?? new Uint8Array())
  write('keygen', key.keygenCeremonyId)
  write('good', goodSigning)
  write('bad', badSigning)
  write('silent', silentSigning)
  writeFileSync(at('roster.json'), formatRosterFile(world.network.roster))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('quorate evidence audit', () => {
  it('a complete ceremony: exit 0, with what came of it', async () => {
    const keygen = await audit('keygen')
    expect(keygen.code).toBe(0)
    expect(oneLine(keygen)).toEqual({
      schema: 'quorate.audit/1',
      status: 'complete',
      network: 'simulation',
      kind: 'keygen',
      ceremonyId: '1',
      sid: key.keyId,
      participants: ['a', 'b', 'c'],
      blamed: [],
      absent: [],
      differing: [],
      claims: [],
      remark: null,
      result: { groupPublicKey: toHex(key.groupPublicKey) },
    })
    const good = await audit('good')
    expect(good.code).toBe(0)
    expect(oneLine(good)).toMatchObject({ status: 'complete', result: { signatures: world.signaturesOf('a', goodSigning).map(toHex) } })
  })

  it('as a process, in words', async () => {
    const ended = await quorate('evidence', 'audit', at('bad'), '--roster', at('roster.json'))
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 1, stderr: '' })
    const lines = ended.stdout.split('\n')
    expect(lines[0]).toBe(`signing ${badSigning} of network "simulation", 3 participants`)
    expect(lines[2]).toBe('it was broken (the signatures do not come out right)')
    expect(lines[3]).toBe('  b: bad-signature-share (message 0), sent a signature share that is not valid')
  })

  it('--out: a file of evidence for each fault, which convinces; nothing is overwritten', async () => {
    const ended = await audit('bad', '--out', at('new/proofs'))
    expect(ended.code).toBe(1)
    const { blamed } = oneLine(ended) as { blamed: readonly { file: string; evidence: string; validator: string; message: number }[] }
    expect(readdirSync(at('new/proofs'))).toEqual(['001-b-bad-signature-share-0.evidence', '002-b-bad-signature-share-1.evidence'])
    for (const [i, { file, evidence, validator, message }] of blamed.entries()) {
      expect({ validator, message }).toEqual({ validator: 'b', message: i })
      expect(evidence).toBe(`sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`)
      const verified = await inProcess('evidence', 'verify', file, '--roster', at('roster.json'), '--json')
      expect(oneLine(verified)).toMatchObject({ proven: true, validator, message, evidence })
    }
    const again = await audit('bad', '--out', at('new/proofs'))
    expect(again.code).toBe(2)
    expect(oneLine(again)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'out' })
    const nowhere = await audit('bad', '--out', at('keygen'))
    expect(nowhere.code).toBe(2)
    expect(oneLine(nowhere)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'out' })
  })

  it('silence: exit 1, who is absent, and nobody blamed', async () => {
    const ended = await audit('silent', '--out', at('none'))
    expect(ended.code).toBe(1)
    expect(oneLine(ended)).toMatchObject({
      status: 'incomplete',
      blamed: [],
      absent: [{ stage: 'NonceCommitments', validator: 'b' }],
      result: null,
    })
    expect(readdirSync(folder)).not.toContain('none')
  })

  it('what no node recorded: exit 2; a roster that is none: exit 78', async () => {
    mkdirSync(at('folder'))
    writeFileSync(at('empty'), '')
    writeFileSync(at('flipped'), flipped(readFileSync(at('good')), 400))
    writeFileSync(at('huge'), '')
    truncateSync(at('huge'), MAX_TRANSCRIPT_BYTES + 1)
    writeFileSync(at('strangers.json'), formatRosterFile(testRoster(['a', 'b'])))
    for (const name of ['missing', 'folder', 'empty', 'flipped', 'huge', 'roster.json']) {
      const ended = await audit(name)
      expect(ended.code, name).toBe(2)
      expect(oneLine(ended)).toMatchObject({
        schema: 'quorate.error/1',
        code: expect.stringMatching(/^ERR_(?:MALFORMED|INVALID_ARGUMENT)$/),
      })
    }
    const strangers = await audit('good', '--roster', at('strangers.json'))
    expect(strangers.code).toBe(2)
    expect(oneLine(strangers)).toMatchObject({ code: 'ERR_UNKNOWN_VALIDATOR', field: 'roster.c' })
    const noRoster = await audit('good', '--roster', at('good'))
    expect(noRoster.code).toBe(78)
  })

  it.each([
    [['--out'], 'out'],
    [['--out', '--json'], 'out'],
    [['--json', '--in', 'x'], 'in'],
    [['more'], 'arguments'],
  ])('%j exits 2 and names the field', async (flags, field) => {
    const ended = await audit('good', ...flags)
    expect(ended.code).toBe(2)
    expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT', field })
  })
})

describe('quorate demo --transcripts', () => {
  it('leaves transcripts and a roster that an audit takes, and overwrites nothing', async () => {
    const demo = ['demo', '--nodes', '3', '--min-signers', '2', '--messages', '2', '--suite', 'evm', '--workers', '0', '--json']
    const first = await quorate(...demo, '--transcripts', at('demo'))
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' })
    const files = readdirSync(at('demo'))
    expect(files).toContain('1-keygen.transcript')
    for (const file of files.filter((name) => name.endsWith('.transcript'))) {
      const audited = await inProcess('evidence', 'audit', at(`demo/${file}`), '--roster', at('demo/roster.json'), '--json')
      expect(oneLine(audited)).toMatchObject({ status: 'complete', network: 'quorate demo' })
    }
    for (const folder of ['demo', 'roster.json']) {
      const again = await inProcess(...demo, '--transcripts', at(folder))
      expect(again.code).toBe(2)
      expect(oneLine(again)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'transcripts' })
    }
  })
})
