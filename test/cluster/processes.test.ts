/** Real processes around a real broker, killed, doubled, flooded and of another version: one group for the whole file. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { loadNodeConfig } from '../../src/node/config/node.ts'
import { openIdentity, openUnlock } from '../../src/node/open.ts'
import { KernelPool } from '../../src/pool/index.ts'
import { natsServerFor } from '../helpers/nats-server.ts'
import { Dice } from '../simulation/dice.ts'
import { CrashRounds } from './crash-rounds.ts'
import { type Finished, Group } from './group.ts'
import { judge } from './judge.ts'
import { NodeProcess } from './node-process.ts'
import { makeOtherVersion } from './other-version.ts'
import { filesBelow, type Secret, searchTexts } from './secret-search.ts'
import { imageOf } from './store-image.ts'

const IDS = ['a', 'b', 'c']
const SEED = process.env['QUORATE_TEST_SEED'] ?? 'processes'

let making: Promise<Group> | null = null
let keyId = ''

/** Made by the first test that needs it; where there is no broker each is skipped with the reason. */
async function running(context: TestContext): Promise<Group> {
  const binary = natsServerFor(context)
  making ??= Group.create({ ids: IDS, binary, stageTimeoutMs: 1_500, graceMs: 20_000 })
  const group = await making
  const down = IDS.filter((id) => !group.node(id).runs)
  for (const id of down) group.record.startLife(id)
  await group.start(down)
  return group
}

/** As the tests before left it. */
async function made(): Promise<Group> {
  if (making === null) throw new Error('the first tests make it')
  return making
}

afterAll(async () => {
  const group = await making?.catch(() => null)
  await group?.[Symbol.asyncDispose]()
})

async function keyOf(group: Group): Promise<string> {
  if (keyId !== '') return keyId
  const who = ['--participants', IDS.join(','), '--min-signers', '2', '--suite', 'bip340']
  const { keyId: made }: { keyId?: unknown } = JSON.parse(await group.must('keygen', '--config', group.operatorConfig, ...who, '--json'))
  keyId = String(made)
  return keyId
}

async function sign(group: Group, signers: readonly string[]): Promise<Finished> {
  const what = ['--key', await keyOf(group), '--signers', signers.join(','), '--message', '00'.repeat(32), '--wait', '15']
  return group.quorate('sign', '--config', group.operatorConfig, ...what, '--json')
}

/**
 * A signing that stands still in its middle: one signer is stopped as soon as the instruction is on the bus, and the others wait for it. Resolves once
 * `speaker` has said something in it.
 */
async function halted(group: Group, stopped: string, speaker: string): Promise<{ readonly signing: Promise<Finished> }> {
  await keyOf(group)
  const spoken = new Promise<void>((resolve) => {
    const end = group.record.listen(({ kind }, said) => {
      if (kind === 'instruction') group.node(stopped).child.signal('SIGSTOP')
      if (said?.envelope.header.from !== speaker) return
      end()
      resolve()
    })
  })
  const signing = sign(group, IDS)
  await spoken
  return { signing }
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`)
    await sleep(50)
  }
}

describe('a group of processes', () => {
  it('a broker that is killed and started again in the middle of a signing costs at most that signing', async (context) => {
    const group = await running(context)
    const { signing } = await halted(group, 'c', 'a')
    await group.broker.stop('SIGKILL')
    await group.broker.restart()
    group.node('c').child.signal('SIGCONT')
    expect((await signing).code).toBeOneOf([0, 1])
    await Promise.all(IDS.map((id) => group.node(id).ready()))
    expect(await sign(group, IDS)).toMatchObject({ code: 0 })
  })

  it('on SIGTERM a node is not ready, lets its ceremony end, and exits with 0', async (context) => {
    const group = await running(context)
    const { signing } = await halted(group, 'c', 'a')
    const { child } = group.node('a')
    child.signal('SIGTERM')
    await until(async () => (await group.node('a').get('/readyz')).status === 503, 'a is not ready')
    expect(child.over).toBe(false)
    group.node('c').child.signal('SIGCONT')
    expect(await signing).toMatchObject({ code: 0 })
    expect(await child.ended).toEqual({ code: 0, signal: null })
  })

  it('T21: the store of a running node is opened by nobody else', async (context) => {
    const group = await running(context)
    const twin = new NodeProcess('c', group.path('c', 'node.yaml'), group.path('logs', 'twin.log'))
    twin.start()
    expect(await twin.child.ended).toMatchObject({ code: 78 })
    expect(twin.child.lines.join('\n')).toContain('ERR_STORE_LOCKED')
    expect(await sign(group, IDS)).toMatchObject({ code: 0 })
  })

  it('T20, T21: a node with a copied store is told that its identity is in use, and so is the first', async (context) => {
    const group = await running(context)
    const folder = mkdtempSync(path.join(tmpdir(), 'quorate-twin-'))
    try {
      cpSync(group.path('c'), path.join(folder, 'c'), { recursive: true, filter: (source) => !source.endsWith('LOCK') })
      const twin = new NodeProcess('c', path.join(folder, 'c', 'node.yaml'), group.path('logs', 'copied-twin.log'))
      twin.start()
      expect((await twin.child.ended).code).not.toBe(0)
      expect(twin.child.lines.join('\n')).toContain('another process runs as c')
      await group.node('c').child.line((line) => /signs as this node/.test(line))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('another version in the group is refused, counted, and named in the log', async (context) => {
    const group = await running(context)
    const folder = mkdtempSync(path.join(tmpdir(), 'quorate-version-'))
    try {
      await group.node('c').kill('SIGTERM')
      group.node('c').start(makeOtherVersion(folder))
      await group.node('a').child.line((line) => /version/i.test(line) && /"c"/.test(line))
      expect(await group.node('a').metric('quorate_messages_refused_total', 'reason="version"')).toBeGreaterThan(0)
      expect(await sign(group, ['a', 'b'])).toMatchObject({ code: 0 })
    } finally {
      await group.node('c').kill()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('P5, N2, N3: five nodes killed at random moments come back whole, and use no ceremony id or nonce twice', async (context) => {
    const group = await running(context)
    await using pool = await KernelPool.create({ workers: 0 })
    const { violations, keysReported, judgement } = await CrashRounds.run({ group, dice: new Dice(SEED), pool, rounds: 5, minSigners: 2 })
    expect(violations).toEqual([])
    expect(keysReported).toBeGreaterThan(0)
    expect(judgement?.judgedShares).toBeGreaterThan(5)
  })

  it('J9, P1, G28: no share, seed or unlocking key stands in anything that was written to disk or said', async (context) => {
    natsServerFor(context)
    const group = await made()
    await using pool = await KernelPool.create({ workers: 0 })
    const secrets: Secret[] = []
    for (const id of IDS) {
      await group.node(id).kill('SIGTERM')
      const keyFile = group.path('keys', `${id}.key`)
      secrets.push({ name: `what unlocks ${id}`, bytes: new Uint8Array(readFileSync(keyFile)), allowedIn: keyFile })
      const config = loadNodeConfig({ file: group.path(id, 'node.yaml'), env: {} })
      const identity = await openIdentity(config, await openUnlock(config))
      secrets.push({ name: `identity of ${id}`, bytes: identity.exportSeed() })
      const look = (key: KeyMaterial) => void secrets.push({ name: `share of ${id}`, bytes: key.share() })
      await imageOf({ self: id, path: group.storeOf(id), keyFile }, pool, look)
    }
    expect(secrets.filter(({ name }) => name.startsWith('share')).length).toBeGreaterThanOrEqual(IDS.length)
    const said = Buffer.concat(group.record.said.map(({ envelope: { bytes } }) => bytes))
    expect(searchTexts(new Map([...filesBelow(group.folder), ['traffic', said]]), secrets)).toEqual([])
  })

  it('nothing that was said in all of this breaks a rule', async (context) => {
    natsServerFor(context)
    const { said } = (await made()).record
    expect(judge(said).violations).toEqual([])
    expect(said.length).toBeGreaterThan(50)
  })
})
