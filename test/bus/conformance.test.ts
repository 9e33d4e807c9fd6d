/** What the contract promises, held against both buses. Order over several senders and what a hub alone can do have tests of their own. */
import { afterAll, describe, expect, type TestContext, test } from 'vitest'
import type { Bus, BusConnection } from '../../src/bus/contract.ts'
import { MemoryBus } from '../../src/bus/memory.ts'
import { NatsBus } from '../../src/bus/nats/index.ts'
import { sharedBroker, until } from '../helpers/broker.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const { broker, end } = sharedBroker()
afterAll(end)

interface Meeting extends AsyncDisposable {
  readonly connections: Readonly<Record<'a' | 'b' | 'c', BusConnection>>
  readonly buses: readonly Bus[]
  handlerErrors(): number
}

const IDS = ['a', 'b', 'c'] as const
let groups = 0

const MEETINGS: Readonly<Record<string, (context: TestContext) => Promise<Meeting>>> = {
  MemoryBus: async () => {
    const bus = new MemoryBus()
    const [a, b, c] = await Promise.all([bus.connect('a'), bus.connect('b'), bus.connect('c')])
    return {
      connections: { a, b, c },
      buses: [bus],
      handlerErrors: () => bus.stats().handlerErrors,
      [Symbol.asyncDispose]: () => bus.close(),
    }
  },
  NatsBus: async (context) => {
    const { url } = await broker(context)
    const group = `g${groups++}`
    const buses = await Promise.all(IDS.map((self) => NatsBus.connect({ servers: url, group, self })))
    const [a, b, c] = await Promise.all(buses.map((bus, i) => bus.connect(IDS[i] ?? '')))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three')
    return {
      connections: { a, b, c },
      buses,
      handlerErrors: () => buses.reduce((sum, bus) => sum + bus.stats().handlerErrors, 0),
      [Symbol.asyncDispose]: async () => {
        await Promise.all(buses.map((bus) => bus.close()))
      },
    }
  },
}

describe.each(Object.entries(MEETINGS))('%s', (_, meet) => {
  test('a broadcast reaches everybody but its publisher, a private message its addressee alone, in the order of its sender', async (context) => {
    await using meeting = await meet(context)
    const { a, b, c } = meeting.connections
    const heard: Record<string, number[]> = { a: [], b: [], c: [] }
    for (const [id, connection] of Object.entries({ a, b, c })) {
      connection.subscribe('P2PIncoming', (message) => heard[id]?.push(message[0] ?? -1))
    }
    for (let i = 0; i < 100; i++) a.publish('P2P', i % 2 === 0 ? null : 'b', bytes(i))
    await until(() => heard['b']?.length === 100 && heard['c']?.length === 50, 'all of them')
    expect(heard['b']).toEqual(Array.from({ length: 100 }, (__, i) => i))
    expect(heard['c']).toEqual(Array.from({ length: 50 }, (__, i) => 2 * i))
    expect(heard['a']).toEqual([])
  })

  test('a subject is heard under its own name, and an event by no node', async (context) => {
    await using meeting = await meet(context)
    const { a, b } = meeting.connections
    const heard: string[] = []
    for (const subject of ['P2PIncoming', 'ReadyToKeygen', 'MultisigInstruction'] as const) b.subscribe(subject, () => heard.push(subject))
    a.publish('MultisigEvent', null, bytes(1))
    a.publish('ReadyToKeygen', null, bytes(2))
    a.publish('P2P', 'b', bytes(3))
    await until(() => heard.length === 2, 'both')
    expect(heard.sort()).toEqual(['P2PIncoming', 'ReadyToKeygen'])
  })

  test('T22: bytes are copied at publish and for each handler, without the memory around them', async (context) => {
    await using meeting = await meet(context)
    const { a, b, c } = meeting.connections
    const heard: Uint8Array[] = []
    b.subscribe('P2PIncoming', (message) => {
      message.fill(9)
    })
    for (const connection of [b, c]) connection.subscribe('P2PIncoming', (message) => heard.push(message))
    const sent = bytes(7, 7, 1, 2, 7, 7)
    a.publish('P2P', null, sent.subarray(2, 4))
    sent.fill(0xff)
    await until(() => heard.length === 2, 'both')
    expect(heard).toEqual([bytes(1, 2), bytes(1, 2)])
    for (const message of heard) {
      expect(message.buffer.byteLength).toBe(2)
      expect(Object.getPrototypeOf(message)).toBe(Uint8Array.prototype)
    }
  })

  test('delivery is never from inside publish, nor within another', async (context) => {
    await using meeting = await meet(context)
    const { a, b } = meeting.connections
    const log: string[] = []
    a.subscribe('P2PIncoming', () => log.push('a heard'))
    b.subscribe('P2PIncoming', () => {
      log.push('b enters')
      b.publish('P2P', 'a', bytes(1))
      log.push('b leaves')
    })
    a.publish('P2P', 'b', bytes(1))
    expect(log).toEqual([])
    await until(() => log.length === 3, 'the answer')
    expect(log).toEqual(['b enters', 'b leaves', 'a heard'])
  })

  test('what a handler throws or rejects with is contained and counted; a subscription ends at once', async (context) => {
    await using meeting = await meet(context)
    const { a, b } = meeting.connections
    const heard: number[] = []
    b.subscribe('P2PIncoming', () => {
      throw new Error('fault of b')
    })
    b.subscribe('P2PIncoming', async () => {
      throw new Error('later fault of b')
    })
    const stop = b.subscribe('P2PIncoming', (message) => {
      heard.push(message[0] ?? -1)
      stop()
    })
    b.subscribe('ReadyToKeygen', () => heard.push(99))
    for (const value of [1, 2, 3]) a.publish('P2P', null, bytes(value))
    a.publish('ReadyToKeygen', null, bytes(4))
    await until(() => heard.includes(99) && meeting.handlerErrors() === 6, 'all of it')
    expect(heard.sort((x, y) => x - y)).toEqual([1, 99])
  })

  test('a connection that was closed refuses everything; its id may connect again', async (context) => {
    await using meeting = await meet(context)
    const { a, b } = meeting.connections
    const heard: number[] = []
    b.subscribe('P2PIncoming', (message) => heard.push(message[0] ?? -1))
    a.publish('P2P', 'b', bytes(1))
    const closing = a.close()
    const closed = expect.objectContaining({ code: 'ERR_CLOSED' })
    expect(() => a.publish('P2P', 'b', bytes(2))).toThrow(closed)
    expect(() => a.subscribe('P2PIncoming', () => {})).toThrow(closed)
    await closing
    await a.close()
    const again = await meeting.buses[0]?.connect('a')
    again?.publish('P2P', 'b', bytes(3))
    await until(() => heard.length === 2, 'both')
    expect(heard).toEqual([1, 3])
  })
})
