/**
 * No secret is ever written. A group makes keys and signs with them, in every way that there is, while all that its nodes write and say is kept; then
 * everything is searched for every secret that any of them held.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from '@nats-io/transport-node'
import { afterAll, describe, expect, it } from 'vitest'
import { wipe } from '../../src/bytes.ts'
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { sharedKernel } from '../../src/kernel/shared.ts'
import { DiskKeyStore } from '../../src/keystore/index.ts'
import { openLog } from '../../src/node/logs.ts'
import { openIdentity, openUnlock } from '../../src/node/open.ts'
import { type RunningNode, startNode } from '../../src/node/start.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { inProcess } from '../cli/command.ts'
import { sharedBroker, until } from '../helpers/broker.ts'
import { bytesIn } from '../helpers/leftovers.ts'
import { Group, NodeProcess } from './group.ts'
import { Needles } from './needles.ts'

const IDS = ['a', 'b', 'c']
const PASSPHRASE = 'correct horse battery staple'
const shared = sharedBroker()
const folder = mkdtempSync(path.join(tmpdir(), 'quorate-secrets-'))
let child: NodeProcess | null = null
afterAll(async () => {
  child?.child.kill('SIGKILL')
  await shared.end()
  rmSync(folder, { recursive: true })
})

/** What is secret of a job's arguments and result, by property; `shares` is secret where a job opens or sums them, and public where it aggregates. */
const SECRET_PROPERTIES = [
  'coefficients',
  'proofNonces',
  'encryptionSecret',
  'ownShares',
  'sharedPoints',
  'share',
  'randomness',
  'nonces',
  'nonceShares',
]
const OPENING_JOBS = ['openShares', 'sumShares', 'signLocally']

/** Every secret that goes through a pool, as it was at the time. */
function watchPool(pool: KernelPool, needles: Needles, nonces: Uint8Array[]): void {
  const run = pool.run.bind(pool) as (name: string, ...rest: unknown[]) => Promise<unknown>
  const keep = (job: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
    for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
      const isSecret = SECRET_PROPERTIES.includes(name) || (name === 'shares' && OPENING_JOBS.includes(job))
      if (!isSecret) {
        keep(job, inner)
        continue
      }
      for (const bytes of bytesIn(inner)) {
        const size = name === 'sharedPoints' ? 33 : 32
        for (let at = 0; at + size <= bytes.length; at += size) {
          const secret = bytes.slice(at, at + size)
          needles.add(name, secret)
          if (name === 'nonces' && job === 'commitNonces') nonces.push(secret)
        }
        if (name === 'coefficients') for (const dealt of dealtFrom(bytes)) needles.add('dealt share', dealt)
      }
    }
  }
  Object.assign(pool, {
    run: async (name: string, ...rest: unknown[]) => {
      keep(name, rest[0])
      const result = await run(name, ...rest)
      keep(name, result)
      return result
    },
  })
}

/** What a polynomial gives each of the three. */
function dealtFrom(coefficients: Uint8Array): Uint8Array[] {
  const shares = sharedKernel().evaluatePolynomial(coefficients, [1, 2, 3])
  return [0, 32, 64].map((at) => shares.slice(at, at + 32))
}

function filesIn(place: string): Map<string, Uint8Array> {
  return new Map(
    readdirSync(place, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(place, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => [file, new Uint8Array(readFileSync(file))]),
  )
}

const utf8 = (text: string | Uint8Array): Uint8Array => new Uint8Array(Buffer.from(text as string))

describe('secrets', () => {
  it('J9: the search finds one in every form, and a part of one', () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => (i * 89 + 200) % 256)
    const needles = new Needles()
    needles.add('share', secret)
    const buffer = Buffer.from(secret)
    for (const [form, text] of Object.entries({
      raw: buffer,
      hex: utf8(`x${buffer.toString('hex')}y`),
      upper: utf8(buffer.toString('hex').toUpperCase()),
      base64: utf8(buffer.toString('base64')),
      shifted: utf8(Buffer.concat([Buffer.from('ab'), buffer, Buffer.from('c')]).toString('base64')),
      url: utf8(Buffer.concat([Buffer.from('a'), buffer, Buffer.from('c')]).toString('base64url')),
      list: utf8(JSON.stringify({ share: [...secret] })),
      beginning: utf8(buffer.toString('hex').slice(0, 40)),
    }))
      expect(needles.findIn(new Map([[form, text]])), form).toEqual([`${form}: share`])
    expect(needles.findIn(new Map([['other', utf8(Buffer.from(buffer.map((byte) => byte ^ 1)).toString('hex'))]]))).toEqual([])
  })

  it("J8, J9, P1: none is in logs, output, metrics, events, messages, stores, configuration or the broker's files", async (context) => {
    const broker = await shared.broker(context)
    const group = await Group.make({ folder, ids: IDS, url: broker.url, passphrases: { a: PASSPHRASE }, log: 'trace' })
    const places = new Map<string, Uint8Array>()
    const needles = new Needles()
    const nonces: Uint8Array[] = []

    // Everything that anybody says, as somebody with all rights hears it.
    const observer = await connect({ servers: broker.url })
    const heard: Uint8Array[] = []
    observer.subscribe('>', { callback: (_, message) => void heard.push(message.data.slice()) })
    await observer.flush()

    // Two nodes here, whose secrets can be watched, and one as a process, whose output can be.
    const logs: string[] = []
    const pools = [await KernelPool.create({ workers: 0 }), await KernelPool.create({ workers: 0 })]
    for (const pool of pools) watchPool(pool, needles, nonces)
    child = new NodeProcess(['--config', group.file('c')])
    const nodes: RunningNode[] = await Promise.all(
      pools.map((pool, i) => {
        const config = group.config(IDS[i] ?? '')
        const { log } = openLog({ settings: { level: 'trace' }, fields: {}, stream: { write: (line) => void logs.push(line) } })
        return startNode(config, { log, pool, twinWaitMs: 1 })
      }),
    )
    await child.line('node runs')

    const desk = await group.connect()
    const done = async (what: Parameters<typeof desk.instruct>[0], status: string): Promise<Record<string, unknown>> => {
      await desk.instruct(what)
      const ends = await Promise.all(IDS.map((id) => desk.heard(id, what.ceremonyId)))
      for (const { body } of ends) expect(body).toMatchObject({ status })
      return ends[0]?.body ?? {}
    }
    const messages = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const sign = (ceremonyId: bigint, keyId: unknown, mode: object = { type: 'two-round' }) =>
      ({ kind: 'sign', ceremonyId, keyId, signers: IDS, messages, mode }) as Parameters<typeof desk.instruct>[0]
    const keygen = { kind: 'keygen', participants: IDS, minSigners: 2 } as const
    const frost = await done({ ...keygen, ceremonyId: 1n, suite: 'bip340', protocol: 'frost' }, 'success')
    await done(sign(2n, frost['keyId']), 'success')
    await done({ kind: 'preprocess', ceremonyId: 3n, keyId: String(frost['keyId']), signers: IDS, count: 2 }, 'success')
    await done(sign(4n, frost['keyId'], { type: 'one-round', ceremonyId: 3n, firstSlot: 0 }), 'success')
    const strobl = await done({ ...keygen, ceremonyId: 5n, suite: 'evm', protocol: 'stinson-strobl' }, 'success')
    await done(sign(6n, strobl['keyId']), 'success')
    // What fails: an unknown key, and below a ceremony that is left in the middle, since one of three is gone.
    await desk.instruct(sign(7n, '00'.repeat(32)))
    expect((await desk.heard('a', 7n)).type).toBe('refused')

    for (const node of nodes) {
      const base = `http://127.0.0.1:${node.http.port}`
      for (const question of ['/metrics', '/readyz', '/healthz'])
        places.set(`${base}${question}`, utf8(await (await fetch(base + question)).text()))
    }
    places.set('metrics of c', utf8((await child.get('/metrics')).body))
    for (const args of [['--print-config'], ['--print-config', '--json'], ['--check']]) {
      const { stdout, stderr, code } = await inProcess('node', '--config', group.file('a'), ...args)
      expect(code).toBe(0)
      places.set(args.join(' '), utf8(stdout + stderr))
    }
    child.child.kill('SIGTERM')
    expect((await child.ended).code).toBe(0)
    await desk.instruct({ ...keygen, ceremonyId: 8n, suite: 'bip340', protocol: 'frost' })
    await until(() => nodes.every(({ client }) => client.stats().open === 1), 'ceremony 8 is under way')
    await Promise.all(nodes.map((node) => node.close({ graceMs: 0 })))
    await desk.close()
    await observer.close()
    for (const pool of pools) await pool.close()

    // What was in files all the time.
    for (const id of IDS) {
      const config = group.config(id)
      const unlock = await openUnlock(config)
      needles.add('unlock', unlock.bytes.slice())
      const seed = (await openIdentity(config, unlock)).exportSeed()
      needles.add('identity seed', seed)
      const store = await DiskKeyStore.open({ path: config.store.path, self: id, unlock, create: false })
      for (const keyId of await store.list()) {
        const stored = await store.get(keyId)
        if (stored === null) throw new Error('no key')
        needles.add('stored share', KeyMaterial.decode(stored.record).share())
        wipe(stored.record)
      }
      await store.close()
      const nkey = readFileSync(path.join(folder, id, 'node.nk'), 'utf8').trim()
      needles.add('nkey seed', utf8(nkey))
    }
    needles.add('operator seed', group.operator.exportSeed())

    places.set('log of a and b', utf8(logs.join('')))
    places.set('stdout of c', utf8(child.stdout))
    places.set('stderr of c', utf8(child.stderr))
    places.set('traffic', new Uint8Array(Buffer.concat(heard)))
    for (const [file, bytes] of [...filesIn(folder), ...filesIn(broker.folder)]) {
      // Where a secret is meant to be, in the clear: what opens the sealed files, and the broker's keys.
      if (!/\.(?:nk|passphrase|key)$/.test(file)) places.set(path.relative(folder, file), bytes)
    }
    expect(needles.findIn(places)).toEqual([])

    // The search was of something: all kinds of secrets, of all that was written, and of the very nonces whose points went over the bus.
    for (const kind of [...SECRET_PROPERTIES, 'dealt share', 'stored share', 'unlock', 'identity seed', 'nkey seed', 'operator seed'])
      expect(needles.counts.get(kind) ?? 0, kind).toBeGreaterThan(0)
    expect(needles.counts.get('stored share')).toBe(6)
    expect(nonces.length).toBeGreaterThanOrEqual(2 * 2 * 4)
    const traffic = Buffer.concat(heard)
    for (const nonce of nonces) expect(traffic.includes(Buffer.from(sharedKernel().baseMul(nonce).slice(0, 32)))).toBe(true)
    const names = [...places.keys()].join('\n')
    for (const place of ['c/store/db/', 'a/identity.sealed', 'jetstream', '/metrics', '--print-config']) expect(names).toContain(place)
    expect(child.stderr).toContain('"ceremonyId":"6"')
  })
})
