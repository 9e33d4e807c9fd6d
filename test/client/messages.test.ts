/** Messages of every kind, signed by a cluster and verified by somebody else's code. */
import { afterAll, describe, expect, it } from 'vitest'
import { verifySignature } from '../../src/index.ts'
import { SUITES } from '../ceremony/support.ts'
import { ancestorMessages } from '../helpers/messages.ts'
import { ecrecoverAccepts, nobleAccepts } from '../helpers/noble.ts'
import { Cluster } from './cluster.ts'
import { WAYS } from './ways.ts'

const IDS = ['a', 'b', 'c']

describe.each(WAYS)('messages through a cluster: $name', async ({ protocol, prepare }) => {
  const cluster = await Cluster.start(IDS)
  afterAll(() => cluster[Symbol.asyncDispose]())
  let lastId = 0n
  const nextId = (): bigint => {
    lastId += 1n
    return lastId
  }

  it.each(SUITES)('N27: empty, with leading zeros, all zeros and of 1 MiB, in one batch: %s', async (suite) => {
    const { keyId, groupPublicKey } = await cluster.makeKey({ ceremonyId: nextId(), participants: IDS, minSigners: 2, suite, protocol })
    const messages = ancestorMessages(suite).map(({ message }) => message)
    expect(messages.length).toBeGreaterThan(suite === 'evm' ? 4 : 14)
    const named = (await prepare(cluster, nextId(), keyId, IDS))(messages.length)
    const [outcome, ...others] = await cluster.sign({ ceremonyId: nextId(), keyId, signers: IDS, messages, ...named })
    if (outcome?.status !== 'success') throw new Error(`ended as ${outcome?.reason}`)
    for (const other of others) expect(other).toEqual(outcome)
    messages.forEach((message, i) => {
      const signature = outcome.signatures[i] ?? new Uint8Array()
      const next = messages[(i + 1) % messages.length] ?? new Uint8Array()
      for (const [signed, valid] of [
        [message, true],
        [next, false],
      ] as const) {
        expect(nobleAccepts(suite, groupPublicKey, signed, signature), `message ${i}`).toBe(valid)
        expect(verifySignature({ suite, groupPublicKey, message: signed, signature }), `message ${i}`).toBe(valid)
      }
    })
  })

  it('N27: evm signs 32 zero bytes like any other hash: whether a contract takes them is the contract’s own rule', async () => {
    const { keyId, groupPublicKey } = await cluster.makeKey({
      ceremonyId: nextId(),
      participants: IDS,
      minSigners: 2,
      suite: 'evm',
      protocol,
    })
    const message = new Uint8Array(32)
    const [outcome] = await cluster.sign({ ceremonyId: nextId(), keyId, signers: ['c', 'a'], messages: [message] })
    if (outcome?.status !== 'success') throw new Error(`ended as ${outcome?.reason}`)
    const [signature = new Uint8Array()] = outcome.signatures
    // The equation, by ecrecover: what all contracts have in common.
    expect(ecrecoverAccepts(groupPublicKey, message, signature)).toBe(true)
    expect(verifySignature({ suite: 'evm', groupPublicKey, message, signature })).toBe(true)
  })
})
