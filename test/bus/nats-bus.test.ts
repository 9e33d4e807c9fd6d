import { afterAll, expect, type TestContext, test } from 'vitest'
import type { ExtendedBusConnection } from '../../src/bus/contract.ts'
import { NatsBus, type NatsIssue, NatsOperator } from '../../src/bus/nats/index.ts'
import { sharedBroker, until } from '../helpers/broker.ts'
import { Line } from './line.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const { broker, end } = sharedBroker()
const open: { close(): Promise<void> }[] = []
let groups = 0

afterAll(async () => {
  await Promise.all(open.map((one) => one.close()))
  await end()
})

const group = (): string => `g${groups++}`
async function node(
  context: TestContext,
  self: string,
  inGroup: string,
  options: object = {},
): Promise<{ bus: NatsBus; connection: ExtendedBusConnection }> {
  const bus = await NatsBus.connect({ servers: (await broker(context)).url, group: inGroup, self, reconnectWaitMs: 20, ...options })
  open.push(bus)
  return { bus, connection: await bus.connect(self) }
}
async function operator(context: TestContext, inGroup: string): Promise<NatsOperator> {
  const one = await NatsOperator.connect({ servers: (await broker(context)).url, group: inGroup, operator: 'ops', reconnectWaitMs: 20 })
  open.push(one)
  return one
}

test('a broadcast reaches the others, a private message its addressee alone; the sender is named', async (context) => {
  const name = group()
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => node(context, id, name)))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three')
  const heard: string[] = []
  for (const [id, one] of Object.entries({ a, b, c })) {
    one.connection.subscribe('P2PIncoming', (message, from) => heard.push(`${from} -> ${id}: ${message[0]}`))
  }
  a.connection.publish('P2P', null, bytes(1))
  a.connection.publish('P2P', 'b', bytes(2))
  await until(() => heard.length === 3, 'three deliveries')
  expect(heard.sort()).toEqual(['a -> b: 1', 'a -> b: 2', 'a -> c: 1'])
})

test('an instruction reaches a node that was away, is acknowledged, and does not come twice', async (context) => {
  const name = group()
  const ops = await operator(context, name)
  expect((await ops.ensureStreams()).map(({ state }) => state)).toEqual(['made', 'made'])
  expect((await ops.ensureStreams()).map(({ state }) => state)).toEqual(['kept', 'kept'])
  expect(await ops.lastInstruction()).toBeNull()
  await ops.instruct(bytes(7))
  expect(await ops.lastInstruction()).toEqual(bytes(7))
  const heard: Uint8Array[] = []
  const first = await node(context, 'a', name)
  first.connection.subscribe('MultisigInstruction', (message, from) => {
    expect(from).toBe('ops')
    heard.push(message)
  })
  await until(() => heard.length === 1, 'the instruction')
  await first.bus.close()
  await ops.instruct(bytes(8))
  const second = await node(context, 'a', name)
  second.connection.subscribe('MultisigInstruction', (message) => heard.push(message))
  await until(() => heard.length === 2, 'the second instruction')
  expect(heard).toEqual([bytes(7), bytes(8)])
  expect(second.bus.readiness()).toEqual([])
})

test('an operator hears outcomes, progress and answers', async (context) => {
  const name = group()
  const ops = await operator(context, name)
  await ops.ensureStreams()
  const { bus } = await node(context, 'a', name)
  const heard: string[] = []
  ops.onReport((from, message, kind) => heard.push(`${kind} of ${from}: ${message[0]}`))
  bus.onAsk((from, question) => (from === 'ops' ? bytes((question[0] ?? 0) + 1) : null))
  await ops.settled()
  ops.ask(bytes(1), (from, answer) => heard.push(`answer of ${from}: ${answer[0]}`))
  await bus.publishOutcome(bytes(5))
  bus.publishProgress(bytes(6))
  await until(() => heard.length === 3, 'three reports')
  expect(heard.sort()).toEqual(['answer of a: 2', 'outcome of a: 5', 'progress of a: 6'])
})

test('an outcome of a time without a broker is stored when it is back, and an operator who was cut off as well hears of it', async (context) => {
  const server = await broker(context)
  const name = group()
  const ops = await operator(context, name)
  await ops.ensureStreams()
  const { bus } = await node(context, 'a', name)
  const heard: string[] = []
  const stop = ops.onReport((from, message, kind) => heard.push(`${kind} of ${from}: ${message[0]}`))
  await ops.settled()
  await bus.publishOutcome(bytes(1))
  await until(() => heard.length === 1, 'the first')
  await server.stop('SIGKILL')
  await until(() => !bus.connected && !ops.connected, 'both notice')
  const stored = [2, 3].map((value) => bus.publishOutcome(bytes(value)))
  expect(bus.stats().outcomesWaiting).toBe(2)
  expect(bus.readiness()).toContain('no connection to the broker')
  await server.restart()
  await Promise.all(stored)
  await until(() => heard.includes('outcome of a: 2') && heard.includes('outcome of a: 3'), 'both, by either way')
  // Reading what was missed may repeat what came live; nothing is missing.
  expect([...new Set(heard)].sort()).toEqual(['outcome of a: 1', 'outcome of a: 2', 'outcome of a: 3'])
  stop()
})

test('an outcome that was stored while its operator had no connection is heard afterwards', async (context) => {
  const name = group()
  const { url } = await broker(context)
  const ops = await operator(context, name)
  await ops.ensureStreams()
  const line = await Line.to(Number(new URL(url).port))
  const remote = await NatsOperator.connect({ servers: `nats://127.0.0.1:${line.port}`, group: name, operator: 'ops', reconnectWaitMs: 20 })
  open.push(remote)
  const heard: string[] = []
  remote.onReport((from, message) => heard.push(`${from}: ${message[0]}`))
  await remote.settled()
  line.cut()
  await until(() => !remote.connected, 'the cut')
  const { bus } = await node(context, 'a', name)
  await bus.publishOutcome(bytes(7))
  line.mend()
  await until(() => heard.length > 0, 'the outcome')
  expect(heard).toEqual(['a: 7'])
  await line.close()
})

test('without its stream a node says why it is not ready, and takes instructions as soon as an operator has made it', async (context) => {
  const name = group()
  const ops = await operator(context, name)
  const issues: NatsIssue[] = []
  const { bus, connection } = await node(context, 'a', name, { onIssue: (issue: NatsIssue) => issues.push(issue) })
  const heard: Uint8Array[] = []
  expect(bus.readiness()).toEqual(['instructions: not yet'])
  connection.subscribe('MultisigInstruction', (message) => heard.push(message))
  await until(() => issues.length > 0, 'the issue')
  expect(issues).toEqual([{ type: 'no-stream', stream: `QUORATE_${name}_INSTRUCTIONS`, reason: 'stream not found' }])
  expect(bus.readiness()).toEqual(['instructions: stream not found'])
  await expect(ops.instruct(bytes(1))).rejects.toMatchObject({ code: 'ERR_BUS' })
  expect(await ops.lastInstruction()).toBeNull()
  await ops.ensureStreams()
  await ops.instruct(bytes(2))
  await until(() => heard.length === 1, 'the instruction')
  expect(heard).toEqual([bytes(2)])
  expect(bus.readiness()).toEqual([])
  expect(issues).toHaveLength(1)
})

test('closing lets out what was published, hands over what arrived, and then refuses everything', async (context) => {
  const name = group()
  const [a, b] = [await node(context, 'a', name), await node(context, 'b', name)]
  const heard: Uint8Array[] = []
  b.connection.subscribe('P2PIncoming', (message) => heard.push(message))
  for (let i = 0; i < 500; i++) a.connection.publish('P2P', 'b', bytes(i & 255))
  await a.bus.close()
  await b.bus.close()
  expect(heard).toHaveLength(500)
  const closed = expect.objectContaining({ code: 'ERR_CLOSED' })
  expect(() => a.connection.publish('P2P', null, bytes(1))).toThrow(closed)
  expect(() => a.connection.subscribe('P2PIncoming', () => {})).toThrow(closed)
  expect(() => a.bus.onAsk(() => null)).toThrow(closed)
  await expect(a.bus.publishOutcome(bytes(1))).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  await expect(a.bus.connect('a')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  await a.connection.close()
})

test('closing without a broker takes a bounded time, and an outcome that could not be stored is told so', async (context) => {
  const server = await broker(context)
  const { bus } = await node(context, 'a', group())
  await server.stop('SIGKILL')
  await until(() => !bus.connected, 'the end')
  const stored = expect(bus.publishOutcome(bytes(1))).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  const before = performance.now()
  await bus.close()
  await stored
  expect(performance.now() - before).toBeLessThan(8_000)
  const refused = NatsBus.connect({ servers: server.url, group: 'g', self: 'a' })
  await expect(refused).rejects.toMatchObject({ code: 'ERR_BUS', message: expect.stringMatching(/connection refused/) })
  await server.restart()
})
