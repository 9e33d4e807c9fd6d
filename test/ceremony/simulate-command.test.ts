/** `npm run simulate` as a process: replay, campaign, wrong arguments. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../project/sources.ts'
import { readArguments } from '../simulation/options.ts'

function simulate(...args: readonly string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'dist/test/simulation/main.js'), ...args], {
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

describe('simulate', () => {
  it('replays one seed in words, the same each time', () => {
    const first = simulate('--seed', '7')
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/^seed 7: \d nodes, \d sign, .*; corrupted: /)
    for (const part of ['what the corrupted did', 'what the machines did', 'how it ended', 'all invariants hold'])
      expect(first.out).toContain(part)
    expect(first.out).toMatch(/ ms {2}[a-g] sends (?:HashCommitment|NonceCommitments) of 1000 to all/)
    expect(simulate('--seed', '7').out).toBe(first.out)
  })

  it('runs a campaign on all cores and prints its figures', () => {
    const { code, out } = simulate('--runs', '12', '--from', '100')
    expect(code).toBe(0)
    for (const part of [/^12 runs, \d+ ceremonies, /, /\n {11}\d+ {2}success\n|success/, /violations: 0/, /seeds 100 to 111/])
      expect(out).toMatch(part)
  })

  it('refuses anything else with its usage', () => {
    const wrong = [
      [],
      ['--runs'],
      ['--runs', '0'],
      ['--runs', 'x'],
      ['--runs', '1.5'],
      ['--seed', '1', '--runs', '2'],
      ['--from', '3'],
      ['--what'],
      ['1'],
    ]
    for (const args of [...wrong, ['--runs', '1', '--from', '-1']]) expect(() => readArguments(args), args.join(' ')).toThrow()
    expect(readArguments(['--runs', '3'])).toEqual({ what: 'campaign', runs: 3, from: 1 })
    const { code, out, err } = simulate('--runs', 'x')
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('usage: npm run simulate')
  })
})
