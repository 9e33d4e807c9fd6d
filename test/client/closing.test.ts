/** The end of a client: what is open gets its outcome, what comes later is refused, and nothing stays. */
import { describe, expect, it } from 'vitest'
import { KeyRing } from '../../src/client/key-ring.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { refusalOf, rejectionOf } from '../helpers/refusals.ts'
import { Cluster, until } from './cluster.ts'

const IDS = ['a', 'b']
const KEYGEN = { ceremonyId: 1n, participants: IDS, minSigners: 1, suite: 'bip340' } as const

describe('close', () => {
  it('aborts open ceremonies, which report it, and leaves the bus', async () => {
    await using cluster = await Cluster.start(['a'], undefined, ['b'])
    const client = cluster.client('a')
    const published: string[] = []
    cluster.bus.observe((_, bytes) => published.push(Buffer.from(bytes).toString()))
    const keygen = client.keygen(KEYGEN)
    const closing = client.close()
    expect(await keygen).toMatchObject({ status: 'failure', reason: 'aborted', blamed: [], missing: [] })
    await closing
    expect(client.stats().open).toBe(0)
    await until(() => published.some((text) => text.includes('aborted')))
    expect(cluster.bus.stats().connections).toBe(0)
  })

  it('is once, however often it is called', async () => {
    await using cluster = await Cluster.start(['a'])
    const client = cluster.client('a')
    await Promise.all([client.close(), client.close({ graceMs: 1_000 }), client[Symbol.asyncDispose]()])
    await client.close()
  })

  it('refuses everything afterwards', async () => {
    await using cluster = await Cluster.start(['a'])
    const client = cluster.client('a')
    const key = await cluster.makeKey({ ...KEYGEN, participants: ['a'] })
    const { keyId } = key
    await client.close()
    const calls = [
      () => client.keygen({ ...KEYGEN, ceremonyId: 2n, participants: ['a'] }),
      () => client.sign({ ceremonyId: 2n, keyId, signers: ['a'], messages: [new Uint8Array(1)] }),
      () => client.waitUntilReady(['a']),
      () => client.activate(keyId, new Map()),
      () => client.key(keyId),
      () => client.keys(),
    ]
    for (const call of calls) expect(await rejectionOf(call)).toBe('ERR_CLOSED')
    expect(refusalOf(() => client.events())).toBe('ERR_CLOSED')
    client.cleanup()
    expect(client.stats().open).toBe(0)
  })

  it('ends every iteration of events, after what was heard', async () => {
    await using cluster = await Cluster.start(['a'])
    const client = cluster.client('a')
    const heard: string[] = []
    const listening = (async () => {
      for await (const { type } of client.events()) heard.push(type)
    })()
    const events = client.events()
    await cluster.makeKey({ ...KEYGEN, participants: ['a'] })
    await client.close()
    await listening
    expect(heard.at(-1)).toBe('keygenOutcome')
    const late: string[] = []
    for await (const { type } of events) late.push(type)
    expect(late).toEqual(heard)
  })

  it('with a grace lets what is open end, and refuses what is new meanwhile', async () => {
    await using cluster = await Cluster.start(IDS)
    const client = cluster.client('a')
    const keygen = cluster.keygen(KEYGEN)
    const closing = client.close({ graceMs: 10_000 })
    expect(await rejectionOf(() => client.keygen({ ...KEYGEN, ceremonyId: 2n }))).toBe('ERR_CLOSED')
    expect((await keygen).map(({ status }) => status)).toEqual(['success', 'success'])
    await closing
  })

  it('with a grace keeps deadlines: a silent peer does not cost all of it', async () => {
    await using cluster = await Cluster.start(['a'], () => ({ stageTimeoutMs: 50 }), ['b'])
    const client = cluster.client('a')
    const keygen = client.keygen(KEYGEN)
    const closing = client.close({ graceMs: 2 ** 31 - 1 })
    expect(await keygen).toMatchObject({ reason: 'timeout', missing: [{ validator: 'b', reportedBy: 'a' }] })
    await closing
  })

  it('with a grace that runs out aborts the rest', async () => {
    await using cluster = await Cluster.start(['a'], undefined, ['b'])
    const keygen = cluster.client('a').keygen(KEYGEN)
    await cluster.client('a').close({ graceMs: 20 })
    expect(await keygen).toMatchObject({ reason: 'aborted' })
  })

  it('by the signal of start is the same', async () => {
    const abort = new AbortController()
    await using cluster = await Cluster.start(['a'], () => ({ signal: abort.signal }), ['b'])
    const keygen = cluster.client('a').keygen(KEYGEN)
    abort.abort()
    expect(await keygen).toMatchObject({ reason: 'aborted' })
    expect(await rejectionOf(() => cluster.client('a').keys())).toBe('ERR_CLOSED')
  })

  it('while a signing waits for its key refuses the signing as closed', async () => {
    await using twin = await Cluster.start(IDS)
    const { keyId } = await twin.makeKey(KEYGEN)
    await using cluster = await Cluster.start(['a'], undefined, ['b'])
    const client = cluster.client('a')
    const keygen = client.keygen(KEYGEN)
    const signing = rejectionOf(() => client.sign({ ceremonyId: 2n, keyId, signers: IDS, messages: [new Uint8Array(1)] }))
    await client.close()
    expect(await signing).toBe('ERR_CLOSED')
    expect((await keygen).status).toBe('failure')
  })

  it('while a key is being loaded leaves no key in memory', async () => {
    await using cluster = await Cluster.start(['a'])
    const client = cluster.client('a')
    const { keyId } = await cluster.makeKey({ ...KEYGEN, participants: ['a'] })
    const signing = rejectionOf(() => client.sign({ ceremonyId: 2n, keyId, signers: ['a'], messages: [new Uint8Array(1)] }))
    await client.close()
    expect(await signing).toBe('ERR_CLOSED')
    // The ring itself, which would otherwise hold what it loaded for ever.
    const store = cluster.stores.get('a') ?? new MemoryKeyStore()
    const ring = new KeyRing(store, 'a', cluster.pool.kernel)
    expect((await ring.active(keyId)).keyId).toBe(keyId)
    const late = new KeyRing(store, 'a', cluster.pool.kernel)
    const loading = rejectionOf(() => late.active(keyId))
    late.close()
    expect(await loading).toBe('ERR_CLOSED')
  })
})

describe('timeouts', () => {
  it('T10, R16: come by themselves, soon after the deadline, with the names', async () => {
    await using cluster = await Cluster.start(IDS, () => ({ stageTimeoutMs: 80, cleanupIntervalMs: 60_000 }), ['c'])
    const start = performance.now()
    const outcome = await cluster.client('a').keygen({ ...KEYGEN, participants: ['a', 'c'] })
    const elapsed = performance.now() - start
    expect(outcome).toMatchObject({ reason: 'timeout', stage: 'HashCommitment', missing: [{ validator: 'c', reportedBy: 'a' }] })
    expect(elapsed).toBeGreaterThanOrEqual(79)
  })

  it('T11: do not follow the wall clock', async () => {
    const { now } = Date
    await using cluster = await Cluster.start(IDS, () => ({ stageTimeoutMs: 5_000 }))
    const keygen = cluster.keygen(KEYGEN)
    Date.now = () => now() + 86_400_000
    try {
      for (const id of IDS) cluster.client(id).cleanup()
      expect((await keygen).map(({ status }) => status)).toEqual(['success', 'success'])
    } finally {
      Date.now = now
    }
  })
})
