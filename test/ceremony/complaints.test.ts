/** A dealer that sends a bad share is named by all, from one victim's complaint. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { MINUS_ONE } from '../../src/crypto/group-order.ts'
import type { JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import { NETWORK } from '../simulation/network.ts'
import { ALL, alterShares, dealWrongly, expectNamed, kernel, type Lie, run } from './complaint-attacks.ts'
import { flipped } from './dealings.ts'
import { blamesOf, expectFailure, expectHonestUnblamed, makeWorld, SUITES, stageOf } from './support.ts'

describe('a dealer of bad shares is named by everybody', () => {
  for (const suite of SUITES) {
    it(`G13: a share of another polynomial, to one victim (${suite})`, () => {
      expectNamed(run({ name: suite, suite, lies: { b: dealWrongly('b', 'c') } }), ['b bad-share'], 'c')
    })
  }

  for (const victims of ['a', 'd', 'ac', 'acd']) {
    it(`G13: a share of another polynomial, to ${victims.length} of 3: ${victims}`, () => {
      expectNamed(run({ name: `to ${victims}`, lies: { b: dealWrongly('b', victims) } }), ['b bad-share'], victims)
    })
  }

  it('G13: of two nodes, with a threshold of one and of two', () => {
    for (const minSigners of [1, 2]) {
      expectNamed(run({ name: `two ${minSigners}`, nodes: 2, minSigners, lies: { b: dealWrongly('b', 'a') } }), ['b bad-share'], 'a')
    }
  })

  it('G13, G28: a box that does not open', () => {
    for (const at of [0, 31, 32, 47]) {
      const corruptions = { b: alterShares('c', ({ envelope }) => flipped(envelope.body, at)) }
      expectNamed(run({ name: `flipped ${at}`, corruptions }), ['b bad-share'], 'c')
    }
  })

  it('G29: a box that was encrypted to another node', () => {
    const boxes = new Map<ValidatorId, Uint8Array>()
    const swap = alterShares('acd', ({ envelope, recipient }) => {
      boxes.set(recipient, envelope.body)
      return boxes.get('a') ?? envelope.body
    })
    const { world, ceremonyId } = run({ name: 'wrong node', corruptions: { b: swap } })
    // Those that come after a get the box of a.
    expectFailure(world, ceremonyId, { stage: 'Confirm', missing: [], blames: ['b bad-share'] })
  })

  it('G29: a box that is sent back to its sender', () => {
    let fromC: Uint8Array | null = null
    const world = makeWorld('reflected', 3, {
      intercept: (delivery) => {
        const { from, to, bytes } = delivery
        if (stageOf(bytes) === 3 && from === 'c' && to === 'b') fromC = decodeEnvelope(new Uint8Array(bytes), NETWORK).body
        return world.adversary.intercept(delivery)
      },
    })
    // b waits for the box of c: what it sent itself is replaced once that is known.
    const held: Uint8Array[] = []
    world.adversary.corrupt('b', ({ envelope, recipient, reseal }) => {
      if (envelope.header.stage !== 3 || recipient !== 'c') return [envelope.bytes]
      held.push(reseal({ body: fromC ?? new Uint8Array(48) }))
      return held
    })
    const ceremonyId = world.startKeygen('evm', 2)
    world.network.run()
    expectFailure(world, ceremonyId, { stage: 'Confirm', missing: [], blames: ['b bad-share'] })
  })

  it('G13: two dealers cheat one victim: both are named by all', () => {
    const lies = { b: dealWrongly('b', 'c'), d: dealWrongly('d', 'c') }
    const result = run({ name: 'two dealers', nodes: 5, lies })
    expectNamed(result, ['b bad-share', 'd bad-share'], 'c')
    const corruptions = { b: alterShares('c', ({ envelope }) => flipped(envelope.body)) }
    expectNamed(run({ name: 'two ways', nodes: 5, lies: { d: dealWrongly('d', 'c') }, corruptions }), ['b bad-share', 'd bad-share'], 'c')
  })

  it('G13: two dealers cheat two victims: everybody names at least one of them, and nobody else', () => {
    const { world, ceremonyId } = run({ name: 'two pairs', nodes: 6, lies: { b: dealWrongly('b', 'c'), d: dealWrongly('d', 'e') } })
    for (const id of world.honest) {
      const blames = blamesOf(world.failureOf(id, ceremonyId))
      expect([['b bad-share'], ['d bad-share']]).toContainEqual(blames)
    }
    expect(blamesOf(world.failureOf('c', ceremonyId))).toEqual(['b bad-share'])
    expect(blamesOf(world.failureOf('e', ceremonyId))).toEqual(['d bad-share'])
    expectHonestUnblamed(world)
  })

  it('errors of two dealers that cancel in the sum harm nobody: there is a key', () => {
    const shift =
      (self: ValidatorId, negate: boolean): Lie =>
      (job, result) => {
        if (job.name !== 'dealShares') return result
        const delta = new Uint8Array(64).fill(3)
        const coefficients = kernel.scalarAdd(
          job.args.coefficients,
          negate ? kernel.scalarMul(concatBytes(MINUS_ONE, MINUS_ONE), delta) : delta,
        )
        const other = runJob(kernel, { name: 'dealShares', args: { ...job.args, coefficients } })
        const honest = result as JobResult<'dealShares'>
        const at = [...ALL].filter((id) => id !== self).indexOf('c')
        return { ...honest, ciphertexts: honest.ciphertexts.map((text, i) => (i === at ? other.ciphertexts[i] : text)) }
      }
    const { world, ceremonyId } = run({ name: 'cancel', lies: { b: shift('b', false), d: shift('d', true) } })
    for (const id of world.honest) expect(world.keyOf(id, ceremonyId).state).toBe('active')
  })
})

describe('what a complaint costs', () => {
  it('an honest ceremony has none', () => {
    const world = makeWorld('honest', 4)
    const ceremonyId = world.startKeygen('evm', 3)
    world.network.run()
    for (const id of world.ids) {
      expect(world.keyOf(id, ceremonyId).state).toBe('active')
      for (const { effect } of world.network.node(id).log) {
        if (effect.type === 'compute') expect(['makeComplaints', 'judgeComplaints']).not.toContain(effect.job.name)
      }
    }
  })
})
