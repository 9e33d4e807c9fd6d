/** The campaign as a command. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readArguments } from './options.ts'

const MAIN = fileURLToPath(new URL('../../dist/test/fuzz/main.js', import.meta.url))

function run(...flags: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('npm run fuzz', () => {
  it('prints how many inputs there were and what became of them', () => {
    const { status, stdout } = run('--runs', '40', '--seed', '2', '--from', '90')
    expect(stdout).toMatch(/^4\d inputs in \d+ s: nothing found\n/)
    expect(stdout).toContain('attacked ceremonies, by their end:\n')
    expect(status).toBe(0)
  })

  it('refuses other flags and numbers out of range', () => {
    const wrong = [['--runs', '0'], ['--runs', 'x'], ['--seed', '-1'], ['--seed', '2097152'], ['--from', '1e3'], ['--all'], ['more']]
    for (const flags of wrong) expect(() => readArguments(flags), flags.join(' ')).toThrow()
    expect(readArguments(['--runs', '10', '--seed', '2', '--from', '5'])).toEqual({ seed: 2, from: 5, to: 15 })
    const { status, stdout, stderr } = run('--runs', 'x')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('usage: npm run fuzz')
  })
})
