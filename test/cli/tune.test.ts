import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bestOf, type Tried, triedOf, workerCounts } from '../../src/cli/tune/choose.ts'
import { inTurn } from '../../src/cli/tune/measure.ts'
import { loadConfig } from '../../src/node/config.ts'
import { inProcess, oneLine, quorate } from './command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quorate-tune-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SMALL = ['tune', '--quick', '--nodes', '2', '--min-signers', '2', '--max-workers', '1', '--batches', '1,3']

describe('quorate tune', () => {
  it('measures signing with 0 workers to the most, and batches, and writes the best where node and demo read it', async () => {
    const file = path.join(folder, 'node.yaml')
    writeFileSync(file, '# ours\npool:\n  maxQueue: 900 # deep\nkernel: integer\n')
    const ended = await quorate(...SMALL, '--json', '--config', file, '--write')
    expect(ended.stderr).toBe('')
    expect(ended.code).toBe(0)
    const json = oneLine(ended)
    expect(Object.keys(json)).toEqual(['schema', 'machine', 'tried', 'best', 'written'])
    expect(json).toMatchObject({ schema: 'quorate.tune/1', machine: { node: process.versions.node, kernel: 'integer' }, written: file })
    const tried = json['tried'] as readonly Tried[]
    const settings = tried.map(({ workers, batch }) => `${workers} ${batch}`)
    for (const setting of ['0 1', '0 3', '1 1', '1 3']) expect(settings).toContain(setting)
    // Another threshold is tried only where there are threads.
    expect(new Set(tried.filter(({ workers }) => workers === 1).map(({ inlineBelowMicros }) => inlineBelowMicros)).size).toBe(2)
    for (const { signaturesPerSecond, p99Ms } of tried) expect(Math.min(signaturesPerSecond, p99Ms)).toBeGreaterThan(0)

    const { workers, batch, inlineBelowMicros } = json['best'] as Tried
    expect(tried).toContainEqual(expect.objectContaining({ workers, batch, inlineBelowMicros }))
    expect(loadConfig({ file })).toMatchObject({
      pool: { workers, maxQueue: 900, inlineBelowMicros },
      kernel: 'integer',
      signing: { batch },
    })
    expect(readFileSync(file, 'utf8')).toMatch(/^# ours\n[\s\S]*maxQueue: 900 # deep\n/)
    const demo = await quorate('demo', '--nodes', '2', '--messages', '6', '--suite', 'bip340', '--config', file, '--json')
    expect(oneLine(demo)).toMatchObject({ workers, kernel: 'integer', signatures: { verified: 6 } })
  })

  it('prints a table and the best, and writes nothing unasked', async () => {
    const { code, stdout, stderr } = await inProcess('tune', '--quick', '--nodes', '2', '--max-workers', '0', '--batches', '3')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ +workers +batch +inline below +signatures\/s +p99$/m)
    expect(stdout.match(/<- best$/gm)).toHaveLength(1)
    expect(stdout).toMatch(/^best {6}no workers, 3 messages a ceremony, work below \d+ us inline$/m)
    expect(stdout).toMatch(/^not written; /m)
  })

  it.each([
    [['--nodes', '0'], 'nodes'],
    [['--min-signers', '6'], 'minSigners'],
    [['--suite', 'ed25519'], 'suite'],
    [['--max-workers', '65'], 'maxWorkers'],
    [['--batches', '1,1001'], 'batches'],
    [['--batches', '1,1'], 'batches'],
    [['--batches', ''], 'batches'],
    [['--seconds', '0'], 'seconds'],
    [['--max-p99', 'soon'], 'maxP99'],
    [['--kernel', 'fast'], 'kernel'],
    [['--write'], 'write'],
    [['--worker', '1'], 'worker'],
    [['extra'], 'arguments'],
  ])('%j exits 2 and names the field', async (flags, field) => {
    const ended = await inProcess('tune', '--json', ...flags)
    expect(ended.code).toBe(2)
    expect(oneLine(ended)).toMatchObject({ schema: 'quorate.error/1', code: 'ERR_INVALID_ARGUMENT', field })
  })

  it('a configuration that is wrong, absent or not to be written exits 78 before anything is measured', async () => {
    const wrong = path.join(folder, 'wrong.yaml')
    writeFileSync(wrong, 'pool:\n  wokers: 2\n')
    for (const [flags, field] of [
      [['--config', wrong], 'pool.wokers'],
      [['--config', wrong, '--write'], 'pool.wokers'],
      [['--config', path.join(folder, 'absent.yaml')], 'config'],
      [['--config', path.join(folder, 'absent', 'node.yaml'), '--write'], 'config'],
    ] as const) {
      const ended = await inProcess('tune', '--json', ...flags)
      expect(ended.code, flags.join(' ')).toBe(78)
      expect(oneLine(ended)).toMatchObject({ code: 'ERR_CONFIG', field })
    }
    expect(readFileSync(wrong, 'utf8')).toBe('pool:\n  wokers: 2\n')
  })
})

describe('the choice', () => {
  const at = (workers: number, batch: number, signaturesPerSecond: number, p99Ms = 10, inlineBelowMicros = 150): Tried => ({
    workers,
    batch,
    inlineBelowMicros,
    signaturesPerSecond,
    p99Ms,
  })

  it('is the fastest', () => {
    expect(bestOf([at(0, 1, 100), at(1, 10, 200), at(2, 10, 300)], null, 150)).toEqual(at(2, 10, 300))
  })

  it('among equals within the noise is the simplest: no threads before threads, small batches before large, the default threshold', () => {
    expect(bestOf([at(2, 100, 1_000), at(0, 1_000, 960), at(0, 100, 951), at(0, 10, 949)], null, 150)).toEqual(at(0, 100, 951))
    expect(bestOf([at(1, 10, 1_000, 10, 600), at(1, 10, 990), at(1, 10, 995, 10, 38)], null, 150)).toEqual(at(1, 10, 990))
  })

  it('keeps within the time that was asked for, or comes closest', () => {
    const tried = [at(0, 1, 100, 5), at(1, 10, 200, 20), at(1, 100, 300, 100)]
    expect(bestOf(tried, 20, 150)).toEqual(at(1, 10, 200, 20))
    expect(bestOf(tried, 3, 150)).toEqual(at(0, 1, 100, 5))
  })

  it('takes the median rate of the runs, and the time of 99 in 100 ceremonies of all of them', () => {
    const sample = (signatures: number, ...ceremonyMs: number[]) => ({ signatures, seconds: 2, ceremonyMs })
    const setting = { workers: 0, batch: 1, inlineBelowMicros: 150 }
    expect(triedOf(setting, [sample(200, 3), sample(20, 9), sample(220, 4)])).toEqual({ ...setting, signaturesPerSecond: 100, p99Ms: 9 })
    expect(triedOf(setting, [sample(200, 1), sample(100, 2)]).signaturesPerSecond).toBe(75)
    const hundred = sample(100, ...Array.from({ length: 100 }, (_, i) => i + 1))
    expect(triedOf(setting, [hundred]).p99Ms).toBe(99)
  })

  it('tries every number of workers on a small machine, and on a big one fewer, both ends included', () => {
    expect([0, 1, 2, 8].map(workerCounts)).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8]])
    const many = workerCounts(64)
    expect([many[0], many.at(-1)]).toEqual([0, 64])
    expect(many.length).toBeLessThan(24)
    expect(many).toEqual([...new Set(many)].sort((a, b) => a - b))
  })

  it('begins each pass with another setting', () => {
    expect([0, 1, 2].map((pass) => inTurn([1, 2, 3], pass))).toEqual([
      [1, 2, 3],
      [1, 3, 2],
      [3, 1, 2],
    ])
  })
})
