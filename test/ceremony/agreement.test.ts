/** What nodes must have in common before a secret leaves, and keys that no key can be. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { KeygenInstruction, SignInstruction } from '../../src/client/requests.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import { ABORT_STAGE } from '../../src/wire/message.ts'
import { seededRandom } from '../helpers/random.ts'
import { type Delivery, NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { expectHonestUnblamed, makeWorld, messageOf, missingOf } from './support.ts'

/** No job after the first stage ran anywhere: no nonce was used, no share was dealt. */
function expectNoSecretUsed(world: World, ceremonyId: bigint): void {
  for (const { log } of world.network.nodes.values()) {
    for (const { effect } of log) {
      if (effect.type === 'compute' && effect.ceremonyId === ceremonyId) {
        expect(['dealCommitments', 'commitNonces']).toContain(effect.job.name)
      }
    }
  }
}

/** A world whose messages wait until every node has spoken: who ends before has nothing to say, and is missed by the others at the deadline. */
function patientWorld(name: string, nodes: number): { readonly world: World; exchange(): void } {
  let held: Delivery[] | null = []
  const world = makeWorld(name, nodes, {
    intercept: (delivery) => {
      if (held === null) return [delivery]
      held.push(delivery)
      return []
    },
  })
  const exchange = (): void => {
    world.network.runUntil(world.network.now + 1_000)
    const waiting = held ?? []
    held = null
    for (const { to, bytes } of waiting) world.network.deliver(to, bytes)
    world.network.run()
    held = []
  }
  return { world, exchange }
}

function expectInstructedDifferently(world: World, ceremonyId: bigint, stage: string): void {
  for (const id of world.ids) {
    const failure = world.failureOf(id, ceremonyId)
    expect(failure).toMatchObject({ reason: 'instructed-differently', stage, blamed: [] })
    // The one that differs has somebody else's word first; the others have its.
    expect(missingOf(failure)).toEqual(id === 'b' ? [expect.stringMatching(/^[acd]$/)] : ['b'])
  }
  expectHonestUnblamed(world)
  expectNoSecretUsed(world, ceremonyId)
}

describe('T3, N32: instructed differently', () => {
  const base: KeygenInstruction = { ceremonyId: 1n, participants: ['a', 'b', 'c', 'd'], minSigners: 3, suite: 'bip340', protocol: 'frost' }
  const others: Readonly<Record<string, KeygenInstruction>> = {
    'another threshold': { ...base, minSigners: 2 },
    'another suite': { ...base, suite: 'evm' },
    'another protocol': { ...base, protocol: 'stinson-strobl' },
  }
  for (const [what, other] of Object.entries(others)) {
    it(`keygen: ${what} is found in the first stage, and its author is missing`, () => {
      const { world, exchange } = patientWorld(`keygen ${what}`, 4)
      for (const id of world.ids) world.network.later(() => world.network.keygen(id, id === 'b' ? other : base))
      exchange()
      expectInstructedDifferently(world, base.ceremonyId, 'HashCommitment')
    })
  }

  it('keygen: other participants are found by those whom both name', () => {
    const { world, exchange } = patientWorld('participants', 5)
    const other = { ...base, participants: ['a', 'b', 'c', 'e'] }
    for (const id of ['a', 'c', 'd']) world.network.keygen(id, base)
    for (const id of ['b', 'e']) world.network.keygen(id, other)
    exchange()
    for (const id of ['a', 'b', 'c']) expect(world.failureOf(id, 1n).reason).toBe('instructed-differently')
    expectHonestUnblamed(world)
    expectNoSecretUsed(world, 1n)
  })

  it('a node that signs under the id of a keygen', () => {
    const { world, exchange } = patientWorld('kinds', 4)
    const keygen = world.startKeygen('bip340', 2)
    exchange()
    const key = world.keyOf('a', keygen)
    const ceremonyId = world.nextId()
    const signing = { ceremonyId, keyId: key.keyId, signers: world.ids, messages: [messageOf('m')] }
    for (const id of world.ids) {
      if (id === 'b') world.network.sign(id, signing)
      else world.network.keygen(id, { ...base, ceremonyId })
    }
    exchange()
    for (const id of world.ids) expect(world.failureOf(id, ceremonyId).reason).toBe('instructed-differently')
    expectNoSecretUsed(world, ceremonyId)
  })

  const { world, exchange } = patientWorld('signing agreement', 4)
  const keygens = [world.startKeygen('evm', 2), world.startKeygen('evm', 2)]
  exchange()
  const [key, secondKey] = keygens.map((id) => world.keyOf('a', id)) as [KeyInfo, KeyInfo]
  const sign = (alter: (instruction: SignInstruction) => SignInstruction): bigint => {
    const instruction = { ceremonyId: world.nextId(), keyId: key.keyId, signers: world.ids, messages: [messageOf('x'), messageOf('y')] }
    for (const id of world.ids) world.network.later(() => world.network.sign(id, id === 'b' ? alter(instruction) : instruction))
    exchange()
    return instruction.ceremonyId
  }
  const alterations: Readonly<Record<string, (instruction: SignInstruction) => SignInstruction>> = {
    'another message': (instruction) => ({ ...instruction, messages: [messageOf('x'), messageOf('z')] }),
    'another order of messages': (instruction) => ({ ...instruction, messages: [...instruction.messages].reverse() }),
    'one message less': (instruction) => ({ ...instruction, messages: instruction.messages.slice(1) }),
    'one message more': (instruction) => ({ ...instruction, messages: [...instruction.messages, messageOf('z')] }),
    'another key': (instruction) => ({ ...instruction, keyId: secondKey.keyId }),
  }
  for (const [what, alter] of Object.entries(alterations)) {
    it(`signing: ${what} is found before any nonce is used`, () => {
      expectInstructedDifferently(world, sign(alter), 'NonceCommitments')
    })
  }

  it('signing: other signers are found before any nonce is used', () => {
    const ceremonyId = sign((instruction) => ({ ...instruction, signers: ['a', 'b'] }))
    for (const id of world.ids) expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'instructed-differently', blamed: [] })
    expectNoSecretUsed(world, ceremonyId)
  })

  it('the order in which signers are named is no difference', () => {
    const ceremonyId = sign((instruction) => ({ ...instruction, signers: ['d', 'a', 'c', 'b'] }))
    for (const id of world.ids) expect(world.signaturesOf(id, ceremonyId)).toHaveLength(2)
  })

  it('a node that finds out from what came before its own instruction says so and nothing else, and is missing at the deadline', () => {
    const world = makeWorld('told late', 3)
    for (const id of ['a', 'c']) world.network.keygen(id, { ...base, participants: world.ids })
    world.network.runUntil(1_000)
    world.network.keygen('b', { ...base, participants: world.ids, minSigners: 1 })
    world.network.run()
    expect(world.failureOf('b', 1n).reason).toBe('instructed-differently')
    for (const id of ['a', 'c']) {
      expect(world.failureOf(id, 1n)).toMatchObject({ reason: 'timeout', missing: [{ validator: 'b', reportedBy: id }] })
    }
    const [said, ...more] = world.network.node('b').log.flatMap(({ effect }) => (effect.type === 'send' ? [effect.bytes] : []))
    expect(more).toEqual([])
    expect(decodeEnvelope(said ?? new Uint8Array(), NETWORK).header.stage).toBe(ABORT_STAGE)
  })

  it('a message with another sid after the first stage is noise', () => {
    const noisy = makeWorld('noise', 3)
    const noisyKey = noisy.makeKey('bip340', 2)
    noisy.adversary.corrupt('b', ({ envelope, reseal }) =>
      envelope.header.stage === 1 ? [envelope.bytes] : [reseal({ header: { stage: 1, sid: new Uint8Array(32).fill(1) } }), envelope.bytes],
    )
    const ceremonyId = noisy.startSigning(noisyKey, noisy.ids, [messageOf('noise')])
    noisy.network.run()
    for (const id of noisy.honest) expect(noisy.signaturesOf(id, ceremonyId)).toHaveLength(1)
  })
})

describe('sums that are the identity', () => {
  const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const T = 3
  const scalar = (value: bigint): Uint8Array => new Uint8Array(Buffer.from((((value % Q) + Q) % Q).toString(16).padStart(64, '0'), 'hex'))

  /** Three dealers whose polynomials the test chose: the values are what the nodes draw as coefficients, the rest is random. */
  function keygenWith(name: string, polynomials: Readonly<Record<string, readonly bigint[]>>): World {
    const randomOf = (id: string) => {
      const source = seededRandom(`${name} ${id}`)
      return (length: number) => {
        // One block to compare with, then the coefficients: no other draw of a keygen has this length.
        const drawn = source(length)
        return length === 32 * (1 + T) ? concatBytes(drawn.subarray(0, 32), ...(polynomials[id] ?? []).map(scalar)) : drawn
      }
    }
    const world = makeWorld(name, 3, { randomOf })
    world.startKeygen('evm', T)
    world.network.run()
    return world
  }

  const a = [11n, 12n, 13n]
  const b = [21n, 22n, 23n]
  const cancelling = (k: number): bigint[] => [31n, 32n, 33n].map((value, i) => (i === k ? -((a[k] ?? 0n) + (b[k] ?? 0n)) : value))

  it('G26: a summed constant term of zero ends as degenerate, and nobody is blamed or missing', () => {
    const world = keygenWith('constant', { a, b, c: cancelling(0) })
    for (const id of world.ids) {
      expect(world.failureOf(id, 1n)).toMatchObject({ reason: 'degenerate', stage: 'SecretShare', blamed: [], missing: [] })
      expect(world.network.node(id).store.size).toBe(0)
    }
  })

  it('G4: a summed top coefficient of zero ends as degenerate, and nobody is blamed or missing', () => {
    const world = keygenWith('top', { a, b, c: cancelling(2) })
    for (const id of world.ids) expect(world.failureOf(id, 1n)).toMatchObject({ reason: 'degenerate', blamed: [], missing: [] })
  })

  it('a verifying share of zero ends as degenerate, and nobody is blamed or missing', () => {
    const at = (poly: readonly bigint[], x: bigint): bigint => poly.reduceRight((sum, value) => sum * x + value, 0n)
    // f(2) = 0 in the sum: the second participant would hold a share that everybody knows.
    const c = [-at(a, 2n) - at(b, 2n) - at([0n, 32n, 33n], 2n), 32n, 33n]
    const world = keygenWith('share', { a, b, c })
    for (const id of world.ids) expect(world.failureOf(id, 1n)).toMatchObject({ reason: 'degenerate', blamed: [], missing: [] })
  })

  it('a dealer who makes one summed middle coefficient the identity does no harm: keygen succeeds, and the key signs', () => {
    const world = keygenWith('middle', { a, b, c: cancelling(1) })
    const key = world.keyOf('a', 1n)
    for (const id of world.ids) expect(world.keyOf(id, 1n)).toEqual(key)
    world.nextId()
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('middle')])
    world.network.run()
    expect(world.signaturesOf('b', ceremonyId)).toHaveLength(1)
  })
})
