/** The client as an application sees it, over a real bus, pool and store. */
import { afterAll, describe, expect, it } from 'vitest'
import type { InnerEvent } from '../../src/ceremony/outcome.ts'
import { type KeygenRequest, MultisigClient } from '../../src/client/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { SUITES } from '../ceremony/support.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { Cluster, until } from './cluster.ts'

const IDS = ['a', 'b', 'c']
const MESSAGE = new Uint8Array(32).fill(5)

/** The id that a keygen's key will have, from a cluster of its own that runs the same instruction. */
async function keyIdOf(request: KeygenRequest): Promise<string> {
  await using twin = await Cluster.start(request.participants)
  return (await twin.makeKey(request)).keyId
}

describe('a cluster', async () => {
  const cluster = await Cluster.start(IDS)
  const client = cluster.client('a')
  afterAll(() => cluster[Symbol.asyncDispose]())
  let lastId = 0n
  const nextId = (): bigint => {
    lastId += 1n
    return lastId
  }
  const keygenRequest = (suite: (typeof SUITES)[number] = 'bip340') => ({ ceremonyId: nextId(), participants: IDS, minSigners: 2, suite })

  for (const suite of SUITES) {
    it(`${suite}: makes a key and signs with it, and noble accepts the signatures`, async () => {
      await Promise.all(IDS.map((id) => cluster.client(id).waitUntilReady(IDS)))
      const outcomes = await cluster.keygen(keygenRequest(suite))
      const [first] = outcomes
      if (first?.status !== 'success') throw new Error('no key')
      for (const outcome of outcomes) expect(outcome).toEqual(first)
      for (const id of IDS) expect(await cluster.client(id).key(first.key.keyId)).toEqual(first.key)
      expect((await client.keys()).map(({ keyId }) => keyId)).toContain(first.key.keyId)
      const messages = [MESSAGE, new Uint8Array(32)]
      const signed = await cluster.sign({ ceremonyId: nextId(), keyId: first.key.keyId, signers: ['c', 'a'], messages })
      const [one] = signed
      if (one?.status !== 'success') throw new Error('no signatures')
      for (const outcome of signed) expect(outcome).toEqual(one)
      messages.forEach((message, i) => {
        expect(nobleAccepts(suite, first.key.groupPublicKey, message, one.signatures[i] ?? new Uint8Array())).toBe(true)
      })
    })
  }

  it('runs many signings of one key at once', async () => {
    const key = await cluster.makeKey(keygenRequest())
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        cluster.sign({ ceremonyId: nextId(), keyId: key.keyId, signers: IDS, messages: [new Uint8Array([i])] }),
      ),
    )
    for (const [outcome] of outcomes) expect(outcome?.status).toBe('success')
    expect(client.stats().open).toBe(0)
  })

  it('a signing whose key is still being made waits for it', async () => {
    const request = keygenRequest()
    const keyId = await keyIdOf(request)
    const abort = new AbortController()
    const events = client.events({ signal: abort.signal })
    const keygen = cluster.keygen(request)
    const signing = cluster.sign({ ceremonyId: nextId(), keyId, signers: IDS, messages: [MESSAGE] })
    expect(client.stats().open).toBe(1)
    expect((await signing)[0]?.status).toBe('success')
    expect((await keygen)[0]?.status).toBe('success')
    abort.abort()
    const order = (await collect(events)).flatMap(({ type }) => (type === 'stage' ? [] : [type]))
    expect(order).toEqual(['keyReady', 'keygenOutcome', 'messageSigned', 'signingOutcome'])
  })

  it('a signing that waits for its key ends at once when it is aborted', async () => {
    const request = { ...keygenRequest(), participants: ['a', 'b', 'c'] }
    const keyId = await keyIdOf(request)
    const abort = new AbortController()
    const keygenAbort = new AbortController()
    // Only a is told: its keygen waits for the others.
    const keygen = client.keygen({ ...request, signal: keygenAbort.signal })
    const signing = rejectionOf(() => client.sign({ ceremonyId: nextId(), keyId, signers: IDS, messages: [MESSAGE], signal: abort.signal }))
    abort.abort()
    expect(await signing).toBe('ERR_ABORTED')
    const failing = rejectionOf(() => client.sign({ ceremonyId: nextId(), keyId, signers: IDS, messages: [MESSAGE] }))
    keygenAbort.abort()
    expect(await keygen).toMatchObject({ status: 'failure', reason: 'aborted', blamed: [], missing: [] })
    expect(await failing).toBe('ERR_UNKNOWN_KEY keyId')
  })

  it('an id serves one ceremony, also when two instructions race for it, and is not spent by a refusal', async () => {
    const key = await cluster.makeKey(keygenRequest())
    const ceremonyId = nextId()
    const request = { ceremonyId, keyId: key.keyId, signers: ['a', 'b'], messages: [MESSAGE] }
    expect(await rejectionOf(() => client.sign({ ...request, signers: ['a'] }))).toBe('ERR_TOO_FEW_SIGNERS signers')
    expect(await rejectionOf(() => client.sign({ ...request, keyId: 'ab'.repeat(32) }))).toBe('ERR_UNKNOWN_KEY keyId')
    const [first, second] = [client.sign(request), rejectionOf(() => client.sign({ ...request, messages: [new Uint8Array(1)] }))]
    expect(await second).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    expect(await cluster.client('b').sign(request)).toEqual(await first)
    for (const id of [1n, ceremonyId]) {
      expect(await rejectionOf(() => client.sign({ ...request, ceremonyId: id }))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
      expect(await rejectionOf(() => client.keygen({ ...keygenRequest(), ceremonyId: id }))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    }
  })

  it('signers are refused by their place in the list as it was given', async () => {
    const key = await cluster.makeKey({ ...keygenRequest(), participants: ['b', 'c'] })
    const request = { ceremonyId: nextId(), keyId: key.keyId, messages: [MESSAGE] }
    expect(await rejectionOf(() => cluster.client('c').sign({ ...request, signers: ['c', 'a'] }))).toBe('ERR_UNKNOWN_VALIDATOR signers[1]')
    expect(await rejectionOf(() => cluster.client('a').sign({ ...request, signers: ['a', 'b'] }))).toBe('ERR_UNKNOWN_KEY keyId')
  })

  it('an abort signal ends the ceremony of its node, as an outcome', async () => {
    const key = await cluster.makeKey(keygenRequest())
    const before = new AbortController()
    before.abort()
    const request = { ceremonyId: nextId(), keyId: key.keyId, signers: IDS, messages: [MESSAGE] }
    expect(await rejectionOf(() => client.sign({ ...request, signal: before.signal }))).toBe('ERR_ABORTED')
    expect(await rejectionOf(() => client.keygen({ ...keygenRequest(), signal: before.signal }))).toBe('ERR_ABORTED')
    const during = new AbortController()
    const outcome = client.sign({ ...request, signal: during.signal })
    setTimeout(() => during.abort(), 5)
    expect(await outcome).toMatchObject({ status: 'failure', reason: 'aborted', stage: 'NonceCommitments', blamed: [], missing: [] })
    expect(client.stats().open).toBe(0)
  })

  it('tells every listener all that happens, in order, from its call on', async () => {
    const abort = new AbortController()
    const listeners = [client.events({ signal: abort.signal }), client.events({ signal: abort.signal })]
    const published: string[] = []
    const unobserve = cluster.bus.observe((from, bytes) => {
      if (from === 'a') published.push((JSON.parse(Buffer.from(bytes).toString()) as { type: string }).type)
    })
    const key = await cluster.makeKey(keygenRequest())
    await cluster.sign({ ceremonyId: nextId(), keyId: key.keyId, signers: IDS, messages: [MESSAGE, MESSAGE] })
    abort.abort()
    const heard = await Promise.all(listeners.map((listener) => collect(listener)))
    expect(heard[0]).toEqual(heard[1])
    const stages = heard[0]?.flatMap((event) => (event.type === 'stage' && event.status === 'full' ? [event.stage] : [])) ?? []
    expect(stages).toEqual(['HashCommitment', 'Commitments', 'SecretShare', 'Confirm', 'NonceCommitments', 'SignatureShare'])
    const rest = heard[0]?.flatMap(({ type }) => (type === 'stage' ? [] : [type])) ?? []
    expect(rest).toEqual(['keyReady', 'keygenOutcome', 'messageSigned', 'messageSigned', 'signingOutcome'])
    await until(() => published.length >= rest.length)
    expect(published).toEqual(rest)
    unobserve()
  })

  it('ends an iteration that is left, and holds nothing for it', async () => {
    for await (const event of client.events({ signal: AbortSignal.timeout(50) })) throw new Error(`unexpected ${event.type}`)
    const events = client.events()
    const waiting = collect(events, 1)
    await cluster.makeKey(keygenRequest())
    expect(await waiting).toHaveLength(1)
  })

  it('counts bytes and open ceremonies', async () => {
    const before = client.stats()
    const key = cluster.makeKey(keygenRequest())
    expect(client.stats().open).toBe(1)
    await key
    const after = client.stats()
    expect(after.open).toBe(0)
    // Three broadcasts and two shares out, four messages from each of two peers in.
    expect(after.bytesOut - before.bytesOut).toBeGreaterThan(5 * 200)
    expect(after.bytesIn - before.bytesIn).toBeGreaterThan(8 * 200)
    expect(Object.keys(after.dropped).sort()).toEqual(
      ['ceremony', 'duplicate', 'early-budget', 'late', 'malformed', 'sender', 'signature', 'size', 'stage', 'version'].sort(),
    )
  })
})

async function collect(events: AsyncIterable<InnerEvent>, count = Number.POSITIVE_INFINITY): Promise<InnerEvent[]> {
  const heard: InnerEvent[] = []
  for await (const event of events) {
    heard.push(event)
    if (heard.length >= count) break
  }
  return heard
}

describe('readiness', () => {
  it('is heard in any order of starting, and a restart is heard again', async () => {
    await using cluster = await Cluster.start(['a', 'b'], undefined, ['late'])
    const all = ['a', 'b', 'late']
    const events = cluster.client('a').events()
    const waiting = Promise.all(['a', 'b'].map((id) => cluster.client(id).waitUntilReady(all)))
    const start = () =>
      MultisigClient.start({
        network: 'test',
        self: 'late',
        identity: testIdentity('late'),
        roster: testRoster(all),
        bus: cluster.bus,
        keyStore: new MemoryKeyStore(),
        pool: cluster.pool,
      })
    const late = await start()
    await late.waitUntilReady(all)
    await waiting
    await late.close()
    const again = await start()
    await again.waitUntilReady(all)
    // One heard b before, or hears it now; the late one announced itself twice.
    const heard: string[] = []
    for await (const event of events) {
      if (event.type === 'readyToKeygen') heard.push(event.validator)
      if (heard.filter((id) => id === 'late').length === 2) break
    }
    expect(heard.filter((id) => id === 'late')).toHaveLength(2)
    await again.close()
  })

  it('ends with the signal, or with the client', async () => {
    await using cluster = await Cluster.start(['a'], undefined, ['never'])
    const client = cluster.client('a')
    const abort = new AbortController()
    const first = rejectionOf(() => client.waitUntilReady(['never'], { signal: abort.signal }))
    abort.abort()
    expect(await first).toBe('ERR_ABORTED')
    expect(await rejectionOf(() => client.waitUntilReady(['never'], { signal: abort.signal }))).toBe('ERR_ABORTED')
    const second = rejectionOf(() => client.waitUntilReady(['a', 'never']))
    await client.close()
    expect(await second).toBe('ERR_CLOSED')
  })
})

describe('limits', () => {
  const warnings = captureWarnings()
  it('refuses more open ceremonies than allowed, signings that wait for their key included, and spends no id by it', async () => {
    const request = { ceremonyId: 1n, participants: ['a', 'b'], minSigners: 1, suite: 'evm' } as const
    const keyId = await keyIdOf(request)
    await using cluster = await Cluster.start(['a', 'b'], () => ({ maxOpenCeremonies: 2 }))
    const client = cluster.client('a')
    const keygen = (id: string, ceremonyId: bigint) => cluster.client(id).keygen({ ...request, ceremonyId })
    const sign = (id: string) => cluster.client(id).sign({ ceremonyId: 2n, keyId, signers: ['a', 'b'], messages: [MESSAGE] })
    const first = keygen('a', 1n)
    const waiting = sign('a')
    expect(client.stats().open).toBe(1)
    expect(await rejectionOf(() => keygen('a', 3n))).toBe('ERR_TOO_MANY_CEREMONIES ceremonyId')
    await Promise.all([first, keygen('b', 1n)])
    expect((await Promise.all([waiting, sign('b')])).map(({ status }) => status)).toEqual(['success', 'success'])
    expect((await Promise.all([keygen('a', 3n), keygen('b', 3n)])).map(({ status }) => status)).toEqual(['success', 'success'])
  })

  it('an id below the window counts as used, whatever jumps the instructor makes', async () => {
    await using cluster = await Cluster.start(['a'], () => ({ ceremonyIdWindow: 10 }))
    const client = cluster.client('a')
    const keygen = (ceremonyId: bigint) => client.keygen({ ceremonyId, participants: ['a'], minSigners: 1, suite: 'evm' })
    const last = 2n ** 64n - 1n
    expect((await keygen(100n)).status).toBe('success')
    expect((await keygen(95n)).status).toBe('success')
    expect(await rejectionOf(() => keygen(90n))).toBe('ERR_CEREMONY_ID_WINDOW ceremonyId')
    expect((await keygen(91n)).status).toBe('success')
    expect((await keygen(last)).status).toBe('success')
    // The operator hears of it: only an authorised instructor can do it, and it ends the node's life.
    expect(await warnings.expected(/the ceremony id jumped to 18446744073709551615/)).toHaveLength(1)
    expect(await rejectionOf(() => keygen(101n))).toBe('ERR_CEREMONY_ID_WINDOW ceremonyId')
    expect(await rejectionOf(() => keygen(last))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    expect((await keygen(last - 9n)).status).toBe('success')
  })

  it('T2: a restarted node refuses every id up to its mark', async () => {
    const keyStore = new MemoryKeyStore()
    await using first = await Cluster.start(['a'], () => ({ keyStore }))
    expect((await first.keygen({ ceremonyId: 50n, participants: ['a'], minSigners: 1, suite: 'evm' }))[0]?.status).toBe('success')
    await using second = await Cluster.start(['a'], () => ({ keyStore }))
    const keygen = (ceremonyId: bigint) => second.client('a').keygen({ ceremonyId, participants: ['a'], minSigners: 1, suite: 'evm' })
    for (const id of [1n, 49n, 50n]) expect(await rejectionOf(() => keygen(id))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    expect((await keygen(51n)).status).toBe('success')
    expect(await second.client('a').keys()).toHaveLength(2)
  })
})
