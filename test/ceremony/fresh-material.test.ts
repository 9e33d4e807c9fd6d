/** What is drawn for a ceremony serves that ceremony: no polynomial and no nonce is seen twice, whatever fails, starts again or is asked again. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { decodeCommitments } from '../../src/wire/bodies.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import { type Envelope, STAGE_NUMBER, type ValidatorId } from '../../src/wire/message.ts'
import { seededRandom } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { blamesOf, makeWorld, messageOf } from './support.ts'

/** Each envelope that a node sent in a stage, once. */
function sentIn(world: World, from: ValidatorId, kind: Envelope['header']['kind'], stage: number): Envelope[] {
  const different = new Map<string, Envelope>()
  for (const delivery of world.network.sent) {
    if (delivery.from !== from || delivery.bytes[1] !== 1) continue
    const envelope = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK)
    if (envelope.header.kind === kind && envelope.header.stage === stage) different.set(toHex(envelope.headerHash), envelope)
  }
  return [...different.values()]
}

const itemsOf = (bytes: Uint8Array): string[] =>
  Array.from({ length: bytes.length / 64 }, (_, i) => toHex(bytes.subarray(64 * i, 64 * i + 64)))

/** All points by which a node published its polynomials and encryption keys. */
function polynomialsOf(world: World, id: ValidatorId): string[] {
  return sentIn(world, id, 'keygen', STAGE_NUMBER.sharedSecret.Commitments).flatMap(({ body }) => {
    const { commitments, encryptionKey } = decodeCommitments(body)
    return [...itemsOf(commitments), toHex(encryptionKey)]
  })
}

function noncesOf(world: World, id: ValidatorId): string[] {
  return sentIn(world, id, 'sign', STAGE_NUMBER.frost.NonceCommitments).flatMap(({ body }) => itemsOf(body))
}

describe('polynomials', () => {
  it('G20: serve one ceremony: another group, a repeated id and a restart get no second share of one', () => {
    const world = makeWorld('share oracle', 4)
    const { network } = world
    for (const participants of [
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
      ['a', 'b', 'c'],
    ]) {
      world.startKeygen('bip340', 2, participants)
      network.run()
    }
    // In the middle of the fourth, when its polynomial is known to all, a starts again.
    const broken = world.startKeygen('bip340', 2, ['a', 'b', 'c'])
    world.adversary.corrupt('b', ({ envelope }) =>
      envelope.header.stage === STAGE_NUMBER.sharedSecret.SecretShare ? [] : [envelope.bytes],
    )
    network.runUntil(network.now + 2_000)
    network.restart('a')
    world.adversary.reform()
    const instruction = { ceremonyId: broken, participants: ['a', 'b', 'd'], minSigners: 2, suite: 'bip340', protocol: 'frost' } as const
    expect(refusalOf(() => network.keygen('a', instruction))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    network.run()
    const last = world.startKeygen('bip340', 2, ['a', 'b', 'c'])
    network.run()
    expect(world.keyOf('a', last).minSigners).toBe(2)
    const points = polynomialsOf(world, 'a')
    expect(points).toHaveLength(5 * 3)
    expect(new Set(points).size).toBe(points.length)
  })
})

describe('nonces', () => {
  it('N3: a machine that is restored with its source of randomness gives another ceremony or message other nonces', () => {
    const published: string[] = []
    // The same machine three times: keys, ceremony and all that the source gives are the same up to the signing.
    for (const [ceremonyId, text] of [
      [10n, 'one'],
      [10n, 'two'],
      [11n, 'one'],
    ] as const) {
      let restored: ((length: number) => Uint8Array) | null = null
      const source = seededRandom('node a')
      const world = makeWorld('snapshot', 2, {
        randomOf: (id) => (id === 'a' ? (length) => (restored ?? source)(length) : undefined),
      })
      const key = world.makeKey('bip340', 2)
      restored = seededRandom('snapshot')
      const instruction = { ceremonyId, keyId: key.keyId, signers: ['a', 'b'], messages: [messageOf(text)] }
      for (const id of instruction.signers) world.network.sign(id, instruction)
      world.network.run()
      expect(world.signaturesOf('a', ceremonyId)).toHaveLength(1)
      published.push(...noncesOf(world, 'a'))
    }
    expect(published).toHaveLength(3 * 2)
    expect(new Set(published).size).toBe(published.length)
  })

  it('N23: a signing that was spoilt is over: its id is refused, and 100 more spoilt ones show no nonce twice', () => {
    const world = makeWorld('spoilt', 2)
    const { network } = world
    const key = world.makeKey('secp256k1-sha256', 2)
    world.adversary.corrupt('b', ({ envelope, reseal }) => [
      envelope.header.stage === STAGE_NUMBER.frost.SignatureShare ? reseal({ body: new Uint8Array(32) }) : envelope.bytes,
    ])
    for (let i = 0; i < 100; i++) {
      const ceremonyId = world.startSigning(key, world.ids, [messageOf('same')])
      network.run()
      const failure = world.failureOf('a', ceremonyId)
      expect(blamesOf(failure)).toEqual(['b bad-signature-share 0'])
      const again = { ceremonyId, keyId: key.keyId, signers: world.ids, messages: [messageOf('same')] }
      expect(refusalOf(() => network.sign('a', again))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    }
    const nonces = noncesOf(world, 'a')
    expect(nonces).toHaveLength(100 * 2)
    expect(new Set(nonces).size).toBe(nonces.length)
  })
})
