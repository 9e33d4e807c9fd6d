import { afterAll, expect, type TestContext, test } from 'vitest'
import type { ExtendedBusConnection } from '../../src/bus/contract.ts'
import { NatsBus, NatsOperator } from '../../src/bus/nats/index.ts'
import { sharedBroker, until } from '../helpers/broker.ts'

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
