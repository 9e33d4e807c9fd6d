import { expect, test } from 'vitest'
import type { SignRequest } from '../../src/client/index.ts'
import { MultisigClient, verifySignature } from '../../src/index.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { NonceLedger } from '../simulation/ledger.ts'
import { slotsNamedIn } from '../simulation/named-slots.ts'
import { Cluster, until } from './cluster.ts'
import { Traffic } from './traffic.ts'

const SUITES = ['secp256k1-sha256', 'bip340', 'evm'] as const

test.each(SUITES)('%s: what was made ahead signs in one round, each slot once', async (suite) => {
  await using cluster = await Cluster.start(['a', 'b', 'c'])
  const key = await cluster.makeKey({ ceremonyId: 1n, participants: ['a', 'b', 'c'], minSigners: 2, suite })
  const request = { ceremonyId: 2n, keyId: key.keyId, signers: ['c', 'a', 'b'], count: 5 }
  const outcomes = await Promise.all(cluster.ids.map((id) => cluster.client(id).preprocess(request)))
  expect(outcomes).toEqual(cluster.ids.map(() => ({ status: 'success', ceremonyId: 2n, count: 5 })))
  const messages = [seededRandom('one')(32), seededRandom('two')(32)]
  const sent = cluster.clients.get('a')?.stats().bytesOut ?? 0
  const signed = await cluster.sign({
    ceremonyId: 3n,
    keyId: key.keyId,
    signers: ['a', 'c'],
    messages,
    preprocessed: { ceremonyId: 2n, firstSlot: 1 },
  })
  // One message of two shares, and no second round.
  expect((cluster.clients.get('a')?.stats().bytesOut ?? 0) - sent).toBeLessThan(400)
  for (const outcome of signed) {
    if (outcome.status !== 'success') throw new Error(outcome.reason)
    messages.forEach((message, i) => {
      const signature = outcome.signatures[i] ?? new Uint8Array()
      expect(verifySignature({ suite, groupPublicKey: key.groupPublicKey, message, signature })).toBe(true)
    })
  }
  const again = await cluster.sign({
    ceremonyId: 4n,
    keyId: key.keyId,
    signers: ['a', 'c'],
    messages,
    preprocessed: { ceremonyId: 2n, firstSlot: 2 },
  })
  expect(again.map(({ status }) => status)).toEqual(['success', 'success'])
})

test('N1, N2, N9: no slot meets two challenges: 64 racing calls, a cancelled one, a restart', async () => {
  const traffic = new Traffic()
  await using cluster = await Cluster.start(['a', 'b'], () => ({ bus: traffic.bus }))
  const key = await cluster.makeKey({ ceremonyId: 1n, participants: ['a', 'b'], minSigners: 2, suite: 'bip340' })
  const slots = { ceremonyId: 2n, firstSlot: 0 }
  const made = { ceremonyId: 2n, keyId: key.keyId, signers: ['a', 'b'], count: 4 }
  await Promise.all(['a', 'b'].map((id) => cluster.client(id).preprocess(made)))
  const named = new Map<bigint, typeof slots>()
  let lastId = 2n
  const request = (preprocessed: typeof slots): SignRequest => {
    lastId += 1n
    named.set(lastId, preprocessed)
    return { ceremonyId: lastId, keyId: key.keyId, signers: ['a', 'b'], messages: [seededRandom(`${lastId}`)(32)], preprocessed }
  }
  // a and b hear of them in opposite orders, so that each gives the slot to another.
  const requests = Array.from({ length: 64 }, () => request(slots))
  const ofA = requests.map((each) => cluster.client('a').sign(each))
  const ofB = requests.toReversed().map((each) => cluster.client('b').sign(each))
  for (const outcome of await Promise.all([...ofA, ...ofB])) expect(outcome.status).toBe('success')

  const cancel = new AbortController()
  const cancelled = request({ ceremonyId: 2n, firstSlot: 1 })
  const both = ['a', 'b'].map((id) => cluster.client(id).sign({ ...cancelled, signal: cancel.signal }))
  await Promise.resolve().then(() => cancel.abort())
  await Promise.allSettled(both)
  const again = await cluster.sign(request({ ceremonyId: 2n, firstSlot: 1 }))
  for (const outcome of again) expect(outcome.status).toBe('success')

  await cluster.client('b').close()
  expect(cluster.client('b').stats().slotBytes).toBe(0)
  const keyStore = cluster.stores.get('b')
  if (keyStore === undefined) throw new Error('no store')
  const { pool } = cluster
  const options = {
    network: 'test',
    self: 'b',
    identity: testIdentity('b'),
    roster: testRoster(['a', 'b']),
    bus: traffic.bus,
    keyStore,
    pool,
  }
  await using restarted = await MultisigClient.start(options)
  const last = request({ ceremonyId: 2n, firstSlot: 2 })
  for (const outcome of await Promise.all([cluster.client('a').sign(last), restarted.sign(last)])) expect(outcome.status).toBe('success')
  // Slot 3 is left.
  expect(cluster.client('a').stats().slotBytes).toBeGreaterThan(0)

  const ledger = new NonceLedger()
  expect(ledger.enter('cluster', traffic.envelopes, slotsNamedIn(traffic.envelopes, named))).toEqual([])
})

test('a preprocessing is refused for a key of another protocol, as its use is, and ends with its signal', async () => {
  await using cluster = await Cluster.start(['a', 'b'])
  const pinned = { participants: ['a', 'b'], minSigners: 2, suite: 'bip340' } as const
  const strobl = await cluster.makeKey({ ...pinned, ceremonyId: 1n, protocol: 'stinson-strobl' })
  const frost = await cluster.makeKey({ ...pinned, ceremonyId: 2n })
  const client = cluster.client('a')
  const request = { ceremonyId: 3n, keyId: strobl.keyId, signers: ['a', 'b'], count: 1 }
  await expect(client.preprocess(request)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MISMATCH' })
  const signing = { ...request, messages: [new Uint8Array(1)], preprocessed: { ceremonyId: 9n, firstSlot: 0 } }
  await expect(client.sign(signing)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MISMATCH' })
  expect(client.stats().slotBytes).toBe(0)
  const abort = new AbortController()
  const running = client.preprocess({ ...request, keyId: frost.keyId, signal: abort.signal })
  await until(() => client.stats().open === 1)
  abort.abort()
  expect(await running).toMatchObject({ status: 'failure', reason: 'aborted' })
  expect(client.stats()).toMatchObject({ open: 0, slotBytes: 0 })
  await expect(client.preprocess({ ...request, keyId: frost.keyId })).rejects.toMatchObject({ code: 'ERR_CEREMONY_ID_USED' })
})
