/** More ceremonies than the pool has room for, and keys that the store spoilt. */
import { describe, expect, it } from 'vitest'
import { KernelPool, MemoryBus, MemoryKeyStore, MultisigClient, type SignOutcome } from '../../src/index.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const IDS = ['a', 'b'] as const

async function cluster(pool: KernelPool, stores: readonly MemoryKeyStore[]): Promise<MultisigClient[]> {
  const bus = new MemoryBus()
  const roster = testRoster(IDS)
  return Promise.all(
    IDS.map((self, i) =>
      MultisigClient.start({
        network: 'load',
        self,
        identity: testIdentity(self),
        roster,
        bus,
        keyStore: stores[i] ?? new MemoryKeyStore(),
        pool,
      }),
    ),
  )
}

async function keyOf(clients: readonly MultisigClient[]): Promise<string> {
  const request = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' } as const
  const [outcome] = await Promise.all(clients.map((client) => client.keygen(request)))
  if (outcome?.status !== 'success') throw new Error('no key')
  return outcome.key.keyId
}

describe('many signings at once', () => {
  it('all succeed when they are far more than the queue of the pool holds', async () => {
    await using pool = await KernelPool.create({ workers: 1, maxQueue: 8, inlineBelowMicros: 0 })
    const clients = await cluster(pool, [])
    const keyId = await keyOf(clients)
    const outcomes: Promise<SignOutcome>[] = []
    for (let i = 0; i < 200; i++) {
      const request = { ceremonyId: BigInt(i + 2), keyId, signers: IDS, messages: [new Uint8Array(32).fill(i)] }
      for (const client of clients) outcomes.push(client.sign(request))
    }
    const failed = (await Promise.all(outcomes)).filter(({ status }) => status !== 'success')
    expect(failed).toEqual([])
    await Promise.all(clients.map((client) => client.close()))
  })
})

describe('a key that the store spoilt', () => {
  /** Gives every record with one bit flipped at an offset from its end. */
  class SpoiltStore extends MemoryKeyStore {
    flipAt: number | null = null

    override async get(keyId: string): ReturnType<MemoryKeyStore['get']> {
      const stored = await super.get(keyId)
      if (stored !== null && this.flipAt !== null) {
        const at = stored.record.length - 1 - (this.flipAt % stored.record.length)
        stored.record[at] = (stored.record[at] ?? 0) ^ 1
      }
      return stored
    }
  }

  it('never signs, wherever the bit is flipped: its owner would be convicted of a bad share', async () => {
    await using pool = await KernelPool.create({ workers: 0 })
    const store = new SpoiltStore()
    const clients = await cluster(pool, [store])
    const keyId = await keyOf(clients)
    const { record } = (await store.get(keyId)) ?? { record: new Uint8Array() }
    expect(record.length).toBeGreaterThan(300)
    const [a] = clients
    for (let flipAt = 0; flipAt < record.length; flipAt++) {
      store.flipAt = flipAt
      const signing = a?.sign({ ceremonyId: 2n, keyId, signers: IDS, messages: [new Uint8Array(32)] })
      await expect(signing, `bit at ${flipAt} from the end`).rejects.toMatchObject({ code: 'ERR_STORE' })
    }
    store.flipAt = null
    const request = { ceremonyId: 2n, keyId, signers: IDS, messages: [new Uint8Array(32)] }
    const [outcome] = await Promise.all(clients.map((client) => client.sign(request)))
    expect(outcome?.status).toBe('success')
    await Promise.all(clients.map((client) => client.close()))
  })
})
