import { expect, test } from 'vitest'
import { verifySignature } from '../../src/index.ts'
import { seededRandom } from '../helpers/random.ts'
import { Cluster } from './cluster.ts'

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
