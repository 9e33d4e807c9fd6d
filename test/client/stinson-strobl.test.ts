/** Stinson-Strobl through the client: keys pinned to it, the stages as an application sees them, batches as far as they may go, and refusals beyond. */
import { afterAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { makeWorld, messageOf, SUITES } from '../ceremony/support.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { Cluster } from './cluster.ts'

const IDS = ['a', 'b', 'c']
const PROTOCOL = 'stinson-strobl'

describe('a cluster', async () => {
  const cluster = await Cluster.start(IDS)
  afterAll(() => cluster[Symbol.asyncDispose]())
  let lastId = 0n
  const nextId = (): bigint => {
    lastId += 1n
    return lastId
  }

  for (const suite of SUITES) {
    it(`${suite}: makes a key for it, signs batches with two and with three, many at once, and noble accepts them`, async () => {
      const key = await cluster.makeKey({ ceremonyId: nextId(), participants: IDS, minSigners: 2, suite, protocol: PROTOCOL })
      expect(key).toMatchObject({ protocol: PROTOCOL, suite, state: 'active' })
      const messages = ['1', '2', '1'].map(messageOf)
      const signed = await Promise.all(
        [['c', 'a'], IDS, ['b', 'c'], IDS].map((signers) => cluster.sign({ ceremonyId: nextId(), keyId: key.keyId, signers, messages })),
      )
      const noncePoints = new Set<string>()
      for (const outcomes of signed) {
        const [one] = outcomes
        if (one?.status !== 'success') throw new Error('no signatures')
        for (const outcome of outcomes) expect(outcome).toEqual(one)
        messages.forEach((message, i) => {
          const signature = one.signatures[i] ?? new Uint8Array()
          expect(nobleAccepts(suite, key.groupPublicKey, message, signature)).toBe(true)
          noncePoints.add(toHex(suite === 'evm' ? signature.slice(32) : signature.slice(0, 32)))
        })
      }
      // Distinct nonces for each message and each signing.
      expect(noncePoints.size).toBe(signed.length * messages.length)
    })
  }

  it('an application hears of its five stages', async () => {
    const key = await cluster.makeKey({ ceremonyId: nextId(), participants: IDS, minSigners: 3, suite: 'bip340', protocol: PROTOCOL })
    const ceremonyId = nextId()
    const stop = new AbortController()
    const stages: string[] = []
    const watching = (async () => {
      for await (const event of cluster.client('a').events({ signal: stop.signal })) {
        if (event.type === 'stage' && event.ceremonyId === ceremonyId && event.status === 'full') stages.push(event.stage)
        if (event.type === 'signingOutcome' && event.outcome.ceremonyId === ceremonyId) return
      }
    })()
    await cluster.sign({ ceremonyId, keyId: key.keyId, signers: IDS, messages: [messageOf('x')] })
    await watching
    expect(stages).toEqual(['HashCommitment', 'Commitments', 'SecretShare', 'Confirm', 'LocalSig'])
  })
})

describe('batches', () => {
  it('a thousand messages, each with a polynomial of its own', () => {
    const world = makeWorld('thousand', 2, { protocol: PROTOCOL })
    const key = world.makeKey('bip340', 2)
    const messages = Array.from({ length: 1_000 }, (_, i) => Uint8Array.of(i >> 8, i))
    const ceremonyId = world.startSigning(key, ['a', 'b'], messages)
    world.network.run()
    const signatures = world.signaturesOf('a', ceremonyId)
    expect(new Set(signatures.map((signature) => toHex(signature.slice(0, 32)))).size).toBe(1_000)
    for (const i of [0, 1, 499, 999]) {
      expect(nobleAccepts('bip340', key.groupPublicKey, messages[i] ?? new Uint8Array(), signatures[i] ?? new Uint8Array())).toBe(true)
    }
  })

  it('of more than 8,192 coefficients are refused before anything leaves, and the id is not spent', () => {
    const world = makeWorld('coefficients', 9, { protocol: PROTOCOL })
    const { keyId } = world.makeKey('bip340', 9)
    const before = world.network.sent.length
    const instruct = (count: number): void =>
      world.network.sign('a', {
        ceremonyId: 50n,
        keyId,
        signers: world.ids,
        messages: Array.from({ length: count }, () => new Uint8Array(1)),
      })
    // 911 x 9 = 8,199; 910 x 9 = 8,190.
    expect(refusalOf(() => instruct(911))).toBe('ERR_TOO_LARGE messages')
    expect(world.network.sent.length).toBe(before)
    expect(refusalOf(() => instruct(910))).toBe('no refusal')
  })
})
