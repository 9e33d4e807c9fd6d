/** Hundreds of signatures in a row: what lives after them is what lives after a few. The memory of ten thousand is measured by `npm run bench -- endurance`. */
import v8 from 'node:v8'
import { expect, it } from 'vitest'
import { Ceremony } from '../../src/ceremony/ceremony.ts'
import { StageRunner } from '../../src/ceremony/stage-runner.ts'
import { SingleUseNonces } from '../../src/crypto/single-use-nonces.ts'
import { Cluster, until } from './cluster.ts'

const NODES = ['a', 'b', 'c'] as const
const SIGNERS = ['a', 'b'] as const

/** Objects that something still holds, after a full collection. */
function alive(): { ceremonies: number; runners: number; nonces: number } {
  const count = (of: Parameters<typeof v8.queryObjects>[0]): number => v8.queryObjects(of, { format: 'count' })
  return { ceremonies: count(Ceremony), runners: count(StageRunner), nonces: count(SingleUseNonces) }
}

it('J11: 300 signatures in a row leave no ceremony, no nonces, no work and no handle behind', async () => {
  const before = alive()
  const handles = process.getActiveResourcesInfo().length
  {
    await using cluster = await Cluster.start(NODES, () => ({ stageTimeoutMs: 600_000 }))
    const { keyId } = await cluster.makeKey({ ceremonyId: 1n, participants: NODES, minSigners: 2, suite: 'bip340' })
    const sign = (i: number): ReturnType<Cluster['sign']> =>
      cluster.sign({ ceremonyId: BigInt(i + 2), keyId, signers: SIGNERS, messages: [new Uint8Array(32).fill(i)] })
    for (let i = 0; i < 300; i++) for (const outcome of await sign(i)) expect(outcome.status).toBe('success')
    for (const id of NODES) expect(cluster.client(id).stats()).toMatchObject({ open: 0, pendingKeys: 0 })
    expect(cluster.pool.stats()).toMatchObject({ queued: 0, running: 0 })
    expect(cluster.bus.stats().pending).toBe(0)
    expect(alive()).toEqual(before)
    // The count does see what lives.
    const { completed } = cluster.pool.stats()
    const open = cluster.client('a').sign({ ceremonyId: 1_000n, keyId, signers: SIGNERS, messages: [new Uint8Array(32)] })
    await until(() => cluster.pool.stats().completed > completed)
    expect(alive()).toEqual({ ceremonies: before.ceremonies + 1, runners: before.runners + 1, nonces: before.nonces + 1 })
    await cluster.client('a').close()
    expect(await open).toMatchObject({ status: 'failure', reason: 'aborted' })
  }
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles)
})
