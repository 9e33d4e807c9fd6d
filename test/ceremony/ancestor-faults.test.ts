/** The fifteen faults of the protocol's ancestor, one test each (docs/protocol.md lists them). */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom } from '../helpers/random.ts'
import { NETWORK, STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { dealing, flipped } from './dealings.ts'
import { blamesOf, envelopesOf, expectFailure, makeWorld, messageOf, missingOf, SUITES } from './support.ts'

/** Every envelope that was ever sent, once a recipient. */
function sentBy(world: World, from: string, kind: string, stage: number): Envelope[] {
  const sent = envelopesOf(world.network.sent.filter((delivery) => delivery.from === from))
  return sent.filter(({ header }) => header.kind === kind && header.stage === stage)
}

const { kernel } = makeWorld('kernel', 1)

describe('faults of the ancestor', () => {
  it('ancestor fault 1: cleaning up never erases a finished key, and a finished ceremony is no timeout', () => {
    const world = makeWorld('fault 1', 3)
    const key = world.makeKey('bip340', 2)
    for (let i = 1; i <= 10; i++) world.network.runUntil(i * STAGE_TIMEOUT_MS)
    for (const id of world.ids) {
      expect(world.network.node(id).store.has(key.keyId)).toBe(true)
      expect(world.network.outcome(id, 1n).status).toBe('success')
    }
  })

  it('ancestor fault 2: a message that starts with zeros, is all zeros or empty is signed and verified as it is', () => {
    for (const suite of SUITES) {
      const world = makeWorld(`fault 2 ${suite}`, 3)
      const key = world.makeKey(suite, 2)
      const zeros = [0, 1, 2, 31, 32].map((count) => new Uint8Array(32).fill(1, count))
      const short = suite === 'evm' ? [] : [new Uint8Array(), new Uint8Array(1), new Uint8Array(2), Uint8Array.of(0, 1), Uint8Array.of(1)]
      const messages = [...zeros, ...short]
      const id = world.startSigning(key, world.ids, messages)
      world.network.run()
      const signatures = world.signaturesOf('a', id)
      messages.forEach((message, i) => {
        messages.forEach((other, j) => {
          expect(
            nobleAccepts(suite, key.groupPublicKey, other, signatures[i] ?? new Uint8Array()),
            `${toHex(message)} ${toHex(other)}`,
          ).toBe(i === j)
        })
      })
    }
  })

  it('ancestor fault 3: nobody opens a commitment before all have committed, and a hash says nothing of what it hides', () => {
    const world = makeWorld('fault 3', 4)
    world.adversary.corrupt('d', ({ envelope }) => (envelope.header.stage === 1 ? [] : [envelope.bytes]))
    world.startKeygen('bip340', 2)
    world.network.run()
    for (const id of ['a', 'b', 'c']) {
      expect(sentBy(world, id, 'keygen', 1)[0]?.body).toHaveLength(32)
      expect(sentBy(world, id, 'keygen', 2)).toEqual([])
    }
    // The last to speak, once it has seen the others' commitments, is bound to its own.
    const bound = makeWorld('fault 3 bound', 3)
    bound.adversary.corrupt('b', ({ envelope, reseal }) => {
      if (envelope.header.stage !== 2) return [envelope.bytes]
      const [chosen = envelope.bytes] = dealing({ kernel, index: 2, count: 2 })({ envelope, recipient: 'a', reseal })
      return [chosen]
    })
    const id = bound.startKeygen('bip340', 2)
    bound.network.run()
    expectFailure(bound, id, { reason: 'fault', blames: ['b bad-hash-opening'] })
  })

  it('ancestor fault 4: broadcasts are compared: who tells two nodes different things gets neither a key nor a signature', () => {
    const world = makeWorld('fault 4', 4)
    const key = world.makeKey('evm', 3)
    world.adversary.corrupt('d', ({ envelope, recipient, reseal }) =>
      envelope.header.stage === 1 && recipient === 'a' ? [reseal({ body: flipped(envelope.body) })] : [envelope.bytes],
    )
    const keygen = world.startKeygen('evm', 3)
    const signing = world.startSigning(key, world.ids, [messageOf('4')])
    world.network.run()
    for (const id of [keygen, signing])
      for (const { status } of world.honest.map((node) => world.network.outcome(node, id))) expect(status).toBe('failure')
    expectFailure(world, keygen, { reason: 'dispute', missing: [], blames: ['d equivocation'] })
  })

  it('ancestor fault 5: empty and short coefficient vectors blame their author and crash nobody', () => {
    for (const count of [0, 1, 2]) {
      const world = makeWorld(`fault 5 ${count}`, 4)
      world.adversary.corrupt('c', dealing({ kernel, index: 3, count }))
      const id = world.startKeygen('secp256k1-sha256', 3)
      world.network.run()
      expectFailure(world, id, { reason: 'fault', blames: ['c bad-commitment-count'] })
    }
  })

  it('ancestor fault 6: over-long coefficient vectors raise no threshold', () => {
    const world = makeWorld('fault 6', 4)
    world.adversary.corrupt('c', dealing({ kernel, index: 3, count: 4 }))
    const id = world.startKeygen('secp256k1-sha256', 2)
    world.network.run()
    expectFailure(world, id, { reason: 'fault', blames: ['c bad-commitment-count'] })
    for (const node of world.network.nodes.values()) expect(node.store.size).toBe(0)
  })

  it('ancestor fault 7: a share is a scalar a message, with no room for a challenge of the sender', () => {
    const world = makeWorld('fault 7', 3)
    const key = world.makeKey('bip340', 2)
    const id = world.startSigning(key, world.ids, [messageOf('7')])
    world.network.run()
    world.signaturesOf('a', id)
    for (const signer of world.ids) for (const { body } of sentBy(world, signer, 'sign', 2)) expect(body).toHaveLength(32)
    world.adversary.corrupt('b', ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ body: new Uint8Array([...envelope.body, ...messageOf('challenge')]) }) : envelope.bytes,
    ])
    const longer = world.startSigning(key, world.ids, [messageOf('7')])
    world.network.run()
    expect(missingOf(expectFailure(world, longer, { reason: 'timeout', blamed: [] }))).toEqual(['b'])
  })

  it('ancestor fault 8: a repeated message fills nobody else’s slot', () => {
    const world = makeWorld('fault 8', 4, { duplicate: 1 })
    const key = world.makeKey('bip340', 3)
    world.adversary.corrupt('d', ({ envelope }) => (envelope.header.stage === 2 ? [] : Array.from({ length: 4 }, () => envelope.bytes)))
    const id = world.startSigning(key, world.ids, [messageOf('8')])
    world.network.run()
    expect(missingOf(expectFailure(world, id, { reason: 'timeout', stage: 'SignatureShare' }))).toEqual(['d'])
  })

  it('ancestor fault 9: the participants are those that the instruction names, and any number from t to n signs', () => {
    const world = makeWorld('fault 9', 6)
    const keygen = world.startKeygen('evm', 2, ['b', 'd', 'e', 'f'])
    world.network.run()
    const key = world.keyOf('d', keygen)
    expect(key.participants).toEqual(['b', 'd', 'e', 'f'])
    for (const id of ['a', 'c']) expect(world.network.node(id).store.size).toBe(0)
    for (const signers of [
      ['b', 'f'],
      ['d', 'e'],
      ['b', 'd', 'e'],
      ['b', 'd', 'e', 'f'],
    ]) {
      const id = world.startSigning(key, signers, [messageOf('9')])
      world.network.run()
      const [signature = new Uint8Array()] = world.signaturesOf(signers[0] ?? '', id)
      for (const signer of signers) expect(world.signaturesOf(signer, id)).toEqual([signature])
      expect(nobleAccepts('evm', key.groupPublicKey, messageOf('9'), signature)).toBe(true)
    }
  })

  it('ancestor fault 10: early messages are held within a budget, one a sender and ceremony, and for a while', () => {
    const world = makeWorld('fault 10', 3, {
      settings: { early: { bytesPerPeer: 3_000, bytesTotal: 4_000, ttlMs: STAGE_TIMEOUT_MS } },
    })
    const { inner, dropped } = world.network.node('a')
    for (let ceremonyId = 1n; ceremonyId <= 200n; ceremonyId++) {
      for (const from of ['b', 'c']) {
        const sid = seededRandom(`${ceremonyId}`)(32)
        const header = { kind: 'keygen', ceremonyId, sid, stage: 1, from, to: null, previousTranscript: sid } as const
        world.network.deliver('a', sealEnvelope(testIdentity(from), NETWORK, header, new Uint8Array(32)).bytes)
      }
    }
    expect(inner.earlyBytes).toBeGreaterThan(3_000)
    expect(inner.earlyBytes).toBeLessThanOrEqual(4_000)
    expect(dropped.filter((reason) => reason === 'early-budget').length).toBeGreaterThan(350)
    world.network.runUntil(STAGE_TIMEOUT_MS)
    expect(inner.earlyBytes).toBe(0)
    world.makeKey('bip340', 2)
  })

  it('ancestor fault 11: old messages change nothing in a new attempt, and a message can be signed again', () => {
    const world = makeWorld('fault 11', 3, { duplicate: 0.5 })
    const key = world.makeKey('bip340', 2)
    const signatures = new Set<string>()
    for (let i = 0; i < 5; i++) {
      const old = [...world.network.sent]
      const id = world.startSigning(key, world.ids, [messageOf('11')])
      for (const { to, bytes } of old) world.network.later(() => world.network.deliver(to, bytes))
      world.network.run()
      signatures.add(toHex(world.signaturesOf('c', id)[0] ?? new Uint8Array()))
    }
    expect(signatures.size).toBe(5)
  })

  it('ancestor fault 12: no share crosses the wire in clear, in any common encoding', () => {
    const shares: Uint8Array[] = []
    const world = makeWorld('fault 12', 4, {
      compute: (_, job, result) => {
        if (job.name === 'dealShares') shares.push(new Uint8Array((result as { ownShares: Uint8Array }).ownShares))
        if (job.name === 'openShares') shares.push(new Uint8Array((result as { shares: Uint8Array }).shares))
        if (job.name === 'dealCommitments') {
          const { coefficients } = job.args
          const values = kernel.evaluatePolynomial(coefficients, [1, 2, 3, 4])
          for (const batch of [coefficients, values]) {
            for (let at = 0; at < batch.length; at += 32) shares.push(new Uint8Array(batch.subarray(at, at + 32)))
          }
        }
        return result
      },
    })
    const key = world.makeKey('secp256k1-sha256', 3)
    world.startSigning(key, world.ids, [messageOf('12')])
    world.network.run()
    for (const id of world.ids) shares.push(world.network.key(id, key.keyId).share())
    const captured = Buffer.concat(world.network.sent.map(({ bytes }) => bytes))
    const text = captured.toString('latin1')
    // Three coefficients and four values of each of four dealers, their own values, and the key shares twice.
    expect(shares).toHaveLength(4 * (3 + 4) + 4 + 4 + 4)
    for (const share of shares) {
      expect(share.some((byte) => byte !== 0)).toBe(true)
      const raw = Buffer.from(share)
      expect(captured.includes(raw)).toBe(false)
      expect(captured.includes(Buffer.from(share).reverse())).toBe(false)
      for (const encoding of ['hex', 'base64', 'base64url'] as const) expect(text.includes(raw.toString(encoding).slice(0, 40))).toBe(false)
    }
  })

  it('ancestor fault 13: a failed signing is reported and gone, and the next one works', () => {
    const world = makeWorld('fault 13', 3)
    const key = world.makeKey('evm', 2)
    world.adversary.corrupt('b', () => [])
    const stuck = world.startSigning(key, world.ids, [messageOf('13')])
    world.network.run()
    expectFailure(world, stuck, { reason: 'timeout' })
    for (const { inner } of world.network.nodes.values()) expect(inner.open).toBe(0)
    const next = world.startSigning(key, ['a', 'c'], [messageOf('13')])
    world.network.run()
    expect(world.signaturesOf('a', next)).toHaveLength(1)
  })

  it('ancestor fault 14: the key is stored with its certificates before it is ready, and messages under our own name are not ours', () => {
    const world = makeWorld('fault 14', 3)
    const key = world.makeKey('bip340', 2)
    for (const id of world.ids) expect(world.network.node(id).store.get(key.keyId)?.certificates).not.toBeNull()
    // With its own identity key: the worst that a thief of it could send.
    const id = world.startSigning(key, world.ids, [messageOf('14')])
    const first = world.network.node('a')
    while (sentBy(world, 'a', 'sign', 1).length === 0) world.network.runUntil(world.network.now + 1)
    for (const envelope of sentBy(world, 'a', 'sign', 1)) {
      const { bodyDigest: _, ...header } = envelope.header
      world.network.deliver('a', envelope.bytes)
      world.network.deliver('a', sealEnvelope(testIdentity('a'), NETWORK, header, flipped(envelope.body)).bytes)
    }
    expect(first.dropped.filter((reason) => reason === 'sender').length).toBeGreaterThanOrEqual(2)
    world.network.run()
    expect(world.signaturesOf('a', id)).toEqual(world.signaturesOf('b', id))
  })

  it('ancestor fault 15: the blame list names every culprit', () => {
    const world = makeWorld('fault 15', 5)
    const key = world.makeKey('bip340', 3)
    // Errors of different size, which cannot cancel in the sum.
    for (const [id, at] of [
      ['b', 31],
      ['e', 30],
    ] as const) {
      world.adversary.corrupt(id, ({ envelope, reseal }) => [
        envelope.header.stage === 2 ? reseal({ body: flipped(envelope.body, at) }) : envelope.bytes,
      ])
    }
    const id = world.startSigning(key, world.ids, [messageOf('15')])
    world.network.run()
    const failure = expectFailure(world, id, { reason: 'fault', missing: [] })
    expect(blamesOf(failure)).toEqual(['b bad-signature-share 0', 'e bad-signature-share 0'])
  })
})
