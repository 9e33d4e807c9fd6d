/** The start of a client refuses what is no option, with a typed error that names the field, and leaves nothing behind. */
import { afterAll, describe, expect, it } from 'vitest'
import type { Bus } from '../../src/bus/contract.ts'
import { MultisigClient } from '../../src/client/index.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { Cluster } from './cluster.ts'
import { IDS, NO_INTEGERS, NO_SIGNALS, type Wrong } from './wrong-values.ts'

describe('start', async () => {
  const cluster = await Cluster.start(['x'])
  afterAll(() => cluster[Symbol.asyncDispose]())
  const options = {
    network: 'test',
    self: 'a',
    identity: testIdentity('a'),
    roster: testRoster(IDS),
    bus: cluster.bus,
    keyStore: new MemoryKeyStore(),
    pool: cluster.pool,
  }
  const startWith = (change: Wrong) =>
    rejectionOf(async () => {
      const client = await MultisigClient.start({ ...options, ...change })
      await client.close()
    })

  it('starts with good options, also many times after refusals', async () => {
    for (const change of [{}, { network: '' }, {}, { random: () => new Uint8Array(1) }, {}]) await startWith(change)
    expect(await startWith({})).toBe('no rejection')
  })

  it('refuses what is no options object', async () => {
    for (const value of [undefined, null, 1, 'x', true])
      expect(await rejectionOf(() => MultisigClient.start(value as Wrong))).toBe('ERR_INVALID_ARGUMENT options')
  })

  it('refuses a network label that is not 1..255 printable ASCII', async () => {
    for (const network of [undefined, null, 1, '', 'x'.repeat(256), 'tést', 'a\nb', ['a'], {}])
      expect(await startWith({ network })).toBe('ERR_INVALID_ARGUMENT network')
  })

  it('refuses an id that is none, or is not in the roster', async () => {
    for (const self of [undefined, null, 1, '', 'a b', 'x'.repeat(65), ['a'], {}])
      expect(await startWith({ self })).toBe('ERR_INVALID_ARGUMENT self')
    expect(await startWith({ self: 'z' })).toBe('ERR_UNKNOWN_VALIDATOR self')
  })

  it('refuses an identity that is none, or another than the roster has', async () => {
    for (const identity of [undefined, null, 1, 'x', new Uint8Array(32)])
      expect(await startWith({ identity })).toMatch(/^ERR_INVALID_ARGUMENT identity/)
    const { publicKey } = testIdentity('a')
    const methods = { sign: () => new Uint8Array(64), exportSeed: () => new Uint8Array(32) }
    for (const identity of [
      {},
      { publicKey },
      { publicKey, sign: 1, exportSeed: 1 },
      methods,
      { ...methods, publicKey: 'x' },
      { ...methods, publicKey: new Uint8Array(32) },
    ]) {
      expect(await startWith({ identity })).toMatch(/^ERR_INVALID_ARGUMENT identity/)
    }
    expect(await startWith({ identity: testIdentity('b') })).toBe('ERR_INVALID_ARGUMENT identity')
  })

  it('refuses a roster that is none', async () => {
    for (const roster of [
      undefined,
      null,
      {},
      [],
      'x',
      new Map(),
      new Map([['a', 'x']]),
      new Map([['a', new Uint8Array(31)]]),
      new Map([['a b', testIdentity('a').publicKey]]),
    ]) {
      expect(await startWith({ roster })).toMatch(/^ERR_INVALID_ARGUMENT roster/)
    }
    const twice = new Map([
      ['a', testIdentity('a').publicKey],
      ['b', testIdentity('a').publicKey],
    ])
    expect(await startWith({ roster: twice })).toBe('ERR_DUPLICATE_VALIDATOR roster.b')
  })

  it('refuses a bus, a store and a pool that are none', async () => {
    for (const value of [undefined, null, 1, 'x', {}, []]) {
      for (const field of ['bus', 'keyStore', 'pool']) expect(await startWith({ [field]: value })).toBe(`ERR_INVALID_ARGUMENT ${field}`)
    }
  })

  it('refuses numbers out of range', async () => {
    const fields = ['stageTimeoutMs', 'cleanupIntervalMs', 'ceremonyIdWindow', 'maxOpenCeremonies', 'earlyTtlMs']
    for (const field of fields) {
      for (const value of NO_INTEGERS)
        expect(await startWith({ [field]: value }), `${field} ${String(value)}`).toBe(`ERR_INVALID_ARGUMENT ${field}`)
    }
    for (const field of ['earlyBytesPerPeer', 'earlyBytesTotal']) {
      for (const value of NO_INTEGERS.filter((number) => number !== 0))
        expect(await startWith({ [field]: value })).toBe(`ERR_INVALID_ARGUMENT ${field}`)
    }
    for (const field of ['stageTimeoutMs', 'cleanupIntervalMs', 'earlyTtlMs'])
      expect(await startWith({ [field]: 2 ** 31 })).toBe(`ERR_INVALID_ARGUMENT ${field}`)
  })

  it('refuses a signal, a source and operators that are none', async () => {
    for (const signal of NO_SIGNALS) expect(await startWith({ signal })).toBe('ERR_INVALID_ARGUMENT signal')
    for (const random of [null, 1, 'x', {}, new Uint8Array(32)]) expect(await startWith({ random })).toBe('ERR_INVALID_ARGUMENT random')
    const operator = testIdentity('operator').publicKey
    for (const operators of [null, 1, 'x', {}, new Set(), operator]) {
      expect(await startWith({ operators })).toBe('ERR_INVALID_ARGUMENT operators')
    }
    // A key of small order, which anybody can sign with, and a key that is a validator's already.
    const small = Uint8Array.of(1, ...new Uint8Array(31))
    for (const wrong of [undefined, 'x', operator.subarray(1), small, testIdentity('a').publicKey]) {
      expect(await startWith({ operators: [operator, wrong] })).toBe('ERR_INVALID_ARGUMENT operators[1]')
    }
    expect(await startWith({ operators: Array.from({ length: 1_001 }, () => operator) })).toBe('ERR_TOO_LARGE operators')
    expect(await startWith({ operators: [] })).toBe('no rejection')
  })

  it('an id that is connected already is refused by the bus, and the first stays', async () => {
    const first = await MultisigClient.start(options)
    expect(await startWith({})).toBe('ERR_INVALID_ARGUMENT self')
    expect(first.stats().open).toBe(0)
    await first.close()
  })

  it('a signal that has aborted, or aborts while it starts, starts nothing', async () => {
    const abort = new AbortController()
    const bus: Bus = {
      connect: async (self) => {
        const connection = await cluster.bus.connect(self)
        abort.abort()
        return connection
      },
      close: async () => {},
    }
    expect(await startWith({ signal: abort.signal, bus })).toBe('ERR_ABORTED')
    expect(await startWith({ signal: abort.signal })).toBe('ERR_ABORTED')
    expect(cluster.bus.stats().connections).toBe(1)
    expect(await startWith({})).toBe('no rejection')
  })

  it('a store whose mark is no mark is refused', async () => {
    for (const mark of [undefined, null, 1, '1', -1n, 2n ** 64n]) {
      const keyStore = new MemoryKeyStore()
      keyStore.highestCeremonyId = async () => mark as Wrong
      expect(await startWith({ keyStore })).toBe('ERR_INVALID_ARGUMENT keyStore.highestCeremonyId')
    }
  })
})
