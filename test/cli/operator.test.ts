/** `quorate keygen`, `sign` and `preprocess` against nodes on a real broker that lets each user do only what it needs. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Bus } from '../../src/bus/contract.ts'
import { brokerConfig, NatsBus } from '../../src/bus/nats/index.ts'
import { MultisigClient } from '../../src/client/index.ts'
import { KernelPool } from '../../src/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { loadNodeConfig, loadOperatorConfig } from '../../src/node/config/node.ts'
import { EvidenceFiles } from '../../src/node/evidence-files.ts'
import { openIdentity, openOperator, openRoster, openUnlock } from '../../src/node/open.ts'
import { natsOptions } from '../../src/node/open-nats.ts'
import { Reporter } from '../../src/node/reporter.ts'
import { wrapBus } from '../client/wrapped-bus.ts'
import { type Broker, sharedBroker } from '../helpers/broker.ts'
import { silent } from '../node/operator/group.ts'
import { inProcess, oneLine } from './command.ts'

const NODES = ['a', 'b', 'c']
const root = mkdtempSync(path.join(tmpdir(), 'quorate-operator-'))
const at = (...names: string[]): string => path.join(root, ...names)
const keyFile = at('unlock.key')
writeFileSync(keyFile, new Uint8Array(32).fill(7), { mode: 0o600 })

const shared = sharedBroker(async (folder) => {
  const lines: string[] = []
  // The port of the broker is not known yet: the addresses are put right when it runs.
  for (const name of NODES) lines.push((await init('--self', name)).trimEnd())
  lines.push((await init('--operator', 'ops')).trimEnd())
  const added = await inProcess('roster', 'add', '--file', at('roster.json'), ...lines)
  expect(added.code, added.stderr).toBe(0)
  const { nkeys } = await openRoster({ roster: { file: at('roster.json') } })
  const users = { nodes: nkeys.validators, operators: nkeys.operators }
  return brokerConfig({ group: 'quorate', ...users, maxPayload: 1 << 20, jetstreamFolder: path.join(folder, 'jetstream') })
})

async function init(kind: string, name: string): Promise<string> {
  const args = ['--folder', at(name), '--key-file', keyFile, '--roster', at('roster.json'), '--network', 'test']
  const { code, stdout, stderr } = await inProcess('init', kind, name, ...args)
  expect(code, stderr).toBe(0)
  return stdout
}

interface Node {
  readonly client: MultisigClient
  close(): Promise<void>
}

let pool: KernelPool | null = null
let nodes: Promise<Map<string, Node>> | null = null
/** the broker, with all nodes on it */
async function started(context: { skip(note?: string): unknown }): Promise<{ readonly nodes: Map<string, Node>; readonly broker: Broker }> {
  const broker = await shared.broker(context)
  nodes ??= (async () => {
    pool = await KernelPool.create({ workers: 0 })
    const all = new Map<string, Node>()
    for (const name of NODES) all.set(name, await startNode(name, broker.url))
    return all
  })()
  return { nodes: await nodes, broker }
}

afterAll(async () => {
  for (const node of (await nodes)?.values() ?? []) await node.close()
  await pool?.close()
  await shared.end()
  rmSync(root, { recursive: true })
})

async function startNode(self: string, url: string): Promise<Node> {
  const config = loadNodeConfig({ file: at(self, 'node.yaml') })
  const operatorConfig = loadOperatorConfig({ file: at('ops', 'operator.yaml') })
  const { roster } = await openRoster(config)
  const identity = await openIdentity(config, await openUnlock(config))
  const operator = await openOperator(operatorConfig, await openUnlock(operatorConfig))
  const channel = await NatsBus.connect({ ...(await natsOptions(self, config)), servers: url })
  // b says nothing in a signing.
  const bus: Bus = self === 'b' ? wrapBus(channel, { publish: silent('b', 'sign') }) : channel
  const keyStore = new MemoryKeyStore()
  if (pool === null) throw new Error('no pool')
  const { network } = config
  const operators = [operator.publicKey]
  const client = await MultisigClient.start({ network, self, identity, roster, bus, keyStore, pool, stageTimeoutMs: 1_000, operators })
  const evidence = new EvidenceFiles(at(self, 'evidence'))
  const onIssue = (message: string, error: unknown): void => {
    throw new Error(`${self}: ${message}`, { cause: error })
  }
  const reasons = () => channel.readiness()
  const reporter = new Reporter({
    network,
    self,
    identity,
    client,
    keyStore,
    channel,
    evidence,
    reasons,
    version: 'test',
    onIssue,
    progressMs: 50,
  })
  const close = async (): Promise<void> => {
    await client.close()
    await reporter.close()
    await channel.close()
  }
  return { client, close }
}

const config = (broker: Broker): string[] => {
  const file = at('ops', `${broker.port}.yaml`)
  if (!readdirSync(at('ops')).includes(`${broker.port}.yaml`)) writeFileSync(file, yamlFor(broker.url), { mode: 0o600 })
  return ['--config', file]
}
const yamlFor = (url: string): string => `network: test
operator: { name: ops, file: operator.sealed }
roster: { file: ../roster.json }
unlock: { keyFile: ../unlock.key }
nats: { servers: [${JSON.stringify(url)}], group: quorate, nkeyFile: operator.nk }
`

describe('an operator on the command line', () => {
  it('makes a key, signs with it, without the one that is silent where it may try again, and says whom each stage waits for', async (context) => {
    const { broker } = await started(context)
    const made = await inProcess(
      'keygen',
      ...config(broker),
      '--participants',
      'a,b,c',
      '--min-signers',
      '2',
      '--suite',
      'bip340',
      '--json',
    )
    expect(made.code, made.stderr).toBe(0)
    const { keyId, groupPublicKey, ...rest } = oneLine(made)
    expect(rest).toEqual({ schema: 'quorate.outcome/1', ceremonyId: expect.stringMatching(/^\d+$/), status: 'success' })
    const key = ['--key', String(keyId)]

    const failed = await inProcess('sign', ...config(broker), ...key, '--message', '6869', '--signers', 'a,b')
    expect(failed.code, failed.stderr).toBe(1)
    expect(failed.stdout).toMatch(/^ceremony \d+ failed in stage NonceCommitments: timeout\n {2}missing {2}.*b, by the word of a/s)
    expect(failed.stderr).toMatch(/signing \d+ of a, b\n/)
    expect(failed.stderr).toMatch(/NonceCommitments: a waits for b/)

    const signed = await inProcess('sign', ...config(broker), ...key, '--message', '6869', '--retry', '1', '--json')
    expect(signed.code, signed.stderr).toBe(0)
    expect(signed.stderr).toMatch(/trying again without b \(1 of 1\)/)
    const { signatures, suite } = oneLine(signed)
    expect(suite).toBe('bip340')
    const [signature] = signatures as string[]
    const verified = await inProcess(
      ...['verify', '--suite', 'bip340', '--key', String(groupPublicKey), '--message', '6869', '--signature', signature ?? ''],
    )
    expect(verified.stdout).toBe('valid\n')

    writeFileSync(at('message'), 'hi')
    const filed = await inProcess('sign', ...config(broker), ...key, '--message-file', at('message'), '--signers', 'a,c')
    expect(filed.code, filed.stderr).toBe(0)
    expect(filed.stdout).toMatch(/^[0-9a-f]{128}\n$/)

    const slots = await inProcess('preprocess', ...config(broker), ...key, '--count', '2', '--signers', 'a,c', '--json')
    expect(slots.code, slots.stderr).toBe(0)
    const { ceremonyId, ...made2 } = oneLine(slots)
    expect(made2).toEqual({ schema: 'quorate.outcome/1', status: 'success', keyId, signers: ['a', 'c'], count: 2 })
    const quick = await inProcess(
      ...[
        'sign',
        ...config(broker),
        ...key,
        '--message',
        '6869',
        '--signers',
        'a,c',
        '--preprocessed',
        `${String(ceremonyId)}:1`,
        '--json',
      ],
    )
    expect(quick.code, quick.stderr).toBe(0)
  })

  it('exits 75 when nothing was sent: a participant that is away, too few of them, no broker', async (context) => {
    const { broker, nodes } = await started(context)
    const made = await inProcess('keygen', ...config(broker), '--participants', 'a,c', '--min-signers', '2', '--suite', 'evm', '--json')
    expect(made.code, made.stderr).toBe(0)
    await nodes.get('c')?.close()
    nodes.delete('c')
    const away = await inProcess('keygen', ...config(broker), '--participants', 'a,c', '--min-signers', '2', '--suite', 'evm', '--json')
    expect(away.code).toBe(75)
    expect(oneLine(away)).toMatchObject({ code: 'ERR_BUS', message: expect.stringMatching(/not ready: c \(it did not answer\)/) })
    const few = await inProcess(
      'sign',
      ...config(broker),
      '--key',
      String(oneLine(made)['keyId']),
      '--message',
      '00'.repeat(32),
      '--retry',
      '3',
    )
    expect(few.code).toBe(75)
    expect(few.stderr).toMatch(/2 signers are needed, and 1 can be instructed \(a\); not ready: c/)

    const nowhere = at('ops', 'nowhere.yaml')
    writeFileSync(nowhere, yamlFor('nats://127.0.0.1:1'), { mode: 0o600 })
    const alone = await inProcess('sign', '--config', nowhere, '--key', '00'.repeat(32), '--message', '00', '--json')
    expect(alone.code).toBe(75)
    expect(oneLine(alone)).toMatchObject({ code: 'ERR_BUS' })
  })

  it('exits 2 for a wrong line and a key that nobody has, 78 for a configuration that is none', async (context) => {
    const { broker } = await started(context)
    const sign = (...args: string[]) => inProcess('sign', ...config(broker), '--json', ...args)
    const refused = await Promise.all([
      sign('--key', 'ab', '--message', '00'),
      sign('--key', '00'.repeat(32)),
      sign('--key', '00'.repeat(32), '--message', '0'),
      sign('--key', '00'.repeat(32), '--message', '00', '--preprocessed', '7'),
      sign('--key', '00'.repeat(32), '--message', '00', '--ceremony', '0'),
      sign('--key', '00'.repeat(32), '--message', '00', '--retry', '-1'),
    ])
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2])
    expect(refused.map((ended) => oneLine(ended)['field'])).toEqual(['key', 'message', 'message[0]', 'preprocessed', 'ceremony', 'retry'])
    const unknown = await sign('--key', '00'.repeat(32), '--message', '00')
    expect(unknown.code).toBe(2)
    expect(oneLine(unknown)).toMatchObject({ code: 'ERR_UNKNOWN_KEY' })
    const none = await inProcess('sign', '--config', at('none.yaml'), '--key', '00'.repeat(32), '--message', '00', '--json')
    expect(none.code).toBe(78)
    expect(oneLine(none)).toMatchObject({ code: 'ERR_CONFIG', field: 'config' })
  })
})
