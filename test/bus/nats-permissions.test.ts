import { mkdirSync, writeFileSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection, nkeyAuthenticator, PermissionViolationError } from '@nats-io/transport-node'
import { afterAll, expect, type TestContext, test } from 'vitest'
import { NatsBus } from '../../src/bus/nats/index.ts'
import { makeNkey } from '../../src/bus/nats/nkeys.ts'
import { sharedBroker, until } from '../helpers/broker.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { freePort, natsServerFor, startNatsServer } from '../helpers/nats-server.ts'
import { connectNode, connectOperator, GROUP, type Group, type GroupOptions, makeGroup } from './nats-group.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const group: Group = await makeGroup(['a', 'b', 'c'])
const { broker, end } = sharedBroker((folder) => group.configOf(folder))
const open: { close(): Promise<void> }[] = []

afterAll(async () => {
  await Promise.all(open.map((one) => one.close()))
  await end()
})

/** A member who uses the library and not ours: `refused` resolves with what the broker refused. */
async function member(context: TestContext, name: string): Promise<{ nc: NatsConnection; refusals: string[] }> {
  const { tls, auth } = await group.optionsOf(name, '')
  const { url } = await broker(context)
  const nc = await connect({
    servers: url.replace('tls://', ''),
    tls,
    authenticator: nkeyAuthenticator(auth.nkeySeed),
    inboxPrefix: `_INBOX_${name}`,
  })
  open.push({ close: () => nc.close() })
  const refusals: string[] = []
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        refusals.push(`${status.error.operation} ${status.error.subject}`)
      }
    }
  })()
  return { nc, refusals }
}

test('everything that nodes and operators do is allowed: no violation in a whole round', async (context) => {
  const { url } = await broker(context)
  const { operator, issues: operatorIssues } = await connectOperator(group, 'ops', url)
  open.push(operator)
  await operator.ensureStreams()
  await operator.ensureStreams()
  const heard: string[] = []
  operator.onReport((from, message, kind) => heard.push(`${kind} of ${from}: ${message[0]}`))
  const nodes = await Promise.all(['a', 'b'].map((self) => connectNode(group, self, url)))
  open.push(...nodes.map(({ bus }) => bus))
  const [a, b] = nodes
  if (a === undefined || b === undefined) throw new Error('two')
  for (const [name, { connection }] of Object.entries({ a, b })) {
    connection.subscribe('P2PIncoming', (message, from) => heard.push(`${name} from ${from}: ${message[0]}`))
    connection.subscribe('ReadyToKeygen', (message, from) => heard.push(`${name} ready ${from}: ${message[0]}`))
    connection.subscribe('MultisigInstruction', (message, from) => heard.push(`${name} told by ${from}: ${message[0]}`))
  }
  a.bus.onAsk((from) => (from === 'ops' ? bytes(9) : null))
  await operator.settled()
  a.connection.publish('P2P', null, bytes(1))
  a.connection.publish('P2P', 'b', bytes(2))
  b.connection.publish('ReadyToKeygen', null, bytes(3))
  b.connection.publish('ReadyToKeygen', 'a', bytes(4))
  a.connection.publish('MultisigEvent', null, bytes(5))
  await operator.instruct(bytes(6))
  expect(await operator.lastInstruction()).toEqual(bytes(6))
  await a.bus.publishOutcome(bytes(7))
  b.bus.publishProgress(bytes(8))
  operator.ask(bytes(0), (from, answer) => heard.push(`answer of ${from}: ${answer[0]}`))
  await until(() => heard.length === 9, `nine messages: ${heard.join(', ')}`)
  expect(heard.sort()).toEqual([
    'a ready b: 3',
    'a ready b: 4',
    'a told by ops: 6',
    'answer of a: 9',
    'b from a: 1',
    'b from a: 2',
    'b told by ops: 6',
    'outcome of a: 7',
    'progress of b: 8',
  ])
  expect([...operatorIssues, ...a.issues, ...b.issues]).toEqual([])
  expect(a.bus.readiness()).toEqual([])
})

/** Where the broker's stream API is, for the group. */
const API = `quorate.streams.${GROUP}`

test('T13: a node cannot publish as another, nor as an operator, nor a kind that is none of its own', async (context) => {
  const { nc, refusals } = await member(context, 'a')
  const others = ['b.p2p', 'b.p2p.c', 'b.ready', 'b.event', 'b.outcome', 'b.progress', 'b.answer.ops', 'ops.instruction', 'ops.ask']
  const subjects = [
    ...[...others, 'a.instruction', 'a.ask', 'a.p2p.b.c', 'a'].map((name) => `quorate.v1.${GROUP}.${name}`),
    'quorate.v1.other.a.p2p',
    '_INBOX_b.x',
    '_INBOX.x',
    '$SYS.REQ.SERVER.PING',
    '$JS.API.INFO',
    '$JS.API.STREAM.LIST',
    `$JS.API.STREAM.DELETE.QUORATE_${GROUP}_INSTRUCTIONS`,
    `$JS.API.STREAM.PURGE.QUORATE_${GROUP}_OUTCOMES`,
    `$JS.API.STREAM.MSG.GET.QUORATE_${GROUP}_OUTCOMES`,
    `$JS.API.CONSUMER.CREATE.QUORATE_${GROUP}_INSTRUCTIONS.b`,
    `$JS.API.CONSUMER.DELETE.QUORATE_${GROUP}_INSTRUCTIONS.b`,
    `$JS.API.CONSUMER.MSG.NEXT.QUORATE_${GROUP}_INSTRUCTIONS.b`,
    `$JS.ACK.QUORATE_${GROUP}_INSTRUCTIONS.b.1.1.1.1.0`,
    `${API}.STREAM.DELETE.QUORATE_${GROUP}_INSTRUCTIONS`,
    `${API}.STREAM.MSG.GET.QUORATE_${GROUP}_OUTCOMES`,
    `${API}.CONSUMER.CREATE.QUORATE_${GROUP}_INSTRUCTIONS.b`,
    `${API}.CONSUMER.DELETE.QUORATE_${GROUP}_INSTRUCTIONS.b`,
    `${API}.CONSUMER.MSG.NEXT.QUORATE_${GROUP}_INSTRUCTIONS.b`,
  ]
  const { url } = await broker(context)
  const heard: string[] = []
  const c = await connectNode(group, 'c', url)
  open.push(c.bus)
  c.connection.subscribe('P2PIncoming', (_, from) => heard.push(`${from}`))
  for (const subject of subjects) nc.publish(subject, bytes(1))
  // What it may do comes after all of that, and arrives.
  nc.publish(`quorate.v1.${GROUP}.a.p2p.c`, bytes(2))
  await nc.flush()
  await until(() => heard.length > 0, 'the message of its own')
  await until(() => refusals.length >= subjects.length, 'the refusals')
  expect(refusals.sort()).toEqual(subjects.map((subject) => `publish ${subject}`).sort())
  expect(heard).toEqual(['a'])
})

test("T13: a node cannot subscribe to another's private subjects, to everything, to $SYS or to others' inboxes", async (context) => {
  const { nc, refusals } = await member(context, 'a')
  const subjects = [
    '>',
    '*.>',
    'quorate.>',
    'quorate.v1.>',
    `quorate.v1.${GROUP}.>`,
    `quorate.v1.${GROUP}.*.*`,
    `quorate.v1.${GROUP}.*.p2p.*`,
    `quorate.v1.${GROUP}.*.p2p.>`,
    `quorate.v1.${GROUP}.*.p2p.b`,
    `quorate.v1.${GROUP}.b.p2p.b`,
    `quorate.v1.${GROUP}.*.ready.b`,
    `quorate.v1.${GROUP}.*.instruction`,
    `quorate.v1.${GROUP}.*.outcome`,
    `quorate.v1.${GROUP}.*.event`,
    `quorate.v1.${GROUP}.*.answer.ops`,
    'quorate.v1.*.*.p2p',
    '$SYS.>',
    '$JS.>',
    '_INBOX.>',
    '_INBOX_b.>',
    '_INBOX_a',
  ]
  const errors: (Error | null)[] = []
  for (const subject of subjects) nc.subscribe(subject, { callback: (error) => void errors.push(error) })
  await nc.flush()
  const { url } = await broker(context)
  const { bus, connection } = await connectNode(group, 'b', url)
  open.push(bus)
  connection.publish('P2P', 'c', bytes(1))
  await until(() => refusals.length >= subjects.length, 'the refusals')
  expect(refusals.sort()).toEqual(subjects.map((subject) => `subscription ${subject}`).sort())
  expect(errors.every((error) => error instanceof PermissionViolationError)).toBe(true)
})

test("T13: a node cannot take another's instructions, nor make, delete or read a stream", async (context) => {
  const { nc } = await member(context, 'b')
  const manager = await jetstreamManager(nc, { checkAPI: false, timeout: 500, apiPrefix: API })
  const stream = `QUORATE_${GROUP}_INSTRUCTIONS`
  await expect(manager.consumers.info(stream, 'a')).rejects.toThrow()
  await expect(manager.consumers.delete(stream, 'a')).rejects.toThrow()
  await expect(manager.consumers.add(stream, { durable_name: 'a' })).rejects.toThrow()
  await expect(manager.streams.info(stream)).rejects.toThrow()
  await expect(manager.streams.delete(stream)).rejects.toThrow()
  await expect(manager.streams.getMessage(stream, { seq: 1 })).rejects.toThrow()
  await expect(manager.streams.add({ name: 'own', subjects: ['quorate.v1.>'] })).rejects.toThrow()
})

test('T13: a node cannot have the broker do, by answering elsewhere, what it may not do itself', async (context) => {
  const { url } = await broker(context)
  const { operator } = await connectOperator(group, 'ops', url)
  open.push(operator)
  await operator.ensureStreams()
  const c = await connectNode(group, 'c', url)
  open.push(c.bus)
  const instructions: number[] = []
  c.connection.subscribe('MultisigInstruction', (message) => instructions.push(message.length))
  await until(() => c.bus.readiness().length === 0, "c's consumer")
  const { nc } = await member(context, 'a')
  const stream = `QUORATE_${GROUP}_INSTRUCTIONS`
  const own = await jetstreamManager(nc, { checkAPI: false, timeout: 500, apiPrefix: API })
  await own.consumers.add(stream, { durable_name: 'a', ack_policy: 'explicit' })
  // An empty answer is what a deletion takes for a request.
  const targets = [
    `CONSUMER.DELETE.${stream}.c`,
    `STREAM.DELETE.${stream}`,
    `STREAM.PURGE.${stream}`,
    `STREAM.DELETE.QUORATE_${GROUP}_OUTCOMES`,
  ]
  for (const target of targets.flatMap((call) => [`$JS.API.${call}`, `${API}.${call}`])) {
    nc.publish(`${API}.CONSUMER.MSG.NEXT.${stream}.a`, '{"no_wait":true}', { reply: target })
    nc.publish(`${API}.CONSUMER.INFO.${stream}.a`, '', { reply: target })
    nc.publish(`$JS.ACK.${stream}.a.1.1.1.1.0`, '+NXT {"no_wait":true}', { reply: target })
  }
  await nc.flush()
  expect((await operator.ensureStreams()).map(({ state }) => state)).toEqual(['kept', 'kept'])
  await operator.instruct(bytes(7))
  await until(() => instructions.length > 0, 'an instruction for c')
})

test('T13: what the broker refuses to a bus is an issue, counted, and keeps it from being ready', async (context) => {
  const { url } = await broker(context)
  const options = await group.optionsOf('a', url)
  // As another node, whose name is not that of the login.
  const bus = await NatsBus.connect({ ...options, self: 'c' })
  open.push(bus)
  const connection = await bus.connect('c')
  connection.publish('P2P', null, bytes(1))
  const subject = `quorate.v1.${GROUP}.c.p2p`
  await until(() => options.issues.some((issue) => issue.type === 'permission' && issue.subject === subject), 'the refused message')
  expect(options.issues).toContainEqual({ type: 'permission', operation: 'publish', subject })
  expect(bus.readiness()).toContain(`the broker does not let this node subscribe to quorate.v1.${GROUP}.*.p2p.c`)
  expect(bus.stats().issues.permission).toBe(options.issues.filter(({ type }) => type === 'permission').length)
})

/** Connects a node, with changes to what it should use; the end of the attempt. */
async function attempt(
  url: string,
  changes: Partial<GroupOptions> | ((options: GroupOptions) => object),
  more: object = {},
): Promise<string> {
  const options = await group.optionsOf('a', url)
  try {
    const bus = await NatsBus.connect({
      ...options,
      ...(typeof changes === 'function' ? changes(options) : changes),
      self: 'a',
      timeoutMs: 5_000,
      ...more,
    })
    await bus.close()
    return 'connected'
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${error.code}: ${error.message}` : String(error)
  }
}

test('T14: a user without the right certificate, authority or key is refused by one side or the other', async (context) => {
  const { url, log } = await broker(context)
  const other = await makeAuthority()
  const foreign = await other.issue({ names: ['a'], usage: 'client' })
  const expired = await group.authority.issue({ names: ['a'], usage: 'client', notAfter: new Date(Date.now() - 1_000) })
  const withTls = (changes: object) => (options: GroupOptions) => ({ tls: { ...options.tls, ...changes } })
  expect(await attempt(url, {})).toBe('connected')
  expect(await attempt(url, withTls({ ca: other.caPem }))).toMatch(/^ERR_BUS: .*certificate signature failure/)
  expect(await attempt(url, withTls({ ca: undefined }))).toMatch(/^ERR_BUS: .*(self.signed certificate|unable to (verify|get))/)
  // TLS 1.3 tells a client after the handshake, and the library does not listen then: the broker's log says why nothing came.
  const logBefore = log().length
  const patience = { timeoutMs: 500 }
  for (const own of [
    { cert: undefined, key: undefined },
    { cert: foreign.certPem, key: foreign.keyPem },
    { cert: expired.certPem, key: expired.keyPem },
  ]) {
    expect(await attempt(url, withTls(own), patience)).toMatch(/^ERR_BUS: .*client certificate/)
  }
  const written = log().slice(logBefore)
  expect(written).toMatch(/client didn't provide a certificate/)
  expect(written).toMatch(/unknown certificate authority|signed by unknown authority/)
  expect(written).toMatch(/certificate has expired/)
  expect(await attempt(url, withTls({ serverName: 'broker.example' }))).toMatch(/^ERR_BUS: .*does not match certificate/)
  expect(await attempt(url, { auth: { nkeySeed: makeNkey().seed } })).toMatch(/^ERR_BUS: .*Authorization Violation/i)
  expect(await attempt(url, ({ auth: _, ...rest }) => ({ ...rest, auth: undefined }))).toMatch(/^ERR_BUS: .*Authorization Violation/i)
  // A loopback address may be plain, as far as we are concerned; this server is not.
  expect(await attempt(url.replace('tls://', 'nats://'), { tls: undefined } as object)).toMatch(/^ERR_BUS/)
})

test('T14: a server that has expired, another name or no TLS at all is refused', async (context) => {
  const { folder } = await broker(context)
  const binary = natsServerFor(context)
  const yesterday = new Date(Date.now() - 1_000)
  const certificates = {
    expired: await group.authority.issue({ names: ['127.0.0.1'], usage: 'server', notAfter: yesterday }),
    elsewhere: await group.authority.issue({ names: ['localhost', '192.0.2.1'], usage: 'server' }),
  }
  const refusals = new Map<string, string>()
  for (const [name, { certPem, keyPem }] of Object.entries(certificates)) {
    const own = `${folder}/${name}`
    mkdirSync(own)
    writeFileSync(`${own}/server.pem`, certPem)
    writeFileSync(`${own}/server.key`, keyPem)
    const config = `tls { cert_file: "${own}/server.pem", key_file: "${own}/server.key" }`
    const server = await startNatsServer({ binary, folder: own, port: await freePort(), config })
    refusals.set(name, await attempt(`tls://127.0.0.1:${server.port}`, {}))
    await server.stop('SIGKILL')
  }
  const own = `${folder}/plain`
  mkdirSync(own)
  const plain = await startNatsServer({ binary, folder: own, port: await freePort(), config: '' })
  refusals.set('plain', await attempt(`tls://127.0.0.1:${plain.port}`, {}))
  refusals.set('plain, by configuration', await attempt(`nats://127.0.0.1:${plain.port}`, {}))
  await plain.stop('SIGKILL')
  expect(refusals.get('expired')).toMatch(/^ERR_BUS: .*expired/)
  expect(refusals.get('elsewhere')).toMatch(/^ERR_BUS: .*does not match certificate/)
  expect(refusals.get('plain')).toMatch(/^ERR_BUS: .*does not support 'tls'/)
  expect(refusals.get('plain, by configuration')).toMatch(/^ERR_BUS: .*does not support 'tls'/)
})

test('T14: a client that speaks plaintext gets nothing out of a broker with TLS', async (context) => {
  const { port } = await broker(context)
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = dial(port, '127.0.0.1')
    socket.on('data', (chunk) => {
      // Not before its greeting is here: the broker ends the connection at once, and what was not read by then is lost.
      if (text === '') socket.write('CONNECT {"verbose":true,"pedantic":false}\r\nPING\r\nSUB > 1\r\n')
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
  expect(answer).toMatch(/^INFO /)
  expect(answer).not.toMatch(/PONG|\+OK|MSG/)
})
