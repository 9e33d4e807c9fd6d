import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { formatResult } from '../../bench/file.ts'
import { benchJson } from '../../bench/json.ts'
import { parseOptions, UsageError } from '../../bench/options.ts'
import { resultOf, row } from './results.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(path.join(os.tmpdir(), 'quorate-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(script: 'main.js' | 'report/main.js', ...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'dist', 'bench', script), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

describe('options', () => {
  it('a run takes filters, --quick, a file and a kernel', () => {
    expect(parseOptions([])).toEqual({ command: 'run', filters: [], quick: false, json: null, kernel: 'auto', svg: null })
    expect(parseOptions(['--filter', 'msm', '--filter=dkg', '--quick', '--json', 'x.json', '--kernel', 'fma'])).toEqual({
      command: 'run',
      filters: ['msm', 'dkg'],
      quick: true,
      json: 'x.json',
      kernel: 'fma',
      svg: null,
    })
  })

  it('throughput is a run of its rows alone, with a picture', () => {
    const run = { command: 'run', filters: ['throughput/'], quick: false, json: null, kernel: 'auto', svg: 'bench-throughput.svg' }
    expect(parseOptions(['throughput'])).toEqual(run)
    const more = ['throughput', '--quick', '--svg', 'x.svg', '--json', 'x.json']
    expect(parseOptions(more)).toEqual({ ...run, quick: true, svg: 'x.svg', json: 'x.json' })
  })

  it('QUORATE_KERNEL chooses the kernel where --kernel does not', () => {
    const kernelBy = (args: readonly string[], kernel: string): unknown => parseOptions(args, { QUORATE_KERNEL: kernel })
    expect(kernelBy([], 'fma')).toMatchObject({ kernel: 'fma' })
    expect(kernelBy(['--kernel', 'integer'], 'fma')).toMatchObject({ kernel: 'integer' })
    expect(kernelBy(['--kernel', 'auto'], 'fma')).toMatchObject({ kernel: 'auto' })
    for (const name of ['baseline', 'junk', '']) expect(() => kernelBy([], name), name).toThrow(/^QUORATE_KERNEL must be/)
  })

  it('--compare takes two files, --check one', () => {
    expect(parseOptions(['--compare', 'a.json', 'b.json'])).toEqual({ command: 'compare', before: 'a.json', after: 'b.json' })
    expect(parseOptions(['--check', 'a.json'])).toEqual({ command: 'check', file: 'a.json' })
  })

  it('what cannot be meant is refused with one line', () => {
    const wrong = [
      ['--bogus'],
      ['extra'],
      ['--json'],
      ['--json='],
      ['--filter='],
      ['--kernel', 'fast'],
      ['--compare', 'a.json'],
      ['--compare', 'a.json', 'b.json', 'c.json'],
      ['--compare', 'a.json', 'b.json', '--quick'],
      ['--check', 'a.json', '--quick'],
      ['--check', 'a.json', 'b.json'],
      ['--quick=yes'],
      ['--svg', 'x.svg'],
      ['throughput', '--filter', 'msm'],
      ['throughput', '--svg='],
      ['throughput', '--check', 'a.json'],
      ['--quick', 'throughput'],
    ]
    for (const args of wrong) {
      const refuse = (): unknown => parseOptions(args)
      expect(refuse, args.join(' ')).toThrow(UsageError)
      expect(refuse, args.join(' ')).toThrow(/^[^\n]+$/)
    }
  })
})

describe('the commands', () => {
  it('a mistake in the options ends with 2 and one line', () => {
    for (const args of [['--bogus'], ['--check', 'absent.json'], ['--filter', 'no row has this in its id', '--quick']]) {
      const { status, out, err } = run('main.js', ...args)
      expect({ status, out }, args.join(' ')).toEqual({ status: 2, out: '' })
      expect(err.trim().split('\n'), args.join(' ')).toHaveLength(1)
    }
  })

  it('what cannot be had is said before anything is measured', () => {
    const file = run('main.js', '--filter', 'field/mul', '--quick', '--json', path.join('absent', 'now.json'))
    expect(file).toEqual({ status: 2, out: '', err: expect.stringMatching(/^bench: .* cannot be written: .*\n$/) })
    // Node 20 has no relaxed SIMD without a flag, and says so; later versions run the row.
    const { status, err } = run('main.js', '--filter', 'field/mul', '--quick', '--kernel', 'fma')
    const expected =
      Number(process.versions.node.split('.')[0]) < 22
        ? { status: 2, err: /^bench: kernel: the fma kernel cannot run here: .*\n$/ }
        : { status: 0, err: /^$/ }
    expect(status).toBe(expected.status)
    expect(err).toMatch(expected.err)
  })

  it('a file that is no result ends with 2', () => {
    writeFileSync(path.join(folder, 'other.json'), '{"schema":"quorate.demo/1"}')
    expect(run('main.js', '--check', 'other.json')).toMatchObject({ status: 2, err: expect.stringContaining('is not a benchmark result') })
    expect(run('report/main.js', 'other.json')).toMatchObject({ status: 2 })
  })

  it('--check of a result that misses what is not listed ends with 1', () => {
    const rows = [row('signature/bip340/n=64', 'quorate-integer', 1), row('signature/bip340/n=64', 'tiny', 0.5)]
    writeFileSync(path.join(folder, 'slow.json'), formatResult(resultOf(rows)))
    const { status, out } = run('main.js', '--check', 'slow.json')
    expect(status).toBe(1)
    expect(out).toMatch(/signature\/bip340\/n=64 against tiny .* 0\.5x/)
  })

  it('a quick run of one row compares, measures and writes a valid file', () => {
    const { status, out, err } = run('main.js', '--quick', '--filter', 'point/add', '--json', 'now.json')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^point\/add /m)
    const result = benchJson.parse(JSON.parse(readFileSync(path.join(folder, 'now.json'), 'utf8')))
    expect(result).toMatchObject({ quick: true, machine: { node: process.versions.node } })
    expect(result.rows.map(({ id, impl, checked }) => `${id} ${impl} ${checked}`)).toEqual(
      [
        result.machine.kernel === 'fma' ? ['quorate-fma', 'quorate-integer'] : ['quorate-integer'],
        'baseline',
        'noble',
        'elliptic',
        'tiny',
        'native',
      ]
        .flat()
        .map((impl) => `point/add ${impl} true`),
    )
    expect(run('main.js', '--compare', 'now.json', 'now.json')).toMatchObject({ status: 0, err: '' })
    expect(run('report/main.js', 'now.json', '--out', 'page.html')).toMatchObject({ status: 0, err: '' })
    expect(existsSync(path.join(folder, 'page.html'))).toBe(true)
  })
})
