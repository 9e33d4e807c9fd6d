/** A dealer with its real key and everything else in its hands: whoever is at fault is named exactly, with proof, and nobody else. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { decodeCommitments, hashCommitmentOf } from '../../src/wire/bodies.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { type Delivery, NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { BAD_POINTS, dealing, flipped, replaceItem } from './dealings.ts'
import { expectFailure, expectHonestUnblamed, makeWorld, missingOf, stageOf } from './support.ts'

/** b attacks. */
const INDEX = 2
const MIN_SIGNERS = 3

interface Attacked {
  readonly world: World
  readonly ceremonyId: bigint
}

function attack(name: string, corruption: Corruption, nodes = 4, minSigners = MIN_SIGNERS): Attacked {
  const world = makeWorld(`keygen ${name}`, nodes, { duplicate: 0.2 })
  world.adversary.corrupt('b', corruption)
  const ceremonyId = world.startKeygen('bip340', minSigners)
  world.network.run()
  return { world, ceremonyId }
}

/** Alters what b sends in one stage, and nothing else. */
function inStage(stage: number, alter: Corruption): Corruption {
  return (tampering) => (tampering.envelope.header.stage === stage ? alter(tampering) : [tampering.envelope.bytes])
}

const kernel = makeWorld('kernel', 1).kernel

describe('a dealer of another degree', () => {
  const nodes = 5
  for (const count of [0, 1, 2, 4, MIN_SIGNERS + 5, 2 * nodes]) {
    it(`G2, G3: ${count} coefficients instead of ${MIN_SIGNERS}, with proof and matching hash, are blamed`, () => {
      const { world, ceremonyId } = attack(`count ${count}`, dealing({ kernel, index: INDEX, count }), nodes)
      expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: ['b bad-commitment-count'] })
    })
  }

  it('G2: a count for more positions than keygen has is blamed', () => {
    const alterBytes = (body: Uint8Array) => {
      const { commitments, proofs } = decodeCommitments(body)
      const head = new Uint8Array(body.subarray(0, 100))
      new DataView(head.buffer).setUint16(96, 2)
      return concatBytes(head, commitments, proofs, commitments, proofs)
    }
    const { world, ceremonyId } = attack('positions', dealing({ kernel, index: INDEX, count: MIN_SIGNERS, alterBytes }))
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', blames: ['b bad-commitment-count'] })
  })

  it('T8: a vector above the cap is dropped unread, and its author is missing', () => {
    const { world, ceremonyId } = attack('oversize', dealing({ kernel, index: INDEX, count: 200 }))
    const failure = expectFailure(world, ceremonyId, { reason: 'timeout', stage: 'Commitments', blamed: [] })
    expect(missingOf(failure)).toEqual(['b'])
    for (const id of world.honest) expect(world.network.node(id).dropped).toContain('size')
  })
})

describe('a dealer of bad points', () => {
  for (const [what, bad] of Object.entries(BAD_POINTS)) {
    it(`G24: an encryption key, any commitment and a proof's R that is ${what} is blamed`, () => {
      const attacks = [
        dealing({ kernel, index: INDEX, count: 3, alter: (body) => ({ ...body, encryptionKey: bad(body.encryptionKey) }) }),
        ...[0, 64, 128].map((at) =>
          dealing({
            kernel,
            index: INDEX,
            count: 3,
            alter: (body) => ({ ...body, commitments: replaceItem(body.commitments, at, bad(body.commitments.slice(at, at + 64))) }),
          }),
        ),
        dealing({
          kernel,
          index: INDEX,
          count: 3,
          alter: (body) => ({ ...body, proofs: replaceItem(body.proofs, 0, bad(body.proofs.slice(0, 64))) }),
        }),
      ]
      attacks.forEach((corruption, i) => {
        const { world, ceremonyId } = attack(`${what} ${i}`, corruption)
        expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: ['b bad-point'] })
      })
    })
  }
})

describe('a dealer that does not know what it commits to', () => {
  it('G5: a proof that does not hold is blamed', () => {
    const alter = dealing({ kernel, index: INDEX, count: 3, alter: (body) => ({ ...body, proofs: flipped(body.proofs) }) })
    const { world, ceremonyId } = attack('proof', alter)
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: ['b bad-proof'] })
  })

  it('G5: two such dealers are both blamed', () => {
    const world = makeWorld('two proofs', 5)
    for (const [id, index] of [
      ['b', 2],
      ['d', 4],
    ] as const) {
      world.adversary.corrupt(id, dealing({ kernel, index, count: 2, alter: (body) => ({ ...body, proofs: flipped(body.proofs) }) }))
    }
    const ceremonyId = world.startKeygen('evm', 2)
    world.network.run()
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: ['b bad-proof', 'd bad-proof'] })
  })

  it('N17: a proof with z of q or more is malformed', () => {
    const alterBytes = (body: Uint8Array) => replaceItem(body, body.length - 32, new Uint8Array(32).fill(0xff))
    const { world, ceremonyId } = attack('z', dealing({ kernel, index: INDEX, count: 3, alterBytes }))
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', blames: ['b malformed'] })
  })

  /** b says what a said, as soon as it has heard it: the same hash in stage 1, or a hash of its own over it. */
  function mirror(name: string, ownHash: boolean): Attacked {
    // a's reveal is known to the rushing attacker's accomplice, the test: the run is repeated with it.
    let reveal: Uint8Array | null = null
    const run = (): Attacked => {
      const mirrored = (delivery: Delivery): readonly Delivery[] => {
        if (delivery.from === 'a' && stageOf(delivery.bytes) === 2) reveal = decodeEnvelope(new Uint8Array(delivery.bytes), NETWORK).body
        return world.adversary.intercept(delivery)
      }
      const world: World = makeWorld(`mirror ${name}`, 4, { intercept: mirrored })
      world.adversary.corrupt('b', ({ envelope, reseal }) => {
        const { sid, stage } = envelope.header
        if (reveal === null || stage > 2) return stage > 2 ? [] : [envelope.bytes]
        return [reseal({ body: stage === 2 ? reveal : hashCommitmentOf(sid, ownHash ? INDEX : 1, reveal) })]
      })
      const ceremonyId = world.startKeygen('bip340', MIN_SIGNERS)
      world.network.run()
      return { world, ceremonyId }
    }
    run()
    return run()
  }

  it('G7: a copied hash commitment opens for its author alone', () => {
    const { world, ceremonyId } = mirror('hash', false)
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', blames: ['b bad-hash-opening'] })
  })

  it('G8: a copied dealing has no valid proof under another index', () => {
    const { world, ceremonyId } = mirror('dealing', true)
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', blames: ['b bad-proof'] })
  })
})

describe('a dealer that reveals something else', () => {
  it('G6, ancestor fault 3: any change after the hash commitment is blamed, so that the last to speak cannot choose', () => {
    const changes: ((body: Uint8Array) => Uint8Array)[] = [
      (body) => flipped(body, 0),
      (body) => flipped(body, 40),
      // The commitment to the second coefficient alone, to another valid point.
      (body) => replaceItem(body, 100 + 64, body.slice(100, 164)),
    ]
    changes.forEach((change, i) => {
      const { world, ceremonyId } = attack(
        `opening ${i}`,
        inStage(2, ({ envelope, reseal }) => [reseal({ body: change(envelope.body) })]),
      )
      expectFailure(world, ceremonyId, { reason: 'fault', stage: 'Commitments', missing: [], blames: ['b bad-hash-opening'] })
    })
  })
})

describe('malformed messages under a valid signature', () => {
  const bodies: [stage: number, name: string, what: string, change: (body: Uint8Array) => Uint8Array][] = [
    [1, 'HashCommitment', 'empty', () => new Uint8Array()],
    [1, 'HashCommitment', 'short', (body) => body.slice(1)],
    [2, 'Commitments', 'empty', () => new Uint8Array()],
    [2, 'Commitments', 'short', (body) => body.slice(0, -1)],
    [2, 'Commitments', 'long', (body) => concatBytes(body, Uint8Array.of(0))],
    [2, 'Commitments', 'no position', (body) => replaceItem(body, 96, Uint8Array.of(0, 0))],
  ]
  for (const [stage, name, what, change] of bodies) {
    it(`a body of stage ${name} that is ${what} is blamed`, () => {
      const { world, ceremonyId } = attack(
        `malformed ${stage} ${what}`,
        inStage(stage, ({ envelope, reseal }) => [reseal({ body: change(envelope.body) })]),
      )
      expectFailure(world, ceremonyId, { reason: 'fault', stage: name as 'Commitments', missing: [], blames: ['b malformed'] })
    })
  }

  it('a malformed share is blamed by its recipient; the others, whose ok is out, miss the recipient', () => {
    const { world, ceremonyId } = attack(
      'malformed share',
      inStage(3, ({ envelope, recipient, reseal }) => [recipient === 'c' ? reseal({ body: envelope.body.slice(1) }) : envelope.bytes]),
    )
    expectHonestUnblamed(world)
    expect(world.failureOf('c', ceremonyId)).toMatchObject({ reason: 'fault', stage: 'SecretShare', missing: [] })
    expect(world.failureOf('c', ceremonyId).blamed).toMatchObject([{ validator: 'b', fault: 'malformed' }])
    for (const id of ['a', 'd']) {
      const failure = world.failureOf(id, ceremonyId)
      expect(failure).toMatchObject({ reason: 'unconfirmed', stage: 'Confirm', blamed: [] })
      expect(missingOf(failure)).toEqual(['c'])
    }
  })

  for (const [what, change] of [
    ['has no known status', () => Uint8Array.of(3)],
    ['is short', (body: Uint8Array) => body.slice(0, -1)],
    ['has complaints without a complaint', () => Uint8Array.of(2, 0, 0)],
  ] as const) {
    it(`a confirmation that ${what} is blamed, and the key may still become active elsewhere`, () => {
      const { world, ceremonyId } = attack(
        `malformed confirm ${what}`,
        inStage(4, ({ envelope, reseal }) => [reseal({ body: change(envelope.body) })]),
      )
      expectFailure(world, ceremonyId, { reason: 'unconfirmed', stage: 'Confirm', missing: [], blames: ['b malformed'] })
      for (const id of world.honest) expect([...world.network.node(id).store.values()]).toMatchObject([{ certificates: null }])
    })
  }

  for (const [stage, name] of [
    [1, 'HashCommitment'],
    [2, 'Commitments'],
    [4, 'Confirm'],
  ] as const) {
    it(`a broadcast of stage ${name} that is sent privately is blamed`, () => {
      const { world, ceremonyId } = attack(
        `private ${stage}`,
        inStage(stage, ({ recipient, reseal }) => [reseal({ header: { to: recipient } })]),
      )
      expectFailure(world, ceremonyId, { missing: [], blames: ['b malformed'] })
    })
  }

  it('a share that is broadcast is blamed', () => {
    const { world, ceremonyId } = attack(
      'public 3',
      inStage(3, ({ reseal }) => [reseal({ header: { to: null } })]),
    )
    expectFailure(world, ceremonyId, { reason: 'fault', missing: [], blames: ['b malformed'] })
  })

  it('a first message with another digest than its own sid is blamed: there is no dispute about the start', () => {
    const { world, ceremonyId } = attack(
      'start',
      inStage(1, ({ reseal }) => [reseal({ header: { previousTranscript: new Uint8Array(32).fill(7) } })]),
    )
    expectFailure(world, ceremonyId, { reason: 'fault', stage: 'HashCommitment', missing: [], blames: ['b malformed'] })
  })
})

describe('a dealer that tells its recipients different things', () => {
  it('G15, ancestor fault 4: hash commitments that differ between recipients are proven before any share is sent', () => {
    const dealings = new Map(
      ['a', 'c', 'd'].map((id) => {
        const blind = new Uint8Array(32).fill(id === 'a' ? 1 : 2)
        return [id, dealing({ kernel, index: INDEX, count: 3, alter: (body) => ({ ...body, blind }) })]
      }),
    )
    const { world, ceremonyId } = attack('equivocation', (tampering) => dealings.get(tampering.recipient)?.(tampering) ?? [])
    expectFailure(world, ceremonyId, { reason: 'dispute', missing: [], blames: ['b equivocation'] })
    for (const { effect } of world.honest.flatMap((id) => world.network.node(id).log)) {
      if (effect.type === 'send') expect(stageOf(effect.bytes)).not.toBe(3)
      if (effect.type === 'compute') expect(effect.job.name).not.toBe('dealShares')
    }
  })

  it('G15, ancestor fault 4: a reveal that differs for one recipient is blamed by it, and nobody has a key', () => {
    const { world, ceremonyId } = attack(
      'two reveals',
      inStage(2, ({ envelope, recipient, reseal }) => [recipient === 'a' ? reseal({ body: flipped(envelope.body, 0) }) : envelope.bytes]),
    )
    expectHonestUnblamed(world)
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'fault', blamed: [{ validator: 'b', fault: 'bad-hash-opening' }] })
    for (const id of ['c', 'd'])
      expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'timeout', stage: 'SecretShare', blamed: [] })
    for (const id of world.honest) expect(world.network.node(id).store.size).toBe(0)
  })
})
