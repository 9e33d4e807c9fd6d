import { MessagePort } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { JobName } from '../../src/crypto/jobs/contract.ts'
import { threadsOf } from '../../src/pool/threads.ts'
import { kernel, long, longWhole, nonceArgs, open, scalars, tick } from './support.ts'

describe('where work runs', () => {
  test('workers is the number of threads', async () => {
    for (const workers of [0, 1, 3]) {
      const pool = await open({ workers })
      expect(threadsOf(pool)).toHaveLength(workers)
      expect(new Set(threadsOf(pool).map((thread) => thread.threadId)).size).toBe(workers)
      expect(pool.stats().workers).toBe(workers)
    }
  })

  test('two threads compute two things at once', async () => {
    const pool = await open({ workers: 2 })
    const both = [pool.kernel.lagrange(longWhole()), pool.kernel.lagrange(longWhole())]
    expect(pool.stats()).toMatchObject({ running: 2, queued: 0 })
    await Promise.all(both)
    expect(pool.stats()).toMatchObject({ running: 0, completed: 2, inline: 0 })
  })

  test('work below the threshold runs on the calling thread, other work on a worker; without workers everything does', async () => {
    const pool = await open({ inlineBelowMicros: 1_000 })
    await pool.kernel.scalarAdd(scalars(1), scalars(1))
    expect(pool.stats()).toMatchObject({ completed: 1, inline: 1 })
    await pool.kernel.baseMul(scalars(100))
    expect(pool.stats()).toMatchObject({ completed: 2, inline: 1 })
    const alone = await open({ workers: 0, inlineBelowMicros: 0 })
    await alone.kernel.baseMul(scalars(2))
    await alone.run('commitNonces', nonceArgs())
    expect(alone.stats()).toMatchObject({ completed: 2, inline: 2, workers: 0 })
  })

  test('a job and an operation give the same bytes on a worker, inline and on the kernel itself', async () => {
    const threads = await open()
    const inline = await open({ workers: 0 })
    const here = kernel.mul(kernel.baseMul(scalars(3)), scalars(3))
    for (const pool of [threads, inline]) {
      expect(await pool.kernel.mul(await pool.kernel.baseMul(scalars(3)), scalars(3))).toEqual(here)
    }
    const result = await threads.run('commitNonces', nonceArgs())
    expect(await inline.run('commitNonces', nonceArgs())).toEqual(result)
    expect(threads.stats().inline).toBe(0)
    expect(inline.stats().inline).toBe(inline.stats().completed)
  })

  test('inline work never runs inside the call and lets the event loop through', async () => {
    const pool = await open({ workers: 0 })
    const order: string[] = []
    const work = Array.from({ length: 20 }, () => pool.kernel.baseMul(scalars(100)).then(() => order.push('work')))
    expect(pool.stats()).toMatchObject({ completed: 0, queued: 20 })
    setTimeout(() => order.push('timer'), 1)
    await Promise.all(work)
    expect(order.indexOf('timer')).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('timer')).toBeLessThan(20)
  })

  test('stats tell how busy the threads were and how long work took and waited', async () => {
    const pool = await open()
    expect(pool.stats()).toMatchObject({ utilization: 0, runMs: { p50: 0, p99: 0 }, waitMs: { p50: 0, p99: 0 } })
    await Promise.all([1, 2, 3].map(() => pool.kernel.baseMul(long())))
    const { utilization, runMs, waitMs } = pool.stats()
    expect(utilization).toBeGreaterThan(0)
    expect(utilization).toBeLessThanOrEqual(1)
    expect(runMs.p50).toBeGreaterThan(0)
    expect(runMs.p99).toBeGreaterThanOrEqual(runMs.p50)
    // The third waits for two runs, and the median of three is no longer than the longer of two of them.
    expect(waitMs.p99).toBeGreaterThanOrEqual(runMs.p50 / 2)
  })
})

describe('arguments and results', () => {
  test('J6: arguments are copied before the call returns', async () => {
    for (const workers of [0, 1]) {
      const pool = await open({ workers })
      const given = scalars(2)
      const first = pool.kernel.baseMul(given)
      const second = pool.kernel.baseMul(given)
      given.fill(0)
      expect(await first).toEqual(kernel.baseMul(scalars(2)))
      expect(await second).toEqual(kernel.baseMul(scalars(2)))
      expect(given).toEqual(new Uint8Array(64))
    }
  })

  test('J5: what is posted to a thread lies in one buffer that holds nothing else; every array that comes back is exact', async () => {
    const pool = await open()
    const posted: Uint8Array[] = []
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (message: unknown, transfer?: readonly never[]): void {
      const sent: Uint8Array[] = []
      const walk = (value: unknown): void => {
        if (value instanceof Uint8Array) {
          sent.push(value)
          expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
        } else if (typeof value === 'object' && value !== null && !(value instanceof MessagePort)) Object.values(value).forEach(walk)
      }
      walk(message)
      const [first] = sent
      if (first !== undefined) {
        for (const { buffer } of sent) expect(buffer).toBe(first.buffer)
        expect(transfer).toEqual([first.buffer])
        expect(sent.reduce((sum, { length }) => sum + length, 0)).toBe(first.buffer.byteLength)
      }
      posted.push(...sent)
      post.call(this, message, transfer)
    }
    try {
      const around = new Uint8Array(8_192).fill(0x11)
      const exact = (array: Uint8Array): void => {
        expect(array.byteLength).toBe(array.buffer.byteLength)
        expect(Object.getPrototypeOf(array)).toBe(Uint8Array.prototype)
      }
      exact(await pool.kernel.baseMul(around.subarray(32, 96)))
      const { nonces, commitments } = await pool.run('commitNonces', { ...nonceArgs(), share: around.subarray(0, 32) })
      exact(nonces)
      exact(commitments)
      // Nothing of them stays on this side: they were transferred.
      expect(posted.map((array) => array.length)).toEqual([0, 0, 0])
      expect(around).toEqual(new Uint8Array(8_192).fill(0x11))
    } finally {
      MessagePort.prototype.postMessage = post
    }
  })

  test('wrong arguments reject with the same code, field and words as the synchronous kernel throws', async () => {
    const cases = [
      [new Uint8Array(33)],
      [new Uint8Array(0)],
      [new Uint8Array(64).fill(0xff)],
      [Buffer.alloc(32)],
      [new Uint8Array(new SharedArrayBuffer(32))],
      ['00'],
      [null],
      [],
      [{ length: 32 }],
      [() => 1],
    ]
    for (const workers of [0, 1]) {
      const pool = await open({ workers })
      for (const args of cases) {
        const batch = args[0] as Uint8Array
        let thrown: { code?: string; field?: string; message?: string } = {}
        try {
          kernel.baseMul(batch)
        } catch (error) {
          thrown = error as typeof thrown
        }
        expect(thrown.code).toBe('ERR_INVALID_ARGUMENT')
        await expect(pool.kernel.baseMul(batch)).rejects.toMatchObject({ code: thrown.code, field: thrown.field, message: thrown.message })
      }
      await expect(pool.kernel.evaluatePolynomial(scalars(2), [1, 1.5])).rejects.toMatchObject({ field: 'indices[1]' })
      await expect(pool.kernel.evaluatePolynomial(scalars(2), new Uint16Array([1]) as never)).rejects.toMatchObject({ field: 'indices' })
    }
  })

  test('wrong arguments of a job reject with their field, an unknown job with field name', async () => {
    const pool = await open()
    const refused = (field: string): object => ({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field })
    await expect(pool.run('commitNonces', { ...nonceArgs(), share: Buffer.alloc(32) })).rejects.toMatchObject(refused('share'))
    for (const name of ['unknown', 'toString', '__proto__', null]) {
      await expect(pool.run(name as 'commitNonces', nonceArgs())).rejects.toMatchObject(refused('name'))
    }
    for (const args of [undefined, null, 5, 'x']) {
      await expect(pool.run('commitNonces', args as never)).rejects.toMatchObject(refused('args'))
    }
    for (const options of [null, 5, 'x']) {
      await expect(pool.run('commitNonces', nonceArgs(), options as never)).rejects.toMatchObject(refused('options'))
    }
    const signal = {} as AbortSignal
    await expect(pool.run('commitNonces', nonceArgs(), { signal })).rejects.toMatchObject(refused('signal'))
    expect(() => pool.withSignal(signal)).toThrow(expect.objectContaining(refused('signal')))
  })

  test('every field of every job that is left out or has another type is refused with its path', async () => {
    const item = new Uint8Array(32)
    const lists = { signers: [1, 2], commitments: [item], messages: [item] }
    const transcript = { suite: 'bip340', groupPublicKey: item, ...lists }
    const common = { sid: item, index: 1, positions: 1, minSigners: 1 }
    const dealer = { index: 2, encryptionKey: item }
    const received = {
      sid: item,
      index: 1,
      positions: 1,
      sharedPoints: item,
      encryptionKey: item,
      dealers: [{ ...dealer, ciphertext: item }],
    }
    const good: Readonly<Record<JobName, object>> = {
      dealCommitments: { ...common, coefficients: item, proofNonces: item, encryptionSecret: item },
      checkDealings: {
        sid: item,
        positions: 1,
        minSigners: 1,
        dealings: [{ ...dealer, commitments: item, proofs: item }],
        weightSeed: item,
        ownCommitments: item,
      },
      dealShares: {
        ...common,
        coefficients: item,
        encryptionSecret: item,
        encryptionKey: item,
        recipients: [{ index: 2, encryptionKey: item }],
        verify: { sumCommitments: item, indices: [1] },
      },
      openShares: {
        ...received,
        minSigners: 1,
        ownShares: item,
        sumCommitments: item,
        verifyingIndices: [1],
        verifyingShares: item,
        normaliseFor: 'evm',
      },
      sumShares: received,
      findBadDealers: { ...received, minSigners: 1, commitments: [item] },
      makeComplaints: {
        sid: item,
        index: 1,
        encryptionKey: item,
        encryptionSecret: item,
        dealers: [{ index: 2, encryptionKey: item }],
        nonces: item,
      },
      judgeComplaints: {
        sid: item,
        positions: 1,
        minSigners: 1,
        complainer: { index: 1, encryptionKey: item },
        complaints: [{ dealer: { ...dealer, commitments: item }, ciphertext: item, sharedPoint: item, proof: item }],
      },
      commitNonces: { suite: 'bip340', share: item, randomness: item },
      checkNonces: { commitments: [item] },
      signShares: { ...transcript, index: 1, share: item, nonces: item },
      aggregate: { suite: 'bip340', groupPublicKey: item, groupCommitments: item, challenges: item, signatureShares: [item] },
      findBadShares: { ...transcript, verifyingShares: item, signatureShares: [item], groupCommitments: item },
      signLocally: { suite: 'bip340', groupPublicKey: item, noncePoints: item, messages: [item], nonceShares: item, share: item },
      aggregateLocally: {
        suite: 'bip340',
        groupPublicKey: item,
        noncePoints: item,
        signers: [1, 2],
        challenges: item,
        signatureShares: [item],
      },
      findBadLocalShares: { ...transcript, minSigners: 1, verifyingShares: item, signatureShares: [item] },
    }
    const pool = await open({ workers: 0 })
    const refused = async (name: string, args: unknown, field: string): Promise<void> => {
      const running = pool.run(name as 'commitNonces', args as never)
      await expect(running, `${name} ${field}`).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field })
    }
    for (const [name, args] of Object.entries(good)) {
      for (const [field, value] of Object.entries(args)) {
        for (const wrong of [undefined, 1.5, true, {}, '2']) {
          // An object is what it should be: what is missing is in it.
          const first = { verify: 'verify.sumCommitments', complainer: 'complainer.index' }[field] ?? field
          const path = typeof wrong === 'object' ? first : field
          await refused(name, { ...args, [field]: wrong }, path)
        }
        if (!Array.isArray(value)) continue
        const [entry]: unknown[] = value
        await refused(name, { ...args, [field]: [entry, null] }, `${field}[1]`)
        if (typeof entry !== 'object' || entry instanceof Uint8Array) continue
        for (const inner of Object.keys(entry ?? {})) {
          await refused(name, { ...args, [field]: [{ ...entry, [inner]: null }] }, `${field}[0].${inner}`)
        }
      }
    }
  })
})

describe('cancellation', () => {
  test('queued work is taken out and never runs; the rest is untouched', async () => {
    const pool = await open()
    const controller = new AbortController()
    const running = pool.kernel.baseMul(long())
    const aborted = pool.withSignal(controller.signal).baseMul(scalars(1))
    const after = pool.kernel.baseMul(scalars(1))
    expect(pool.stats()).toMatchObject({ running: 1, queued: 2 })
    controller.abort()
    expect(pool.stats()).toMatchObject({ running: 1, queued: 1 })
    await expect(aborted).rejects.toMatchObject({ name: 'QuorateError', code: 'ERR_ABORTED' })
    await Promise.all([running, after])
    expect(pool.stats().completed).toBe(2)
  })

  test('running work rejects at once, its thread lives on and serves the next', async () => {
    const pool = await open()
    const [thread] = threadsOf(pool)
    const controller = new AbortController()
    const aborted = pool.run('commitNonces', { ...nonceArgs(), randomness: scalars(4_000) }, { signal: controller.signal })
    expect(pool.stats().running).toBe(1)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(pool.stats().running).toBe(1)
    expect(await pool.kernel.baseMul(scalars(1))).toEqual(kernel.baseMul(scalars(1)))
    expect(threadsOf(pool)).toEqual([thread])
    expect(pool.stats().lostWorkers).toBe(0)
  })

  test('inline work that waits is aborted; a signal that is aborted already refuses', async () => {
    const pool = await open({ workers: 0 })
    const controller = new AbortController()
    const bound = pool.withSignal(controller.signal)
    const aborted = bound.baseMul(scalars(1))
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await expect(bound.baseMul(scalars(1))).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await tick()
    expect(pool.stats()).toMatchObject({ completed: 0, queued: 0 })
  })

  test('one signal behind a thousand pieces of work is one listener, and none when all are done', async () => {
    const pool = await open({ workers: 0 })
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener
    const remove = signal.removeEventListener
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove.apply(signal, args)
    }
    const bound = pool.withSignal(signal)
    const all = Array.from({ length: 1_000 }, () => bound.scalarAdd(scalars(1), scalars(1)))
    expect(listeners).toBe(1)
    await Promise.all(all)
    expect(listeners).toBe(0)
  })
})
