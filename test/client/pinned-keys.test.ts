/** A key is of one suite and one protocol for ever: whoever asks it for another gets a typed error, and whoever was told another finds out first. */
import { afterAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { encodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import { MemoryKeyStore } from '../../src/keystore/memory.ts'
import { encodeContext, sidOf } from '../../src/wire/context.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord } from '../../src/wire/key-record.ts'
import type { Protocol } from '../../src/wire/message.ts'
import { SUITES } from '../ceremony/support.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { rejectionOf } from '../helpers/refusals.ts'
import { Cluster } from './cluster.ts'
import { Traffic } from './traffic.ts'

const IDS = ['a', 'b', 'c']
const MESSAGE = new Uint8Array(32).fill(7)
const PROTOCOLS: readonly Protocol[] = ['frost', 'stinson-strobl']
const KINDS = SUITES.flatMap((suite) => PROTOCOLS.map((protocol) => ({ suite, protocol })))

describe('N33: a key is pinned to its suite and protocol', async () => {
  const stores = new Map(IDS.map((id) => [id, new MemoryKeyStore()]))
  const cluster = await Cluster.start(IDS, (id) => ({ keyStore: stores.get(id) ?? new MemoryKeyStore() }))
  afterAll(() => cluster[Symbol.asyncDispose]())
  const client = cluster.client('a')
  let lastId = 0n
  const nextId = (): bigint => {
    lastId += 1n
    return lastId
  }
  const keys = new Map<string, Awaited<ReturnType<Cluster['makeKey']>>>()
  for (const kind of KINDS) {
    keys.set(`${kind.suite} ${kind.protocol}`, await cluster.makeKey({ ceremonyId: nextId(), participants: IDS, minSigners: 2, ...kind }))
  }
  const keyOf = ({ suite, protocol }: (typeof KINDS)[number]) => {
    const key = keys.get(`${suite} ${protocol}`)
    if (key === undefined) throw new Error('no key')
    return key
  }

  it.each(KINDS)('N33: $suite and $protocol: it signs as what it is, and a request that names anything else is refused', async (kind) => {
    const { keyId, ...info } = keyOf(kind)
    expect(info).toMatchObject(kind)
    const request = { ceremonyId: nextId(), keyId, signers: IDS, messages: [MESSAGE] }
    for (const other of SUITES.filter((suite) => suite !== kind.suite)) {
      expect(await rejectionOf(() => client.sign({ ...request, ...kind, suite: other } as never))).toBe('ERR_SUITE_MISMATCH suite')
    }
    for (const other of PROTOCOLS.filter((protocol) => protocol !== kind.protocol)) {
      expect(await rejectionOf(() => client.sign({ ...request, protocol: other } as never))).toBe('ERR_PROTOCOL_MISMATCH protocol')
    }
    for (const name of ['suite', 'protocol']) {
      for (const value of [null, '', 'toString', 1, ['bip340'], {}]) {
        expect(await rejectionOf(() => client.sign({ ...request, [name]: value } as never))).toBe(`ERR_INVALID_ARGUMENT ${name}`)
      }
    }
    // Nothing of all that spent the id.
    const outcomes = await Promise.all(IDS.map((id) => cluster.client(id).sign({ ...request, ...kind, protocol: undefined } as never)))
    for (const outcome of outcomes) expect(outcome.status).toBe('success')
  })

  it.each(SUITES)('N8, N33: nonces are made ahead for FROST keys only: %s', async (suite) => {
    const { keyId } = keyOf({ suite, protocol: 'stinson-strobl' })
    const request = { ceremonyId: nextId(), keyId, signers: IDS }
    expect(await rejectionOf(() => client.preprocess({ ...request, count: 3 }))).toBe('ERR_PROTOCOL_MISMATCH protocol')
    const named = { ...request, messages: [MESSAGE], preprocessed: { ceremonyId: 1n, firstSlot: 0 } }
    expect(await rejectionOf(() => client.sign(named))).toBe('ERR_PROTOCOL_MISMATCH protocol')
    expect(client.stats().open).toBe(0)
    for (const outcome of await cluster.sign({ ...request, messages: [MESSAGE] })) expect(outcome.status).toBe('success')
  })

  it('N32, N33: slots of one key do not sign under another, which signs in two rounds', async () => {
    const [own, other] = [keyOf({ suite: 'bip340', protocol: 'frost' }), keyOf({ suite: 'evm', protocol: 'frost' })]
    const preprocessing = { ceremonyId: nextId(), keyId: own.keyId, signers: IDS, count: 2 }
    await Promise.all(IDS.map((id) => cluster.client(id).preprocess(preprocessing)))
    const preprocessed = { ceremonyId: preprocessing.ceremonyId, firstSlot: 0 }
    for (const { keyId, suite, groupPublicKey } of [other, own]) {
      const [outcome] = await cluster.sign({ ceremonyId: nextId(), keyId, signers: IDS, messages: [MESSAGE], preprocessed })
      if (outcome?.status !== 'success') throw new Error(outcome?.reason)
      expect(nobleAccepts(suite, groupPublicKey, MESSAGE, outcome.signatures[0] ?? new Uint8Array())).toBe(true)
    }
  })

  it('N32, N33: nodes that are told other suites or protocols find out in the first stage, and there is no key', async () => {
    const before = (await client.keys()).length
    for (const other of [{ suite: 'evm' }, { protocol: 'stinson-strobl' }] as const) {
      const request = { ceremonyId: nextId(), participants: IDS, minSigners: 2, suite: 'bip340' } as const
      const outcomes = await Promise.all(IDS.map((id) => cluster.client(id).keygen(id === 'b' ? { ...request, ...other } : request)))
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'failure', reason: 'instructed-differently', stage: 'HashCommitment', blamed: [] })
      }
    }
    for (const id of IDS) expect(await cluster.client(id).keys()).toHaveLength(before)
  })

  it('N32, N33: nor does a signature come of shares under two keys, whatever they differ in', async () => {
    const own = keyOf({ suite: 'bip340', protocol: 'frost' })
    for (const other of [
      { suite: 'secp256k1-sha256', protocol: 'frost' },
      { suite: 'bip340', protocol: 'stinson-strobl' },
      { suite: 'evm', protocol: 'stinson-strobl' },
    ] as const) {
      const request = { ceremonyId: nextId(), keyId: own.keyId, signers: IDS, messages: [MESSAGE] }
      const outcomes = await Promise.all(
        IDS.map((id) => cluster.client(id).sign(id === 'b' ? { ...request, keyId: keyOf(other).keyId } : request)),
      )
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: 'instructed-differently', blamed: [] })
    }
  })

  it('N33: a record in the store that was made another kind of key, or stands under another id, is refused', async () => {
    const kind = { suite: 'bip340', protocol: 'frost' } as const
    const { keyId, certificates } = keyOf(kind)
    const stored = await stores.get('a')?.get(keyId)
    if (stored === null || stored === undefined) throw new Error('not stored')
    const good = KeyMaterial.decode(stored.record)
    const [, ok] = good.ownCertificate()
    /** Changed in the context of the keygen, in the record of the key, or in both. */
    const changed = (change: Partial<(typeof KINDS)[number]>, inContext: boolean, inRecord: boolean) =>
      new KeyMaterial({
        contextBytes: encodeContext({ ...good.context, ...(inContext && change) }),
        recordBytes: encodeKeyRecord({ ...good.record, ...(inRecord && change) }),
        transcript: decodeEnvelope(ok, 'test').header.previousTranscript,
        share: good.share(),
        ok,
      })
    const refusal = async (id: string, record: Uint8Array): Promise<string> => {
      const keyStore = new MemoryKeyStore()
      await keyStore.putPending(id, record)
      await keyStore.activate(id, encodeCertificates([...certificates.values()]))
      const cancel = new AbortController()
      const { bus } = new Traffic(() => cancel.abort())
      await using other = await Cluster.start(['a'], () => ({ keyStore, bus }), ['b', 'c'])
      const signing = other
        .client('a')
        .sign({ ceremonyId: 99n, keyId: id, signers: ['a', 'b'], messages: [MESSAGE], signal: cancel.signal })
      return await signing.then(
        (outcome) => (outcome.status === 'failure' ? outcome.reason : outcome.status),
        (error: { code: string }) => error.code,
      )
    }
    // As it is it begins to sign.
    expect(await refusal(keyId, changed({}, true, true).encode())).toBe('aborted')
    for (const change of [{ suite: 'evm' }, { suite: 'secp256k1-sha256' }, { protocol: 'stinson-strobl' }] as const) {
      for (const [inContext, inRecord] of [
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const spoilt = changed(change, inContext, inRecord)
        const { context } = spoilt
        expect(spoilt.keyId === keyId).toBe(!inContext)
        expect(spoilt.keyId).toBe(toHex(sidOf(encodeContext(context))))
        expect(await refusal(spoilt.keyId, spoilt.encode())).toBe('ERR_STORE')
        if (inContext) expect(await refusal(keyId, spoilt.encode())).toBe('ERR_STORE')
      }
    }
  })
})
