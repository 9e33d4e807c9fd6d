/** No nonce meets two challenges, whatever an application, a machine and peers do to a cluster while it signs: read off the bus afterwards. */
import { describe, expect, it } from 'vitest'
import type { SignOutcome } from '../../src/ceremony/outcome.ts'
import { MultisigClient, type SignRequest } from '../../src/client/index.ts'
import { QuorateError } from '../../src/errors.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { threadsOf } from '../../src/pool/threads.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { type NamedSlots, NonceLedger } from '../simulation/ledger.ts'
import { Cluster } from './cluster.ts'
import { Traffic } from './traffic.ts'
import { WAYS } from './ways.ts'

const IDS = ['a', 'b', 'c']
const MESSAGE = new Uint8Array(32).fill(5)

/** Shares that left for a signing, one for each message of their batch. */
function sharesIn(envelopes: readonly Envelope[]): number {
  const answers = envelopes.filter(
    ({ header, body }) => header.kind === 'sign' && header.stage > 1 && body.length % 32 === 0 && body.length > 0,
  )
  return answers.reduce((sum, { body }) => sum + body.length / 32, 0)
}

/** Ended, one way or the other, or was refused with a type. */
function ended(result: PromiseSettledResult<SignOutcome>): string {
  if (result.status === 'fulfilled') return result.value.status === 'success' ? 'success' : result.value.reason
  const reason: unknown = result.reason
  if (!(reason instanceof QuorateError)) throw reason
  return reason.code
}

describe.each(WAYS)('no nonce meets two challenges: $name', ({ protocol, prepare }) => {
  const warnings = captureWarnings()

  it('N1, N2, N9: in batches of one message, 64 racing calls, cancelled ceremonies, with killed workers and after a restart', async () => {
    /** what happens when a node first says something in a ceremony, and that only once */
    const onFirstWord = new Map<bigint, (from: string) => void>()
    warnings.allowed(/^QuorateWarning: job \w+ of ceremony \d+ failed: ERR_WORKER_LOST/)
    const traffic = new Traffic(({ header }) => {
      const act = onFirstWord.get(header.ceremonyId)
      onFirstWord.delete(header.ceremonyId)
      act?.(header.from)
    })
    await using pool = await KernelPool.create({ workers: 2, inlineBelowMicros: 0 })
    await using cluster = await Cluster.start(IDS, () => ({ bus: traffic.bus, pool }))
    const client = cluster.client('a')
    let lastId = 0n
    const nextId = (): bigint => {
      lastId += 1n
      return lastId
    }
    const { keyId } = await cluster.makeKey({ ceremonyId: nextId(), participants: IDS, minSigners: 2, suite: 'bip340', protocol })
    const nextNamed = await prepare(cluster, nextId(), keyId, IDS)
    const named = new Map<bigint, NamedSlots>()
    const request = (messages: readonly Uint8Array[], naming = nextNamed(messages.length)): SignRequest => {
      const ceremonyId = nextId()
      if (naming.preprocessed !== undefined) named.set(ceremonyId, naming.preprocessed)
      return { ceremonyId, keyId, signers: IDS, messages, ...naming }
    }

    const batch = await cluster.sign(request(Array.from({ length: 20 }, () => MESSAGE)))
    for (const outcome of batch) expect(outcome.status).toBe('success')

    // Whatever was named for one message is named for eight, in eight ceremonies at once.
    const naming = nextNamed(1)
    const rivals = Array.from({ length: 8 }, (_, i) => cluster.sign(request([new Uint8Array([i])], naming)))
    for (const outcome of (await Promise.all(rivals)).flat()) expect(outcome.status).toBe('success')

    // One id and 64 messages: one of them is signed, whichever comes first.
    const raced = request([MESSAGE])
    const calls = Array.from({ length: 64 }, async (_, i) => {
      await Promise.resolve()
      return client.sign({ ...raced, messages: [new Uint8Array([i])] })
    })
    const others = ['b', 'c'].map((id) => cluster.client(id).sign({ ...raced, messages: [new Uint8Array([0])] }))
    const results = (await Promise.allSettled(calls)).map(ended)
    expect(results.filter((result) => result === 'success')).toHaveLength(1)
    expect(results.filter((result) => result === 'ERR_CEREMONY_ID_USED')).toHaveLength(63)
    for (const outcome of await Promise.all(others)) expect(outcome.status).toBe('success')

    // Each third is cancelled at one node once somebody has spoken.
    const together = (count: number, cancelled: (i: number) => boolean, onWord: (i: number) => void) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const cancel = new AbortController()
          const signing = request([MESSAGE, new Uint8Array([i])])
          onFirstWord.set(signing.ceremonyId, () => (cancelled(i) ? cancel.abort() : onWord(i)))
          const signings = IDS.map((id) => cluster.client(id).sign(id === 'b' ? { ...signing, signal: cancel.signal } : signing))
          return (await Promise.allSettled(signings)).map(ended)
        }),
      )
    const isThird = (i: number) => i % 3 === 0
    const endings = await together(24, isThird, () => {})
    endings.forEach((all, i) => {
      if (isThird(i)) expect(all[1]).toMatch(/^(aborted|ERR_ABORTED)$/)
      else expect(all).toEqual(['success', 'success', 'success'])
    })
    // Threads die with all that they compute; how much that is, is chance.
    await together(24, isThird, (i) => {
      if (i % 8 === 1) void threadsOf(pool)[0]?.terminate()
    })
    expect(pool.stats().lostWorkers).toBeGreaterThan(0)

    // The node goes away once it has committed, comes back with its store, and is told the same again.
    const broken = request([MESSAGE])
    const gone = new Promise<void>((resolve) => {
      onFirstWord.set(broken.ceremonyId, () => resolve(Promise.resolve().then(() => client.close())))
    })
    const halfway = IDS.map((id) => cluster.client(id).sign(broken))
    await gone
    // What it has said may be all that another needed.
    expect((await Promise.allSettled(halfway)).map(ended)[0]).not.toBe('success')
    const { stores } = cluster
    const keyStore = stores.get('a')
    if (keyStore === undefined) throw new Error('no store')
    const options = { network: 'test', self: 'a', identity: testIdentity('a'), roster: testRoster(IDS), bus: traffic.bus, keyStore, pool }
    await using restarted = await MultisigClient.start(options)
    await expect(restarted.sign({ ...broken, messages: [new Uint8Array(1)] })).rejects.toMatchObject({ code: 'ERR_CEREMONY_ID_USED' })
    const after = request([MESSAGE])
    const last = await Promise.all([restarted, cluster.client('b'), cluster.client('c')].map((node) => node.sign(after)))
    for (const outcome of last) expect(outcome.status).toBe('success')

    const ledger = new NonceLedger()
    expect(ledger.enter('cluster', traffic.envelopes, traffic.slotsOf(named))).toEqual([])
    // The batch, the rivals, the race, what the storm left, and the last one.
    expect(sharesIn(traffic.envelopes)).toBeGreaterThan(3 * (20 + 8 + 1 + 2 * 16 + 1))
    expect(ledger.points().length).toBeGreaterThan(2 * sharesIn(traffic.envelopes))
  })
})
