import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { DemoProgress } from '../../src/cli/demo/progress.ts'
import { reportLines } from '../../src/cli/demo/report.ts'
import { type DemoOptions, type DemoRun, failedCheck } from '../../src/cli/demo/run.ts'
import { makeSchedule } from '../../src/cli/demo/schedule.ts'
import { runCommandLine } from '../../src/cli/program.ts'

const options: DemoOptions = {
  nodes: 5,
  minSigners: 3,
  messages: 100,
  suites: ['bip340'],
  seed: 'x',
  pool: {},
  batch: 1,
  transcripts: null,
}
const nodes = ['a', 'b', 'c', 'd', 'e']

/** A run in which everything held, to be spoilt in one place. */
function goodRun(): DemoRun {
  const schedule = makeSchedule({ seed: 'x', suite: 'bip340', nodes, minSigners: 3, messages: 100 })
  const key = {
    keyId: '00'.repeat(32),
    suite: 'bip340',
    protocol: 'frost',
    minSigners: 3,
    participants: nodes,
    groupPublicKey: new Uint8Array(33).fill(2),
    verifyingShares: new Map<string, Uint8Array>(),
    state: 'active',
    keygenCeremonyId: 1n,
    certificates: new Map<string, Uint8Array>(),
  } as const
  const keygen = { key, agreed: true, totalMs: 12.5, stages: { HashCommitment: 12.5 }, bytesPerNode: 2_000 }
  const signatures = schedule.signings.map(() => new Uint8Array(64))
  const signing = { signatures, agreed: true, ceremonies: 100, mostInFlight: 48, totalMs: 300, bytesPerNode: 31_000 }
  const times = { p50: 0.1, p99: 1 }
  const pool = {
    workers: 2,
    queued: 0,
    running: 0,
    completed: 10,
    inline: 4,
    lostWorkers: 0,
    utilization: 0.5,
    runMs: times,
    waitMs: times,
  }
  return {
    suites: [{ suite: 'bip340', keygen, schedule, signing, verified: 100 }],
    result: {
      schema: 'quorate.demo/1',
      nodes: 5,
      minSigners: 3,
      kernel: 'integer',
      workers: 2,
      seed: 'x',
      keygen: [],
      signatures: { requested: 100, verified: 100, verifiedBy: 'noble', bySuite: [] },
      pool,
      totalMs: 1_000,
    },
  }
}

function spoilt(change: (suite: DemoRun['suites'][number]) => Partial<DemoRun['suites'][number]>): string | null {
  const run = goodRun()
  return failedCheck(options, { ...run, suites: run.suites.map((suite) => ({ ...suite, ...change(suite) })) })
}

describe('the checks of the demo', () => {
  it('pass when everything held', () => {
    expect(failedCheck(options, goodRun())).toBeNull()
  })

  it('fail when nodes or signers disagree, or a signature does not verify', () => {
    expect(spoilt(({ keygen }) => ({ keygen: { ...keygen, agreed: false } }))).toContain('different keys')
    expect(spoilt(({ signing }) => ({ signing: { ...signing, agreed: false } }))).toContain('different signatures')
    expect(spoilt(() => ({ verified: 99 }))).toContain('99 of 100')
  })

  it('fail when messages repeat, few ceremonies were in flight or a signer set sat out', () => {
    expect(
      spoilt(({ schedule }) => {
        const [first] = schedule.signings
        return { schedule: { ...schedule, signings: schedule.signings.map((signing, i) => (i === 1 && first ? first : signing)) } }
      }),
    ).toContain('not distinct')
    expect(spoilt(({ signing }) => ({ signing: { ...signing, mostInFlight: 31 } }))).toContain('31 ceremonies')
    expect(spoilt(({ schedule }) => ({ schedule: { ...schedule, signerSets: 9 } }))).toContain('9 of 10')
  })

  it('fail when a big cluster had workers and none of them worked, and only then', () => {
    const run = goodRun()
    const idle = { ...run, result: { ...run.result, pool: { ...run.result.pool, inline: 10 } } }
    const inline = { ...idle, result: { ...idle.result, workers: 0 } }
    const big = { ...options, nodes: 100, minSigners: 67, messages: 100 }
    expect(failedCheck(big, idle)).toContain('main thread')
    expect(failedCheck(big, run)).toBeNull()
    expect(failedCheck(big, inline)).toBeNull()
    expect(failedCheck(options, idle)).toBeNull()
  })
})

it('a signal amid the signing ends the demo: exit 130, the live line gone, no result', async () => {
  const interrupt = new AbortController()
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true })
  let drawn = ''
  stream.on('data', (text: string) => {
    drawn += text
    if (drawn.includes('bip340: signing')) interrupt.abort()
  })
  const results: string[] = []
  const log: string[] = []
  const code = await runCommandLine(['demo', '--messages', '10000', '--suite', 'bip340', '--workers', '1'], {
    writeResult: (text) => void results.push(text),
    log: (text) => void log.push(text),
    terminal: stream,
    signal: interrupt.signal,
  })
  expect({ code, results, log }).toEqual({ code: 130, results: [], log: ['quorate: interrupted (ERR_ABORTED)'] })
  expect(drawn.slice(drawn.lastIndexOf('signing'))).toContain('\u001b[?25h')
})

describe('what people see', () => {
  it('the report names what verified', () => {
    const run = goodRun()
    expect(reportLines(run).join('\n')).toContain('@noble/curves, an implementation that is not ours')
    const installed = { ...run, result: { ...run.result, signatures: { ...run.result.signatures, verifiedBy: 'baseline' as const } } }
    expect(reportLines(installed).join('\n')).toContain('bn.js baseline of this package, because @noble/curves is not installed')
  })

  it('the live line is drawn on a terminal and taken away again', () => {
    const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true })
    const progress = new DemoProgress(stream)
    progress.begin('bip340: key generation', 4, 'HashCommitment')
    progress.step('HashCommitment done')
    progress.clear()
    const drawn = String(stream.read())
    expect(drawn).toContain('bip340: key generation')
    const rest = drawn.slice(drawn.lastIndexOf('key generation'))
    expect(rest, 'the line is cleared').toContain('\u001b[2K')
    expect(rest, 'the cursor is back').toContain('\u001b[?25h')
  })

  it('nothing is drawn where nobody watches', () => {
    const progress = new DemoProgress(null)
    progress.begin('x', 1, '')
    progress.step()
    expect(() => progress.clear()).not.toThrow()
  })
})
