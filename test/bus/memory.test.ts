import { describe, expect, test } from 'vitest'
import type { BusConnection } from '../../src/bus/contract.ts'
import { MemoryBus } from '../../src/bus/memory.ts'
import type { PublishSubject, SubscribeSubject } from '../../src/bus/subjects.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const IDS = ['a', 'b', 'c']

async function network(): Promise<{
  bus: MemoryBus
  at: (id: string) => BusConnection
  heard: Map<string, Uint8Array[]>
}> {
  const bus = new MemoryBus()
  const connections = new Map<string, BusConnection>()
  const heard = new Map<string, Uint8Array[]>()
  for (const id of IDS) {
    const connection = await bus.connect(id)
    connections.set(id, connection)
    const inbox: Uint8Array[] = []
    heard.set(id, inbox)
    connection.subscribe('P2PIncoming', (message) => inbox.push(message))
  }
  const at = (id: string): BusConnection => {
    const connection = connections.get(id)
    if (connection === undefined) throw new Error(id)
    return connection
  }
  return { bus, at, heard }
}

/** Resolves when everything published before is delivered. */
async function settled(bus: MemoryBus): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve))
  while (bus.stats().pending > 0)
}

describe('routing', () => {
  test('a broadcast reaches everybody but its publisher, a private message its addressee alone', async () => {
    const { bus, at, heard } = await network()
    at('a').publish('P2P', null, bytes(1))
    at('b').publish('P2P', 'c', bytes(2))
    await settled(bus)
    expect(heard.get('a')).toEqual([])
    expect(heard.get('b')).toEqual([bytes(1)])
    expect(heard.get('c')).toEqual([bytes(1), bytes(2)])
  })

  test('a subject is heard under its own name only', async () => {
    const { bus, at, heard } = await network()
    const ready: Uint8Array[] = []
    const instructed: Uint8Array[] = []
    at('b').subscribe('ReadyToKeygen', (message) => ready.push(message))
    at('b').subscribe('MultisigInstruction', (message) => instructed.push(message))
    at('a').publish('ReadyToKeygen', null, bytes(3))
    bus.instruct('b', bytes(4))
    at('a').publish('MultisigEvent', null, bytes(5))
    await settled(bus)
    expect(ready).toEqual([bytes(3)])
    expect(instructed).toEqual([bytes(4)])
    expect([...heard.values()].flat()).toEqual([])
  })

  test('a MultisigEvent reaches the observers of the hub and no node', async () => {
    const { bus, at } = await network()
    const seen: [string, Uint8Array][] = []
    at('a').publish('MultisigEvent', null, bytes(1))
    const stop = bus.observe((from, message) => seen.push([from, message]))
    at('b').publish('MultisigEvent', null, bytes(2))
    await settled(bus)
    stop()
    at('b').publish('MultisigEvent', null, bytes(3))
    await settled(bus)
    expect(seen).toEqual([['b', bytes(2)]])
    expect(bus.stats().events).toBe(3)
    expect(bus.stats().delivered).toBe(0)
  })

  test('a message to a node that is not there is dropped and counted', async () => {
    const { bus, at } = await network()
    at('a').publish('P2P', 'nobody', bytes(1))
    await settled(bus)
    expect(bus.stats().dropped).toBe(1)
  })

  test('two subscriptions of one function are two; each ends alone and at once', async () => {
    const bus = new MemoryBus()
    const a = await bus.connect('a')
    const b = await bus.connect('b')
    let count = 0
    const handler = (): void => {
      count++
    }
    const first = b.subscribe('P2PIncoming', handler)
    b.subscribe('P2PIncoming', handler)
    a.publish('P2P', null, bytes(1))
    await settled(bus)
    expect(count).toBe(2)
    a.publish('P2P', null, bytes(1))
    first()
    first()
    await settled(bus)
    expect(count).toBe(3)
  })
})

describe('T22: the memory bus shares no object between nodes', () => {
  test('T22: mutating what was sent, after the send, changes nothing for any receiver', async () => {
    const { bus, at, heard } = await network()
    const sent = bytes(1, 2, 3)
    at('a').publish('P2P', null, sent)
    at('a').publish('P2P', 'b', sent)
    sent.fill(0xff)
    await settled(bus)
    sent.fill(0xee)
    expect(heard.get('b')).toEqual([bytes(1, 2, 3), bytes(1, 2, 3)])
    expect(heard.get('c')).toEqual([bytes(1, 2, 3)])
  })

  test('T22: a receiver that mutates its message changes nothing for another, nor for its own other handler', async () => {
    const { bus, at, heard } = await network()
    at('b').subscribe('P2PIncoming', (message) => {
      message.fill(9)
    })
    const second: Uint8Array[] = []
    at('b').subscribe('P2PIncoming', (message) => second.push(message))
    const sent = bytes(1, 2)
    at('a').publish('P2P', null, sent)
    await settled(bus)
    expect(second).toEqual([bytes(1, 2)])
    expect(heard.get('c')).toEqual([bytes(1, 2)])
    expect(sent).toEqual(bytes(1, 2))
  })

  test('T22: a view is sent without the memory around it, and arrives as an exact array', async () => {
    const { bus, at, heard } = await network()
    at('a').publish('P2P', 'b', bytes(7, 7, 1, 2, 7, 7).subarray(2, 4))
    await settled(bus)
    const message = heard.get('b')?.[0]
    expect(message).toEqual(bytes(1, 2))
    expect(message?.buffer.byteLength).toBe(2)
  })
})

describe('delivery', () => {
  test('is never from inside publish, and in the order of publication over all senders', async () => {
    const { bus, at, heard } = await network()
    for (let i = 0; i < 1_000; i++) at(i % 2 === 0 ? 'a' : 'b').publish('P2P', 'c', bytes(i >> 8, i & 255))
    expect(heard.get('c')).toEqual([])
    await settled(bus)
    const order = heard.get('c')?.map((message) => ((message[0] ?? 0) << 8) | (message[1] ?? 0))
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
  })

  test('is never re-entrant: an answer is delivered after the handler that sent it returned', async () => {
    const bus = new MemoryBus()
    const a = await bus.connect('a')
    const b = await bus.connect('b')
    const log: string[] = []
    a.subscribe('P2PIncoming', () => log.push('a heard'))
    b.subscribe('P2PIncoming', () => {
      log.push('b enters')
      b.publish('P2P', 'a', bytes(1))
      log.push('b leaves')
    })
    a.publish('P2P', 'b', bytes(1))
    await settled(bus)
    expect(log).toEqual(['b enters', 'b leaves', 'a heard'])
  })

  test('lets timers through while nodes answer each other without end', async () => {
    const bus = new MemoryBus()
    const a = await bus.connect('a')
    const b = await bus.connect('b')
    let running = true
    a.subscribe('P2PIncoming', () => running && a.publish('P2P', 'b', bytes(1)))
    b.subscribe('P2PIncoming', () => running && b.publish('P2P', 'a', bytes(1)))
    a.publish('P2P', 'b', bytes(1))
    await new Promise((resolve) => setTimeout(resolve, 5))
    running = false
    await settled(bus)
    expect(bus.stats().delivered).toBeGreaterThan(2)
  })

  test('contains what a handler throws or rejects with: the others hear the message all the same', async () => {
    const { bus, at, heard } = await network()
    at('b').subscribe('P2PIncoming', () => {
      throw new Error('fault of b')
    })
    at('b').subscribe('P2PIncoming', async () => {
      throw new Error('later fault of b')
    })
    at('a').publish('P2P', null, bytes(1))
    at('a').publish('P2P', null, bytes(2))
    await settled(bus)
    await settled(bus)
    expect(heard.get('b')).toHaveLength(2)
    expect(heard.get('c')).toHaveLength(2)
    expect(bus.stats().handlerErrors).toBe(4)
  })
})

describe('bounds', () => {
  test('a recipient over its bound loses messages; the others do not', async () => {
    const bus = new MemoryBus({ maxPendingMessages: 10, maxPendingBytes: 25 })
    const a = await bus.connect('a')
    const lengths = new Map<string, number[]>([
      ['b', []],
      ['c', []],
    ])
    for (const [id, list] of lengths) (await bus.connect(id)).subscribe('P2PIncoming', (message) => list.push(message.length))
    for (let i = 0; i < 12; i++) a.publish('P2P', 'b', bytes(1))
    for (let i = 0; i < 4; i++) a.publish('P2P', 'c', new Uint8Array(10))
    await settled(bus)
    expect(lengths.get('b')).toHaveLength(10)
    expect(lengths.get('c')).toEqual([10, 10])
    expect(bus.stats().dropped).toBe(4)
    a.publish('P2P', null, bytes(1))
    await settled(bus)
    expect(lengths.get('b')).toHaveLength(11)
    expect(lengths.get('c')).toHaveLength(3)
  })

  test('T17: a message above the size limit is refused, not lost', async () => {
    const bus = new MemoryBus({ maxMessageBytes: 4 })
    const a = await bus.connect('a')
    a.publish('P2P', null, new Uint8Array(4))
    expect(() => a.publish('P2P', null, new Uint8Array(5))).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE', field: 'bytes' }))
    expect(() => bus.instruct('a', new Uint8Array(5))).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE', field: 'bytes' }))
  })
})

describe('close', () => {
  test('a connection delivers what it sent and was sent, then is gone; its id may connect again', async () => {
    const { bus, at, heard } = await network()
    at('a').publish('P2P', 'b', bytes(1))
    at('b').publish('P2P', 'a', bytes(2))
    const closing = at('a').close()
    at('b').publish('P2P', 'a', bytes(3))
    expect(() => at('a').publish('P2P', 'b', bytes(4))).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    expect(() => at('a').subscribe('P2PIncoming', () => {})).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    await closing
    await at('a').close()
    expect(heard.get('a')).toEqual([bytes(2)])
    expect(heard.get('b')).toEqual([bytes(1)])
    expect(bus.stats()).toMatchObject({ connections: 2, dropped: 1 })
    const again = await bus.connect('a')
    again.publish('P2P', 'b', bytes(5))
    await settled(bus)
    expect(heard.get('b')).toEqual([bytes(1), bytes(5)])
    expect(heard.get('a')).toHaveLength(1)
  })

  test('the bus delivers what was published, then refuses everything', async () => {
    const { bus, at, heard } = await network()
    at('a').publish('P2P', null, bytes(1))
    const closing = bus.close()
    expect(() => at('a').publish('P2P', null, bytes(2))).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    await closing
    await bus.close()
    await at('a').close()
    expect(heard.get('b')).toEqual([bytes(1)])
    expect(heard.get('c')).toEqual([bytes(1)])
    expect(() => bus.instruct('a', bytes(1))).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    expect(() => bus.observe(() => {})).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    await expect(bus.connect('d')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })
})

describe('bad arguments', () => {
  test('a second connection of one id and an id that is none are refused', async () => {
    const { bus } = await network()
    await expect(bus.connect('a')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'self' })
    for (const id of ['', 'a b', 'ä', 'a'.repeat(65), 'a\n', 1, null, undefined]) {
      await expect(bus.connect(id as string)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', field: 'self' })
    }
  })

  test('unknown subjects, addressees and byte strings are refused with their field', async () => {
    const { at, bus } = await network()
    const a = at('a')
    const refuses = (call: () => unknown, field: string): void =>
      expect(call, field).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field }))
    for (const subject of ['P2PIncoming', 'MultisigInstruction', 'p2p', '__proto__', 'constructor', 1, null]) {
      refuses(() => a.publish(subject as PublishSubject, null, bytes(1)), 'subject')
    }
    for (const subject of ['P2P', 'MultisigEvent', 'P2POutgoing', 'toString', undefined]) {
      refuses(() => a.subscribe(subject as SubscribeSubject, () => {}), 'subject')
    }
    for (const to of ['', 'b c', undefined, 2]) refuses(() => a.publish('P2P', to as string, bytes(1)), 'to')
    refuses(() => a.publish('P2P', 'a', bytes(1)), 'to')
    refuses(() => a.publish('MultisigEvent', 'b', bytes(1)), 'to')
    refuses(() => bus.instruct('', bytes(1)), 'to')
    for (const value of [Buffer.alloc(3), new Uint8Array(new SharedArrayBuffer(3)), [1], 'text', null]) {
      refuses(() => a.publish('P2P', null, value as Uint8Array), 'bytes')
      refuses(() => bus.instruct('b', value as Uint8Array), 'bytes')
    }
    refuses(() => a.subscribe('P2PIncoming', null as unknown as () => void), 'handler')
    refuses(() => bus.observe('x' as unknown as () => void), 'observer')
    expect(bus.stats()).toMatchObject({ pending: 0, events: 0, dropped: 0 })
  })

  test('options are an object of positive integers', () => {
    const refuses = (options: unknown, field: string): void =>
      expect(() => new MemoryBus(options as object), field).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field }))
    for (const options of [null, 5, 'x', true, 1n, Symbol('x'), () => {}]) refuses(options, 'options')
    for (const name of ['maxPendingMessages', 'maxPendingBytes', 'maxMessageBytes']) {
      for (const limit of [0, -1, 1.5, NaN, Infinity, 2 ** 53, '5', 5n, null, [5], {}]) refuses({ [name]: limit }, name)
    }
  })
})
