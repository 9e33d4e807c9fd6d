/** A thread that hangs or is killed delays or fails the work that it has, and nobody else's. */
import { afterEach, describe, expect, it } from 'vitest'
import { KernelPool, type KeyInfo, type SignOutcome } from '../../src/index.ts'
import { threadsOf } from '../../src/pool/threads.ts'
import { Cluster, until } from './cluster.ts'

const NODES = ['a', 'b', 'c'] as const
const SIGNERS = ['a', 'b'] as const

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Scene {
  readonly cluster: Cluster
  readonly pool: KernelPool
  readonly key: KeyInfo
}

/** Every job goes to a thread. */
async function makeScene(): Promise<Scene> {
  const pool = await KernelPool.create({ workers: 2, inlineBelowMicros: 0 })
  const cluster = await Cluster.start(NODES, () => ({ pool, stageTimeoutMs: 600_000 }))
  closing.push(
    () => cluster[Symbol.asyncDispose](),
    () => pool.close(),
  )
  const key = await cluster.makeKey({ ceremonyId: 1n, participants: NODES, minSigners: 2, suite: 'bip340' })
  return { cluster, pool, key }
}

async function signMany({ cluster, key }: Scene, from: number, count: number): Promise<SignOutcome[]> {
  const all = Array.from({ length: count }, (_, i) => {
    const messages = [new Uint8Array(32).fill(from + i)]
    return cluster.sign({ ceremonyId: BigInt(from + i), keyId: key.keyId, signers: SIGNERS, messages })
  })
  return (await Promise.all(all)).flat()
}

describe('a thread of the pool', () => {
  it('R17: that hangs delays its own work alone: all signings end on the other, and once it is killed nothing but its work is lost', async () => {
    const scene = await makeScene()
    const { pool } = scene
    // Quadratic in the indices and never cut into pieces: some ten seconds, far more than all that follows takes it to be killed.
    const hangs = pool.kernel.lagrange(Array.from({ length: 65_535 }, (_, i) => i + 1)).then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    )
    let state = 'hangs'
    void hangs.then((end) => {
      state = end
    })
    expect(pool.stats().running).toBe(1)
    for (const outcome of await signMany(scene, 10, 60)) expect(outcome.status).toBe('success')
    expect(state).toBe('hangs')
    for (const thread of threadsOf(pool)) await thread.terminate()
    expect(await hangs).toBe('ERR_WORKER_LOST')
    await until(() => pool.stats().workers === 2)
    for (const outcome of await signMany(scene, 80, 4)) expect(outcome.status).toBe('success')
  })

  it('R17: that is killed fails the signings whose work it had, blames nobody, and leaves no signing open', async () => {
    const scene = await makeScene()
    const { pool, cluster } = scene
    const signing = signMany(scene, 10, 100)
    await until(() => pool.stats().running > 0 && pool.stats().completed > 20)
    await threadsOf(pool)[0]?.terminate()
    const outcomes = await signing
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'failure' ? [outcome] : []))
    for (const { blamed, reason } of failures) {
      expect(blamed).toEqual([])
      expect(['internal', 'aborted', 'timeout']).toContain(reason)
    }
    // Most were not its work.
    expect(outcomes.length - failures.length).toBeGreaterThan(0)
    for (const id of SIGNERS) expect(cluster.client(id).stats().open).toBe(0)
    await until(() => pool.stats().workers === 2)
    expect(pool.stats()).toMatchObject({ lostWorkers: 1, queued: 0, running: 0 })
    for (const outcome of await signMany(scene, 200, 10)) expect(outcome.status).toBe('success')
  })
})
