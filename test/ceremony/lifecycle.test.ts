/** From the reservation of an id to the one outcome: the order of what a node does, and how it ends when a part of it fails. */
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/ceremony/effects.ts'
import type { StoreRequest } from '../../src/ceremony/step.ts'
import { seededRandom } from '../helpers/random.ts'
import { refusalOf } from '../helpers/refusals.ts'
import type { Delivery } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { envelopesOf, makeWorld, messageOf, missingOf, stageOf } from './support.ts'

/** What a node did, in short: `reserve`, `send 4`, `keygenOutcome` ... */
function storyOf(world: World, id: string): string[] {
  return world.network.node(id).log.flatMap(({ effect }) => {
    const word = wordFor(effect)
    return word === null ? [] : [word]
  })
}

function wordFor(effect: Effect): string | null {
  switch (effect.type) {
    case 'store':
      return effect.request.operation
    case 'send':
      // Requests and answers are no part of the story of a ceremony.
      return stageOf(effect.bytes) === null ? null : `send ${stageOf(effect.bytes)}`
    case 'compute':
      return effect.job.name
    case 'event':
      return effect.event.type === 'stage' ? null : effect.event.type
    default:
      return effect.type
  }
}

function withStore(name: string, nodes: number, store: (id: string, request: StoreRequest) => boolean): World {
  return makeWorld(name, nodes, { store })
}

describe('the order of effects', () => {
  it('keygen: the id is reserved before anything leaves, the pending key stored before our ok, all certificates before the key is ready', () => {
    const world = makeWorld('order', 3)
    world.makeKey('bip340', 2)
    expect(storyOf(world, 'b')).toEqual([
      'reserve',
      'dealCommitments',
      'send 1',
      'send 2',
      'checkDealings',
      'dealShares',
      'send 3',
      'send 3',
      'openShares',
      'putPending',
      'send 4',
      'activate',
      'keyReady',
      'keygenOutcome',
    ])
  })

  it('signing: the id is reserved before anything leaves', () => {
    const world = makeWorld('order', 3)
    const key = world.makeKey('bip340', 2)
    const before = world.network.node('b').log.length
    world.startSigning(key, ['b', 'c'], [messageOf('1'), messageOf('2')])
    world.network.run()
    expect(
      world.network
        .node('b')
        .log.slice(before)
        .flatMap(({ effect }) => wordFor(effect) ?? []),
    ).toEqual([
      'reserve',
      'commitNonces',
      'send 1',
      'signShares',
      'send 2',
      'aggregate',
      'messageSigned',
      'messageSigned',
      'signingOutcome',
    ])
  })

  it('our ok waits for the store however long that takes', () => {
    const world = makeWorld('slow store', 2)
    world.startKeygen('evm', 2)
    const node = world.network.node('a')
    while (!storyOf(world, 'a').includes('putPending')) world.network.runUntil(world.network.now + 1)
    expect(storyOf(world, 'a')).not.toContain('send 4')
    expect(node.store.size).toBe(0)
    world.network.run()
    expect(storyOf(world, 'a')).toContain('send 4')
  })
})

describe('a store that fails', () => {
  it('on the reservation: nothing leaves', () => {
    const world = withStore('reserve', 2, (id, { operation }) => id !== 'a' || operation !== 'reserve')
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    expect(storyOf(world, 'a')).toEqual(['reserve', 'keygenOutcome'])
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'internal', stage: 'HashCommitment', blamed: [], missing: [] })
  })

  it('P5: on the pending key: our ok never leaves', () => {
    const world = withStore('pending', 3, (id, { operation }) => id !== 'a' || operation !== 'putPending')
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    expect(storyOf(world, 'a')).not.toContain('send 4')
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'internal', stage: 'SecretShare', blamed: [], missing: [] })
    for (const id of ['b', 'c']) {
      expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'unconfirmed', stage: 'Confirm', blamed: [] })
      expect(missingOf(world.failureOf(id, ceremonyId))).toEqual(['a'])
    }
  })

  it('on the activation: the key stays pending, and the failure is unconfirmed', () => {
    const world = withStore('activate', 2, (id, { operation }) => id !== 'a' || operation !== 'activate')
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'unconfirmed', stage: 'Confirm', blamed: [], missing: [] })
    expect([...world.network.node('a').store.values()]).toMatchObject([{ certificates: null }])
    world.keyOf('b', ceremonyId)
  })
})

describe('G14: activation', () => {
  /** b keeps its confirmation from some. Whoever has it forwards it; if nobody has, their keys stay pending. */
  it('a key is active only where all certificates are stored, for every subset that misses one', () => {
    for (let subset = 0; subset < 8; subset++) {
      const victims = ['a', 'c', 'd'].filter((_, i) => (subset >> i) & 1)
      const world = makeWorld(`subset ${subset}`, 4)
      world.adversary.corrupt('b', ({ envelope, recipient }) =>
        envelope.header.stage === 4 && victims.includes(recipient) ? [] : [envelope.bytes],
      )
      const ceremonyId = world.startKeygen('secp256k1-sha256', 3)
      world.network.run()
      for (const id of world.ids) {
        const [stored] = world.network.node(id).store.values()
        const stuck = victims.length === 3 && victims.includes(id)
        expect(stored?.certificates !== null && stored !== undefined).toBe(!stuck)
        expect(world.network.outcome(id, ceremonyId)).toMatchObject(stuck ? { reason: 'unconfirmed' } : { status: 'success' })
      }
    }
  })

  it('ancestor fault 1: cleaning up long after the end touches no key, pending or active', () => {
    const world = makeWorld('cleanup', 3)
    world.adversary.corrupt('b', ({ envelope, recipient }) => (envelope.header.stage === 4 && recipient === 'c' ? [] : [envelope.bytes]))
    world.startKeygen('evm', 2)
    world.network.run()
    const keys = () =>
      world.ids.map((id) => [...world.network.node(id).store].map(([keyId, { record, certificates }]) => [keyId, record, certificates]))
    const before = structuredClone(keys())
    for (let i = 0; i < 5; i++) world.network.runUntil(world.network.now + 3_600_000)
    expect(keys()).toEqual(before)
    for (const { outcomes } of world.network.nodes.values()) expect([...outcomes.values()].flat()).toHaveLength(1)
  })
})

describe('the one outcome', () => {
  it('is reported once: nothing that comes later has any effect', () => {
    const world = makeWorld('once', 3)
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('once')])
    world.network.run()
    const { inner } = world.network.node('a')
    for (let token = 0; token < 8; token++) {
      expect(inner.awaits(ceremonyId, token)).toBe(false)
      expect(inner.computed(ceremonyId, token, { ok: true, result: {} }, 0)).toEqual([])
      expect(inner.computed(ceremonyId, token, { ok: false }, 0)).toEqual([])
      expect(inner.stored(ceremonyId, token, false, 0)).toEqual([])
    }
    expect(inner.abort(ceremonyId, 0)).toEqual([])
    expect(inner.cleanup(1e12)).toEqual([])
    expect(inner.openIds()).toEqual([])
    expect(inner.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('an answer with an old token changes nothing', () => {
    const world = makeWorld('token', 2)
    const { inner } = world.network.node('a')
    inner.keygen({ ceremonyId: 1n, participants: ['a', 'b'], minSigners: 1, suite: 'evm', protocol: 'frost' }, 0)
    expect(inner.stored(1n, 2, true, 0)).toEqual([])
    expect(inner.awaits(1n, 1)).toBe(true)
    expect(inner.stored(1n, 1, true, 0)).toMatchObject([{ type: 'compute', job: { name: 'dealCommitments' } }])
    expect(inner.stored(1n, 1, true, 0)).toEqual([])
  })
})

describe('abort', () => {
  it('in every phase ends at once, blames and misses nobody; after our ok the key is unconfirmed, and kept', () => {
    const steps = 14
    const reasons: string[] = []
    for (let step = 1; step < steps; step++) {
      const world = makeWorld('abort', 3)
      const ceremonyId = world.startKeygen('bip340', 2)
      const node = world.network.node('a')
      while (storyOf(world, 'a').length < step) world.network.runUntil(world.network.now + 0.5)
      if (node.outcomes.has(ceremonyId)) break
      world.network.abort('a', ceremonyId)
      const failure = world.failureOf('a', ceremonyId)
      expect(failure).toMatchObject({ blamed: [], missing: [] })
      const confirmed = storyOf(world, 'a').includes('send 4')
      expect(failure.reason).toBe(confirmed ? 'unconfirmed' : 'aborted')
      reasons.push(failure.reason)
      // What leaves from now on is the abort, and what was sent before, to who asks for it.
      const sent = world.network.sent.length
      const said = new Set(world.network.sent.filter(({ from }) => from === 'a').map(({ bytes }) => Buffer.from(bytes).toString('hex')))
      world.network.run()
      for (const { from, bytes } of world.network.sent.slice(sent)) {
        if (from === 'a' && stageOf(bytes) !== null && !said.has(Buffer.from(bytes).toString('hex'))) expect(stageOf(bytes)).toBe(0x7f)
      }
      expect(node.outcomes.get(ceremonyId)).toHaveLength(1)
      if (confirmed) expect(node.store.size).toBe(1)
      for (const id of ['b', 'c']) expect(world.network.node(id).outcomes.get(ceremonyId)).toHaveLength(1)
    }
    expect(new Set(reasons)).toEqual(new Set(['aborted', 'unconfirmed']))
  })
})

describe('restart', () => {
  it('T2, N2: every id up to the mark is refused, and nothing is signed under an old session', () => {
    const world = makeWorld('restart', 3)
    const key = world.makeKey('bip340', 2)
    const held: Delivery[] = []
    world.adversary.corrupt('b', ({ envelope, recipient }) => {
      if (recipient !== 'a') return [envelope.bytes]
      held.push({ from: 'b', to: 'a', bytes: envelope.bytes })
      return []
    })
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('restart')])
    world.network.runUntil(world.network.now + 1_000)
    world.network.restart('a')
    const node = world.network.node('a')
    const effects = node.log.length
    for (const { to, bytes } of held) world.network.deliver(to, bytes)
    expect(node.log).toHaveLength(effects)
    expect(new Set(node.dropped)).toEqual(new Set(['late']))
    const again = { ceremonyId, keyId: key.keyId, signers: world.ids, messages: [messageOf('another')] }
    for (const id of [1n, ceremonyId]) {
      expect(refusalOf(() => world.network.sign('a', { ...again, ceremonyId: id }))).toBe('ERR_CEREMONY_ID_USED ceremonyId')
    }
    world.network.run()
    expect(missingOf(world.failureOf('c', ceremonyId))).toEqual(['a'])
    // The next id is free, and the restarted node signs with its stored key.
    world.adversary.reform()
    const next = world.startSigning(key, ['a', 'c'], [messageOf('after')])
    world.network.run()
    expect(world.signaturesOf('a', next)).toEqual(world.signaturesOf('c', next))
  })
})

describe('N4: a source of randomness that fails', () => {
  const failing: Readonly<Record<string, (id: string) => (length: number) => Uint8Array>> = {
    constant: () => (length) => new Uint8Array(length).fill(7),
    zero: () => (length) => new Uint8Array(length),
    restarting: (id) => (length) => seededRandom(id)(length),
    short: (id) => (length) => seededRandom(id)(Math.max(0, length - 1)),
    throwing: () => () => {
      throw new Error('no entropy')
    },
  }
  for (const [what, source] of Object.entries(failing)) {
    it(`${what}: the ceremony ends internally and nothing leaves`, () => {
      const world = makeWorld(`random ${what}`, 2, { randomOf: (id) => (id === 'a' ? source(id) : undefined) })
      const ceremonyId = world.startKeygen('bip340', 1)
      world.network.run()
      expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
      expect(storyOf(world, 'a')).not.toContain('send 1')
      expect(world.network.node('a').errors).toHaveLength(1)
    })
  }

  it('a source that starts again at each call never gives two messages one nonce', () => {
    let broken = false
    const good = seededRandom('good')
    const world = makeWorld('nonce reuse', 2, {
      randomOf: (id) => (id === 'a' ? (length) => (broken ? seededRandom('bad') : good)(length) : undefined),
    })
    const key = world.makeKey('bip340', 2)
    broken = true
    const ids = ['1', '2', '3'].map((text) => world.startSigning(key, world.ids, [messageOf(text)]))
    world.network.run()
    const nonces = envelopesOf(world.network.sent.filter(({ from }) => from === 'a'))
      .filter(({ header }) => header.kind === 'sign' && header.stage === 1)
      .map(({ body }) => Buffer.from(body).toString('hex'))
    expect(nonces).toHaveLength(1)
    expect(ids.filter((id) => world.network.outcome('a', id).status === 'success')).toHaveLength(1)
  })
})
