/** Signers with their real keys and everything else in their hands: all culprits are named, with message positions and proof, and nobody else. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { KeyInfo } from '../../src/ceremony/key-info.ts'
import type { Envelope } from '../../src/wire/message.ts'
import type { Corruption } from '../simulation/adversary.ts'
import type { World } from '../simulation/world.ts'
import { BAD_POINTS, flipped, replaceItem } from './dealings.ts'
import { expectFailure, expectHonestUnblamed, makeWorld, messageOf, missingOf, SUITES } from './support.ts'

const NODES = 5
const MIN_SIGNERS = 3
const MESSAGES = ['one', 'two', 'three', 'four'].map(messageOf)
const ORDER = new Uint8Array(Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex'))

function inStage(stage: number, alter: (body: Uint8Array) => Uint8Array): Corruption {
  return ({ envelope, reseal }) => (envelope.header.stage === stage ? [reseal({ body: alter(envelope.body) })] : [envelope.bytes])
}

/** Another scalar at these positions of the batch. Errors of different `size` cannot cancel in the sum. */
function spoil(positions: readonly number[], size = 0): Corruption {
  return inStage(2, (body) => positions.reduce((shares, position) => flipped(shares, 32 * position + 31 - size), body))
}

function sign(
  world: World,
  key: KeyInfo,
  corruptions: Readonly<Record<string, Corruption>>,
  signers = world.ids,
  messages = MESSAGES,
): bigint {
  world.adversary.reform()
  for (const [id, corruption] of Object.entries(corruptions)) world.adversary.corrupt(id, corruption)
  const ceremonyId = world.startSigning(key, signers, messages)
  world.network.run()
  return ceremonyId
}

for (const suite of SUITES) {
  describe(suite, () => {
    /** parity of y(R) in every ceremony that got that far */
    const parities = new Set<number>()
    const world = makeWorld(`signing blame ${suite}`, NODES, {
      duplicate: 0.2,
      compute: (_, job, result) => {
        if (job.name === 'signShares') {
          const { groupCommitments } = result as { groupCommitments?: Uint8Array }
          for (let at = 63; at < (groupCommitments?.length ?? 0); at += 64) parities.add((groupCommitments?.[at] ?? 0) & 1)
        }
        return result
      },
    })
    const key = world.makeKey(suite, MIN_SIGNERS)

    for (let k = 1; k < NODES; k++) {
      it(`N18, N29, ancestor fault 15: ${k} of ${NODES} signers with bad shares are exactly the culprits, at exactly the positions`, () => {
        // Every window of k signers, each with positions of its own.
        for (let first = 0; first < NODES; first++) {
          const bad = Array.from({ length: k }, (_, i) => world.ids[(first + i) % NODES] ?? '').sort()
          const positions = bad.map((_, i) =>
            MESSAGES.map((_, position) => position).filter((position) => ((first + i + 1) >> (position % 3)) & 1),
          )
          const ceremonyId = sign(world, key, Object.fromEntries(bad.map((id, i) => [id, spoil(positions[i] ?? [], i)])))
          const blames = bad.flatMap((id, i) => (positions[i] ?? []).map((position) => `${id} bad-signature-share ${position}`))
          expect(blames.length).toBeGreaterThanOrEqual(k)
          expectFailure(world, ceremonyId, { reason: 'fault', stage: 'SignatureShare', missing: [], blames })
        }
      })
    }

    it('N31: nonce points with even and with odd y have been among them', () => {
      expect([...parities].sort()).toEqual([0, 1])
    })

    it('N18: with exactly t signers of the n, and of a batch of one', () => {
      const ceremonyId = sign(world, key, { b: spoil([0]) }, ['b', 'c', 'e'], [messageOf('single')])
      expectFailure(world, ceremonyId, { reason: 'fault', missing: [], blames: ['b bad-signature-share 0'] })
    })

    it('N19: the share of another signer under the own name is a bad share', () => {
      // b is the last to speak: it waits for c's share and repeats it as its own.
      const heard = new Map<string, Envelope>()
      const overhear: Corruption = ({ envelope }) => {
        const { stage, from } = envelope.header
        if (stage === 1) return [envelope.bytes]
        heard.set(from, envelope)
        const [own, stolen] = [heard.get('b'), heard.get('c')]
        if (own !== undefined && stolen !== undefined) {
          const bytes = world.adversary.reseal(own, { body: stolen.body })
          for (const id of ['a', 'd', 'e']) world.network.later(() => world.network.deliver(id, bytes))
        }
        return from === 'b' ? [] : [envelope.bytes]
      }
      const ceremonyId = sign(world, key, { b: overhear, c: overhear })
      expectFailure(world, ceremonyId, { reason: 'fault', blames: MESSAGES.map((_, i) => `b bad-signature-share ${i}`) })
    })

    it('N17: a share of q or more is malformed, a share of zero is a bad share like any other', () => {
      for (const share of [ORDER, flipped(ORDER, 31, 3), new Uint8Array(32).fill(0xff)]) {
        const ceremonyId = sign(world, key, { d: inStage(2, (body) => replaceItem(body, 32, share)) })
        expectFailure(world, ceremonyId, { reason: 'fault', stage: 'SignatureShare', missing: [], blames: ['d malformed'] })
      }
      const ceremonyId = sign(world, key, { d: inStage(2, (body) => replaceItem(body, 32, new Uint8Array(32))) })
      expectFailure(world, ceremonyId, { reason: 'fault', blames: ['d bad-signature-share 1'] })
    })

    it('errors that cancel in the sum do no harm: the signature is valid', () => {
      const { kernel } = world
      const one = replaceItem(new Uint8Array(32), 31, Uint8Array.of(1))
      const minusOne = flipped(ORDER)
      const add = (amount: Uint8Array) => inStage(2, (body) => concatBytes(kernel.scalarAdd(body.slice(0, 32), amount), body.subarray(32)))
      const ceremonyId = sign(world, key, { a: add(one), e: add(minusOne) })
      for (const id of world.honest) expect(world.signaturesOf(id, ceremonyId)).toHaveLength(MESSAGES.length)
      expectHonestUnblamed(world, ceremonyId)
    })

    for (const [what, bad] of Object.entries(BAD_POINTS)) {
      it(`N15: a nonce commitment, D or E at any position, that is ${what} is blamed, alone or of two signers`, () => {
        for (let at = 0; at < 128 * MESSAGES.length; at += 64 * 3) {
          const corruption = inStage(1, (body) => replaceItem(body, at, bad(body.slice(at, at + 64))))
          const one = sign(world, key, { c: corruption })
          expectFailure(world, one, { reason: 'fault', stage: 'NonceCommitments', missing: [], blames: ['c bad-point'] })
          const two = sign(world, key, { a: corruption, e: corruption })
          expectFailure(world, two, { reason: 'fault', stage: 'NonceCommitments', missing: [], blames: ['a bad-point', 'e bad-point'] })
        }
      })
    }
  })
}

describe('malformed messages under a valid signature', () => {
  const world = makeWorld('signing malformed', 4)
  const key = world.makeKey('bip340', 2)
  const stages = [
    [1, 'NonceCommitments'],
    [2, 'SignatureShare'],
  ] as const
  for (const [stage, name] of stages) {
    it(`a body of stage ${name} of another length is blamed, a longer one is dropped and its author missing`, () => {
      for (const change of [(body: Uint8Array) => body.slice(1), () => new Uint8Array(), (body: Uint8Array) => body.slice(0, 64)]) {
        const ceremonyId = sign(world, key, { b: inStage(stage, change) })
        expectFailure(world, ceremonyId, { reason: 'fault', stage: name, missing: [], blames: ['b malformed'] })
      }
      const ceremonyId = sign(world, key, { b: inStage(stage, (body) => concatBytes(body, Uint8Array.of(0))) })
      expect(missingOf(expectFailure(world, ceremonyId, { reason: 'timeout', stage: name, blamed: [] }))).toEqual(['b'])
    })

    it(`a broadcast of stage ${name} that is sent privately is blamed`, () => {
      const ceremonyId = sign(world, key, {
        b: ({ envelope, recipient, reseal }) => [envelope.header.stage === stage ? reseal({ header: { to: recipient } }) : envelope.bytes],
      })
      expectFailure(world, ceremonyId, { reason: 'fault', missing: [], blames: ['b malformed'] })
    })
  }

  it('a first message with another digest than its own sid is blamed', () => {
    const ceremonyId = sign(world, key, {
      b: ({ envelope, reseal }) =>
        envelope.header.stage === 1 ? [reseal({ header: { previousTranscript: new Uint8Array(32) } })] : [envelope.bytes],
    })
    expectFailure(world, ceremonyId, { reason: 'fault', missing: [], blames: ['b malformed'] })
  })
})

describe('a signer that tells the others different things', () => {
  const world = makeWorld('signing disputes', 4)
  const key = world.makeKey('secp256k1-sha256', 2)

  it('G15: nonce commitments that differ between recipients: no share over another list is ever judged', () => {
    const ceremonyId = sign(world, key, {
      b: ({ envelope, recipient, reseal }) => {
        if (envelope.header.stage !== 1 || recipient !== 'a') return [envelope.bytes]
        return [reseal({ body: concatBytes(envelope.body.subarray(128), envelope.body.subarray(0, 128)) })]
      },
    })
    expectFailure(world, ceremonyId, { reason: 'dispute', missing: [], blames: ['b equivocation'] })
    for (const { log } of world.network.nodes.values()) {
      for (const { effect } of log) if (effect.type === 'compute') expect(effect.job.name).not.toBe('findBadShares')
    }
  })
})

describe('our own machine', () => {
  it('a node whose own share is wrong fails internally and blames nobody; the others name it', () => {
    const world = makeWorld('wrong machine', 3, {
      compute: (id, job, result) => {
        if (id !== 'b' || job.name !== 'signShares') return result
        const signed = result as { signatureShares: Uint8Array }
        return { ...signed, signatureShares: flipped(signed.signatureShares) }
      },
    })
    const key = world.makeKey('evm', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('broken')])
    world.network.run()
    expect(world.failureOf('b', ceremonyId)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
    for (const id of ['a', 'c']) {
      expect(world.failureOf(id, ceremonyId).blamed).toMatchObject([{ validator: 'b', fault: 'bad-signature-share', message: 0 }])
    }
  })

  it('N22: a signature that does not verify is never reported', () => {
    const world = makeWorld('wrong aggregate', 2, {
      compute: (_, job, result) => {
        if (job.name !== 'signShares') return result
        const signed = result as { challenges: Uint8Array }
        return { ...signed, challenges: flipped(signed.challenges) }
      },
    })
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('aggregate')])
    world.network.run()
    for (const id of world.ids) expect(world.failureOf(id, ceremonyId)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
  })

  it('J12: a node that gets the result of another job finds out by the signature, reports none, and blames nobody', () => {
    const results: unknown[] = []
    const world = makeWorld('exchanged results', 3, {
      compute: (id, job, result) => {
        if (id !== 'b' || job.name !== 'signShares') return result
        results.push(result)
        return results[0]
      },
    })
    const key = world.makeKey('secp256k1-sha256', 2)
    const [first, second] = ['one', 'other'].map((message) => {
      const id = world.startSigning(key, world.ids, [messageOf(message)])
      world.network.run()
      return id
    })
    expect(results).toHaveLength(2)
    expect(world.signaturesOf('b', first ?? 0n)).toHaveLength(1)
    expect(world.failureOf('b', second ?? 0n)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
  })

  it('J10: a job that fails ends its ceremony alone, and blames nobody', () => {
    const world = makeWorld('failed job', 2, { compute: (id, job, result) => (id === 'a' && job.name === 'commitNonces' ? null : result) })
    const key = world.makeKey('bip340', 2)
    const ceremonyId = world.startSigning(key, world.ids, [messageOf('job')])
    world.network.run()
    expect(world.failureOf('a', ceremonyId)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
    expect(missingOf(world.failureOf('b', ceremonyId))).toEqual(['a'])
  })
})
