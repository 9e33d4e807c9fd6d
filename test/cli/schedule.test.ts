import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { binomial, makeSchedule } from '../../src/cli/demo/schedule.ts'
import { batchesOf } from '../../src/cli/demo/sign.ts'

const nodes = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5']
const base = { seed: 'a', suite: 'bip340', nodes, minSigners: 3, messages: 100 } as const

const readable = (schedule: ReturnType<typeof makeSchedule>): string[] =>
  schedule.signings.map(({ signers, message }) => `${signers.join(',')} ${toHex(message)}`)

describe('the schedule of the demo', () => {
  it('is the same for the same seed, and another for another seed or suite', () => {
    expect(readable(makeSchedule(base))).toEqual(readable(makeSchedule(base)))
    expect(readable(makeSchedule(base))).not.toEqual(readable(makeSchedule({ ...base, seed: 'b' })))
    expect(readable(makeSchedule(base))).not.toEqual(readable(makeSchedule({ ...base, suite: 'evm' })))
  })

  it('uses all ten signer sets of 3 of 5, each ten times, for 100 distinct messages of 32 bytes', () => {
    const { signings, signerSets } = makeSchedule(base)
    const uses = new Map<string, number>()
    for (const { signers } of signings) {
      const set = [...signers].sort().join(' ')
      uses.set(set, (uses.get(set) ?? 0) + 1)
    }
    expect(signerSets).toBe(10)
    expect([...uses.values()]).toEqual(Array(10).fill(10))
    expect(new Set(signings.map(({ message }) => toHex(message))).size).toBe(100)
    expect(signings.every(({ message }) => message.length === 32 && message.buffer.byteLength === 32)).toBe(true)
  })

  it('is cut into ceremonies of one signer set each, none above the batch, every message once', () => {
    const schedule = makeSchedule(base)
    for (const [batch, ceremonies] of [
      [1, 100],
      [4, 30],
      [10, 10],
      [1_000, 10],
    ] as const) {
      const batches = batchesOf(schedule, batch)
      expect(batches).toHaveLength(ceremonies)
      expect(batches.flatMap(({ places }) => places).sort((a, b) => a - b)).toEqual(schedule.signings.map((_, place) => place))
      for (const { signers, places } of batches) {
        expect(places.length).toBeLessThanOrEqual(batch)
        for (const place of places) expect(new Set(schedule.signings[place]?.signers)).toEqual(new Set(signers))
      }
    }
  })

  it('draws distinct signers of a big cluster', () => {
    const many = Array.from({ length: 100 }, (_, i) => `node-${String(i + 1).padStart(3, '0')}`)
    const { signings } = makeSchedule({ ...base, nodes: many, minSigners: 67, messages: 5 })
    for (const { signers } of signings) {
      expect(signers.length).toBe(67)
      expect(new Set(signers).size).toBe(67)
      expect(signers.every((id) => many.includes(id))).toBe(true)
    }
  })

  it('works for one node', () => {
    const { signings, signerSets } = makeSchedule({ ...base, nodes: ['node-1'], minSigners: 1, messages: 2 })
    expect(signings.map(({ signers }) => signers)).toEqual([['node-1'], ['node-1']])
    expect(signerSets).toBe(1)
  })

  it('counts sets exactly where it lists them', () => {
    expect([binomial(5, 3), binomial(1, 1), binomial(10, 5), binomial(7, 7), binomial(12, 1)]).toEqual([10, 1, 252, 1, 12])
    expect(binomial(100, 67)).toBeGreaterThan(1e26)
  })
})
