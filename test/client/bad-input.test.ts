/** Every method of the client refuses what is no argument, with a typed error that names the field, and goes on as before. */
import { afterAll, describe, expect, it } from 'vitest'
import { refusalOf, rejectionOf } from '../helpers/refusals.ts'
import { Cluster } from './cluster.ts'
import { BYTES, IDS, NO_BYTES, NO_CEREMONY_IDS, NO_INTEGERS, NO_SIGNALS, WITH_HOLE, type Wrong } from './wrong-values.ts'

describe('requests', async () => {
  const cluster = await Cluster.start(IDS, undefined, ['d'])
  afterAll(() => cluster[Symbol.asyncDispose]())
  const client = cluster.client('a')
  const key = await cluster.makeKey({ ceremonyId: 1n, participants: IDS, minSigners: 2, suite: 'bip340' })
  const hashKey = await cluster.makeKey({ ceremonyId: 2n, participants: IDS, minSigners: 2, suite: 'evm' })
  const keygen = { ceremonyId: 3n, participants: IDS, minSigners: 2, suite: 'bip340' }
  const sign = { ceremonyId: 3n, keyId: key.keyId, signers: IDS, messages: [BYTES] }

  const keygenWith = (change: Wrong) => rejectionOf(() => client.keygen({ ...keygen, ...change }))
  const signWith = (change: Wrong) => rejectionOf(() => client.sign({ ...sign, ...change }))

  for (const [what, value] of Object.entries({ undefined: undefined, null: null, number: 1, string: 'x', bigint: 1n })) {
    it(`${what} is no request`, async () => {
      expect(await rejectionOf(() => client.keygen(value as Wrong))).toBe('ERR_INVALID_ARGUMENT request')
      expect(await rejectionOf(() => client.sign(value as Wrong))).toBe('ERR_INVALID_ARGUMENT request')
    })
  }

  it('an empty request is refused', async () => {
    expect(await rejectionOf(() => client.keygen({} as Wrong))).toBe('ERR_INVALID_ARGUMENT ceremonyId')
    expect(await rejectionOf(() => client.sign({} as Wrong))).toBe('ERR_INVALID_ARGUMENT ceremonyId')
  })

  it('J3: a ceremony id is a bigint in 1..2^64-1', async () => {
    for (const ceremonyId of NO_CEREMONY_IDS) {
      expect(await keygenWith({ ceremonyId })).toBe('ERR_INVALID_ARGUMENT ceremonyId')
      expect(await signWith({ ceremonyId })).toBe('ERR_INVALID_ARGUMENT ceremonyId')
    }
  })

  it('G1, J3: a threshold is an integer in 1..n', async () => {
    for (const minSigners of [...NO_INTEGERS, 4, undefined])
      expect(await keygenWith({ minSigners })).toBe('ERR_INVALID_ARGUMENT minSigners')
  })

  const lists: readonly (readonly [string, unknown, string])[] = [
    ['undefined', undefined, 'ERR_INVALID_ARGUMENT %'],
    ['null', null, 'ERR_INVALID_ARGUMENT %'],
    ['a string', 'abc', 'ERR_INVALID_ARGUMENT %'],
    ['a set', new Set(IDS), 'ERR_INVALID_ARGUMENT %'],
    ['an object like an array', { 0: 'a', 1: 'b', length: 2 }, 'ERR_INVALID_ARGUMENT %'],
    ['empty', [], 'ERR_INVALID_ARGUMENT %'],
    ['a hole', WITH_HOLE, 'ERR_INVALID_ARGUMENT %[1]'],
    ['an empty id', ['a', ''], 'ERR_INVALID_ARGUMENT %[1]'],
    ['a number', ['a', 2], 'ERR_INVALID_ARGUMENT %[1]'],
    ['null inside', [null, 'a'], 'ERR_INVALID_ARGUMENT %[0]'],
    ['a nested list', ['a', ['b']], 'ERR_INVALID_ARGUMENT %[1]'],
    ['T18: a dot', ['a', 'b.c'], 'ERR_INVALID_ARGUMENT %[1]'],
    ['T18: a wildcard', ['a', '*'], 'ERR_INVALID_ARGUMENT %[1]'],
    ['T18: a line end', ['a', 'b\n'], 'ERR_INVALID_ARGUMENT %[1]'],
    ['65 characters', ['a', 'x'.repeat(65)], 'ERR_INVALID_ARGUMENT %[1]'],
    ['J1: __proto__', ['a', '__proto__'], 'ERR_UNKNOWN_VALIDATOR %[1]'],
    ['G22: a repeated validator', ['a', 'b', 'a'], 'ERR_DUPLICATE_VALIDATOR %[2]'],
    ['an unknown validator', ['a', 'b', 'z'], 'ERR_UNKNOWN_VALIDATOR %[2]'],
    ['G23: not ourselves', ['b', 'c'], 'ERR_NOT_A_PARTICIPANT %'],
    ['too many', Array.from({ length: 1_001 }, (_, i) => `v${i}`), 'ERR_TOO_LARGE %'],
    ['far too many', new Array(2 ** 32 - 1), 'ERR_TOO_LARGE %'],
  ]
  for (const [what, list, refusal] of lists) {
    it(`${what}, as a list of validators or in one, is refused`, async () => {
      expect(await keygenWith({ participants: list, minSigners: 1 })).toBe(refusal.replace('%', 'participants'))
      expect(await signWith({ signers: list })).toBe(refusal.replace('%', 'signers'))
      if (what.startsWith('G23')) return
      expect(await rejectionOf(() => client.waitUntilReady(list as Wrong))).toBe(refusal.replace('%', 'participants'))
    })
  }

  it('N21: signers must hold the key, and enough of them', async () => {
    expect(await signWith({ signers: ['a', 'd', 'b'] })).toBe('ERR_UNKNOWN_VALIDATOR signers[1]')
    expect(await signWith({ signers: ['a'] })).toBe('ERR_TOO_FEW_SIGNERS signers')
  })

  it('a suite and a protocol are names of the list', async () => {
    for (const suite of [undefined, null, '', 'BIP340', 'ed25519', 'toString', '__proto__', 1, ['bip340'], {}]) {
      expect(await keygenWith({ suite })).toBe('ERR_INVALID_ARGUMENT suite')
    }
    for (const protocol of [null, '', 'FROST', 'stinson_strobl', 'toString', 1, {}]) {
      expect(await keygenWith({ protocol })).toBe('ERR_INVALID_ARGUMENT protocol')
    }
  })

  it('J4: a key id is 64 lowercase hex digits', async () => {
    const id = key.keyId
    for (const keyId of [
      undefined,
      null,
      '',
      1,
      id.slice(1),
      `${id}0`,
      id.toUpperCase().replace(/\d/g, 'A'),
      `0x${id.slice(2)}`,
      `${id}\n`,
      [id],
      {},
      '../a',
    ]) {
      expect(await signWith({ keyId })).toBe('ERR_INVALID_ARGUMENT keyId')
      expect(await rejectionOf(() => client.key(keyId as Wrong))).toBe('ERR_INVALID_ARGUMENT keyId')
      expect(await rejectionOf(() => client.activate(keyId as Wrong, new Map()))).toBe('ERR_INVALID_ARGUMENT keyId')
    }
    const unknown = '00'.repeat(32)
    expect(await signWith({ keyId: unknown })).toBe('ERR_UNKNOWN_KEY keyId')
    expect(await client.key(unknown)).toBeNull()
    expect(await rejectionOf(() => client.activate(unknown, new Map()))).toBe('ERR_UNKNOWN_KEY keyId')
  })

  it('N26: a message is a Uint8Array of its own memory', async () => {
    for (const messages of [undefined, null, 'abc', BYTES, {}, new Set([BYTES]), []]) {
      expect(await signWith({ messages })).toBe('ERR_INVALID_ARGUMENT messages')
    }
    for (const message of NO_BYTES) {
      expect(await signWith({ messages: [BYTES, message] })).toBe('ERR_INVALID_ARGUMENT messages[1]')
    }
    expect(await signWith({ messages: WITH_HOLE.map(() => BYTES) })).toBe('ERR_INVALID_ARGUMENT messages[1]')
  })

  it('N27: messages have bounds: 1..1000 of 0..1 MiB, evm exactly 32 bytes', async () => {
    expect(await signWith({ messages: Array.from({ length: 1_001 }, () => BYTES) })).toBe('ERR_TOO_LARGE messages')
    expect(await signWith({ messages: new Array(2 ** 32 - 1) })).toBe('ERR_TOO_LARGE messages')
    expect(await signWith({ messages: [BYTES, new Uint8Array(2 ** 20 + 1)] })).toBe('ERR_TOO_LARGE messages[1]')
    for (const length of [0, 31, 33]) {
      const messages = [new Uint8Array(32), new Uint8Array(length)]
      expect(await signWith({ keyId: hashKey.keyId, messages })).toBe('ERR_INVALID_ARGUMENT messages[1]')
    }
  })

  it('a signal is an AbortSignal', async () => {
    for (const signal of NO_SIGNALS) {
      expect(await keygenWith({ signal })).toBe('ERR_INVALID_ARGUMENT signal')
      expect(await signWith({ signal })).toBe('ERR_INVALID_ARGUMENT signal')
      expect(await rejectionOf(() => client.waitUntilReady(IDS, { signal } as Wrong))).toBe('ERR_INVALID_ARGUMENT signal')
      expect(refusalOf(() => client.events({ signal } as Wrong))).toBe('ERR_INVALID_ARGUMENT signal')
    }
    for (const options of [null, 1, 'x']) {
      expect(await rejectionOf(() => client.waitUntilReady(IDS, options as Wrong))).toBe('ERR_INVALID_ARGUMENT options')
      expect(refusalOf(() => client.events(options as Wrong))).toBe('ERR_INVALID_ARGUMENT options')
    }
  })

  it('slots are named by a ceremony id and a first slot that leaves room for the messages', async () => {
    for (const preprocessed of [null, 1, 'x', true]) expect(await signWith({ preprocessed })).toBe('ERR_INVALID_ARGUMENT preprocessed')
    for (const ceremonyId of [undefined, 1, 0n, -1n, 2n ** 64n, '1']) {
      const field = 'preprocessed.ceremonyId'
      expect(await signWith({ preprocessed: { ceremonyId, firstSlot: 0 } })).toBe(`ERR_INVALID_ARGUMENT ${field}`)
    }
    for (const firstSlot of [undefined, null, -1, 0.5, 1_000, Number.NaN, 1n, '0']) {
      const field = 'preprocessed.firstSlot'
      expect(await signWith({ preprocessed: { ceremonyId: 1n, firstSlot } })).toBe(`ERR_INVALID_ARGUMENT ${field}`)
    }
  })

  it('a preprocessing has 1 to 1,000 slots, and signers as a signing has', async () => {
    const preprocessWith = (wrong: object) =>
      rejectionOf(() => client.preprocess({ ceremonyId: 70n, keyId: key.keyId, signers: ['a', 'b'], count: 1, ...wrong } as Wrong))
    for (const count of [undefined, null, 0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, '1']) {
      expect(await preprocessWith({ count })).toBe('ERR_INVALID_ARGUMENT count')
    }
    expect(await preprocessWith({ count: 1_001 })).toBe('ERR_TOO_LARGE count')
    expect(await preprocessWith({ ceremonyId: 0n })).toBe('ERR_INVALID_ARGUMENT ceremonyId')
    expect(await preprocessWith({ keyId: 'x' })).toBe('ERR_INVALID_ARGUMENT keyId')
    expect(await preprocessWith({ keyId: '0'.repeat(64) })).toBe('ERR_UNKNOWN_KEY keyId')
    expect(await preprocessWith({ signers: ['a'] })).toBe('ERR_TOO_FEW_SIGNERS signers')
    expect(await preprocessWith({ signers: ['b', 'c'] })).toBe('ERR_NOT_A_PARTICIPANT signers')
    expect(await preprocessWith({ signers: ['a', 'd', 'b'] })).toBe('ERR_UNKNOWN_VALIDATOR signers[1]')
    expect(await preprocessWith({ signal: 1 })).toBe('ERR_INVALID_ARGUMENT signal')
    expect(client.stats().slotBytes).toBe(0)
  })

  it('certificates are a Map of the certificates of this key', async () => {
    for (const certificates of [undefined, null, {}, [], [...key.certificates], new Set(), new WeakMap(), new Proxy(new Map(), {})]) {
      expect(await rejectionOf(() => client.activate(key.keyId, certificates as Wrong))).toBe('ERR_INVALID_ARGUMENT certificates')
    }
    // An active key needs none.
    expect((await client.activate(key.keyId, new Map())).state).toBe('active')
  })

  it('a close with a grace that is no time is refused, and closes nothing', async () => {
    for (const graceMs of NO_INTEGERS.filter((value) => value !== 0)) {
      expect(await rejectionOf(() => client.close({ graceMs } as Wrong))).toBe('ERR_INVALID_ARGUMENT graceMs')
    }
    for (const options of [null, 5]) expect(await rejectionOf(() => client.close(options as Wrong))).toBe('ERR_INVALID_ARGUMENT options')
  })

  it('J6, N26: what a caller changes after or during the call has no effect', async () => {
    const messages = [new Uint8Array(4).fill(7), new Uint8Array(4)]
    const signers = [...IDS]
    let reads = 0
    const lying = {
      ...sign,
      messages,
      get signers(): string[] {
        reads += 1
        return reads > 1 ? ['z'] : signers
      },
    }
    const outcomes = [client.sign(lying), ...['b', 'c'].map((id) => cluster.client(id).sign({ ...sign, messages }))]
    for (const message of messages) message.fill(9)
    messages.length = 0
    signers.length = 0
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(['success', 'success', 'success'])
  })

  it('after all that no id was spent, nothing is open, and the cluster works', async () => {
    expect(client.stats().open).toBe(0)
    const [outcome] = await cluster.keygen({ ceremonyId: 4n, participants: IDS, minSigners: 3, suite: 'evm' })
    expect(outcome?.status).toBe('success')
  })
})
