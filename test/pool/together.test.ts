/** Jobs of one name that leave together: the same results, each its own failure, and few messages. */
import { describe, expect, test } from 'vitest'
import type { JobName } from '../../src/crypto/jobs/contract.ts'
import { type JobOf, jobs, runJob } from '../../src/crypto/jobs/index.ts'
import { createBaselineKernel } from '../../src/kernel/baseline/index.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { Executor } from '../../src/pool/executor.ts'
import type { Outcome } from '../../src/pool/work.ts'
import { dealGroup, must, roundOne, roundTwo } from '../crypto/frost-group.ts'
import { seededRandom } from '../helpers/random.ts'
import { kernel, nonceArgs, open, scalars, tick } from './support.ts'

const random = seededRandom('jobs together')
const SUITES: readonly Suite[] = ['bip340', 'secp256k1-sha256', 'evm', 'bip340']

/** Ceremonies of several keys and suites, with other signers and other numbers of messages: the jobs of one signer in each. */
const ceremonies = SUITES.flatMap((suite) => {
  const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2, 5] })
  return [
    [1, 2, 5],
    [2, 5],
    [1, 2, 5],
    [2, 5],
  ].map((signers, i) => {
    const messages = Array.from({ length: 1 + (i % 3) }, () => random(32))
    const first = roundOne(kernel, random, group, signers, messages)
    const second = roundTwo(kernel, group, first)
    const place = signers.indexOf(2)
    const share = must(group.shares.get(2))
    const { groupPublicKey } = group
    return {
      commit: { suite, share, randomness: random(64 * messages.length) },
      sign: { ...first.transcript, index: 2, share, nonces: must(first.nonces[place]) },
      aggregate: { suite, groupPublicKey, ...second },
    }
  })
})
type Ceremony = (typeof ceremonies)[number]

const lists = {
  commitNonces: ceremonies.map(({ commit }) => commit),
  signShares: ceremonies.map(({ sign }) => sign),
  aggregate: ceremonies.map(({ aggregate }) => aggregate),
}
type Name = keyof typeof lists
const names = Object.keys(lists) as Name[]
const runOne = (name: Name, args: unknown, on = kernel): unknown => runJob(on, { name, args } as unknown as JobOf<Name>)
const outcomesOf = (name: JobName, list: readonly unknown[]): readonly Outcome[] => {
  const { outcome } = new Executor(() => kernel).execute({ type: 'jobs', name, list: structuredClone(list) })
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value as readonly Outcome[]
}

describe.each(names)('%s of many ceremonies at once', (name) => {
  const list: readonly unknown[] = lists[name]
  const runMany = must(jobs[name].runMany) as unknown as (on: typeof kernel, list: readonly unknown[]) => readonly unknown[]

  test('gives to the byte what each gives alone, on both kernels', () => {
    const alone = list.map((args) => runOne(name, args))
    expect(runMany(kernel, list)).toEqual(alone)
    expect(runMany(createBaselineKernel(), list.slice(0, 6))).toEqual(alone.slice(0, 6))
  })

  test('each result is its own memory, and the arguments are left alone', () => {
    const given = structuredClone(list)
    const results = runMany(kernel, given)
    expect(given).toEqual(list)
    const arrays = results.flatMap((result) => Object.values(result as object).filter((x) => x instanceof Uint8Array))
    expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(arrays.length)
  })

  test('one that fails fails alone', () => {
    const broken = list.map((args, i) =>
      i === 3 ? { ...(args as object), suite: 'bip340', share: scalars(2), challenges: scalars(9) } : args,
    )
    const outcomes = outcomesOf(name, broken)
    expect(outcomes[3]).toMatchObject({ ok: false, code: 'ERR_INVALID_ARGUMENT' })
    outcomes.forEach((outcome, i) => {
      if (i !== 3) expect(outcome).toEqual({ ok: true, value: runOne(name, list[i]) })
    })
  })
})

describe('a fault of a peer in one ceremony', () => {
  const replaced = <T>(list: readonly T[], i: number, change: (item: T) => T): T[] =>
    list.map((item, at) => (at === i ? change(item) : item))

  test('N11: a commitment off the curve is found in that ceremony, and the others are signed', () => {
    const spoilt = (sign: Ceremony['sign']): Ceremony['sign'] => ({
      ...sign,
      commitments: replaced(sign.commitments, 1, (batch) => new Uint8Array(batch.length)),
    })
    const list = replaced(lists.signShares, 2, spoilt)
    const outcomes = outcomesOf('signShares', list)
    expect(outcomes).toEqual(list.map((args) => ({ ok: true, value: runOne('signShares', args) })))
    expect(outcomes[2]).toMatchObject({ value: { status: 'bad-points', culprits: [1] } })
  })

  test('a wrong signature share spoils that signature and no other', () => {
    const spoilt = (input: Ceremony['aggregate']): Ceremony['aggregate'] => ({
      ...input,
      signatureShares: replaced(input.signatureShares, 0, (shares) => scalars(shares.length / 32)),
    })
    const outcomes = outcomesOf('aggregate', replaced(lists.aggregate, 5, spoilt))
    outcomes.forEach((outcome, i) => {
      const valid = must(outcome.ok ? (outcome.value as { valid: Uint8Array }) : null).valid
      expect(valid.every((bit) => bit === (i === 5 ? 0 : 1))).toBe(true)
    })
  })

  test('parts that do not fit their own ceremony never meet those of its neighbour', () => {
    const [a, , c] = lists.signShares
    const longer = { ...must(a), nonces: Uint8Array.from([...must(a).nonces, ...must(c).nonces.subarray(0, 64)]) }
    const shorter = { ...must(c), nonces: must(c).nonces.slice(64) }
    const outcomes = outcomesOf('signShares', [longer, shorter, must(lists.signShares[1])])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true])
  })
})

describe('J7: secrets of jobs that went together', () => {
  test('J7: the copies of all of them are wiped, also of one that failed', () => {
    const list = [nonceArgs(), { ...nonceArgs(), randomness: scalars(3) }, nonceArgs()].map((args) => structuredClone(args))
    new Executor(() => kernel).execute({ type: 'jobs', name: 'commitNonces', list })
    for (const { share, randomness } of list) expect([...share, ...randomness].every((byte) => byte === 0)).toBe(true)
  })
})

describe('the pool', () => {
  const args = (i: number) => ({ ...nonceArgs(), randomness: scalars(2).map((byte, at) => (at === 33 ? i : byte)) })
  const results = Array.from({ length: 60 }, (_, i) => runOne('commitNonces', args(i)))

  test('gives what one turn of the event loop asks to a thread in few messages, though each is too small for one', async () => {
    const pool = await open({ workers: 2, inlineBelowMicros: 150 })
    const asked = Promise.all(results.map((_, i) => pool.run('commitNonces', args(i))))
    expect(pool.stats()).toMatchObject({ queued: 60, running: 0 })
    // Answers are heard in another phase of the event loop.
    await tick()
    // Both threads have their part, and nothing is left.
    expect(pool.stats()).toMatchObject({ queued: 0, running: 2 })
    expect(await asked).toEqual(results)
    expect(pool.stats()).toMatchObject({ completed: 60, inline: 0, running: 0 })
  })

  test('computes a few small ones on the calling thread', async () => {
    const pool = await open({ workers: 2, inlineBelowMicros: 150 })
    expect(await Promise.all([0, 1].map((i) => pool.run('commitNonces', args(i))))).toEqual(results.slice(0, 2))
    expect(pool.stats()).toMatchObject({ completed: 2, inline: 2 })
  })

  test('without threads computes them together, and lets the event loop through', async () => {
    const pool = await open({ workers: 0 })
    const asked = Promise.all(results.map((_, i) => pool.run('commitNonces', args(i))))
    await tick()
    await tick()
    expect(pool.stats().completed).toBeGreaterThan(1)
    expect(pool.stats().completed).toBeLessThan(60)
    expect(await asked).toEqual(results)
  })

  test('takes one of them back alone when its signal aborts, waiting or under way', async () => {
    const pool = await open({ workers: 1, inlineBelowMicros: 150 })
    const [waiting, running] = [new AbortController(), new AbortController()]
    const signalOf = (i: number) => (i === 7 ? { signal: waiting.signal } : i === 9 ? { signal: running.signal } : {})
    const asked = Promise.allSettled(results.slice(0, 20).map((_, i) => pool.run('commitNonces', args(i), signalOf(i))))
    waiting.abort()
    await tick()
    expect(pool.stats()).toMatchObject({ queued: 0, running: 1 })
    running.abort()
    const settled = await asked
    settled.forEach((result, i) => {
      if (i === 7 || i === 9) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_ABORTED' } })
      else expect(result).toEqual({ status: 'fulfilled', value: results[i] })
    })
  })
})
