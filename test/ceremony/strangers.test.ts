/** What nobody asked for, and what comes in another's name: no computation, no nonce, no change. */
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/ceremony/effects.ts'
import { encodeCommitments, hashCommitmentOf } from '../../src/wire/bodies.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { type Envelope, STAGE_NUMBER, type ValidatorId } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped, makeReveal } from './dealings.ts'
import { envelopesOf, makeWorld, messageOf, missingOf } from './support.ts'

const effectsOf = (world: World, id: ValidatorId, type: Effect['type']): number =>
  world.network.node(id).log.filter(({ effect }) => effect.type === type).length

/** The same message, signed by whoever holds this identity. */
function signedBy(author: string, { header, body }: Envelope, to: ValidatorId): Uint8Array {
  const { bodyDigest: _, ...rest } = header
  return sealEnvelope(testIdentity(author), NETWORK, { ...rest, to: rest.to === null ? null : to }, body).bytes
}

describe('messages that nobody signed', () => {
  it('G30: who speaks first under the name of another is not heard, and the other one is', () => {
    const nodes = 3
    const world = makeWorld('first seen', nodes, {
      // Before each message of b there is one under its name, with a dealing of the attacker's own.
      intercept: (delivery) => {
        if (delivery.from !== 'b') return [delivery]
        const genuine = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK)
        const { sid, stage } = genuine.header
        const reveal = encodeCommitments(makeReveal(world.kernel, sid, 2, 2))
        const bodies: Readonly<Record<number, Uint8Array>> = { 1: hashCommitmentOf(sid, 2, reveal), 2: reveal }
        const forged = { ...genuine, body: bodies[stage] ?? genuine.body }
        return [
          { ...delivery, bytes: signedBy('attacker', forged, delivery.to), delayMs: 0 },
          { ...delivery, delayMs: 50 },
        ]
      },
    })
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    for (const id of world.ids) {
      expect(world.keyOf(id, ceremonyId).participants).toEqual(['a', 'b', 'c'])
      if (id !== 'b') expect(world.network.node(id).dropped).toContain('signature')
    }
  })

  it('T9: no job is started for messages of the right size that nobody signed, however many come', () => {
    const flooded = (copies: number): World => {
      const world = makeWorld('garbage', 3, {
        intercept: (delivery) => {
          const genuine = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK)
          const garbage = { ...delivery, bytes: signedBy('attacker', { ...genuine, body: flipped(genuine.body) }, delivery.to), delayMs: 0 }
          return [...Array.from({ length: copies }, () => garbage), { ...delivery, delayMs: 50 }]
        },
      })
      const ceremonyId = world.startKeygen('bip340', 2)
      world.network.run()
      expect(world.keyOf('a', ceremonyId).minSigners).toBe(2)
      return world
    }
    const quiet = flooded(0)
    const loud = flooded(20)
    for (const id of quiet.ids) {
      for (const type of ['compute', 'store', 'send'] as const) expect(effectsOf(loud, id, type), type).toBe(effectsOf(quiet, id, type))
      expect(loud.network.node(id).dropped.length).toBeGreaterThanOrEqual(20 * 8)
    }
  })
})

describe('what nobody asked for', () => {
  it('N24: a node that was not told to sign computes, stores and says nothing, whatever its peers send', () => {
    const world = makeWorld('oracle', 3)
    const key = world.makeKey('bip340', 2)
    const before = world.network.node('a').log.length
    const { nonces, shares } = { nonces: STAGE_NUMBER.frost.NonceCommitments, shares: STAGE_NUMBER.frost.SignatureShare }
    const ceremonyId = world.nextId()
    const instruction = { ceremonyId, keyId: key.keyId, signers: ['a', 'b'], messages: [messageOf('pay the attacker')] }
    // b does as if all had been told, and goes on as if a had answered.
    world.network.sign('b', instruction)
    world.network.runUntil(world.network.now + 1_000)
    const sent = envelopesOf(world.network.sent)
    const first = sent.find(({ header }) => header.ceremonyId === ceremonyId && header.stage === nonces)
    expect(first).toBeDefined()
    if (first === undefined) return
    const { bodyDigest: _, ...header } = first.header
    world.network.deliver('a', sealEnvelope(testIdentity('b'), NETWORK, { ...header, stage: shares }, new Uint8Array(32)).bytes)
    world.network.run()
    const after = world.network
      .node('a')
      .log.slice(before)
      .map(({ effect }) => effect.type)
    expect(after.filter((type) => type !== 'dropped')).toEqual([])
    expect(missingOf(world.failureOf('b', ceremonyId))).toEqual(['a'])
  })

  it('T19: no frame stops a node: all 256 numbers, under every version that is not ours too, and instructions of nobody', () => {
    const world = makeWorld('control', 2)
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.runUntil(world.network.now + 150)
    const { bytes } = world.network.sent[0] ?? { bytes: new Uint8Array(0) }
    for (const id of world.ids) {
      const node = world.network.node(id)
      const open = node.inner.open
      for (let number = 0; number < 256; number++) {
        for (const version of [0, 1, 2, 255]) {
          if (version === 1 && number === 1) continue
          const frame = new Uint8Array(bytes)
          frame.set([version, number])
          world.network.deliver(id, frame)
        }
      }
      expect(node.inner.open).toBe(open)
      expect(node.dropped).toHaveLength(256 * 4 - 1)
    }
    world.network.run()
    for (const id of world.ids) expect(world.keyOf(id, ceremonyId).minSigners).toBe(2)
  })
})
