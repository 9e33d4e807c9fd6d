/** What a node that fails says to the others, and what that does: a proof convinces all, a claim is passed on in its author's name, and nothing else counts. */
import { describe, expect, it } from 'vitest'
import { encodeAbort } from '../../src/wire/abort.ts'
import { ABORT_STAGE, type EnvelopeHeader } from '../../src/wire/message.ts'
import { maxViewBytes } from '../../src/wire/sizes.ts'
import type { World } from '../simulation/world.ts'
import { headersOf, saidIn, sealAs, tell } from './side-talk.ts'
import { blamesOf, expectHonestUnblamed, expectProof, makeWorld, messageOf, missingOf, stageOf } from './support.ts'

interface Waiting {
  readonly world: World
  readonly ceremonyId: bigint
  readonly sample: EnvelopeHeader
}

/** d is silent from stage 2 on: a, b and c wait in it. */
function waiting(name: string): Waiting {
  const world = makeWorld(name, 4, { aborts: true })
  world.adversary.corrupt('d', ({ envelope }) => (envelope.header.stage >= 2 ? [] : [envelope.bytes]))
  const ceremonyId = world.startKeygen('bip340', 2)
  world.network.runUntil(2_000)
  const [first] = headersOf(saidIn(world, ceremonyId), 1)
  if (first === undefined) throw new Error('nothing was said')
  return { world, ceremonyId, sample: first.header }
}

function abortOf({ sample }: Waiting, body: Uint8Array, change: Partial<EnvelopeHeader> = {}): Uint8Array {
  return sealAs('d', sample, { stage: ABORT_STAGE, ...change }, body)
}

const stopped = (missing: readonly string[] = [], reason: 'aborted' | 'degenerate' | 'timeout' = 'aborted') =>
  encodeAbort({ type: 'reason', reason, missing })

function abortsIn(world: World, ceremonyId: bigint) {
  return saidIn(world, ceremonyId).filter(({ header }) => header.stage === ABORT_STAGE)
}

describe('a proof', () => {
  it('of what one node was shown convinces all: the victim is missed by nobody', () => {
    const world = makeWorld('one victim', 4, { aborts: true })
    world.adversary.corrupt('d', ({ envelope, recipient, reseal }) => [
      envelope.header.stage === 3 && recipient === 'b' ? reseal({ body: envelope.body.slice(1) }) : envelope.bytes,
    ])
    const ceremonyId = world.startKeygen('evm', 2)
    world.network.run()
    for (const id of world.honest) {
      const { blamed, missing } = world.failureOf(id, ceremonyId)
      expect(missing).toEqual([])
      expect(blamed).toEqual(world.failureOf('b', ceremonyId).blamed)
      for (const blame of blamed) expectProof(world, blame, ceremonyId)
    }
    expect(blamesOf(world.failureOf('b', ceremonyId))).toEqual(['d malformed'])
    // Each honest node has said so itself, once.
    expect(
      abortsIn(world, ceremonyId)
        .map(({ header }) => header.from)
        .filter((id) => id !== 'd')
        .sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  it('of bad signature shares names every culprit everywhere', () => {
    const world = makeWorld('two culprits', 4, { aborts: true })
    const key = world.makeKey('bip340', 3)
    for (const id of ['b', 'd']) {
      world.adversary.corrupt(id, ({ envelope, reseal }) => [
        envelope.header.stage === 2 ? reseal({ body: new Uint8Array(64) }) : envelope.bytes,
      ])
    }
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
    world.network.run()
    for (const id of world.honest) {
      const { blamed, reason } = world.failureOf(id, ceremonyId)
      expect(reason).toBe('fault')
      expect([...new Set(blamed.map(({ validator, fault, message }) => `${validator} ${fault} ${message === undefined}`))]).toEqual([
        'b bad-signature-share false',
        'd bad-signature-share false',
      ])
    }
  })
})

describe('a claim', () => {
  it('T10: who times out first tells all, and the others pass its word on instead of missing it', () => {
    const { world, ceremonyId } = waiting('timeout')
    world.network.run()
    const authors = new Set(abortsIn(world, ceremonyId).map(({ header }) => header.from))
    for (const id of world.honest) {
      const { reason, missing, blamed } = world.failureOf(id, ceremonyId)
      expect([reason, blamed]).toEqual(['timeout', []])
      expect(missing.map(({ validator }) => validator)).toEqual(['d'])
      for (const { reportedBy } of missing) expect(authors).toContain(reportedBy)
    }
  })

  it('passed on is the same bytes under the name of its author', () => {
    const about = waiting('passed on')
    const { world, ceremonyId } = about
    tell(world, ['a'], abortOf(about, stopped(['b'], 'timeout')))
    world.network.run()
    for (const id of world.honest) {
      expect(world.failureOf(id, ceremonyId)).toMatchObject({
        reason: 'timeout',
        missing: [{ validator: 'b', reportedBy: 'd' }],
        blamed: [],
      })
    }
    expect(abortsIn(world, ceremonyId).filter(({ header }) => header.from !== 'd')).toEqual([])
  })

  it('that names nobody names its author', () => {
    const about = waiting('stopped')
    tell(about.world, ['a'], abortOf(about, stopped()))
    expect(about.world.failureOf('a', about.ceremonyId)).toMatchObject({
      reason: 'aborted',
      missing: [{ validator: 'd', reportedBy: 'a' }],
      blamed: [],
    })
  })

  it('T12: changes nothing when it comes after the end, or when all messages of the last stage are there', () => {
    const about = waiting('late')
    const { world } = about
    world.network.run()
    tell(world, ['a'], abortOf(about, stopped()))
    expect(world.network.node('a').dropped.at(-1)).toBe('late')

    const done: World = makeWorld('decided', 3, {
      aborts: true,
      store: (id, { operation }) => {
        if (id !== 'a' || operation !== 'activate') return true
        const [first] = headersOf(saidIn(done, 1n), 1)
        if (first !== undefined) tell(done, ['a'], sealAs('b', first.header, { stage: ABORT_STAGE }, stopped()))
        return true
      },
    })
    const ceremonyId = done.startKeygen('bip340', 2)
    done.network.run()
    expect(done.network.node('a').dropped).toContain('late')
    for (const id of done.ids) done.keyOf(id, ceremonyId)
  })

  it('of a store that fails when all has been said is not made: it would end what succeeds', () => {
    // b hears the last confirmation long after its author has failed.
    const world: World = makeWorld('activation', 3, {
      aborts: true,
      store: (id, { operation }) => id !== 'a' || operation !== 'activate',
      intercept: (delivery) => {
        const slow = delivery.from === 'a' && delivery.to === 'b' && stageOf(delivery.bytes) === 4
        return world.adversary.intercept(delivery).map((passed) => (slow ? { ...passed, delayMs: 5_000 } : passed))
      },
    })
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'unconfirmed', missing: [], blamed: [] })
    for (const id of ['b', 'c']) world.keyOf(id, ceremonyId)
  })

  it('that nothing can come of it is not believed: when it has, its author is missing', () => {
    const about = waiting('degenerate')
    const { world, ceremonyId } = about
    world.adversary.reform()
    tell(world, ['a', 'b', 'c'], abortOf(about, stopped([], 'degenerate')))
    for (const id of world.honest) expect(world.network.node(id).outcomes.has(ceremonyId)).toBe(false)
    // Then its stage 2 comes, and all go on to stage 3.
    for (const { header, bytes } of saidIn(world, ceremonyId))
      if (header.stage === 2 && header.from === 'd') tell(world, ['a', 'b', 'c'], bytes)
    world.network.run()
    for (const id of ['a', 'b', 'c']) {
      expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'aborted', blamed: [] })
      expect(missingOf(world.failureOf(id, ceremonyId))).toEqual(['d'])
    }
  })
})

describe('an abort that is wrong in itself is proof against its author', () => {
  const wrong: Readonly<Record<string, (about: Waiting) => Uint8Array>> = {
    'names its author': (about) => abortOf(about, stopped(['d'])),
    'names somebody who is no participant': (about) => abortOf(about, stopped(['stranger'])),
    'is sent to one node': (about) => abortOf(about, stopped(), { to: 'a' }),
    'does not carry the sid': (about) => abortOf(about, stopped(), { previousTranscript: new Uint8Array(32) }),
    'has no encoding': (about) => abortOf(about, new Uint8Array(5)),
    'holds no evidence': (about) => abortOf(about, new Uint8Array([1, 0, 0])),
  }
  for (const [what, make] of Object.entries(wrong)) {
    it(`because it ${what}`, () => {
      const about = waiting(what)
      const { world, ceremonyId } = about
      tell(world, ['a'], make(about))
      const failure = world.failureOf('a', ceremonyId)
      expect(blamesOf(failure)).toEqual(['d malformed'])
      for (const blame of failure.blamed) expectProof(world, blame, ceremonyId)
      expectHonestUnblamed(world)
    })
  }

  it('but junk larger than any view is dropped: its proof would be as large', () => {
    const about = waiting('junk')
    tell(about.world, ['a'], abortOf(about, new Uint8Array(maxViewBytes(about.world.ids.length) + 1)))
    expect(about.world.network.node('a').dropped.at(-1)).toBe('malformed')
    expect(about.world.network.node('a').outcomes.has(about.ceremonyId)).toBe(false)
  })

  it('T8: and what no honest abort of so small a ceremony can need is dropped unread', () => {
    const about = waiting('large')
    tell(about.world, ['a'], abortOf(about, new Uint8Array(1 << 20)))
    expect(about.world.network.node('a').dropped.at(-1)).toBe('size')
    expect(about.world.network.node('a').outcomes.has(about.ceremonyId)).toBe(false)
  })

  it('T4: two that differ are proof, the same again is a duplicate', () => {
    const about = waiting('two')
    const { world, ceremonyId } = about
    const first = abortOf(about, stopped([], 'degenerate'))
    tell(world, ['a'], first)
    tell(world, ['a'], first)
    expect(world.network.node('a').dropped.at(-1)).toBe('duplicate')
    tell(world, ['a'], abortOf(about, stopped(['b'])))
    expect(blamesOf(world.failureOf('a', ceremonyId))).toEqual(['d equivocation'])
  })

  it('T20: an abort in our own name is not ours', () => {
    const { world, sample, ceremonyId } = waiting('own')
    tell(world, ['a'], sealAs('a', sample, { stage: ABORT_STAGE }, stopped()))
    expect(world.network.node('a').dropped.at(-1)).toBe('sender')
    expect(world.network.node('a').outcomes.has(ceremonyId)).toBe(false)
  })
})
