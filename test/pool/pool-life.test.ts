import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compileKernelModule, readKernelBytes } from '../../src/kernel/wasm/module.ts'
import { webAssembly } from '../../src/kernel/wasm/webassembly.ts'
import type { PoolOptions } from '../../src/pool/contract.ts'
import { KernelPool } from '../../src/pool/kernel-pool.ts'
import { threadsOf } from '../../src/pool/threads.ts'
import { kernel, long, nonceArgs, open, scalars, until } from './support.ts'

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

  test('J11: a thread that dies before it was ready is replaced even if another one is idle', async () => {
    const pool = await open({ workers: 2 })
    const [first] = threadsOf(pool)
    const other = () => threadsOf(pool).find((thread) => thread !== first)
    await other()?.terminate()
    await until(() => pool.stats().workers === 2)
    await other()?.terminate()
    await until(() => pool.stats().workers === 2)
    expect(threadsOf(pool)).toContain(first)
    expect(pool.stats().lostWorkers).toBe(2)
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
    for (const maxQueue of [0, -1, 1.5, NaN, Infinity, 1_000_001, 2 ** 53, '2', 2n, null, [2], true, 'auto']) {
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

  test('the fma kernel runs on every thread, or is refused where the engine lacks relaxed SIMD', async () => {
    if (!webAssembly.validate(readKernelBytes('fma'))) {
      await expect(KernelPool.create({ kernel: 'fma', workers: 1 })).rejects.toMatchObject({
        code: 'ERR_KERNEL_UNAVAILABLE',
        field: 'kernel',
      })
      return
    }
    const pool = await open({ kernel: 'fma' })
    expect(pool.kernel.info).toMatchObject({ name: 'fma', wasmSha256: compileKernelModule('fma').sha256 })
    const points = kernel.baseMul(scalars(9))
    expect(await pool.kernel.sum(points, 3)).toEqual(kernel.sum(points, 3))
    expect(pool.stats().inline).toBe(0)
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

  test('auto is the fastest kernel that runs here, baseline is bn.js; the results are the same', async () => {
    const fastest = webAssembly.validate(readKernelBytes('fma')) ? 'fma' : 'integer'
    for (const [choice, name] of [
      ['auto', fastest],
      ['integer', 'integer'],
      ['baseline', 'baseline'],
    ] as const) {
      const pool = await open({ kernel: choice })
      expect(pool.kernel.info.name).toBe(name)
      expect(pool.kernel.info.wasmSha256).toEqual(name === 'baseline' ? null : expect.stringMatching(/^[0-9a-f]{64}$/))
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
