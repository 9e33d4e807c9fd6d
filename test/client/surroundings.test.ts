/** A client whose bus, store or pool misbehaves: its ceremonies end with an outcome, its process lives, and others are not harmed. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { MemoryBus } from '../../src/bus/memory.ts'
import { toHex } from '../../src/bytes.ts'
import { MultisigClient } from '../../src/client/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { Cluster, until } from './cluster.ts'
import { wrapBus } from './wrapped-bus.ts'

const IDS = ['a', 'b', 'c']
const KEYGEN = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' } as const

const warnings = captureWarnings()

describe('a bus', () => {
  it('T22: that changes and keeps every array it was given has no effect', async () => {
    const bus = new MemoryBus()
    const changed = { published: 0, delivered: 0 }
    // As soon as the call that the array was given in has returned, and before anything else of the node runs.
    const scribble = (bytes: Uint8Array, when: keyof typeof changed): readonly Uint8Array[] => {
      queueMicrotask(() => {
        const before = toHex(bytes)
        bytes.fill(0xff)
        if (toHex(bytes) !== before) changed[when] += 1
      })
      return [bytes]
    }
    const wrapped = wrapBus(bus, {
      publish: ({ bytes }) => scribble(bytes, 'published'),
      deliver: (_, __, bytes) => scribble(bytes, 'delivered'),
    })
    await using cluster = await Cluster.start(IDS, () => ({ bus: wrapped }))
    const key = await cluster.makeKey(KEYGEN)
    const [outcome] = await cluster.sign({ ceremonyId: 2n, keyId: key.keyId, signers: IDS, messages: [new Uint8Array(3)] })
    expect(outcome?.status).toBe('success')
    // Three nodes, four stages of keygen and two of signing; each message reaches two nodes.
    expect(changed.published).toBeGreaterThanOrEqual(3 * 6)
    expect(changed.delivered).toBeGreaterThanOrEqual(2 * 3 * 6)
    await bus.close()
  })

  it('T15: that repeats and reorders loses nothing', async () => {
    const bus = new MemoryBus()
    let previous: Uint8Array | null = null
    // Each node hears every message twice, the second time after the next one.
    const last = new Map<string, Uint8Array>()
    const wrapped = wrapBus(bus, {
      deliver: (to, subject, bytes) => {
        if (subject !== 'P2PIncoming') return [bytes]
        previous = last.get(to) ?? null
        last.set(to, bytes)
        return previous === null ? [bytes] : [bytes, previous]
      },
    })
    await using cluster = await Cluster.start(IDS, () => ({ bus: wrapped }))
    const key = await cluster.makeKey(KEYGEN)
    const [outcome] = await cluster.sign({ ceremonyId: 2n, keyId: key.keyId, signers: IDS, messages: [new Uint8Array(3)] })
    expect(outcome?.status).toBe('success')
    const { dropped } = cluster.client('a').stats()
    expect(dropped.duplicate + dropped.late).toBeGreaterThan(5)
    expect(dropped.malformed + dropped.signature + dropped.sender).toBe(0)
    await bus.close()
  })

  it('if the SharedSecretState gets a duplicate idx, it shows an error with the idx and goes to Ignored: a listener hears it', async () => {
    const bus = new MemoryBus()
    const wrapped = wrapBus(bus, {
      deliver: (to, subject, bytes) => (to === 'a' && subject === 'P2PIncoming' && !complete ? [bytes, new Uint8Array(bytes)] : [bytes]),
    })
    let complete = false
    await using cluster = await Cluster.start(IDS, () => ({ bus: wrapped }))
    const abort = new AbortController()
    const events = cluster.client('a').events({ signal: abort.signal })
    // c is told later: the stage cannot be full before the repetition is heard.
    const firsts = ['a', 'b'].map((id) => cluster.client(id).keygen(KEYGEN))
    await until(() => cluster.client('a').stats().dropped.duplicate > 0)
    complete = true
    const outcomes = await Promise.all([...firsts, cluster.client('c').keygen(KEYGEN)])
    abort.abort()
    const ignored: unknown[] = []
    for await (const event of events) if (event.type === 'stage' && event.status === 'ignored') ignored.push(event)
    const event = { type: 'stage', kind: 'keygen', ceremonyId: 1n, stage: 'HashCommitment', status: 'ignored' }
    expect(ignored).toEqual([{ ...event, from: { validator: 'b', index: 2 } }])
    expect(cluster.client('a').stats().dropped.duplicate).toBe(1)
    expect(outcomes.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
    await bus.close()
  })

  it('ancestor fault 10: that invents messages has them counted by reason, and the ceremonies go on', async () => {
    const bus = new MemoryBus()
    const noise = { version: 0, malformed: 0, signature: 0, sender: 0 }
    const forge = (bytes: Uint8Array): Uint8Array[] => {
      const change = (at: number, to: (byte: number) => number): Uint8Array => {
        const copy = new Uint8Array(bytes)
        const place = at < 0 ? copy.length + at : at
        copy[place] = to(copy[place] ?? 0)
        return copy
      }
      noise.version += 3
      noise.malformed += 5
      noise.signature += 2
      return [
        new Uint8Array(),
        change(0, () => 2),
        new Uint8Array(100),
        // Another frame number, another scheme, a byte less, a byte more, and half of it.
        change(1, () => 5),
        change(2, () => 9),
        bytes.slice(0, -1),
        new Uint8Array([...bytes, 0]),
        bytes.slice(0, bytes.length >> 1),
        // Ceremony and stage stay, so that the signature decides: the digest of the transcript, and the body.
        change(-1, (byte) => byte ^ 1),
        change(-1, (byte) => byte ^ 128),
        bytes,
      ]
    }
    const wrapped = wrapBus(bus, { deliver: (to, subject, bytes) => (to === 'a' && subject === 'P2PIncoming' ? forge(bytes) : [bytes]) })
    await using cluster = await Cluster.start(IDS, () => ({ bus: wrapped }))
    const key = await cluster.makeKey(KEYGEN)
    const signed = await cluster.sign({ ceremonyId: 2n, keyId: key.keyId, signers: IDS, messages: [new Uint8Array(3)] })
    expect(signed.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
    await until(() => cluster.client('a').stats().dropped.signature >= noise.signature)
    expect(cluster.client('a').stats().dropped).toMatchObject(noise)
    bus.instruct('a', Uint8Array.of(1, 5, 1))
    await until(() => cluster.client('a').stats().dropped.malformed > noise.malformed)
    await bus.close()
  })

  it('that throws at every publish costs the ceremony and nothing else', async () => {
    const bus = new MemoryBus()
    let broken = false
    const wrapped = wrapBus(bus, {
      publish: ({ bytes }) => {
        if (broken) throw new Error('not connected')
        return [bytes]
      },
    })
    await using cluster = await Cluster.start(['a'], () => ({ bus: wrapped, stageTimeoutMs: 1_500 }), ['b'])
    broken = true
    const outcome = await cluster.client('a').keygen({ ...KEYGEN, participants: ['a', 'b'] })
    expect(outcome).toMatchObject({ status: 'failure', reason: 'timeout', missing: [{ validator: 'b', reportedBy: 'a' }] })
    // One node needs no bus.
    expect((await cluster.client('a').keygen({ ...KEYGEN, ceremonyId: 2n, participants: ['a'], minSigners: 1 })).status).toBe('success')
    await warnings.expected(/^QuorateWarning: the bus refused /)
    await bus.close()
  })

  it('that fails while a client starts leaves nothing behind', async () => {
    const bus = new MemoryBus()
    const failing = {
      connect: async () => ({
        ...(await bus.connect('a')),
        subscribe: () => {
          throw new Error('no subscription')
        },
      }),
      close: async () => {},
    }
    await using pool = await KernelPool.create({ workers: 0 })
    const options = {
      network: 'test',
      self: 'a',
      identity: testIdentity('a'),
      roster: testRoster(['a']),
      keyStore: new MemoryKeyStore(),
      pool,
    }
    await expect(MultisigClient.start({ ...options, bus: failing })).rejects.toThrow('no subscription')
    expect(bus.stats().connections).toBe(0)
    const client = await MultisigClient.start({ ...options, bus })
    await client.close()
    await bus.close()
  })

  it('that cannot close does not end the process when a signal closes the client', async () => {
    const bus = new MemoryBus()
    const abort = new AbortController()
    const wrapped = wrapBus(bus, { close: () => Promise.reject(new Error('cannot close')) })
    await using pool = await KernelPool.create({ workers: 0 })
    const client = await MultisigClient.start({
      network: 'test',
      self: 'a',
      identity: testIdentity('a'),
      roster: testRoster(['a']),
      bus: wrapped,
      keyStore: new MemoryKeyStore(),
      pool,
      signal: abort.signal,
    })
    abort.abort()
    await expect(client.close()).rejects.toThrow('cannot close')
    await warnings.expected(/^QuorateWarning: closing failed: Error$/)
    await bus.close()
  })
})

describe('a store', () => {
  const failing = (method: 'reserveCeremonyId' | 'putPending' | 'activate', how: 'throws' | 'rejects'): MemoryKeyStore => {
    const store = new MemoryKeyStore()
    store[method] = () => {
      const error = new Error('disk full, and secret 1234')
      if (how === 'throws') throw error
      return Promise.reject(error)
    }
    return store
  }

  for (const how of ['throws', 'rejects'] as const) {
    for (const [method, reason] of [
      ['reserveCeremonyId', 'internal'],
      ['putPending', 'internal'],
      ['activate', 'unconfirmed'],
    ] as const) {
      it(`P10: that ${how} in ${method} ends the keygen as ${reason}, tells the operator, and shows no text of the error`, async () => {
        const keyStore = failing(method, how)
        await using cluster = await Cluster.start(['a'], () => ({ keyStore }))
        const outcome = await cluster.client('a').keygen({ ...KEYGEN, participants: ['a'], minSigners: 1 })
        expect(outcome).toMatchObject({ status: 'failure', reason, blamed: [], missing: [] })
        const told = await warnings.expected(/^QuorateWarning: store request \w+ of ceremony 1 failed: Error$/)
        expect(told.join()).not.toContain('1234')
        if (method !== 'activate') return
        // It has all certificates, so it tries again, and the operator hears of it.
        const again = await warnings.expected(/^QuorateWarning: key [0-9a-f]{64} could not be made active: Error$/)
        expect(again.join()).not.toContain('1234')
        expect(cluster.client('a').stats().pendingKeys).toBe(1)
      })
    }
  }

  it('from which a key is deleted: who has loaded it goes on until it is closed, who has not finds none', async () => {
    const request = { keyId: '', signers: ['a'], messages: [new Uint8Array(3)] }
    await using cluster = await Cluster.start(['a'])
    const client = cluster.client('a')
    const make = (ceremonyId: bigint) => cluster.makeKey({ ...KEYGEN, ceremonyId, participants: ['a'], minSigners: 1 })
    const [used, unused] = [await make(1n), await make(2n)]
    expect((await client.sign({ ...request, ceremonyId: 3n, keyId: used.keyId })).status).toBe('success')
    for (const { keyId } of [used, unused]) await cluster.stores.get('a')?.delete(keyId)
    expect(await client.keys()).toEqual([])
    expect((await client.sign({ ...request, ceremonyId: 4n, keyId: used.keyId })).status).toBe('success')
    expect(await rejectionOf(() => client.sign({ ...request, ceremonyId: 5n, keyId: unused.keyId }))).toBe('ERR_UNKNOWN_KEY keyId')
  })

  it('J9: wipes the record with the share once it was stored, and whatever it was given', async () => {
    const records: Uint8Array[] = []
    const keyStore = new MemoryKeyStore()
    const { putPending } = MemoryKeyStore.prototype
    keyStore.putPending = (keyId, record) => {
      records.push(record)
      return putPending.call(keyStore, keyId, record)
    }
    await using cluster = await Cluster.start(['a'], () => ({ keyStore }))
    await cluster.makeKey({ ...KEYGEN, participants: ['a'], minSigners: 1 })
    expect(records).toHaveLength(1)
    expect(records[0]?.every((byte) => byte === 0)).toBe(true)
  })
})

describe('a pool', () => {
  it('that is closed under a ceremony ends it internally, and blames nobody', async () => {
    const cluster = await Cluster.start(IDS)
    const outcomes = cluster.keygen(KEYGEN)
    await cluster.pool.close()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'failure', reason: 'internal', blamed: [], missing: [] })
    await cluster[Symbol.asyncDispose]()
    await warnings.expected(/^QuorateWarning: job \w+ of ceremony 1 failed: ERR_POOL_CLOSED /)
  })
})

describe('the process', () => {
  it('lives until the deadline of an open ceremony, and no longer', async () => {
    const script = `
      import { MultisigClient, MemoryBus, MemoryKeyStore, KernelPool, generateIdentity } from '${new URL('../../dist/src/index.js', import.meta.url).href}'
      const identity = generateIdentity()
      const roster = new Map([['a', identity.publicKey], ['b', generateIdentity().publicKey]])
      const pool = await KernelPool.create({ workers: 0 })
      const client = await MultisigClient.start({ network: 'n', self: 'a', identity, roster, bus: new MemoryBus(), keyStore: new MemoryKeyStore(), pool, stageTimeoutMs: 150 })
      const { reason } = await client.keygen({ ceremonyId: 1n, participants: ['a', 'b'], minSigners: 1, suite: 'evm' })
      console.log(reason)
      // Left open: nothing is under way, so nothing holds the process.
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 })
    expect(stdout).toBe('timeout\n')
  })
})
