import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MessagePort } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { loadWasmKernel } from '../../src/kernel/wasm/index.ts'
import type { PoolOptions } from '../../src/pool/contract.ts'
import { KernelPool } from '../../src/pool/kernel-pool.ts'
import { threadsOf } from '../../src/pool/threads.ts'

/** The synchronous kernel: what the pool must agree with. */
const kernel = await loadWasmKernel()
const opened: KernelPool[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()))
})

async function open(options: PoolOptions = {}): Promise<KernelPool> {
  const pool = await KernelPool.create({ workers: 1, inlineBelowMicros: 0, ...options })
  opened.push(pool)
  return pool
}

const scalars = (count: number): Uint8Array => Uint8Array.from({ length: 32 * count }, (_, i) => (i % 32 === 0 ? 0x7f : (i * 7 + 1) & 255))
/** Takes a thread long enough to be caught running: tens of milliseconds. */
const long = (): Uint8Array => scalars(4_000)
const nonceArgs = () => ({ suite: 'bip340', share: scalars(1), randomness: scalars(2) }) as const
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

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
    const both = [pool.kernel.baseMul(long()), pool.kernel.baseMul(long())]
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
    await Promise.all([pool.kernel.baseMul(long()), pool.kernel.baseMul(long())])
    const { utilization, runMs, waitMs } = pool.stats()
    expect(utilization).toBeGreaterThan(0)
    expect(utilization).toBeLessThanOrEqual(1)
    expect(runMs.p50).toBeGreaterThan(0)
    expect(runMs.p99).toBeGreaterThanOrEqual(runMs.p50)
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

  test('J5: every array posted to a thread is exact, and so is every array that comes back', async () => {
    const pool = await open()
    const posted: Uint8Array[] = []
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (message: unknown, transfer?: readonly never[]): void {
      const walk = (value: unknown): void => {
        if (value instanceof Uint8Array) {
          posted.push(value)
          expect(value.byteLength).toBe(value.buffer.byteLength)
          expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
          expect(transfer).toContain(value.buffer)
        } else if (typeof value === 'object' && value !== null && !(value instanceof MessagePort)) Object.values(value).forEach(walk)
      }
      walk(message)
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
    const signal = {} as AbortSignal
    await expect(pool.run('commitNonces', nonceArgs(), { signal })).rejects.toMatchObject(refused('signal'))
    expect(() => pool.withSignal(signal)).toThrow(expect.objectContaining(refused('signal')))
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

describe('J11: a full queue, a closed pool, a lost thread', () => {
  test('J11: what does not fit the queue is ERR_POOL_BUSY, and the queue empties again', async () => {
    for (const options of [
      { workers: 1, maxQueue: 2 },
      { workers: 0, maxQueue: 3 },
    ]) {
      const pool = await open(options)
      const accepted = Array.from({ length: 3 }, () => pool.kernel.baseMul(scalars(5)))
      await expect(pool.kernel.baseMul(scalars(1))).rejects.toMatchObject({ name: 'QuorateError', code: 'ERR_POOL_BUSY' })
      await Promise.all(accepted)
      await pool.kernel.baseMul(scalars(1))
      expect(pool.stats()).toMatchObject({ completed: 4, queued: 0 })
    }
  })

  test('J11: close waits for what runs, refuses what waits and what comes', async () => {
    const pool = await open()
    const threads = threadsOf(pool)
    const ended = Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('exit', resolve))))
    const running = pool.kernel.baseMul(long())
    const waiting = pool.kernel.baseMul(scalars(1))
    let closed = false
    const closing = pool.close().then(() => {
      closed = true
    })
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
    await expect(pool.kernel.baseMul(scalars(1))).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
    await expect(pool.run('commitNonces', nonceArgs())).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
    expect(closed).toBe(false)
    expect(await running).toEqual(kernel.baseMul(long()))
    await closing
    await pool.close()
    await pool[Symbol.asyncDispose]()
    await ended
    expect(pool.stats()).toMatchObject({ workers: 0, running: 0, queued: 0, lostWorkers: 0 })
  })

  test('J11: inline work that waits at close is refused as well', async () => {
    const pool = await open({ workers: 0 })
    const waiting = pool.kernel.baseMul(scalars(1))
    const closing = pool.close()
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
    await closing
  })

  test('J11: a thread that dies fails its own work alone, is replaced, and nothing is retried', async () => {
    const pool = await open({ workers: 2 })
    const [first, second] = threadsOf(pool)
    const results = [
      pool.kernel.baseMul(long()),
      pool.kernel.baseMul(long()),
      pool.kernel.baseMul(scalars(1)),
      pool.kernel.baseMul(scalars(2)),
    ]
    await first?.terminate()
    const settled = await Promise.allSettled(results)
    const lost = settled.filter((result) => result.status === 'rejected')
    expect(lost).toHaveLength(1)
    expect(lost[0]?.reason).toMatchObject({ name: 'QuorateError', code: 'ERR_WORKER_LOST' })
    expect(settled[2]).toEqual({ status: 'fulfilled', value: kernel.baseMul(scalars(1)) })
    expect(settled[3]).toEqual({ status: 'fulfilled', value: kernel.baseMul(scalars(2)) })
    expect(pool.stats()).toMatchObject({ lostWorkers: 1, completed: 3, workers: 2, running: 0 })
    expect(threadsOf(pool)).toContain(second)
    expect(threadsOf(pool)).not.toContain(first)
    const again = await Promise.all(Array.from({ length: 4 }, () => pool.kernel.baseMul(scalars(3))))
    for (const result of again) expect(result).toEqual(kernel.baseMul(scalars(3)))
  })

  test('J11: threads that die idle are replaced, again and again, and work goes on', async () => {
    const pool = await open({ workers: 2 })
    for (let round = 1; round <= 5; round++) {
      await Promise.all(threadsOf(pool).map((thread) => thread.terminate()))
      await until(() => pool.stats().workers === 2)
      const both = await Promise.all([pool.kernel.baseMul(scalars(1)), pool.kernel.baseMul(scalars(1))])
      expect(both).toEqual([kernel.baseMul(scalars(1)), kernel.baseMul(scalars(1))])
      expect(pool.stats().lostWorkers).toBe(2 * round)
    }
  })

  test('J11: a thread that dies before it was ready is replaced too, and what waited for it runs', async () => {
    const pool = await open()
    await threadsOf(pool)[0]?.terminate()
    await until(() => pool.stats().workers === 1)
    const waiting = pool.kernel.baseMul(scalars(1))
    await threadsOf(pool)[0]?.terminate()
    expect(await waiting).toEqual(kernel.baseMul(scalars(1)))
    expect(pool.stats()).toMatchObject({ workers: 1, lostWorkers: 2 })
  })

  test('J11: when no thread starts any more, what waits is refused instead of waiting for ever, and later work tries anew', async () => {
    const pool = await open()
    let starting = true
    const ended = new WeakSet<object>()
    const terminate = (): void => {
      for (const thread of threadsOf(pool)) {
        if (ended.has(thread)) continue
        ended.add(thread)
        void thread.terminate()
      }
      if (starting) setTimeout(terminate, 1)
    }
    terminate()
    await until(() => pool.stats().lostWorkers > 0)
    await expect(pool.kernel.baseMul(scalars(1))).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' })
    starting = false
    await until(() => pool.stats().running === 0)
    // The last terminate may still hit the thread that the first of these starts.
    const later = pool.kernel.baseMul(scalars(1)).catch(() => pool.kernel.baseMul(scalars(1)))
    await expect(later).resolves.toHaveLength(64)
  })

  test('R17: under threads that die at random every result is right or typed as lost, and the pool recovers', async () => {
    const pool = await open({ workers: 2 })
    const expected = Array.from({ length: 6 }, (_, i) => kernel.baseMul(scalars(200 + i)))
    let lost = 0
    for (let round = 0; round < 8; round++) {
      const results = expected.map((_, i) => pool.kernel.baseMul(scalars(200 + i)))
      // Which thread, and how far into the work.
      await new Promise((resolve) => setTimeout(resolve, round))
      void threadsOf(pool)[round & 1]?.terminate()
      for (const [i, result] of (await Promise.allSettled(results)).entries()) {
        if (result.status === 'fulfilled') expect(result.value).toEqual(expected[i])
        else {
          expect(result.reason).toMatchObject({ name: 'QuorateError', code: 'ERR_WORKER_LOST' })
          lost++
        }
      }
    }
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThanOrEqual(8)
    await until(() => pool.stats().workers === 2)
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0 })
    expect(await pool.kernel.baseMul(scalars(200))).toEqual(expected[0])
  })

  test('J11: a thread that dies while the pool closes does not hold the close up', async () => {
    const pool = await open()
    const running = pool.kernel.baseMul(long())
    const closing = pool.close()
    await Promise.all([threadsOf(pool)[0]?.terminate(), expect(running).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' })])
    await closing
  })
})

describe('create', () => {
  test('wrong options are refused with their name', async () => {
    const refused = (field: string): object => ({ code: 'ERR_INVALID_ARGUMENT', field })
    for (const workers of [-1, 65, 1.5, NaN, 2 ** 53, '2', null]) {
      await expect(KernelPool.create({ workers: workers as number })).rejects.toMatchObject(refused('workers'))
    }
    for (const maxQueue of [0, -1, NaN, Infinity, 'auto']) {
      await expect(KernelPool.create({ maxQueue: maxQueue as number })).rejects.toMatchObject(refused('maxQueue'))
    }
    for (const inlineBelowMicros of [-1, 0.5, NaN, '150']) {
      await expect(KernelPool.create({ inlineBelowMicros: inlineBelowMicros as number })).rejects.toMatchObject(
        refused('inlineBelowMicros'),
      )
    }
    for (const kernel of ['wasm', '', null, 1]) {
      await expect(KernelPool.create({ kernel: kernel as 'auto' })).rejects.toMatchObject(refused('kernel'))
    }
    await expect(KernelPool.create({ signal: {} as AbortSignal })).rejects.toMatchObject(refused('signal'))
    await expect(KernelPool.create(null as unknown as PoolOptions)).rejects.toMatchObject(refused('options'))
  })

  test('the fma kernel is typed as unavailable', async () => {
    await expect(KernelPool.create({ kernel: 'fma', workers: 0 })).rejects.toMatchObject({
      code: 'ERR_KERNEL_UNAVAILABLE',
      field: 'kernel',
    })
  })

  test('a signal aborts the start, and later closes the pool', async () => {
    const early = AbortSignal.abort()
    await expect(KernelPool.create({ workers: 1, signal: early })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    const during = new AbortController()
    const starting = KernelPool.create({ workers: 1, signal: during.signal })
    during.abort()
    await expect(starting).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    const controller = new AbortController()
    const pool = await open({ signal: controller.signal })
    controller.abort()
    await expect(pool.kernel.baseMul(scalars(1))).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
    await until(() => pool.stats().workers === 0)
  })

  test('auto and integer are the WebAssembly kernel, baseline is bn.js; the results are the same', async () => {
    for (const [choice, name] of [
      ['auto', 'integer'],
      ['integer', 'integer'],
      ['baseline', 'baseline'],
    ] as const) {
      const pool = await open({ kernel: choice })
      expect(pool.kernel.info.name).toBe(name)
      expect(pool.kernel.info.wasmSha256).toEqual(name === 'integer' ? expect.stringMatching(/^[0-9a-f]{64}$/) : null)
      expect(await pool.kernel.baseMul(scalars(3))).toEqual(kernel.baseMul(scalars(3)))
      expect(pool.stats().inline).toBe(0)
    }
  })
})

describe('the process around the pool', () => {
  const module = fileURLToPath(new URL('../../dist/src/pool/kernel-pool.js', import.meta.url))
  const program = (body: string): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { KernelPool } from ${JSON.stringify(module)}
        const pool = await KernelPool.create({ workers: 2, inlineBelowMicros: 0 })
        const one = Uint8Array.from({ length: 32 }, (_, i) => i)
        ${body}`,
      ],
      { timeout: 30_000 },
    )

  test('no handle is left after close: the program ends by itself, whatever flags it was started with', async () => {
    const { stdout, stderr } = await program('await pool.kernel.baseMul(one); await pool.close(); console.log("end")')
    expect({ stdout, stderr }).toEqual({ stdout: 'end\n', stderr: '' })
  })

  test('an idle pool that nobody closed does not keep the program alive, running work does', async () => {
    const { stdout } = await program('pool.kernel.baseMul(one).then((point) => console.log(point.length))')
    expect(stdout).toBe('64\n')
  })
})
