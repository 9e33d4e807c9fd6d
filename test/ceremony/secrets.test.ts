/** Nothing secret outlives its ceremony, whatever its end, and nothing secret is seen by those who log or listen. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { SingleUseNonces } from '../../src/crypto/single-use-nonces.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import type { EnvelopeHeader } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { makeWorld, messageOf } from './support.ts'
import { WatchedWorld } from './watched-world.ts'

/** b sends this one a box that does not open. */
function spoilShares(world: World, victim: string): void {
  world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => [
    envelope.header.stage === 3 && recipient === victim ? reseal({ body: flipped(envelope.body) }) : envelope.bytes,
  ])
}

describe('ancestor fault 14: what is left in memory', () => {
  it('after a successful keygen and signing: nothing', () => {
    const watched = new WatchedWorld('success', 3)
    const key = watched.world.makeKey('bip340', 2)
    expect(watched.watched).toBeGreaterThan(5)
    expect(watched.left()).toEqual([])
    watched.world.startSigning(key, watched.world.ids, [messageOf('1'), messageOf('2')])
    watched.world.network.run()
    expect(watched.left()).toEqual([])
  })

  it('after a timeout in any stage: nothing', () => {
    for (const stage of [1, 2, 3, 4]) {
      const watched = new WatchedWorld(`timeout ${stage}`, 3)
      watched.world.adversary.corrupt('b', ({ envelope }) => (envelope.header.stage === stage ? [] : [envelope.bytes]))
      watched.world.startKeygen('evm', 2)
      watched.world.network.run()
      expect(watched.left(), `stage ${stage}`).toEqual([])
    }
    for (const stage of [1, 2]) {
      const watched = new WatchedWorld(`signing timeout ${stage}`, 3)
      const key = watched.world.makeKey('evm', 2)
      watched.world.adversary.corrupt('b', ({ envelope }) => (envelope.header.stage === stage ? [] : [envelope.bytes]))
      watched.world.startSigning(key, watched.world.ids, [messageOf('1')])
      watched.world.network.run()
      expect(watched.left(), `stage ${stage}`).toEqual([])
    }
  })

  it('after a local end at any moment, with a job under way or not: nothing', () => {
    for (const kind of ['keygen', 'sign'] as const) {
      let ended = false
      for (let effects = 1; !ended; effects++) {
        const watched = new WatchedWorld(`${kind} ${effects}`, 2)
        const { world } = watched
        const key = kind === 'sign' ? world.makeKey('bip340', 2) : null
        const before = world.network.node('a').log.length
        const ceremonyId = key === null ? world.startKeygen('bip340', 2) : world.startSigning(key, world.ids, [messageOf('x')])
        const node = world.network.node('a')
        while (node.log.length < before + effects && !node.outcomes.has(ceremonyId)) world.network.runUntil(world.network.now + 0.25)
        ended = node.outcomes.has(ceremonyId)
        world.network.abort('a', ceremonyId)
        expect(watched.left(), `${kind} after ${effects} effects`).toEqual([])
      }
    }
  })

  it('after blame, dispute, another instruction and our own failure: nothing', () => {
    const ends: Readonly<Record<string, (world: World) => void>> = {
      blame: (world) => world.adversary.corrupt('b', ({ reseal }) => [reseal({ body: new Uint8Array(3) })]),
      dispute: (world) =>
        world.adversary.corrupt('b', ({ envelope, reseal }) => [
          envelope.header.stage === 1 ? envelope.bytes : reseal({ header: { previousTranscript: new Uint8Array(32) } }),
        ]),
      'another instruction': (world) => world.adversary.corrupt('b', ({ reseal }) => [reseal({ header: { sid: new Uint8Array(32) } })]),
    }
    for (const [what, end] of Object.entries(ends)) {
      const watched = new WatchedWorld(what, 3)
      end(watched.world)
      watched.world.startKeygen('bip340', 2)
      watched.world.network.run()
      expect(watched.left(), what).toEqual([])
    }
  })

  it('after a complaint, our own or of another, and when its job fails or we are stopped meanwhile: nothing', () => {
    const victims: Readonly<Record<string, string>> = { 'our own': 'a', "another's": 'c' }
    for (const [what, victim] of Object.entries(victims)) {
      const watched = new WatchedWorld(`complaint, ${what}`, 3)
      spoilShares(watched.world, victim)
      const ceremonyId = watched.world.startKeygen('bip340', 2)
      watched.world.network.run()
      expect(watched.world.failureOf('a', ceremonyId).blamed).toMatchObject([{ validator: 'b', fault: 'bad-share' }])
      expect(watched.left(), what).toEqual([])
      expect(watched.names.includes('argument of makeComplaints')).toBe(victim === 'a')
    }
    for (const failing of ['findBadDealers', 'makeComplaints', 'judgeComplaints'] as const) {
      for (const stopped of [false, true]) {
        const watched = new WatchedWorld(`${failing} ${stopped}`, 3, (job) =>
          job.name === failing ? (stopped ? 'stop' : 'fail') : 'go on',
        )
        spoilShares(watched.world, 'a')
        const ceremonyId = watched.world.startKeygen('bip340', 2)
        watched.world.network.run()
        expect(watched.world.failureOf('a', ceremonyId)).toMatchObject({ reason: stopped ? 'aborted' : 'internal', blamed: [] })
        expect(watched.left(), `${failing} ${stopped}`).toEqual([])
      }
    }
  })

  it("a finished ceremony's key holds no share: the store has it", () => {
    const { world } = new WatchedWorld('key', 2)
    const key = world.makeKey('bip340', 2)
    const material = world.network.key('a', key.keyId)
    expect(material.share().some((byte) => byte !== 0)).toBe(true)
    material.wipe()
    // Zeros would sign, and convict their honest owner.
    expect(refusalOf(() => material.share())).toBe('ERR_CLOSED share')
  })
})

describe('N1: nonces', () => {
  it('can be taken once: a second or racing use is refused', () => {
    const array = new Uint8Array(64).fill(1)
    const nonces = new SingleUseNonces(array)
    expect(nonces.take()).toBe(array)
    expect(refusalOf(() => nonces.take())).toBe('ERR_NONCE_USED nonces')
    const destroyed = new SingleUseNonces(array)
    destroyed.destroy()
    expect(array).toEqual(new Uint8Array(64))
    expect(refusalOf(() => destroyed.take())).toBe('ERR_NONCE_USED nonces')
    destroyed.destroy()
  })

  it('J9: do not show themselves', () => {
    const nonces = new SingleUseNonces(new Uint8Array(64).fill(0xab))
    for (const text of [inspect(nonces), JSON.stringify(nonces), `${inspect({ nonces }, { depth: 9, showHidden: true })}`]) {
      expect(text).toContain('<redacted>')
      expect(text).not.toMatch(/abab|171/)
    }
  })

  it('N5, N9: no two ceremonies commit to the same nonce, also for the same message and after failures', () => {
    const world = makeWorld('fresh nonces', 3)
    const key = world.makeKey('secp256k1-sha256', 2)
    for (let i = 0; i < 15; i++) {
      if (i % 3 === 2)
        world.adversary.corrupt('b', ({ envelope, reseal }) => [
          envelope.header.stage === 2 ? reseal({ body: new Uint8Array(64) }) : envelope.bytes,
        ])
      else world.adversary.reform()
      world.startSigning(key, world.ids, [messageOf('same'), messageOf('same')])
      world.network.run()
    }
    const points = new Set<string>()
    let count = 0
    for (const { from, to, bytes } of world.network.sent) {
      const { header, body } = decodeEnvelope(new Uint8Array(bytes), NETWORK)
      if (header.kind !== 'sign' || header.stage !== 1 || to !== (from === 'a' ? 'b' : 'a')) continue
      for (let at = 0; at < body.length; at += 64, count++) points.add(Buffer.from(body.subarray(at, at + 64)).toString('hex'))
    }
    expect(count).toBe(15 * 3 * 2 * 2)
    expect(points.size).toBe(count)
  })
})

describe('key material', () => {
  const world = makeWorld('material', 3)
  const info = world.makeKey('evm', 2)
  const material = world.network.key('b', info.keyId)

  it('comes back from its encoding, and is refused after any cut', () => {
    const bytes = material.encode()
    const decoded = KeyMaterial.decode(bytes)
    expect(decoded.share()).toEqual(material.share())
    expect(decoded.encode()).toEqual(bytes)
    for (const cut of [0, 1, 10, bytes.length - 1]) {
      expect(refusalOf(() => KeyMaterial.decode(bytes.slice(0, cut)))).toMatch(/^ERR_MALFORMED/)
    }
    expect(refusalOf(() => KeyMaterial.decode(new Uint8Array([...bytes, 0])))).toMatch(/^ERR_MALFORMED/)
    expect(refusalOf(() => KeyMaterial.decode(new Uint8Array([2, ...bytes.slice(1)])))).toMatch(/^ERR_MALFORMED/)
  })

  it('J9: does not show its share', () => {
    const share = Buffer.from(material.share())
    for (const text of [
      inspect(material, { depth: 9, showHidden: true }),
      JSON.stringify(material),
      inspect(material.info(null), { depth: 9 }),
    ]) {
      expect(text).not.toContain(share.toString('hex'))
      expect(text).not.toContain([...share].join(','))
    }
    expect(inspect(material)).toContain('<redacted>')
  })

  it('takes as certificates the n signed confirmations of its own record, and nothing else', () => {
    for (const id of world.ids) {
      const certificate = info.certificates.get(id) ?? new Uint8Array()
      expect(material.certifies(id, certificate)).toBe(true)
      for (const other of world.ids) if (other !== id) expect(material.certifies(other, certificate)).toBe(false)
      expect(material.certifies('z', certificate)).toBe(false)
      for (let at = 0; at < certificate.length; at += 7) {
        const changed = new Uint8Array(certificate)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(material.certifies(id, changed)).toBe(false)
      }
      for (const cut of [0, 1, certificate.length - 1]) expect(material.certifies(id, certificate.slice(0, cut))).toBe(false)
    }
    // Another message of the same author in the same ceremony, and a certificate of another key.
    for (const { from, bytes } of world.network.sent) {
      const { header } = decodeEnvelope(new Uint8Array(bytes), NETWORK)
      if (header.stage !== 4) expect(material.certifies(from, bytes)).toBe(false)
    }
    // What the author itself signs in another ceremony, stage or transcript, to one node, over another record, or in another network.
    const own = decodeEnvelope(info.certificates.get('c') ?? new Uint8Array(), NETWORK)
    const { bodyDigest: _, ...header } = own.header
    const signed = (change: Partial<EnvelopeHeader>, body = own.body, network = NETWORK) =>
      sealEnvelope(testIdentity('c'), network, { ...header, ...change }, body).bytes
    expect(material.certifies('c', signed({}))).toBe(true)
    const others = [
      signed({ previousTranscript: new Uint8Array(32) }),
      signed({ sid: new Uint8Array(32) }),
      signed({ ceremonyId: header.ceremonyId + 1n }),
      signed({ kind: 'sign' }),
      signed({ stage: 3 }),
      signed({ to: 'a' }),
      signed({}, encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })),
      signed({}, own.body.slice(1)),
      signed({}, own.body, 'another network'),
    ]
    for (const other of others) expect(material.certifies('c', other)).toBe(false)
    const second = world.makeKey('evm', 2)
    for (const id of world.ids) expect(material.certifies(id, second.certificates.get(id) ?? new Uint8Array())).toBe(false)
  })
})
