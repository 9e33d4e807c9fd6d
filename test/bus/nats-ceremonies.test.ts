/** Whole ceremonies of real clients over a real broker, with everything that can go wrong between them. */
import { afterAll, expect, type TestContext, test } from 'vitest'
import type { Bus } from '../../src/bus/contract.ts'
import { NatsBus, type NatsIssue } from '../../src/bus/nats/index.ts'
import { type InnerEvent, KernelPool, type KeyInfo, MemoryKeyStore, MultisigClient } from '../../src/index.ts'
import { sealInstruction } from '../../src/wire/instruction.ts'
import { type Wrapping, wrapBus } from '../client/wrapped-bus.ts'
import { sharedBroker, until } from '../helpers/broker.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { Line } from './line.ts'
import { connectNode, connectOperator, type Group, makeGroup } from './nats-group.ts'

const IDS = ['a', 'b', 'c']
const group: Group = await makeGroup(IDS)
const { broker, end } = sharedBroker((folder) => group.configOf(folder))
const pool = await KernelPool.create({ workers: 0 })
const operator = testIdentity('ops')
let lastId = 0n
const nextId = (): bigint => ++lastId

afterAll(async () => {
  await pool.close()
  await end()
})

interface Node {
  readonly bus: NatsBus
  readonly client: MultisigClient
  readonly events: InnerEvent[]
  readonly issues: NatsIssue[]
}

interface Nodes extends AsyncDisposable {
  readonly nodes: ReadonlyMap<string, Node>
  of(id: string): Node
}

async function startNodes(
  context: TestContext,
  { stageTimeoutMs = 3_000, wrapping, url }: { stageTimeoutMs?: number; wrapping?: Wrapping; url?: (id: string) => string } = {},
): Promise<Nodes> {
  const { url: direct } = await broker(context)
  const nodes = new Map<string, Node>()
  for (const id of IDS) {
    const options = await group.optionsOf(id, url?.(id) ?? direct)
    const bus = await NatsBus.connect({ ...options, self: id })
    const client = await MultisigClient.start({
      network: 'test',
      self: id,
      identity: testIdentity(id),
      roster: testRoster(IDS),
      bus: wrapping === undefined ? bus : wrapBus(bus as Bus, wrapping),
      keyStore: new MemoryKeyStore(),
      pool,
      stageTimeoutMs,
      operators: [operator.publicKey],
    })
    const events: InnerEvent[] = []
    void (async () => {
      for await (const event of client.events()) events.push(event)
    })()
    nodes.set(id, { bus, client, events, issues: options.issues })
  }
  const of = (id: string): Node => {
    const node = nodes.get(id)
    if (node === undefined) throw new Error(id)
    return node
  }
  return {
    nodes,
    of,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...nodes.values()].map(({ client }) => client.close()))
      await Promise.all([...nodes.values()].map(({ bus }) => bus.close()))
    },
  }
}

const keygen = (nodes: Nodes, ceremonyId = nextId()) => {
  const request = { ceremonyId, participants: IDS, minSigners: 2, suite: 'secp256k1-sha256' } as const
  return Promise.all(IDS.map((id) => nodes.of(id).client.keygen(request)))
}
const sign = (nodes: Nodes, key: KeyInfo, signers: readonly string[] = IDS, ceremonyId = nextId()) => {
  const request = { ceremonyId, keyId: key.keyId, signers, messages: [Uint8Array.of(1, 2, 3)] }
  return Promise.all(signers.map((id) => nodes.of(id).client.sign(request)))
}
async function makeKey(nodes: Nodes): Promise<KeyInfo> {
  const [outcome] = await keygen(nodes)
  if (outcome?.status !== 'success') throw new Error(`keygen ended as ${outcome?.reason}`)
  return outcome.key
}
const statuses = (outcomes: readonly { readonly status: string }[]): string[] => outcomes.map(({ status }) => status)
const SUCCESS = IDS.map(() => 'success')

test('three clients make a key and sign over a broker with TLS and permissions, without one issue', async (context) => {
  const { operator: connection } = await connectOperator(group, 'ops', (await broker(context)).url)
  await connection.ensureStreams()
  await connection.close()
  await using nodes = await startNodes(context)
  const key = await makeKey(nodes)
  expect(statuses(await sign(nodes, key))).toEqual(SUCCESS)
  expect([...nodes.nodes.values()].flatMap(({ issues }) => issues)).toEqual([])
})

test('an operator instructs through the stream: a node that starts later obeys as well, and a repeated start does not repeat it', async (context) => {
  const { url } = await broker(context)
  const { operator: connection } = await connectOperator(group, 'ops', url)
  await connection.ensureStreams()
  const ceremonyId = nextId()
  const expires = BigInt(Math.floor(performance.timeOrigin + performance.now())) + 60_000n
  const content = { network: 'test', operator: operator.publicKey, ceremonyId, expires, kind: 'keygen' } as const
  const request = { participants: IDS, minSigners: 2, suite: 'secp256k1-sha256', protocol: 'frost' } as const
  await connection.instruct(sealInstruction(operator, { ...content, ...request }).bytes)
  const outcomes = (nodes: Nodes) =>
    IDS.flatMap((id) => nodes.of(id).events.filter((event) => event.type === 'keygenOutcome' && event.outcome.ceremonyId === ceremonyId))
  {
    await using nodes = await startNodes(context)
    await until(() => outcomes(nodes).length === 3, 'three outcomes')
    expect(outcomes(nodes).map((event) => event.type === 'keygenOutcome' && event.outcome.status)).toEqual(SUCCESS)
    expect(nodes.of('a').bus.readiness()).toEqual([])
  }
  await using again = await startNodes(context)
  await until(() => IDS.every((id) => again.of(id).bus.readiness().length === 0), 'instructions flow')
  expect(IDS.map((id) => again.of(id).bus.stats().instructions)).toEqual([0, 0, 0])
  await connection.close()
})

test('T15: the broker is killed and started again in the middle of ceremonies: they succeed, nobody is blamed', async (context) => {
  const server = await broker(context)
  let armed = 0
  let restarted: Promise<void> | null = null
  // While the nodes exchange their second round.
  const wrapping: Wrapping = {
    publish: ({ subject, bytes }) => {
      if (subject === 'P2P' && armed > 0 && --armed === 0) restarted = server.stop('SIGKILL').then(() => server.restart())
      return [bytes]
    },
  }
  await using nodes = await startNodes(context, { wrapping, stageTimeoutMs: 3_000 })
  const key = await makeKey(nodes)
  armed = 5
  const made = keygen(nodes)
  await until(() => restarted !== null, 'the restart')
  expect(statuses(await made)).toEqual(SUCCESS)
  await restarted
  restarted = null
  await until(() => IDS.every((id) => nodes.of(id).bus.connected), 'all back')
  armed = 3
  const signed = sign(nodes, key)
  await until(() => restarted !== null, 'the second restart')
  expect(statuses(await signed)).toEqual(SUCCESS)
  await restarted
  for (const id of IDS) {
    const { bus, issues } = nodes.of(id)
    await until(() => bus.stats().reconnects >= 2, `${id} is back`)
    expect(issues.filter(({ type }) => type === 'reconnected').length).toBe(bus.stats().reconnects)
    await until(() => bus.readiness().length === 0, `${id} takes instructions again: ${bus.readiness()}`)
  }
})

test('T15: 30 % lost, 30 % repeated and everything out of order: each ceremony completes or ends as a timeout, and nobody is blamed', async (context) => {
  const random = seededRandom('a bad line')
  const fraction = (): number => (random(4).reduce((sum, byte) => sum * 256 + byte, 0) >>> 0) / 2 ** 32
  const held = new Map<string, Uint8Array>()
  const wrapping: Wrapping = {
    // A message is heard once, twice or not at all, and in a third of all cases an older one in its place.
    deliver: (to, subject, bytes) => {
      const place = `${to} ${subject}`
      const older = held.get(place)
      let heard: Uint8Array | undefined = bytes
      if (fraction() < 0.3) {
        held.set(place, bytes)
        heard = older
      }
      if (heard === undefined || fraction() < 0.3) return []
      return fraction() < 0.3 ? [heard, heard] : [heard]
    },
  }
  await using nodes = await startNodes(context, { wrapping, stageTimeoutMs: 1_500 })
  const all = await Promise.all(Array.from({ length: 4 }, () => keygen(nodes)))
  for (const outcome of all.flat()) {
    if (outcome.status === 'failure')
      expect(outcome).toMatchObject({ blamed: [], reason: expect.stringMatching(/^(timeout|unconfirmed)$/) })
  }
  expect(all.flat().some(({ status }) => status === 'success')).toBe(true)
})

test('T15: a node that is cut off for a while: a short cut costs nothing, a long one is a timeout that names it', async (context) => {
  const { port } = await broker(context)
  const line = await Line.to(port)
  try {
    await using nodes = await startNodes(context, {
      stageTimeoutMs: 1_500,
      url: (id) => `tls://127.0.0.1:${id === 'c' ? line.port : port}`,
    })
    const key = await makeKey(nodes)
    line.cut()
    const short = sign(nodes, key)
    await new Promise((resolve) => setTimeout(resolve, 200))
    line.mend()
    expect(statuses(await short)).toEqual(SUCCESS)
    line.cut()
    const [a, b, c] = await sign(nodes, key)
    for (const outcome of [a, b]) {
      expect(outcome).toMatchObject({ status: 'failure', reason: 'timeout', blamed: [] })
      expect(outcome?.status === 'failure' && [...new Set(outcome.missing.map(({ validator }) => validator))]).toEqual(['c'])
    }
    expect(c).toMatchObject({ status: 'failure', reason: 'timeout', blamed: [] })
    expect(nodes.of('c').bus.readiness()).toContain('no connection to the broker')
    line.mend()
    await until(() => nodes.of('c').bus.connected, 'back')
    expect(statuses(await sign(nodes, key))).toEqual(SUCCESS)
  } finally {
    await line.close()
  }
})

test('T21: a second process with the same login and identity is heard of by both', async (context) => {
  await using nodes = await startNodes(context)
  const { url } = await broker(context)
  const { bus } = await connectNode(group, 'b', url).then(async (made) => {
    await made.connection.close()
    return made
  })
  const twin = await MultisigClient.start({
    network: 'test',
    self: 'b',
    identity: testIdentity('b'),
    roster: testRoster(IDS),
    bus,
    keyStore: new MemoryKeyStore(),
    pool,
  })
  const heard: InnerEvent[] = []
  void (async () => {
    for await (const event of twin.events()) heard.push(event)
  })()
  const alarmed = (events: readonly InnerEvent[]): boolean => events.some(({ type }) => type === 'identityInUse')
  await until(() => alarmed(heard) && alarmed(nodes.of('b').events), 'both alarms')
  expect(alarmed(nodes.of('a').events)).toBe(false)
  await twin.close()
  await bus.close()
})
