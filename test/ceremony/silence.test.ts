/** Who says nothing is missing, never blamed: named exactly, at the deadline and not before. */
import { describe, expect, it } from 'vitest'
import type { StageName } from '../../src/wire/message.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { STAGE_TIMEOUT_MS } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { envelopesOf, expectFailure, makeWorld, messageOf, missingOf } from './support.ts'

/** Keeps quiet in one stage, towards some or all. */
function silentIn(stage: number, towards: (recipient: string) => boolean = () => true): Corruption {
  return ({ envelope, recipient }) => (envelope.header.stage === stage && towards(recipient) ? [] : [envelope.bytes])
}

/** The end of stage k is k stage times after the instruction: what a stage did not use, the next ones have. */
function expectAtDeadline(world: World, ceremonyId: bigint, stage: number, ids: readonly string[] = world.honest): void {
  for (const id of ids) expect(world.endOf(id, ceremonyId)).toBe(world.startOf(id, ceremonyId) + stage * STAGE_TIMEOUT_MS)
}

const KEYGEN_STAGES: readonly (readonly [number, StageName])[] = [
  [1, 'HashCommitment'],
  [2, 'Commitments'],
  [3, 'SecretShare'],
  [4, 'Confirm'],
]
const SIGN_STAGES: readonly (readonly [number, StageName])[] = [
  [1, 'NonceCommitments'],
  [2, 'SignatureShare'],
]

describe('T10: silence in keygen', () => {
  for (const [stage, name] of KEYGEN_STAGES) {
    it(`in stage ${name}, from each node and from two, is a timeout with the exact names at the deadline`, () => {
      for (const silent of ['a', 'b', 'c', 'd', 'bd']) {
        const world = makeWorld(`silence ${stage} ${silent}`, 4, { duplicate: 0.2, maxDelayMs: 500 })
        for (const id of silent) world.adversary.corrupt(id, silentIn(stage))
        const ceremonyId = world.startKeygen('secp256k1-sha256', 2)
        world.network.run()
        // From our ok on the key may become active elsewhere.
        const reason = stage === 4 ? 'unconfirmed' : 'timeout'
        const failure = expectFailure(world, ceremonyId, { reason, stage: name, blamed: [] })
        expect(missingOf(failure)).toEqual([...silent])
        expectAtDeadline(world, ceremonyId, stage)
        for (const id of world.honest)
          expect(world.failureOf(id, ceremonyId).missing.map(({ reportedBy }) => reportedBy)).toEqual([...silent].map(() => id))
      }
    })
  }

  it('towards one node alone: that one misses it, the others then miss that one', () => {
    const world = makeWorld('one victim', 4)
    world.adversary.corrupt(
      'b',
      silentIn(3, (recipient) => recipient === 'd'),
    )
    const ceremonyId = world.startKeygen('bip340', 3)
    world.network.run()
    expect(world.failureOf('d', ceremonyId)).toMatchObject({ reason: 'timeout', stage: 'SecretShare', blamed: [] })
    expect(missingOf(world.failureOf('d', ceremonyId))).toEqual(['b'])
    for (const id of ['a', 'c']) {
      expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'unconfirmed', stage: 'Confirm', blamed: [] })
      expect(missingOf(world.failureOf(id, ceremonyId))).toEqual(['d'])
    }
    expectAtDeadline(world, ceremonyId, 3, ['d'])
    expectAtDeadline(world, ceremonyId, 4, ['a', 'c'])
  })

  it('G27: nobody goes on without the missing one: no key, and the next attempt is a ceremony of its own with fresh commitments', () => {
    const world = makeWorld('fresh', 3)
    world.adversary.corrupt('b', silentIn(2))
    const first = world.startKeygen('bip340', 2)
    world.network.run()
    expectFailure(world, first, { reason: 'timeout', stage: 'Commitments' })
    for (const { store } of world.network.nodes.values()) expect(store.size).toBe(0)
    world.adversary.reform()
    const second = world.startKeygen('bip340', 2)
    world.network.run()
    for (const id of world.ids) world.keyOf(id, second)
    const said = (ceremonyId: bigint): string[] =>
      envelopesOf(world.network.sent).flatMap(({ header, body }) =>
        header.ceremonyId === ceremonyId && header.stage <= 4 ? [Buffer.from(body).toString('hex')] : [],
      )
    const before = new Set(said(first))
    // The silent one's machine went on to deal its shares.
    expect(before.size).toBe(3 + 3 + 2)
    expect(said(second).filter((body) => before.has(body))).toEqual([])
  })

  it('a node that was never instructed is missing', () => {
    const world = makeWorld('uninstructed', 3)
    const instruction = { ceremonyId: 7n, participants: world.ids, minSigners: 2, suite: 'evm', protocol: 'frost' } as const
    for (const id of ['a', 'b']) world.network.keygen(id, instruction)
    world.network.run()
    for (const id of ['a', 'b']) {
      expect(world.failureOf(id, 7n)).toMatchObject({
        reason: 'timeout',
        stage: 'HashCommitment',
        missing: [{ validator: 'c', reportedBy: id }],
      })
    }
    expect(world.network.node('c').outcomes.size).toBe(0)
  })
})

describe('T10, ancestor fault 13: silence in signing', () => {
  const world = makeWorld('signing silence', 4, { duplicate: 0.2 })
  const key = world.makeKey('bip340', 2)
  for (const [stage, name] of SIGN_STAGES) {
    it(`in stage ${name}, from each signer and from two, is a timeout with the exact names at the deadline`, () => {
      for (const silent of ['a', 'b', 'c', 'd', 'ac']) {
        world.adversary.reform()
        for (const id of silent) world.adversary.corrupt(id, silentIn(stage))
        const ceremonyId = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
        world.network.run()
        const failure = expectFailure(world, ceremonyId, { reason: 'timeout', stage: name, blamed: [] })
        expect(missingOf(failure)).toEqual([...silent])
        expectAtDeadline(world, ceremonyId, stage)
        for (const { inner } of world.network.nodes.values()) expect(inner.open).toBe(0)
      }
    })
  }

  it('the same message can be signed after the failure', () => {
    world.adversary.reform()
    const ceremonyId = world.startSigning(key, ['a', 'd'], [messageOf('1')])
    world.network.run()
    expect(world.signaturesOf('a', ceremonyId)).toEqual(world.signaturesOf('d', ceremonyId))
  })

  it('T12: what comes a millisecond after the end changes nothing', () => {
    const held: (() => void)[] = []
    const late = makeWorld('late', 3)
    const lateKey = late.makeKey('bip340', 2)
    late.adversary.corrupt('b', ({ envelope, recipient }) => {
      held.push(() => late.network.deliver(recipient, envelope.bytes))
      return []
    })
    const ceremonyId = late.startSigning(lateKey, late.ids, [messageOf('3')])
    late.network.run()
    late.network.runUntil(late.network.now + 1)
    for (const deliver of held) deliver()
    expect(held.length).toBeGreaterThan(0)
    const failure = expectFailure(late, ceremonyId, { reason: 'timeout' })
    expect(missingOf(failure)).toEqual(['b'])
    for (const id of late.honest) expect(late.network.node(id).dropped).toContain('late')
  })
})

describe('deadlines', () => {
  it('unused time carries over: a stage may take longer than one stage time when the earlier ones were quick', () => {
    const world = makeWorld('carry', 3)
    const key = world.makeKey('bip340', 2)
    const held: (() => void)[] = []
    world.adversary.corrupt('b', ({ envelope, recipient }) => {
      if (envelope.header.stage === 1) return [envelope.bytes]
      held.push(() => world.network.deliver(recipient, envelope.bytes))
      return []
    })
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('carry')])
    const start = world.network.now
    world.network.runUntil(start + 1.9 * STAGE_TIMEOUT_MS)
    for (const id of world.honest) expect(world.network.node(id).outcomes.has(ceremonyId)).toBe(false)
    for (const deliver of held) deliver()
    world.network.run()
    for (const id of world.honest) expect(world.signaturesOf(id, ceremonyId)).toHaveLength(1)
  })

  it('a job of our own that never ends is an internal failure a stage time later, and blames and misses nobody', () => {
    const world = makeWorld('hanging job', 2)
    const { inner } = world.network.node('a')
    const now = world.network.now
    const { effects } = inner.keygen({ ceremonyId: 1n, participants: ['a', 'b'], minSigners: 1, suite: 'evm', protocol: 'frost' }, now)
    expect(effects.map(({ type }) => type)).toEqual(['store'])
    expect(inner.nextDeadline()).toBe(now + STAGE_TIMEOUT_MS)
    expect(inner.cleanup(now + STAGE_TIMEOUT_MS - 1)).toEqual([])
    expect(inner.cleanup(now + STAGE_TIMEOUT_MS)).toMatchObject([
      { event: { type: 'keygenOutcome', outcome: { reason: 'internal', blamed: [], missing: [] } } },
    ])
    // Nothing is left but its tail.
    expect(inner.nextDeadline()).toBe(now + 3 * STAGE_TIMEOUT_MS)
    expect(inner.cleanup(now + 3 * STAGE_TIMEOUT_MS)).toEqual([])
    expect(inner.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })
})
