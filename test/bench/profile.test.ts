import { describe, expect, it } from 'vitest'
import { parseOptions, UsageError } from '../../bench/options.ts'
import { COLLECTOR, type CpuProfile, ENVELOPES, KERNEL, LOAD, placeOf, RUNTIME, selfTimes } from '../../bench/profile/self-time.ts'
import { SUMMARY_HEAD, sharesOf, summaryLines } from '../../bench/profile/summary.ts'
import { textOf } from '../project/sources.ts'

const frame = (functionName: string, url = '') => ({ functionName, url })
const inProject = (path: string): string => `file:///anywhere/quorate/dist/${path}`

/** root -> load -> client -> { envelope -> native, kernel -> wasm, ceremony -> library -> hash }, and what no JavaScript called. */
const PROFILE: CpuProfile = {
  startTime: 1_000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 10, 11, 12] },
    { id: 2, callFrame: frame('run', inProject('src/cli/tune/load.js')), children: [3] },
    { id: 3, callFrame: frame('receive', inProject('src/client/inbox.js')), children: [4, 6, 8] },
    { id: 4, callFrame: frame('verify', inProject('src/wire/identity.js')), children: [5] },
    { id: 5, callFrame: frame('verifyOneShot', 'node:internal/crypto/sig') },
    { id: 6, callFrame: frame('sum', inProject('src/kernel/wasm/multiples.js')), children: [7] },
    { id: 7, callFrame: frame('wasm-function[0]', 'wasm://wasm/0003494e') },
    { id: 8, callFrame: frame('hash', inProject('src/ceremony/transcript/file.js')), children: [9] },
    { id: 9, callFrame: frame('sha256', 'file:///anywhere/quorate/node_modules/hashes/sha256.js') },
    { id: 10, callFrame: frame('(idle)') },
    { id: 11, callFrame: frame('(garbage collector)') },
    { id: 12, callFrame: frame('(program)') },
  ],
  samples: [2, 3, 5, 7, 6, 9, 10, 11, 12, 3],
  timeDeltas: [0, 1, 2, 4, 8, 16, 32, 64, 128, 256],
}

describe('self time', () => {
  it('counts for the folder of the function, or of the nearest caller that has one', () => {
    expect(Object.fromEntries(selfTimes(PROFILE))).toEqual({
      [LOAD]: 1,
      client: 2,
      [ENVELOPES]: 4,
      [KERNEL]: 8 + 16,
      ceremony: 32,
      [COLLECTOR]: 128,
      [RUNTIME]: 256,
    })
  })

  it('counts nothing outside the measured time', () => {
    expect(Object.fromEntries(selfTimes(PROFILE, 1_003, 1_015))).toEqual({ [ENVELOPES]: 4, [KERNEL]: 8 + 16 })
  })

  it('takes identities for envelope signatures and the rest of the wire for what it is', () => {
    const place = (path: string): string | null => placeOf(frame('f', inProject(path)))
    expect(['src/wire/identity.js', 'src/wire/envelope.js', 'src/kernel/shared.js', 'src/bytes.js', 'bench/main.js'].map(place)).toEqual([
      ENVELOPES,
      'wire',
      KERNEL,
      'src',
      LOAD,
    ])
    expect(placeOf(frame('readSync', 'node:fs'))).toBe(null)
  })
})

describe('the summary', () => {
  const profiled = (times: Record<string, number>) => ({
    batch: 10,
    inFlight: 1,
    times: new Map(Object.entries(times)),
    load: { begin: 0, end: 2e6, cpuMicros: 600, signatures: 10, signers: 3, kernel: 'integer' as const, workers: 0 },
  })

  it('is about one node and one signature, without the load', () => {
    const shares = sharesOf(profiled({ [KERNEL]: 300, [ENVELOPES]: 30, wire: 60, [COLLECTOR]: 90, [LOAD]: 1_000 }))
    expect(shares).toEqual({ total: 16, kernel: 10, envelopes: 1, orchestration: 5 })
  })

  it('says whether orchestration is below half', () => {
    const verdict = (wire: number): string =>
      summaryLines(profiled({ [KERNEL]: 300, wire })).find((line) => line.includes('all the rest')) ?? ''
    expect(verdict(299)).toContain('| below half |')
    expect(verdict(300)).toContain('| not below half |')
  })
})

it('the summary that is checked in is of both loads, and in batches orchestration is below half', () => {
  const [head = '', batches = '', single = ''] = textOf('docs/performance/orchestration.md').split(/^### /m)
  expect(head).toContain(SUMMARY_HEAD)
  expect(batches).toMatch(/^100 messages a ceremony/)
  expect(batches).toMatch(/^\| \*\*orchestration\*\*.*\| below half \|$/m)
  expect(single).toMatch(/^One message a ceremony/)
})

describe('the options of profile', () => {
  it('are those of one load, or none for both', () => {
    const both = { command: 'profile', batch: null, inFlight: 1, seconds: 5, workers: 0, kernel: 'auto', out: null }
    expect(parseOptions(['profile'])).toEqual(both)
    const one = ['profile', '--batch', '1', '--in-flight', '64', '--seconds=2', '--workers', '1', '--kernel', 'baseline', '--out', 'x.md']
    expect(parseOptions(one)).toEqual({
      command: 'profile',
      batch: 1,
      inFlight: 64,
      seconds: 2,
      workers: 1,
      kernel: 'baseline',
      out: 'x.md',
    })
  })

  it('what cannot be meant is refused', () => {
    const wrong = [
      ['--batch', '0'],
      ['--batch', '1001'],
      ['--batch=1e2'],
      ['--in-flight', '4'],
      ['--workers', '65'],
      ['--kernel', 'x'],
      ['--out='],
      ['more'],
    ]
    for (const args of wrong) expect(() => parseOptions(['profile', ...args]), args.join(' ')).toThrow(UsageError)
  })
})
