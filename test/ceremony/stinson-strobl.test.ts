/** Stinson-Strobl signing from end to end: any number of signers, batches, all suites; and what leaves a node when. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import type { World } from '../simulation/world.ts'
import { envelopesOf, makeWorld, messageOf, SUITES } from './support.ts'

function signed(world: World, key: KeyInfo, signers: readonly ValidatorId[], messages: readonly Uint8Array[]): readonly Uint8Array[] {
  const ceremonyId = world.startSigning(key, signers, messages)
  world.network.run()
  const [first = []] = signers.map((id) => world.signaturesOf(id, ceremonyId))
  for (const id of signers) expect(world.signaturesOf(id, ceremonyId)).toEqual(first)
  messages.forEach((message, i) => {
    expect(nobleAccepts(key.suite, key.groupPublicKey, message, first[i] ?? new Uint8Array()), `${signers.join('')} ${i}`).toBe(true)
  })
  expect(first).toHaveLength(messages.length)
  return first
}

for (const suite of SUITES) {
  describe(suite, () => {
    const world = makeWorld(`stinson-strobl ${suite}`, 5, { duplicate: 0.2, protocol: 'stinson-strobl' })
    const key = world.makeKey(suite, 3)

    it('ancestor fault 9: any number of signers from t to n, whoever they are, make one signature that noble accepts', () => {
      expect(key.protocol).toBe('stinson-strobl')
      const sets = Array.from({ length: 32 }, (_, bits) => world.ids.filter((_id, i) => (bits >> i) & 1)).filter(
        ({ length }) => length >= 3,
      )
      expect(sets).toHaveLength(16)
      for (const signers of sets) signed(world, key, signers, [messageOf(signers.join(''))])
    })

    it('a batch has a nonce a message, also for one message many times, and for ceremonies side by side', () => {
      const messages = [messageOf('a'), messageOf('a'), messageOf('b'), messageOf('a')]
      const signatures = [...signed(world, key, ['a', 'b', 'd', 'e'], messages), ...signed(world, key, ['b', 'c', 'd'], messages)]
      expect(new Set(signatures.map(toHex)).size).toBe(signatures.length)
    })

    it('five stages, each with one broadcast or one message a peer, and the LocalSig after the confirmation of all', () => {
      const before = world.network.sent.length
      signed(world, key, ['a', 'c', 'e'], [messageOf('stages')])
      const envelopes = envelopesOf(world.network.sent.slice(before))
      const stages = [...new Set(envelopes.map(({ header }) => header.stage))].toSorted()
      expect(stages).toEqual([1, 2, 3, 4, 5])
      for (const stage of stages) {
        const ofStage = envelopes.filter(({ header }) => header.stage === stage)
        // The bus carries a broadcast to all.
        expect(new Set(ofStage.map(({ headerHash }) => toHex(headerHash))).size).toBe(stage === 3 ? 6 : 3)
        expect(ofStage.every(({ header }) => (header.to === null) === (stage !== 3))).toBe(true)
      }
    })
  })
}

it('one node alone, and two of two, and a threshold of one', () => {
  for (const [nodes, minSigners] of [
    [1, 1],
    [2, 2],
    [3, 1],
  ] as const) {
    const world = makeWorld(`small ${nodes} ${minSigners}`, nodes, { protocol: 'stinson-strobl' })
    const key = world.makeKey('bip340', minSigners)
    signed(world, key, world.ids, [messageOf('one'), new Uint8Array()])
    signed(world, key, world.ids.slice(0, minSigners), [messageOf('two')])
  }
})

it('N7, N8: who is told another message finds out before anybody has shown a nonce point, and no nonce answers to either', () => {
  const world = makeWorld('another message', 3, { protocol: 'stinson-strobl', aborts: true })
  const key = world.makeKey('bip340', 2)
  const before = world.network.sent.length
  const ceremonyId = world.nextId()
  for (const id of world.ids) {
    const messages = [messageOf(id === 'c' ? 'another' : 'one')]
    world.network.later(() => world.network.sign(id, { ceremonyId, keyId: key.keyId, signers: world.ids, messages }))
  }
  world.network.run()
  for (const id of world.ids) {
    const { reason, blamed } = world.failureOf(id, ceremonyId)
    expect(['instructed-differently', 'aborted']).toContain(reason)
    expect(blamed).toEqual([])
  }
  const stages = envelopesOf(world.network.sent.slice(before)).map(({ header }) => header.stage)
  expect(stages.filter((stage) => stage > 1 && stage < 0x40)).toEqual([])
})
