/** A node that confirmed and then missed a confirmation: its key stays pending until it is shown all certificates. */
import { describe, expect, it } from 'vitest'
import { MemoryBus } from '../../src/bus/memory.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { Cluster } from './cluster.ts'
import { wrapBus } from './wrapped-bus.ts'

const IDS = ['a', 'b', 'c']
const KEYGEN = { ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' } as const

describe('certificates that come later', () => {
  /** Everybody but a has heard everybody: the last confirmation never reached a. */
  async function unconfirmed(): Promise<{ cluster: Cluster; keyId: string; bus: MemoryBus }> {
    const bus = new MemoryBus()
    let confirmations = 0
    const wrapped = wrapBus(bus, {
      // Four messages from each of two peers: the eighth is a confirmation.
      deliver: (to, subject, bytes) => {
        if (to !== 'a' || subject !== 'P2PIncoming') return [bytes]
        confirmations += 1
        return confirmations === 8 ? [] : [bytes]
      },
    })
    const cluster = await Cluster.start(IDS, () => ({ bus: wrapped }))
    const abort = new AbortController()
    const first = cluster.client('a').keygen({ ...KEYGEN, signal: abort.signal })
    const others = await Promise.all(['b', 'c'].map((id) => cluster.client(id).keygen(KEYGEN)))
    expect(others.map(({ status }) => status)).toEqual(['success', 'success'])
    // Instead of waiting for the deadline. a has confirmed: the others could not have succeeded without it.
    abort.abort()
    expect(await first).toMatchObject({ status: 'failure', reason: 'unconfirmed', stage: 'Confirm', blamed: [], missing: [] })
    const [info] = await cluster.client('a').keys()
    if (info === undefined) throw new Error('no pending key')
    return { cluster, keyId: info.keyId, bus }
  }

  it('G14: make a pending key active, which then signs; nothing less does', async () => {
    const { cluster, keyId, bus } = await unconfirmed()
    const client = cluster.client('a')
    const pending = await client.key(keyId)
    expect(pending?.state).toBe('pending')
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

    const events = client.events()
    const active = await client.activate(keyId, complete)
    expect(active).toEqual(await cluster.client('b').key(keyId))
    for await (const event of events) {
      expect(event).toEqual({ type: 'keyReady', keyId })
      break
    }
    // Again is no change, and no second event.
    expect(await client.activate(keyId, new Map())).toEqual(active)
    const signed = await cluster.sign(request)
    expect(signed.map(({ status }) => status)).toEqual(['success', 'success'])
    await cluster[Symbol.asyncDispose]()
    await bus.close()
  })
})
