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
import { afterAll, describe, expect, test } from 'vitest'
import { assertEditable, loadConfig, writeTuned } from '../../src/node/config.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-edit-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const fresh = (): string => path.join(folder, `${files++}.yaml`)

function file(content: string): string {
  const name = fresh()
  writeFileSync(name, content)
  return name
}

const TUNED = { pool: { workers: 0, inlineBelowMicros: 600 }, signing: { batch: 100 } } as const

describe('writing what was tuned', () => {
  test('keeps comments, order, blank lines and other settings', () => {
    const name = file(
      `# a signer of the east\nkernel: integer # not fma: see the runbook\n\npool:\n  # two cores\n  workers: 1\n  maxQueue: 500 # is enough\n`,
    )
    writeTuned(name, TUNED)
    expect(readFileSync(name, 'utf8')).toBe(
      `# a signer of the east\nkernel: integer # not fma: see the runbook\n\npool:\n  # two cores\n  workers: 0\n  maxQueue: 500 # is enough\n  inlineBelowMicros: 600\nsigning:\n  batch: 100\n`,
    )
    expect(loadConfig({ file: name })).toMatchObject({
      pool: { workers: 0, maxQueue: 500, inlineBelowMicros: 600 },
      kernel: 'integer',
      signing: { batch: 100 },
    })
  })

  test('twice is once', () => {
    const name = file('pool: {workers: 1} # short\n')
    writeTuned(name, TUNED)
    const once = readFileSync(name, 'utf8')
    writeTuned(name, TUNED)
    expect(readFileSync(name, 'utf8')).toBe(once)
    expect(once).toContain('# short')
  })

  test('works on an empty file, one of comments alone, and none', () => {
    for (const name of [file(''), file('# nothing yet\n'), fresh()]) {
      const comment = existsSync(name) ? readFileSync(name, 'utf8') : ''
      writeTuned(name, TUNED)
      expect(readFileSync(name, 'utf8')).toContain(comment)
      expect(loadConfig({ file: name })).toMatchObject(TUNED)
    }
  })

  test('keeps the mode of the file, and gives a new one to its owner alone', () => {
    const name = file('kernel: auto\n')
    chmodSync(name, 0o640)
    writeTuned(name, TUNED)
    expect(statSync(name).mode & 0o777).toBe(0o640)
    const made = fresh()
    writeTuned(made, TUNED)
    expect(statSync(made).mode & 0o777).toBe(0o600)
  })

  test('writes behind a link and leaves the link', () => {
    const name = file('kernel: auto\n')
    const link = fresh()
    symlinkSync(name, link)
    writeTuned(link, TUNED)
    expect(readFileSync(name, 'utf8')).toContain('batch: 100')
    expect(readFileSync(link, 'utf8')).toContain('batch: 100')
  })

  test('leaves nothing beside the file', () => {
    expect(readdirSync(folder).filter((name) => !name.endsWith('.yaml'))).toEqual([])
  })
})

describe('a file that cannot be edited', () => {
  const refusals = [
    ['pool:\n  wokers: 1\n', 'pool.wokers'],
    ['pool: [1]\n', 'pool'],
    ['a: &x 1\n', 'file'],
    ['kernel: auto\n---\nkernel: auto\n', 'file'],
  ] as const

  test.each(refusals)('%j is refused and stays as it is', (content, field) => {
    const name = file(content)
    for (const refused of [() => assertEditable(name), () => writeTuned(name, TUNED)]) {
      expect(refused).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', field }))
    }
    expect(readFileSync(name, 'utf8')).toBe(content)
  })

  test('is found out before anything is measured', () => {
    expect(assertEditable(file('kernel: auto\n'))).toBe('there')
    const missing = fresh()
    expect(assertEditable(missing)).toBe('new')
    expect(existsSync(missing)).toBe(false)
    const nowhere = path.join(folder, 'absent', 'node.yaml')
    expect(() => assertEditable(nowhere)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', field: 'file' }))
    const directory = path.join(folder, `${files++}.yaml`)
    mkdirSync(directory)
    expect(() => assertEditable(directory)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', field: 'file' }))
  })
})
