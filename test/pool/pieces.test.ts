/** Work in pieces on threads: where it runs, and what happens to it when it is aborted, loses a thread, or the pool closes. */
import { MessagePort } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { jobs as definitions } from '../../src/crypto/jobs/index.ts'
import { threadsOf } from '../../src/pool/threads.ts'
import { present } from '../crypto/ceremony.ts'
import { bytesIn, leftIn, watch } from '../helpers/leftovers.ts'
import { seededRandom } from '../helpers/random.ts'
import { kernel, long, longWhole, nonceArgs, open, scalars, until } from './support.ts'
import { jobs } from './work-samples.ts'

/** `toEqual` takes seconds for 4,000 points. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Runs `run` with every message lost on its way, transferred as if it had arrived. */
function undelivered<T>(run: () => T): T {
  const post = MessagePort.prototype.postMessage
  MessagePort.prototype.postMessage = (message: unknown, transfer: readonly never[] = []): void => {
    structuredClone(message, { transfer: [...transfer] })
  }
  try {
    return run()
  } finally {
    MessagePort.prototype.postMessage = post
  }
}

describe('where pieces run', () => {
  test('large work takes all free threads, and counts as one', async () => {
    const pool = await open({ workers: 3 })
    const points = kernel.baseMul(scalars(600))
    const sum = pool.kernel.msmVar(points, scalars(600))
    expect(pool.stats()).toMatchObject({ running: 3, queued: 0 })
    expect(await sum).toEqual(kernel.msmVar(points, scalars(600)))
    expect(pool.stats()).toMatchObject({ running: 0, completed: 1, inline: 0 })
  })

  test('only those that are free: beside other work it runs on what is left, or whole', async () => {
    const pool = await open({ workers: 3 })
    const other = pool.kernel.lagrange(longWhole())
    const first = pool.kernel.baseMul(long())
    expect(pool.stats()).toMatchObject({ running: 3, queued: 0 })
    const second = pool.kernel.baseMul(scalars(2))
    expect(pool.stats()).toMatchObject({ running: 3, queued: 1 })
    expect(same(await first, kernel.baseMul(long()))).toBe(true)
    expect(await second).toEqual(kernel.baseMul(scalars(2)))
    await other
    const pair = await open({ workers: 2 })
    const busy = pair.kernel.lagrange(longWhole())
    const whole = pair.kernel.baseMul(long())
    expect(pair.stats()).toMatchObject({ running: 2, queued: 0 })
    expect(same(await whole, kernel.baseMul(long()))).toBe(true)
    await busy
  })

  test('small work stays on one thread, and work without threads in one piece', async () => {
    const pool = await open({ workers: 2 })
    const small = pool.kernel.baseMul(scalars(8))
    expect(pool.stats()).toMatchObject({ running: 1 })
    await small
    const alone = await open({ workers: 0 })
    expect(await alone.kernel.baseMul(scalars(200))).toEqual(kernel.baseMul(scalars(200)))
    expect(alone.stats()).toMatchObject({ completed: 1, inline: 1 })
  })

  test('a bad value in the last piece is the error of the whole', async () => {
    const pool = await open({ workers: 2 })
    const bad = long().fill(0xff, 32 * 3_999)
    const running = pool.kernel.baseMul(bad)
    expect(pool.stats()).toMatchObject({ running: 2 })
    await expect(running).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'scalars[3999]' })
    expect(pool.stats()).toMatchObject({ running: 0, completed: 1 })
  })
})

describe('the end of pieces', () => {
  test('aborting rejects at once; the pieces run on, and the pool is free for other work afterwards', async () => {
    const pool = await open({ workers: 2 })
    const controller = new AbortController()
    const running = pool.withSignal(controller.signal).baseMul(long())
    expect(pool.stats()).toMatchObject({ running: 2 })
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await until(() => pool.stats().running === 0)
    expect(same(await pool.kernel.baseMul(long()), kernel.baseMul(long()))).toBe(true)
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0, lostWorkers: 0 })
  })

  test('J11: a thread that dies under a piece fails the whole, once, and other work goes on', async () => {
    const pool = await open({ workers: 2 })
    const running = pool.kernel.baseMul(long())
    const waiting = pool.kernel.baseMul(scalars(1))
    expect(pool.stats()).toMatchObject({ running: 2, queued: 1 })
    void threadsOf(pool)[1]?.terminate()
    await expect(running).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' })
    expect(await waiting).toEqual(kernel.baseMul(scalars(1)))
    await until(() => pool.stats().workers === 2)
    // The whole has no result and is not counted; the waiting work is.
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0, lostWorkers: 1, completed: 1 })
  })

  test('J11: closing waits for all pieces, and the whole still gets its result', async () => {
    const pool = await open({ workers: 2 })
    const running = pool.kernel.baseMul(long())
    const closing = pool.close()
    expect(same(await running, kernel.baseMul(long()))).toBe(true)
    await closing
    expect(pool.stats()).toMatchObject({ workers: 0, running: 0, completed: 1 })
  })
})

describe('J7: secrets of work in pieces', () => {
  const { args } = present(jobs['dealCommitments']) as { args: { coefficients: Uint8Array; proofNonces: Uint8Array } }
  // Enough coefficients for two pieces.
  const repeats = 20
  const minSigners = 3 * repeats
  const coefficients = new Uint8Array(args.coefficients.length * repeats)
  for (let i = 0; i < repeats; i++) coefficients.set(args.coefficients, i * args.coefficients.length)
  const large = { ...args, minSigners, coefficients } as never
  const secrets = [coefficients.subarray(0, 32), args.proofNonces.subarray(0, 32)].map(toHex)

  test.each(['finished', 'aborted', 'lost'])('no copy stays on the calling side when it is %s', async (end) => {
    const pool = await open({ workers: 2 })
    const controller = new AbortController()
    const run = () => pool.run('dealCommitments', large, { signal: controller.signal })
    // Threads that are to be lost get nothing, so that none can have finished before it ends.
    const { result, arrays } = watch(kernel, () => (end === 'lost' ? undelivered(run) : run()))
    expect(pool.stats()).toMatchObject({ running: 2 })
    expect(arrays.length).toBeGreaterThan(4)
    if (end === 'aborted') controller.abort()
    if (end === 'lost') for (const thread of threadsOf(pool)) void thread.terminate()
    const [settled] = await Promise.allSettled([present(result)])
    expect(settled?.status).toBe(end === 'finished' ? 'fulfilled' : 'rejected')
    await until(() => pool.stats().running === 0)
    // What was transferred has no length here any more.
    const here = arrays.filter(({ length }) => length > 0)
    expect(leftIn(here, secrets, bytesIn(large))).toEqual([])
  })

  test.each([
    ['nobody waits for them any more', 2],
    ['another piece failed', 1],
  ])('what pieces answer is wiped when %s', async (reason, answers) => {
    const pool = await open({ workers: 2 })
    const controller = new AbortController()
    const secretsOfResult = vi.spyOn(definitions.commitNonces, 'secretsOfResult')
    const randomness = seededRandom('answers of pieces')(32 * 2_000)
    // 64 equal bytes twice in the last piece are refused there.
    if (reason !== 'nobody waits for them any more') randomness.fill(1, randomness.length - 128)
    const running = pool.run('commitNonces', { ...nonceArgs(), randomness }, { signal: controller.signal })
    expect(pool.stats()).toMatchObject({ running: 2 })
    if (reason === 'nobody waits for them any more') controller.abort()
    await expect(running).rejects.toThrow()
    await until(() => pool.stats().running === 0)
    const given = secretsOfResult.mock.results.map(({ value }) => value as readonly Uint8Array[])
    secretsOfResult.mockRestore()
    expect(given).toHaveLength(answers)
    for (const secrets of given) {
      expect(secrets).not.toEqual([])
      for (const secret of secrets) expect(secret.length > 0 && secret.every((byte) => byte === 0)).toBe(true)
    }
  })
})
