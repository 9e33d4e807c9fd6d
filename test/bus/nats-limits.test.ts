/** What a connection to the broker holds, carries and lets through at most. */
import { connect as dial } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { NatsBus, type NatsIssue, NatsOperator } from '../../src/bus/nats/index.ts'
import { Subjects } from '../../src/bus/nats/subjects.ts'
import { largestKeygenMessageBytes } from '../../src/wire/carrying.ts'
import { jetStreamConfig, sharedBroker, until } from '../helpers/broker.ts'
import { muteBroker } from './mute-broker.ts'

const PAYLOAD = 1_966_080
const { broker, end } = sharedBroker((folder) => `max_payload: ${PAYLOAD}\n${jetStreamConfig(folder)}`)
afterAll(end)

const bytes = (length: number): Uint8Array => new Uint8Array(length)

test('T16: a node that does not read for a while holds a bounded part of a flood, drops the rest, and says so', async (context) => {
  const { url } = await broker(context)
  const issues: NatsIssue[] = []
  const limits = { maxPendingMessages: 4_000, maxPendingBytes: 4 << 20, onIssue: (issue: NatsIssue) => issues.push(issue) }
  const bus = await NatsBus.connect({ servers: url, group: 'slow', self: 'a', reconnectWaitMs: 20, ...limits })
  const honest = await NatsBus.connect({ servers: url, group: 'slow', self: 'b' })
  const connection = await bus.connect('a')
  const other = await honest.connect('b')
  const heard = { b: 0, x: 0 }
  let slow = false
  // 2 ms of work for each message: 30 MB in 15,000 messages would take half a minute.
  connection.subscribe('P2PIncoming', (_, from) => {
    const until = performance.now() + (slow ? 2 : 0)
    while (performance.now() < until);
    heard[from as keyof typeof heard]++
  })
  // A member without our library, who sends the same 600 kB again and again: what memory grows is not its own.
  const flood = dial(Number(new URL(url).port), '127.0.0.1')
  flood.resume().on('error', () => {})
  flood.write('CONNECT {"verbose":false,"pedantic":false}\r\n')
  const junk = Buffer.from(`PUB quorate.v1.slow.x.p2p 2000\r\n${'x'.repeat(2_000)}\r\n`.repeat(300))
  const send = () => new Promise((resolve) => flood.write(junk, resolve))
  // What a flood costs that is handled: the garbage of 15,000 messages, mostly.
  for (let i = 0; i < 50; i++) await send()
  await until(() => heard.x + bus.stats().droppedIn >= 15_000, 'the first flood')
  slow = true
  const [before, handled, dropped] = [process.memoryUsage().rss, heard.x, bus.stats().droppedIn]
  let peak = 0
  for (let i = 0; i < 50; i++) {
    other.publish('P2P', null, bytes(10))
    await send()
    await new Promise((resolve) => setImmediate(resolve))
    peak = Math.max(peak, process.memoryUsage().rss - before)
    expect(bus.stats().pending).toBeLessThanOrEqual(4_000)
    expect(bus.stats().pendingBytes).toBeLessThanOrEqual(4 << 20)
  }
  slow = false
  // The honest sender's messages all arrive, in turn with the flood's.
  await until(() => heard.b === 50 && bus.stats().received >= 30_050, 'the honest messages', 20_000)
  expect(bus.stats().droppedIn - dropped).toBeGreaterThan(9_000)
  expect(heard.x - handled).toBeLessThan(5_000)
  expect(issues).toContainEqual({ type: 'slow-consumer', direction: 'in', dropped: expect.any(Number) })
  peak = Math.max(peak, process.memoryUsage().rss - before)
  expect(peak).toBeLessThan(64 << 20)
  flood.destroy()
  await Promise.all([bus.close(), honest.close()])
})

test('T16: a broker that does not read costs a bounded number of bytes; the rest is dropped and counted', async () => {
  const mute = await muteBroker()
  const issues: NatsIssue[] = []
  const bus = await NatsBus.connect({
    servers: mute.url,
    group: 'g',
    self: 'a',
    maxPendingBytes: 1 << 20,
    onIssue: (issue) => issues.push(issue),
  })
  const connection = await bus.connect('a')
  // Without a turn of the event loop between them nothing can be confirmed.
  for (let i = 0; i < 100; i++) connection.publish('P2P', null, bytes(100_000))
  expect(bus.stats()).toMatchObject({ sent: 10, droppedOut: 90 })
  expect(issues).toEqual([{ type: 'slow-consumer', direction: 'out', dropped: 1 }])
  await until(() => {
    connection.publish('P2P', null, bytes(100_000))
    return bus.stats().sent > 10
  }, 'room again')
  await bus.close()
  await mute.close()
})

test('T15: an instruction without an answer is sent again under one id, and then said to be in doubt', async () => {
  const mute = await muteBroker()
  const operator = await NatsOperator.connect({ servers: mute.url, group: 'g', operator: 'ops', timeoutMs: 30 })
  await expect(operator.instruct(bytes(100))).rejects.toMatchObject({ code: 'ERR_BUS', field: 'acknowledgement' })
  const sent = mute.heard().filter((text) => text.startsWith('HPUB quorate.v1.g.ops.instruction '))
  const ids = new Set(mute.heard().flatMap((text) => text.match(/Nats-Msg-Id: ?(\S+)/)?.[1] ?? []))
  expect([sent.length, ids.size]).toEqual([3, 1])
  await operator.close()
  await mute.close()
})

describe('T17: the payload limit', () => {
  test('T17: the largest message of a key generation of 150 goes through a broker set up for it, one byte above the limit nothing does', async (context) => {
    const { url } = await broker(context)
    const issues: NatsIssue[] = []
    const [a, b] = await Promise.all(
      ['a', 'b'].map((self) => NatsBus.connect({ servers: url, group: 'large', self, onIssue: (issue) => issues.push(issue) })),
    )
    if (a === undefined || b === undefined) throw new Error('two')
    const [from, to] = [await a.connect('a'), await b.connect('b')]
    expect([a.maxMessageBytes, from.maxMessageBytes]).toEqual([PAYLOAD, PAYLOAD])
    const heard: number[] = []
    to.subscribe('P2PIncoming', (message) => heard.push(message.length))
    const largest = largestKeygenMessageBytes(150)
    expect(largest).toBeLessThan(PAYLOAD)
    from.publish('P2P', null, bytes(largest))
    from.publish('P2P', 'b', bytes(PAYLOAD))
    await until(() => heard.length === 2, 'both')
    expect(heard).toEqual([largest, PAYLOAD])
    const refusal = { code: 'ERR_TOO_LARGE', message: expect.stringMatching(/1966081 bytes are more than the 1966080/) }
    expect(() => from.publish('P2P', null, bytes(PAYLOAD + 1))).toThrow(expect.objectContaining(refusal))
    await expect(a.publishOutcome(bytes(PAYLOAD + 1))).rejects.toMatchObject(refusal)
    const operator = await NatsOperator.connect({ servers: url, group: 'large', operator: 'ops' })
    await expect(operator.instruct(bytes(PAYLOAD + 1))).rejects.toMatchObject(refusal)
    expect(issues).toEqual([0, 0].map(() => ({ type: 'too-large', bytes: PAYLOAD + 1, limit: PAYLOAD })))
    await Promise.all([a.close(), b.close(), operator.close()])
  })
})

describe('T18: names cannot be subjects', () => {
  const BAD = ['', '.', 'a.b', '*', 'a*', '>', 'a>', ' ', 'a b', 'a\r\nPUB x 1\r\n', 'a\n', 'a\0', 'ä', 'a'.repeat(65), '$SYS', 'a/b']

  test('T18: no id, name or group with a dot, wildcard, space or line end comes into a subject', async () => {
    const subjects = new Subjects('g')
    for (const bad of BAD) {
      expect(() => subjects.of(bad, 'p2p'), bad).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'from' }))
      expect(() => subjects.of('a', 'p2p', bad), bad).toThrow(expect.objectContaining({ field: 'to' }))
      expect(() => subjects.fromAny('p2p', bad), bad).toThrow(expect.objectContaining({ field: 'to' }))
      expect(() => subjects.toAny(bad, 'p2p'), bad).toThrow(expect.objectContaining({ field: 'from' }))
      expect(() => subjects.inboxOf(bad), bad).toThrow(expect.objectContaining({ field: 'self' }))
      expect(() => new Subjects(bad), bad).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', field: 'group' }))
      expect(subjects.senderOf(`quorate.v1.g.${bad}.p2p`) === bad, bad).toBe(false)
      await expect(NatsBus.connect({ servers: 'nats://127.0.0.1:1', group: 'g', self: bad }), bad).rejects.toMatchObject({ field: 'self' })
    }
  })

  test('T18: the longest and oddest good names keep apart: sender, kind and addressee are read back as they were', () => {
    const names = ['a', '-', '_', 'p2p', 'ready', 'all', 'answer', 'A'.repeat(64), '0', 'instruction']
    const subjects = new Subjects('p2p')
    const seen = new Set<string>()
    for (const from of names) {
      for (const to of [null, ...names]) {
        const subject = subjects.of(from, 'p2p', to)
        expect(subjects.senderOf(subject)).toBe(from)
        seen.add(subject)
      }
    }
    expect(seen.size).toBe(names.length * (names.length + 1))
    expect(subjects.senderOf('quorate.v1.other.a.p2p')).toBeNull()
  })
})
