/** The forger as a program, against the built code and against a copy of it without binding factors. The judge of its signatures is noble. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { DIMENSION, inverse, mod, Q, rosSystem } from './ros.ts'

const MAIN = fileURLToPath(new URL('../../dist/test/forger/main.js', import.meta.url))

/** log2 of the work that a discrete logarithm on secp256k1 takes (Pollard's rho): how to forge without any session. */
const BRUTE_FORCE = 128

interface Line {
  readonly suite: Suite
  readonly as: string
  readonly believes: string
  readonly valid: boolean
  readonly consistent: number
  readonly log2Work: number
  readonly groupPublicKey: string
  readonly message: string
  readonly signature: string
}

function play(...flags: string[]): readonly Line[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

function judge({ suite, groupPublicKey, message, signature }: Line): boolean {
  return nobleAccepts(suite, fromHex(groupPublicKey, 'key'), fromHex(message, 'message'), fromHex(signature, 'signature'))
}

describe('the attack on concurrent signings of eprint 2020/945', () => {
  it('N7, N10, R19: without binding factors, 256 sessions give a signature on a message that nobody signed', () => {
    const lines = play('--weak')
    expect(new Set(lines.map(({ suite }) => suite)).size).toBe(3)
    expect(new Set(lines.map(({ as }) => as))).toEqual(new Set(['ceremonies', 'batch']))
    for (const line of lines) {
      expect(judge(line), `${line.suite}, ${line.as}`).toBe(true)
      expect(line.valid).toBe(true)
      expect(line.consistent).toBe(DIMENSION)
      expect(BRUTE_FORCE - line.log2Work).toBeGreaterThan(100)
    }
  })

  it('N7, N10, R19: with them the same program gets none, because each choice moves the nonce points that the choices were made for', () => {
    const lines = play()
    expect(lines.map(({ believes }) => believes)).toContain('no binding')
    for (const line of lines) {
      expect(judge(line), `${line.suite}, ${line.as}`).toBe(false)
      expect(line.valid).toBe(false)
    }
    const informed = lines.filter(({ believes }) => believes === 'binding factors')
    expect(informed.length).toBeGreaterThan(1)
    // Each guess is right in half of the sessions, plus or minus 8; fifty guesses do not come near 256.
    for (const { consistent } of informed) expect(consistent).toBeLessThan(DIMENSION * 0.75)
  })
})

describe('the system of equations', () => {
  const pairs = Array.from({ length: DIMENSION }, (_, i): [bigint, bigint] => [mod(BigInt(i) ** 77n + 5n), mod(BigInt(i + 2) ** 91n + 7n)])
  const { weights, choicesFor } = rosSystem(pairs)

  it('hits every target', () => {
    for (const target of [0n, 1n, Q - 1n, mod(3n ** 500n)]) {
      const sum = choicesFor(target).reduce((total, choice, i) => total + (weights[i] ?? 0n) * (pairs[i]?.[choice] ?? 0n), 0n)
      expect(mod(sum)).toBe(target)
    }
  })

  it('inverts modulo the order', () => {
    for (const x of [1n, 2n, Q - 1n, 12_345n]) expect(mod(x * inverse(x))).toBe(1n)
    expect(() => inverse(0n)).toThrow()
  })
})
