/** How a node starts, stops and fails, as processes over the real broker. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { MemoryBus } from '../../src/bus/memory.ts'
import { NatsBus } from '../../src/bus/nats/index.ts'
import { toHex } from '../../src/bytes.ts'
import { exitCodeOf } from '../../src/cli/exit.ts'
import { QuorateError } from '../../src/errors.ts'
import type { KeyStore } from '../../src/keystore/contract.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import type { NodeConfig } from '../../src/node/config/node.ts'
import { loadConfig } from '../../src/node/config.ts'
import { initialise } from '../../src/node/init.ts'
import { openLog } from '../../src/node/logs.ts'
import { natsOptions } from '../../src/node/open-nats.ts'
import { addToRoster } from '../../src/node/roster-lines.ts'
import { readRosterDocument, writeRosterDocument } from '../../src/node/roster-store.ts'
import { startNode } from '../../src/node/start.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { jetStreamConfig, sharedBroker } from '../helpers/broker.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { captureWarnings } from '../helpers/warnings.ts'
import { Group, NodeProcess } from './group.ts'

const shared = sharedBroker()
const narrow = sharedBroker((folder) => `${jetStreamConfig(folder)}max_payload: 4096\n`)
const folder = mkdtempSync(path.join(tmpdir(), 'quorate-lifecycle-'))
const running = new Set<NodeProcess>()
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL')
  running.clear()
})
afterAll(async () => {
  await Promise.all([shared.end(), narrow.end()])
  rmSync(folder, { recursive: true })
})

type Context = Parameters<typeof shared.broker>[0]
let made: Promise<Group> | null = null
async function group(context: Context): Promise<Group> {
  const { url } = await shared.broker(context)
  made ??= Group.make({ folder, ids: ['a', 'b', 'c'], url })
  return made
}

function run(group: Group, id: string, args: readonly string[] = [], env: Record<string, string> = {}): NodeProcess {
  const node = new NodeProcess(['--config', group.file(id), ...args], env)
  running.add(node)
  return node
}

async function untilOpen(node: NodeProcess, count: number): Promise<void> {
  while (!(await node.get('/metrics')).body.includes(`quorate_ceremonies_open ${count}\n`))
    await new Promise((resolve) => setTimeout(resolve, 20))
}

let nextId = 0n
const keygen = (participants: readonly string[]) =>
  ({ kind: 'keygen', ceremonyId: ++nextId, participants, minSigners: 2, suite: 'bip340', protocol: 'frost' }) as const

/** Refused at start, in this process: the code, the field and what the command would exit with. */
async function refusal(config: NodeConfig): Promise<{ code: string; field: string; exit: number; message: string }> {
  const { log } = openLog({ settings: { level: 'silent' }, fields: {} })
  try {
    const node = await startNode(config, { log, twinWaitMs: 700 })
    await node.close()
  } catch (error) {
    const { code, field, message } = error as { code: string; field: string; message: string }
    return { code, field, exit: exitCodeOf(error), message }
  }
  throw new Error('it started')
}

describe('told to stop', () => {
  it('a node is not ready, refuses new ceremonies, lets those under way end, and exits 0; a second signal exits at once', async (context) => {
    const all = await group(context)
    const desk = await all.connect()
    const [a, b, c] = [run(all, 'a'), run(all, 'b'), run(all, 'c')]
    await Promise.all([a, b, c].map((node) => node.line('node runs')))
    // c hears nothing for a while: the ceremony waits for it.
    c.child.kill('SIGSTOP')
    const first = keygen(['a', 'b', 'c'])
    await desk.instruct(first)
    await Promise.all([untilOpen(a, 1), untilOpen(b, 1)])
    a.child.kill('SIGTERM')
    await a.line('node stops')
    const { status, body } = await a.get('/readyz')
    expect(status).toBe(503)
    expect(JSON.parse(body)).toMatchObject({ ready: false, reasons: ['the node is stopping'] })
    const second = keygen(['a', 'b'])
    await desk.instruct(second)
    expect(await desk.heard('a', second.ceremonyId)).toMatchObject({ type: 'refused', body: { code: 'ERR_CLOSED' } })

    c.child.kill('SIGCONT')
    for (const id of ['a', 'b', 'c'])
      expect(await desk.heard(id, first.ceremonyId)).toMatchObject({ type: 'outcome', body: { status: 'success' } })
    expect(await a.ended).toEqual({ code: 0, signal: null })
    expect(a.lines.at(-1)).toMatchObject({ message: 'node has stopped' })
    expect(a.stdout).toBe('')

    // b still waits for a in the second ceremony.
    await untilOpen(b, 1)
    b.child.kill('SIGTERM')
    await b.line('node stops')
    b.child.kill('SIGTERM')
    expect(await b.ended).toEqual({ code: 143, signal: null })

    // The store is in use: by this process's own c, in another.
    const twin = run(all, 'c')
    expect((await twin.ended).code).toBe(78)
    expect(twin.stderr).toContain('ERR_STORE_LOCKED')
    c.child.kill('SIGTERM')
    expect((await c.ended).code).toBe(0)
    await desk.close()
  })

  it('a node ends ceremonies after the grace, with that reason, and exits 0', async (context) => {
    const all = await group(context)
    const desk = await all.connect()
    const a = run(all, 'a', ['--grace', '0'])
    await a.line('node runs')
    const waiting = keygen(['a', 'b'])
    await desk.instruct(waiting)
    await untilOpen(a, 1)
    a.child.kill('SIGINT')
    expect((await a.ended).code).toBe(0)
    expect(await a.line('ceremony failed')).toMatchObject({ kind: 'keygen', ceremonyId: String(waiting.ceremonyId), reason: 'aborted' })
    expect(await desk.heard('a', waiting.ceremonyId)).toMatchObject({ type: 'outcome', body: { status: 'failure', reason: 'aborted' } })
    await desk.close()
  })

  it('J9: an error that nothing caught is logged, without what it says, and ends the process with 1', async (context) => {
    const all = await group(context)
    const hook = "process.on('SIGUSR2', () => { Promise.reject(new Error(['s3c', 'r3t'].join(''))) })"
    const a = run(all, 'a', [], { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` })
    await a.line('health and metrics')
    a.child.kill('SIGUSR2')
    expect(await a.ended).toEqual({ code: 1, signal: null })
    expect(await a.line('an error that nothing caught')).toMatchObject({ level: 'fatal', error: { name: 'Error' } })
    expect(a.stderr).not.toContain('s3cr3t')
  })
})

describe('refused at start', () => {
  it('without a broker: exit 75', async (context) => {
    const config = (await group(context)).config('a')
    const nats = { ...config.nats, servers: ['nats://127.0.0.1:1'] }
    expect(await refusal({ ...config, nats })).toMatchObject({ code: 'ERR_BUS', exit: 75 })
  })

  it('with an identity that is not the one of the roster, or a name that is not in it: exit 78', async (context) => {
    const all = await group(context)
    const config = all.config('a')
    const others = path.join(folder, 'others.json')
    const document = readRosterDocument(config.roster.file)
    const other = { kind: 'validator', id: 'a', publicKey: testIdentity('x').publicKey, nkey: null } as const
    writeRosterDocument(others, addToRoster(document, [other], true))
    expect(await refusal({ ...config, roster: { file: others } })).toMatchObject({ code: 'ERR_CONFIG', field: 'identity', exit: 78 })
    writeRosterDocument(others, addToRoster(null, [{ ...other, id: 'b' }]))
    expect(await refusal({ ...config, roster: { file: others } })).toMatchObject({ code: 'ERR_CONFIG', field: 'self', exit: 78 })
    const validator = toHex(all.roster.get('b') ?? new Uint8Array())
    expect(await refusal({ ...config, operators: { ops: validator } })).toMatchObject({ field: 'operators.ops', exit: 78 })
  })

  it('without its store: no new one in its place', async (context) => {
    const config = (await group(context)).config('a')
    expect(await refusal({ ...config, store: { path: path.join(folder, 'not-mounted') } })).toMatchObject({ code: 'ERR_STORE', exit: 78 })
  })

  it('T17: over a broker that takes less than a key generation of the roster needs: exit 78, with both numbers', async (context) => {
    const config = (await group(context)).config('a')
    const { url } = await narrow.broker(context)
    const { code, field, exit, message } = await refusal({ ...config, nats: { ...config.nats, servers: [url] } })
    expect({ code, field, exit }).toEqual({ code: 'ERR_CONFIG', field: 'nats', exit: 78 })
    expect(message).toMatch(/up to [0-9]{4,} bytes, and the broker takes at most 4096/)
  })

  it('by a reporter that cannot begin: what was opened before it is closed, and the start ends with its error', async (context) => {
    const all = await group(context)
    const config = all.config('a')
    const bus = await NatsBus.connect(await natsOptions('a', config))
    const error = new QuorateError('ERR_BUS', { message: 'no subscription' })
    bus.onAsk = () => {
      throw error
    }
    const { log } = openLog({ settings: { level: 'silent' }, fields: {} })
    await expect(startNode(config, { log, bus, twinWaitMs: 1 })).rejects.toBe(error)
    // Nor is the store held any more.
    await bus.close()
    const second = await startNode(config, { log, twinWaitMs: 1 })
    await second.close()
  })

  it('T21: while another process runs as the same node: exit 78, and the other goes on and raises the alarm', async (context) => {
    const all = await group(context)
    const config = all.config('a')
    const lines: string[] = []
    const { log } = openLog({ settings: { level: 'error' }, fields: {}, stream: { write: (line) => void lines.push(line) } })
    await using first = await startNode(config, { log, twinWaitMs: 1 })
    // A copy of the identity, with a store of its own.
    const twin = path.join(folder, 'twin')
    const { unlock, network, roster, nats } = config
    const request = {
      kind: 'validator',
      id: 'a',
      folder: twin,
      unlock,
      network,
      roster: roster.file,
      group: nats.group,
      servers: nats.servers,
      tls: {},
    } as const
    const { files } = await initialise(request)
    copyFileSync(config.identity.file, files.identity)
    const copied = { ...config, identity: { file: files.identity }, store: { path: path.join(twin, 'store') } }
    expect(await refusal(copied)).toMatchObject({ code: 'ERR_CONFIG', field: 'identity', exit: 78 })
    expect(first.reasons()).toEqual([])
    expect(lines.join('')).toContain('somebody else signs as this node')
    expect(await first.metrics()).toContain('quorate_alarms_total{alarm="identityInUse"} 1\n')
  })
})

describe('a node inside an application', () => {
  const warnings = captureWarnings()

  it('takes bus, store, identity and roster from it, and says that it cannot go on when the store fails', async () => {
    warnings.allowed(/^QuorateWarning: store request reserve of ceremony 1 failed: ERR_STORE/)
    const store = new MemoryKeyStore()
    const keyStore: KeyStore = Object.assign(store, {
      reserveCeremonyId: () => Promise.reject(new QuorateError('ERR_STORE', { message: 'ENOSPC' })),
    })
    await using pool = await KernelPool.create({ workers: 0 })
    const bus = new MemoryBus()
    const { log } = openLog({ settings: { level: 'silent' }, fields: {} })
    const config = { ...loadConfig({ flags: { http: { port: 0 } } }), network: 'test', self: 'a' }
    const given = { log, bus, keyStore, pool, identity: testIdentity('a'), roster: testRoster(['a']), twinWaitMs: 1 }
    await using node = await startNode(config, given)
    expect(node.reasons()).toEqual([])
    const outcome = await node.client.keygen({ ceremonyId: 1n, participants: ['a'], minSigners: 1, suite: 'bip340' })
    expect(outcome.status).toBe('failure')
    await expect(node.failed).rejects.toMatchObject({ code: 'ERR_STORE' })
    expect(node.reasons()).toEqual(['the key store has failed'])
    await node.close()
    // What was handed in stays open.
    expect(pool.stats().workers).toBe(0)
    await expect(bus.connect('b')).resolves.toBeDefined()
    await expect(fetch(`http://127.0.0.1:${node.http.port}/healthz`)).rejects.toThrow()
    await bus.close()
  })
})
