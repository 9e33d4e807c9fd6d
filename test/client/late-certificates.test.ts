/** A node that confirmed and then missed a confirmation: its key stays pending until it has all certificates, asked for or shown. */
import { describe, expect, it } from 'vitest'
import { MemoryBus } from '../../src/bus/memory.ts'
import { FRAME } from '../../src/wire/message.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { Cluster, type Overrides, until } from './cluster.ts'
import { wrapBus } from './wrapped-bus.ts'

const warnings = captureWarnings()
const IDS = ['a', 'b', 'c']
const KEYGEN = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' } as const

interface Unconfirmed extends AsyncDisposable {
  readonly cluster: Cluster
  readonly keyId: string
  readonly bus: MemoryBus
  /** from now on requests and answers arrive */
  reconnect(): void
}

/** Everybody but a has heard everybody: the last confirmation never reached a, nor does a request or its answer. */
async function unconfirmed(overrides: Overrides = {}): Promise<Unconfirmed> {
  const bus = new MemoryBus()
  let connected = false
  let heard = 0
  const wrapped = wrapBus(bus, {
    deliver: (to, subject, bytes) => {
      if (subject !== 'P2PIncoming') return [bytes]
      if (bytes[1] !== FRAME.envelope) return connected ? [bytes] : []
      if (to === 'a') heard += 1
      // Four messages from each of two peers: the eighth is a confirmation.
      return to === 'a' && heard === 8 ? [] : [bytes]
    },
  })
  const cluster = await Cluster.start(IDS, () => ({ bus: wrapped, ...overrides }))
  const abort = new AbortController()
  const first = cluster.client('a').keygen({ ...KEYGEN, signal: abort.signal })
  const others = await Promise.all(['b', 'c'].map((id) => cluster.client(id).keygen(KEYGEN)))
  expect(others.map(({ status }) => status)).toEqual(['success', 'success'])
  // Instead of waiting for the deadline. a has confirmed: the others could not have succeeded without it.
  abort.abort()
  expect(await first).toMatchObject({ status: 'failure', reason: 'unconfirmed', stage: 'Confirm', blamed: [], missing: [] })
  const [info] = await cluster.client('a').keys()
  if (info === undefined) throw new Error('no pending key')
  expect(info.state).toBe('pending')
  const reconnect = (): void => {
    connected = true
  }
  const dispose = async (): Promise<void> => {
    await cluster[Symbol.asyncDispose]()
    await bus.close()
  }
  return { cluster, keyId: info.keyId, bus, reconnect, [Symbol.asyncDispose]: dispose }
}

describe('certificates that come later', () => {
  it('G14: make a pending key active, which then signs; nothing less does', async () => {
    await using stuck = await unconfirmed()
    const { cluster, keyId } = stuck
    const client = cluster.client('a')
    const pending = await client.key(keyId)
    expect([...(pending?.certificates.keys() ?? [])]).toEqual(['a'])
    const request = { ceremonyId: 2n, keyId, signers: ['a', 'b'], messages: [new Uint8Array(5)] }
    expect(await rejectionOf(() => client.sign(request))).toBe('ERR_KEY_NOT_ACTIVE keyId')
    const complete = (await cluster.client('b').key(keyId))?.certificates ?? new Map<string, Uint8Array>()
    const without = (id: string) => new Map([...complete].filter(([name]) => name !== id))
    for (const id of IDS)
      expect(await rejectionOf(() => client.activate(keyId, without(id)))).toBe(`ERR_INVALID_ARGUMENT certificates.${id}`)
    const swapped = new Map([...complete, ['b', complete.get('c') ?? new Uint8Array()] as const])
    expect(await rejectionOf(() => client.activate(keyId, swapped))).toBe('ERR_INVALID_ARGUMENT certificates.b')
    const noBytes = new Map<string, Uint8Array>([...complete, ['c', Buffer.from(complete.get('c') ?? [])] as const])
    expect(await rejectionOf(() => client.activate(keyId, noBytes))).toBe('ERR_INVALID_ARGUMENT certificates.c')
    const huge = new Map([...complete, ['c', new Uint8Array(2 ** 26)] as const])
    expect(await rejectionOf(() => client.activate(keyId, huge))).toBe('ERR_INVALID_ARGUMENT certificates.c')
    expect((await client.key(keyId))?.state).toBe('pending')
    expect(client.stats().pendingKeys).toBe(1)

    const events = client.events()
    const active = await client.activate(keyId, complete)
    expect(active).toEqual(await cluster.client('b').key(keyId))
    expect(client.stats().pendingKeys).toBe(0)
    for await (const event of events) {
      expect(event).toEqual({ type: 'keyReady', keyId })
      break
    }
    // Again is no change, and no second event.
    expect(await client.activate(keyId, new Map())).toEqual(active)
    const signed = await cluster.sign(request)
    expect(signed.map(({ status }) => status)).toEqual(['success', 'success'])
  })

  it('G14: are asked for when an instruction names the key, and the next one finds it active', async () => {
    await using stuck = await unconfirmed({ stageTimeoutMs: 300 })
    const { cluster, keyId, reconnect } = stuck
    const client = cluster.client('a')
    await until(() => client.stats().pendingKeys === 1)
    const events = client.events()
    reconnect()
    const request = { ceremonyId: 2n, keyId, signers: ['a', 'b'], messages: [new Uint8Array(5)] }
    expect(await rejectionOf(() => client.sign(request))).toBe('ERR_KEY_NOT_ACTIVE keyId')
    for await (const event of events) {
      expect(event).toEqual({ type: 'keyReady', keyId })
      break
    }
    expect(await client.key(keyId)).toEqual(await cluster.client('b').key(keyId))
    expect(client.stats().pendingKeys).toBe(0)
    const signed = await cluster.sign(request)
    expect(signed.map(({ status }) => status)).toEqual(['success', 'success'])
  })

  it('G14: are asked for at start, of every pending key that can be read; a broken record is reported and hurts no other', async () => {
    const bus = new MemoryBus()
    let connected = false
    const wrapped = wrapBus(bus, {
      // Nobody hears a confirmation, until the nodes start anew.
      deliver: (_, subject, bytes) => {
        const envelope = bytes[1] === FRAME.envelope
        return subject !== 'P2PIncoming' || connected || (envelope && bytes[44] !== 4) ? [bytes] : []
      },
    })
    const options = { bus: wrapped, stageTimeoutMs: 300, cleanupIntervalMs: 50 }
    const first = await Cluster.start(IDS, () => options)
    const ids: string[] = []
    for (const ceremonyId of [1n, 2n]) {
      const outcomes = await first.keygen({ ...KEYGEN, ceremonyId })
      expect(outcomes.map((outcome) => 'reason' in outcome && outcome.reason)).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed'])
    }
    for (const { keyId } of await first.client('a').keys()) ids.push(keyId)
    expect(ids).toHaveLength(2)
    for (const id of IDS) {
      await first.client(id).close()
      const store = first.stores.get(id)
      await store?.putPending('ab'.repeat(32), new Uint8Array(100).fill(1))
    }
    connected = true
    await using second = await Cluster.start(IDS, (id) => {
      const keyStore = first.stores.get(id)
      return { ...options, stageTimeoutMs: 1_000, ...(keyStore === undefined ? {} : { keyStore }) }
    })
    for (const id of IDS) {
      const client = second.client(id)
      for (const keyId of ids) {
        while ((await client.key(keyId))?.state !== 'active') await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect(client.stats().pendingKeys).toBe(0)
    }
    await warnings.expected(/^QuorateWarning: key (ab){32} could not be read: ERR_STORE /)
    await bus.close()
  })
})
