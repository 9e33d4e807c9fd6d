/** Whoever tells two nodes different things, at whatever stage and to whatever part of them: every honest node names it, and nobody else. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { Failure } from '../../src/ceremony/outcome.ts'
import type { Corruption } from '../simulation/adversary.ts'
import type { World } from '../simulation/world.ts'
import { dealing, flipped } from './dealings.ts'
import { expectHonestUnblamed, expectProof, makeWorld, messageOf } from './support.ts'

const OTHERS = ['a', 'c', 'd']
const { kernel } = makeWorld('kernel', 1)

/** All ways to show one thing to some of the others and another to the rest, both being shown to somebody. */
const PARTITIONS = Array.from({ length: 6 }, (_, i) => OTHERS.filter((_id, place) => ((i + 1) >> place) & 1))

/** b shows `alter` of its message to these. */
function split(stage: number, to: readonly string[], alter: (body: Uint8Array) => Uint8Array): Corruption {
  return ({ envelope, recipient, reseal }) => {
    const told = envelope.header.stage === stage && to.includes(recipient)
    return [told ? reseal({ body: alter(envelope.body) }) : envelope.bytes]
  }
}

/** Every honest node that failed names b, blamed or missing, and nobody honest; what it shows convinces. */
function expectNamed(world: World, ceremonyId: bigint): Failure[] {
  const failures = world.honest.flatMap((id): Failure[] => {
    const outcome = world.network.outcome(id, ceremonyId)
    return outcome.status === 'failure' ? [outcome] : []
  })
  for (const { blamed, missing } of failures) {
    expect([...blamed.map(({ validator }) => validator), ...missing.map(({ validator }) => validator)]).toContain('b')
    for (const { validator } of missing) expect(validator).toBe('b')
  }
  const [piece] = failures.flatMap(({ blamed }) => blamed)
  if (piece !== undefined) expectProof(world, piece, ceremonyId)
  expectHonestUnblamed(world)
  return failures
}

/** Two nodes that succeed have one result. */
function expectOneResult(world: World, ceremonyId: bigint): void {
  const results = world.honest.flatMap((id) => {
    const outcome = world.network.outcome(id, ceremonyId)
    return outcome.status === 'success'
      ? ['key' in outcome ? { ...outcome.key, certificates: undefined } : world.signaturesOf(id, ceremonyId)]
      : []
  })
  for (const result of results) expect(result).toEqual(results[0])
}

describe('R3, G15: every partition of the honest receivers, at every broadcast stage', () => {
  for (const aborts of [true, false]) {
    const heard = aborts ? 'with aborts' : 'where every abort is lost'

    it(`keygen, HashCommitment, ${heard}: proven by all, and nobody has dealt a share`, () => {
      for (const part of PARTITIONS) {
        const blinded = (first: number) =>
          dealing({ kernel, index: 2, count: 3, alter: (body) => ({ ...body, blind: new Uint8Array(32).fill(first) }) })
        const [one, other] = [blinded(1), blinded(2)]
        const world = makeWorld(`hash ${part.join('')} ${aborts}`, 4, { aborts })
        world.adversary.corrupt('b', (tampering) => (part.includes(tampering.recipient) ? one : other)(tampering))
        const ceremonyId = world.startKeygen('bip340', 3)
        world.network.run()
        const failures = expectNamed(world, ceremonyId)
        expect(failures).toHaveLength(3)
        for (const { reason, blamed } of failures) {
          expect(reason).toBe('dispute')
          if (aborts) expect(blamed).toMatchObject([{ validator: 'b', fault: 'equivocation' }])
        }
        for (const id of world.honest) expect(world.network.node(id).store.size).toBe(0)
      }
    })

    it(`keygen, Commitments, ${heard}: the one that does not open is proof by itself, and nobody has a key`, () => {
      for (const part of PARTITIONS) {
        const world = makeWorld(`reveal ${part.join('')} ${aborts}`, 4, { aborts })
        world.adversary.corrupt(
          'b',
          split(2, part, (body) => flipped(body, 0)),
        )
        const ceremonyId = world.startKeygen('evm', 2)
        world.network.run()
        const failures = world.honest.map((id) => world.failureOf(id, ceremonyId))
        expectHonestUnblamed(world)
        if (aborts) for (const failure of failures) expect(failure.blamed).toMatchObject([{ validator: 'b', fault: 'bad-hash-opening' }])
        for (const id of world.honest) expect(world.network.node(id).store.size).toBe(0)
      }
    })

    it(`keygen, Confirm, ${heard}: who got the other one names b, and no two nodes have different keys`, () => {
      for (const part of PARTITIONS) {
        const world = makeWorld(`confirm ${part.join('')} ${aborts}`, 4, { aborts })
        world.adversary.corrupt(
          'b',
          split(4, part, (body) => flipped(body)),
        )
        const ceremonyId = world.startKeygen('secp256k1-sha256', 2)
        world.network.run()
        const failures = expectNamed(world, ceremonyId)
        expect(failures.length).toBeGreaterThanOrEqual(part.length)
        expectOneResult(world, ceremonyId)
      }
    })
  }

  for (const stage of [1, 2]) {
    it(`signing, stage ${stage}: no two nodes have different signatures, and who failed names b`, () => {
      const world = makeWorld(`signing ${stage}`, 4, { aborts: true })
      const key = world.makeKey('bip340', 3)
      const swap = (body: Uint8Array): Uint8Array => {
        const half = body.length / 2
        return concatBytes(body.subarray(half), body.subarray(0, half))
      }
      for (const part of PARTITIONS) {
        world.adversary.reform()
        world.adversary.corrupt('b', split(stage, part, swap))
        const ceremonyId = world.startSigning(key, world.ids, [messageOf('1'), messageOf('2')])
        world.network.run()
        const failures = expectNamed(world, ceremonyId)
        expect(failures.length).toBeGreaterThanOrEqual(stage === 1 ? 3 : part.length)
        if (stage === 1) for (const { blamed } of failures) expect(blamed).toMatchObject([{ validator: 'b', fault: 'equivocation' }])
        expectOneResult(world, ceremonyId)
      }
    })
  }
})

describe('T4: two messages of one author for one slot', () => {
  const twice = (stage: number): Corruption => {
    return ({ envelope, reseal }) =>
      envelope.header.stage === stage ? [envelope.bytes, reseal({ body: flipped(envelope.body) })] : [envelope.bytes]
  }

  it('are proof, with two headers, at every stage of a key generation', () => {
    for (const stage of [1, 2, 3, 4]) {
      const world = makeWorld(`twice ${stage}`, 3, { aborts: true })
      world.adversary.corrupt('b', twice(stage))
      const ceremonyId = world.startKeygen('evm', 2)
      world.network.run()
      for (const failure of expectNamed(world, ceremonyId)) expect(failure.blamed).not.toEqual([])
      expectOneResult(world, ceremonyId)
    }
  })

  it('the first one for a finished stage comes too late, another one is proof', () => {
    const world = makeWorld('finished', 3)
    let first: Uint8Array | null = null
    let other: Uint8Array | null = null
    world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => {
      if (envelope.header.stage === 1 && recipient === 'a') {
        first = envelope.bytes
        other = reseal({ body: flipped(envelope.body) })
      }
      return envelope.header.stage === 3 ? [] : [envelope.bytes]
    })
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.runUntil(2_000)
    const node = world.network.node('a')
    world.network.deliver('a', first ?? new Uint8Array())
    expect(node.dropped.at(-1)).toBe('late')
    world.network.deliver('a', other ?? new Uint8Array())
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'dispute', blamed: [{ validator: 'b', fault: 'equivocation' }] })
  })
})
