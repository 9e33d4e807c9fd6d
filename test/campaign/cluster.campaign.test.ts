/** Real processes for longer: killed two hundred times, and flooded for half a minute. */
import { expect, it } from 'vitest'
import { KernelPool } from '../../src/pool/index.ts'
import { CrashRounds } from '../cluster/crash-rounds.ts'
import { runFlood } from '../cluster/flood-run.ts'
import { Group } from '../cluster/group.ts'
import { natsServerFor } from '../helpers/nats-server.ts'
import { Dice } from '../simulation/dice.ts'

const IDS = ['a', 'b', 'c', 'd', 'e']
const MIN_SIGNERS = 3
const SEED = process.env['QUORATE_TEST_SEED'] ?? 'campaign'
/** What early messages of a peer may take, with room for what the engine has not collected yet. */
const MAX_GROWN_BYTES = 128 << 20

it('P5, N2: two hundred nodes killed at random moments come back whole, and use no ceremony id or nonce twice', async (context) => {
  await using group = await Group.create({ ids: IDS, binary: natsServerFor(context), stageTimeoutMs: 1_500 })
  await using pool = await KernelPool.create({ workers: 0 })
  await group.start()
  const figures = await CrashRounds.run({ group, dice: new Dice(SEED), pool, rounds: 200, minSigners: MIN_SIGNERS })
  process.stdout.write(`${JSON.stringify({ ...figures, restartMs: undefined })}\n`)
  expect(figures.violations).toEqual([])
  expect(figures.rounds).toBe(200)
})

it('T7, T9: a member that sends ten thousand messages of junk a second does not double the time of honest signings', async (context) => {
  // On one machine: as few processes as a signing among others than the flooder takes, and nobody who listens to all of it.
  const ids = ['a', 'b', 'c']
  await using group = await Group.create({ ids, binary: natsServerFor(context), recorded: false })
  await group.start()
  const who = ['--participants', ids.join(','), '--min-signers', '2', '--suite', 'bip340', '--json']
  const { keyId }: { keyId?: unknown } = JSON.parse(await group.must('keygen', '--config', group.operatorConfig, ...who))
  await group.node('c').kill('SIGTERM')
  const figures = await runFlood({
    group,
    seed: SEED,
    keyId: String(keyId),
    flooder: 'c',
    signers: ['a', 'b'],
    perSecond: 10_000,
    floodMs: 30_000,
    calmMs: 15_000,
  })
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  expect(figures.perSecond).toBeGreaterThan(9_000)
  expect(figures.flooded.p99Ms).toBeLessThanOrEqual(2 * figures.calm.p99Ms)
  expect(figures.grownBytes ?? 0).toBeLessThan(MAX_GROWN_BYTES)
})
