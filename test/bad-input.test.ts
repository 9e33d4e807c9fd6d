/**
 * Every function that the package exports, and every method of its classes, refuses bad input with a typed error that names the field. The
 * table is compared with what the entries of package.json really export, so a new export without a row fails. The rows hold one or a few inputs
 * for each argument; the tests of each room try many more.
 */
import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import * as frost from '../src/frost/index.ts'
import * as quorate from '../src/index.ts'
import { createBaselineKernel } from '../src/kernel/baseline/index.ts'
import { loadWasmKernel } from '../src/kernel/wasm/index.ts'
import { natsRows } from './bus/nats-input-rows.ts'
import { Cluster } from './client/cluster.ts'
import { clientRows, keygen, keyId, MISSING, NO_IDS, NO_KEY_IDS, NO_OBJECTS, NO_SUITES, NOT_COUNTS, type Row } from './client/input-rows.ts'
import { NO_BYTES, NO_CEREMONY_IDS, NO_INTEGERS, NO_SIGNALS, type Wrong } from './client/wrong-values.ts'
import { testIdentity, testRoster } from './helpers/identities.ts'
import { rejectionOf } from './helpers/refusals.ts'
import { keystoreRows } from './keystore/input-rows.ts'
import { rows as nodeRows } from './node/input-rows.ts'

const LENGTHS_NOT_32 = [0, 31, 33].map((length) => new Uint8Array(length))
const LENGTHS_NOT_33 = [0, 32, 34].map((length) => new Uint8Array(length))

const cluster = await Cluster.start(['a'])
const client = cluster.client('a')
const { bus, pool } = cluster
const connection = await bus.connect('listener')
const nats = await natsRows()
afterAll(async () => {
  await nats.end()
  await stores.end()
  await cluster[Symbol.asyncDispose]()
})

const roster = testRoster(['a'])
const identity = testIdentity('a')
const keyStore = new quorate.MemoryKeyStore()
const options = { network: 'test', self: 'a', identity, roster, bus, keyStore, pool }
const bytes = new Uint8Array(4)

const suite = 'bip340'
const { keys, shares } = frost.trustedDealer({ suite, minSigners: 1, identifiers: [1] })
const [share = { identifier: 0, secretShare: bytes }] = shares
const nonces = frost.commit({ suite, share })
const signing = { keys, commitments: [nonces.commitment], message: bytes }
const signatureShare = frost.sign({ ...signing, share, nonces })
const signature = frost.aggregate({ ...signing, signatureShares: new Map([[1, signatureShare]]) })
const verified = { suite, groupPublicKey: keys.groupPublicKey, message: bytes, signature } as const

const clientOption = (name: string, inputs: readonly unknown[], refusal = name): Row => [
  (wrong) => quorate.MultisigClient.start({ ...options, [name]: wrong }),
  inputs,
  refusal,
]
const NO_GETTERS: readonly unknown[] = [undefined, null, 5, {}]

const verifyRows = (verify: (a: Wrong) => unknown): Row[] => [
  [verify, MISSING, 'input'],
  [(wrong) => verify({ ...verified, suite: wrong }), NO_SUITES, 'suite'],
  [
    (wrong) => verify({ ...verified, groupPublicKey: wrong }),
    [...NO_BYTES, new Uint8Array(33), ...LENGTHS_NOT_33.slice(2)],
    'groupPublicKey',
  ],
  [(wrong) => verify({ ...verified, message: wrong }), NO_BYTES, 'message'],
  [(wrong) => verify({ ...verified, signature: wrong }), NO_BYTES, 'signature'],
]
const frostSigningRows = (run: (a: Wrong) => unknown): Row[] => [
  [run, MISSING, 'input'],
  [(wrong) => run({ keys: wrong }), MISSING, 'keys'],
  [(wrong) => run({ commitments: wrong }), MISSING, 'commitments'],
  [(wrong) => run({ message: wrong }), NO_BYTES, 'message'],
]
/** `run` with the good input and the changes; what is no object goes in as it is. */
const changing =
  (run: (a: Wrong) => unknown, good: object) =>
  (changes: Wrong): unknown =>
    run(typeof changes === 'object' && changes !== null ? { ...good, ...changes } : changes)

const runSign = changing(frost.sign, { ...signing, share, nonces })
const runVerifyShare = changing(frost.verifyShare, { ...signing, identifier: 1, signatureShare })
const runAggregate = changing(frost.aggregate, { ...signing, signatureShares: new Map([[1, signatureShare]]) })
const runDealer = changing(frost.trustedDealer, { suite, minSigners: 1, identifiers: [1] })
const runCommit = changing(frost.commit, { suite, share })

const pools: Row[] = [
  [(wrong) => quorate.KernelPool.create(wrong), NO_OBJECTS, 'options'],
  [(wrong) => quorate.KernelPool.create({ workers: wrong }), NOT_COUNTS, 'workers'],
  [(wrong) => quorate.KernelPool.create({ maxQueue: wrong }), NO_INTEGERS, 'maxQueue'],
  [(wrong) => quorate.KernelPool.create({ inlineBelowMicros: wrong }), NOT_COUNTS, 'inlineBelowMicros'],
  [(wrong) => quorate.KernelPool.create({ kernel: wrong }), ['', 'wasm', 1, null, {}], 'kernel'],
  [(wrong) => quorate.KernelPool.create({ signal: wrong }), NO_SIGNALS, 'signal'],
]
const KERNEL_POOL: Readonly<Record<string, readonly Row[]>> = {
  'KernelPool.create': pools,
  'KernelPool.withSignal': [[(wrong) => pool.withSignal(wrong), [undefined, ...NO_SIGNALS], 'signal']],
  'KernelPool.listen': [[(wrong) => pool.listen(wrong), MISSING, 'listener']],
  'KernelPool.run': [
    [(wrong) => pool.run(wrong, {} as Wrong), ['', 'toString', 1, null, undefined], 'name'],
    [(wrong) => pool.run('commitNonces', wrong), MISSING, 'args'],
    [(wrong) => pool.run('commitNonces', {} as Wrong, wrong), NO_OBJECTS, 'options'],
    [(wrong) => pool.run('commitNonces', {} as Wrong, { signal: wrong }), NO_SIGNALS, 'signal'],
  ],
}
const MEMORY_STORE: Readonly<Record<string, readonly Row[]>> = {
  MemoryKeyStore: [
    [(wrong) => new quorate.MemoryKeyStore(wrong), NO_OBJECTS, 'options'],
    [(wrong) => new quorate.MemoryKeyStore({ highestCeremonyId: wrong }), [-1n, 2n ** 64n, 1, '1', {}], 'highestCeremonyId'],
  ],
  'MemoryKeyStore.putPending': [
    [(wrong) => keyStore.putPending(wrong, bytes), NO_KEY_IDS, 'keyId'],
    [(wrong) => keyStore.putPending(keyId, wrong), [...NO_BYTES, new Uint8Array(0)], 'record'],
  ],
  'MemoryKeyStore.activate': [
    [(wrong) => keyStore.activate(wrong, bytes), NO_KEY_IDS, 'keyId'],
    [(wrong) => keyStore.activate(keyId, wrong), [...NO_BYTES, new Uint8Array(0)], 'certificates'],
  ],
  'MemoryKeyStore.get': [[(wrong) => keyStore.get(wrong), NO_KEY_IDS, 'keyId']],
  'MemoryKeyStore.delete': [[(wrong) => keyStore.delete(wrong), NO_KEY_IDS, 'keyId']],
  'MemoryKeyStore.reserveCeremonyId': [[(wrong) => keyStore.reserveCeremonyId(wrong), NO_CEREMONY_IDS, 'id']],
}
const stores = await keystoreRows(MEMORY_STORE)
const baseline = createBaselineKernel()

const TABLE: Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>> = {
  '.': {
    ...KERNEL_POOL,
    MemoryBus: [
      [(wrong) => new quorate.MemoryBus(wrong), NO_OBJECTS, 'options'],
      [(wrong) => new quorate.MemoryBus({ maxPendingMessages: wrong }), NO_INTEGERS, 'maxPendingMessages'],
      [(wrong) => new quorate.MemoryBus({ maxPendingBytes: wrong }), NO_INTEGERS, 'maxPendingBytes'],
      [(wrong) => new quorate.MemoryBus({ maxMessageBytes: wrong }), NO_INTEGERS, 'maxMessageBytes'],
      [(wrong) => connection.publish(wrong, null, bytes), ['P2PIncoming', '', 1, null, undefined], 'subject'],
      [(wrong) => connection.publish('P2P', wrong, bytes), NO_IDS.filter((id) => id !== null), 'to'],
      [(wrong) => connection.publish('P2P', null, wrong), NO_BYTES, 'bytes'],
      [(wrong) => connection.subscribe(wrong, () => {}), ['P2P', '', 1, null, undefined], 'subject'],
      [(wrong) => connection.subscribe('P2PIncoming', wrong), MISSING, 'handler'],
    ],
    'MemoryBus.connect': [[(wrong) => bus.connect(wrong), NO_IDS, 'self']],
    'MemoryBus.instruct': [
      [(wrong) => bus.instruct(wrong, bytes), NO_IDS, 'to'],
      [(wrong) => bus.instruct('a', wrong), NO_BYTES, 'bytes'],
    ],
    'MemoryBus.observe': [[(wrong) => bus.observe(wrong), MISSING, 'observer']],
    ...MEMORY_STORE,
    'MultisigClient.start': [
      [(wrong) => quorate.MultisigClient.start(wrong), MISSING, 'options'],
      clientOption('network', ['', 'x'.repeat(256), 'é', 'a\n', 1, null, undefined]),
      clientOption('self', NO_IDS),
      clientOption('self', ['b'], 'ERR_UNKNOWN_VALIDATOR self'),
      clientOption('identity', MISSING),
      clientOption('identity', [testIdentity('b'), { publicKey: identity.publicKey }]),
      clientOption('roster', [undefined, null, {}, [], new Map(), { a: identity.publicKey }]),
      clientOption(
        'roster',
        LENGTHS_NOT_32.map((key) => new Map([['a', key]])),
        'roster.a',
      ),
      clientOption('bus', NO_GETTERS),
      clientOption('keyStore', NO_GETTERS),
      clientOption('pool', NO_GETTERS),
      clientOption('signal', NO_SIGNALS),
      clientOption('random', [null, 5, {}]),
      clientOption('operators', [null, 5, {}]),
      ...['stageTimeoutMs', 'cleanupIntervalMs', 'ceremonyIdWindow', 'maxOpenCeremonies', 'earlyTtlMs'].map((name) =>
        clientOption(name, NO_INTEGERS),
      ),
      ...['earlyBytesPerPeer', 'earlyBytesTotal'].map((name) => clientOption(name, NOT_COUNTS)),
    ],
    ...clientRows(client),
    verifyEvidence: [
      [(wrong) => quorate.verifyEvidence(wrong, roster), NO_BYTES, 'evidence'],
      [(wrong) => quorate.verifyEvidence(bytes, wrong), [undefined, null, {}, [], new Map()], 'roster'],
    ],
    auditTranscript: [
      [(wrong) => quorate.auditTranscript(wrong, roster), NO_BYTES, 'transcript'],
      [(wrong) => quorate.auditTranscript(bytes, wrong), [undefined, null, {}, [], new Map()], 'roster'],
    ],
    verifySignature: verifyRows(quorate.verifySignature),
    generateIdentity: [[(wrong) => quorate.generateIdentity().sign(wrong), [...NO_BYTES, ...LENGTHS_NOT_32], 'hash']],
    identityFromSeed: [[(wrong) => quorate.identityFromSeed(wrong), [...NO_BYTES, ...LENGTHS_NOT_32], 'seed']],
    formatRosterFile: [
      [(wrong) => quorate.formatRosterFile(wrong), [undefined, null, {}, [], new Map()], 'roster'],
      [(wrong) => quorate.formatRosterFile(new Map([['a', wrong]])), [...NO_BYTES, ...LENGTHS_NOT_32], 'roster.a'],
    ],
    parseRosterFile: [
      [(wrong) => quorate.parseRosterFile(wrong), [...MISSING, Buffer.from('{}'), ''], 'ERR_CONFIG roster'],
      [(wrong) => quorate.parseRosterFile(`{"validators":{"a":"${wrong}"}}`), ['', '0', 'zz', 'AA'.repeat(32)], 'ERR_CONFIG validators.a'],
    ],
  },
  './kernel': {
    ...KERNEL_POOL,
    loadWasmKernel: [
      [(wrong) => loadWasmKernel(wrong), NO_OBJECTS, 'options'],
      [(wrong) => loadWasmKernel({ kernel: wrong }), ['', 'AUTO', 'baseline', 1, null, {}, Symbol('x')], 'kernel'],
    ],
    // It takes nothing; what it makes does. The operations of every back end are tested in kernel/refusals.test.ts.
    createBaselineKernel: [
      [(wrong) => baseline.baseMul(wrong), [...NO_BYTES, ...LENGTHS_NOT_32], 'scalars'],
      [(wrong) => baseline.evaluatePolynomial(new Uint8Array(32), [wrong]), NO_INTEGERS, 'indices[0]'],
    ],
  },
  './frost': {
    trustedDealer: [
      [runDealer, MISSING, 'input'],
      [(wrong) => runDealer({ suite: wrong }), [...NO_SUITES, 'evm'], 'suite'],
      [(wrong) => runDealer({ minSigners: wrong }), [...NO_INTEGERS, 2], 'minSigners'],
      [(wrong) => runDealer({ identifiers: wrong }), [...MISSING, []], 'identifiers'],
      [(wrong) => runDealer({ identifiers: [1, wrong] }), [...NO_INTEGERS, 1, 65_536], 'identifiers[1]'],
      [(wrong) => runDealer({ coefficients: wrong }), [...NO_BYTES.slice(1), ...LENGTHS_NOT_32], 'coefficients'],
    ],
    commit: [
      [runCommit, MISSING, 'input'],
      [(wrong) => runCommit({ suite: wrong }), [...NO_SUITES, 'evm'], 'suite'],
      [(wrong) => runCommit({ share: wrong }), MISSING, 'share'],
      [(wrong) => runCommit({ share: { ...share, identifier: wrong } }), NO_INTEGERS, 'share.identifier'],
      [(wrong) => runCommit({ share: { ...share, secretShare: wrong } }), [...NO_BYTES, ...LENGTHS_NOT_32], 'share.secretShare'],
      [(wrong) => runCommit({ randomness: wrong }), NO_BYTES.slice(1), 'randomness'],
    ],
    sign: [
      ...frostSigningRows(runSign),
      [(wrong) => runSign({ share: wrong }), MISSING, 'share'],
      [(wrong) => runSign({ nonces: wrong }), [...MISSING, {}], 'nonces'],
    ],
    verifyShare: [
      ...frostSigningRows(runVerifyShare),
      [(wrong) => runVerifyShare({ identifier: wrong }), [...NO_INTEGERS, 2], 'identifier'],
      [(wrong) => runVerifyShare({ signatureShare: wrong }), [...NO_BYTES, ...LENGTHS_NOT_32], 'signatureShare'],
    ],
    aggregate: [
      ...frostSigningRows(runAggregate),
      [(wrong) => runAggregate({ signatureShares: wrong }), [...MISSING, {}, [], new Map()], 'signatureShares'],
      [
        (wrong) => runAggregate({ signatureShares: new Map([[1, wrong]]) }),
        [...NO_BYTES.slice(1), ...LENGTHS_NOT_32],
        'signatureShares[1]',
      ],
    ],
    verify: verifyRows(frost.verify),
  },
  './keystore': stores.rows,
  './nats': nats.rows,
  './node': nodeRows,
}

/** Tables, and what the package itself makes to report the others' bad input. */
const TAKE_NOTHING = ['ERROR_CODES', 'QuorateError', 'DEFAULT_SCRYPT', 'SCRYPT_FLOOR']

const isClass = (value: unknown): value is { readonly prototype: object } =>
  typeof value === 'function' && Function.prototype.toString.call(value).startsWith('class')

/** `static create`, `withSignal` and so on that take an argument; what is declared with a default has length 0. */
function methodsOf(name: string, value: { readonly prototype: object }): string[] {
  const own = (object: object) =>
    Object.getOwnPropertyNames(object).filter(
      (member) => member !== 'constructor' && typeof Object.getOwnPropertyDescriptor(object, member)?.value === 'function',
    )
  return [...own(value), ...own(value.prototype)].map((member) => `${name}.${member}`)
}

/** Methods without any parameter. */
const WITHOUT_PARAMETERS = [
  'DiskKeyStore.list',
  'DiskKeyStore.highestCeremonyId',
  'DiskKeyStore.close',
  'DiskKeyStore.toJSON',
  'KernelPool.stats',
  'KernelPool.close',
  'MemoryBus.stats',
  'MemoryBus.close',
  'MemoryKeyStore.list',
  'MemoryKeyStore.highestCeremonyId',
  'MemoryKeyStore.close',
  'MemoryKeyStore.toJSON',
  'MultisigClient.keys',
  'MultisigClient.cleanup',
  'MultisigClient.ceremonies',
  'MultisigClient.stats',
  'NatsBus.readiness',
  'NatsBus.stats',
  'NatsBus.close',
  'NatsOperator.ensureStreams',
  'NatsOperator.lastInstruction',
  'NatsOperator.settled',
  'NatsOperator.stats',
  'NatsOperator.close',
]

const packageJson: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
const { exports: entries } = packageJson as { exports: Record<string, { default?: string }> }

describe('bad input', () => {
  it('every entry of the package has its table', () => {
    expect(Object.keys(entries).filter((entry) => entry !== './package.json')).toEqual(Object.keys(TABLE))
  })

  it.each(Object.entries(TABLE))('every export of %s, and every method of its classes, has rows', async (entry, rows) => {
    const source = (entries[entry]?.default ?? '').replace('./dist/src/', '../src/').replace(/\.js$/, '.ts')
    const exported: Record<string, unknown> = await import(source)
    const missing: string[] = []
    for (const [name, value] of Object.entries(exported)) {
      if (TAKE_NOTHING.includes(name)) continue
      const own = name in rows
      const methods = isClass(value) ? methodsOf(name, value) : []
      // A class whose constructor is private is made by its static method.
      if (!own && !methods.some((method) => method in rows)) missing.push(name)
      missing.push(...methods.filter((method) => !(method in rows) && !WITHOUT_PARAMETERS.includes(method)))
    }
    expect(missing).toEqual([])
    for (const name of Object.keys(rows)) expect(Object.keys(exported)).toContain(name.split('.')[0])
  })

  for (const [entry, names] of Object.entries(TABLE)) {
    for (const [name, rows] of Object.entries(names)) {
      it(`${entry} ${name} refuses it with the field`, async () => {
        for (const [call, inputs, refusal] of rows) {
          expect(inputs.length).toBeGreaterThan(0)
          const expected = refusal.startsWith('ERR_') ? refusal : `ERR_INVALID_ARGUMENT ${refusal}`
          for (const [i, input] of inputs.entries()) {
            expect(await rejectionOf(async () => call(input)), `${refusal}, input ${i} of type ${typeof input}`).toBe(expected)
          }
        }
      })
    }
  }

  it('and changes nothing', async () => {
    expect(client.stats().open).toBe(0)
    expect(await keyStore.list()).toEqual([])
    expect(await keyStore.highestCeremonyId()).toBe(0n)
    const outcome = await client.keygen(keygen)
    expect(outcome.status).toBe('success')
  })
})
