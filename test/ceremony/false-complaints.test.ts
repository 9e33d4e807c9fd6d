/** A complaint that is not true names its author, and convicts nobody else. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import type { Job, JobResult } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { type Complaint, decodeConfirm, encodeConfirm } from '../../src/wire/bodies.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import type { Corruption, Tampering } from '../simulation/adversary.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { dealWrongly, expectNamed, findBad, kernel, type Lie, type Run, run } from './complaint-attacks.ts'
import { flipped, replaceItem } from './dealings.ts'
import { expectFailure, expectHonestUnblamed, makeWorld } from './support.ts'

/** What c confirms instead. */
function complain(make: (tampering: Tampering) => readonly Complaint[]): Corruption {
  return (tampering) => {
    if (tampering.envelope.header.stage !== 4) return [tampering.envelope.bytes]
    return [tampering.reseal({ body: encodeConfirm({ type: 'complaints', complaints: make(tampering) }) })]
  }
}

/** As `findBad`, and the complaints are altered before they are sent. */
function complainFalsely(
  dealers: string,
  alter: (complaints: JobResult<'makeComplaints'>, job: Extract<Job, { name: 'makeComplaints' }>) => unknown,
): Lie {
  const find = findBad('c', dealers)
  return (job, result) => (job.name === 'makeComplaints' ? alter(result as JobResult<'makeComplaints'>, job) : find(job, result))
}

describe('a false complaint is named by everybody', () => {
  const named = (result: Run, blames = ['c false-complaint']) => expectNamed(result, blames, '')

  it('G17: about a good share, with a proof that holds', () => {
    for (const nodes of [2, 4]) {
      const self = nodes === 2 ? 'b' : 'c'
      const result = run({ name: `good share ${nodes}`, nodes, lies: { [self]: findBad(self, 'a', nodes) } })
      named(result, [`${self} false-complaint`])
    }
  })

  it('G17: about the good shares of all', () => {
    named(run({ name: 'all good', lies: { c: findBad('c', 'abd') } }))
  })

  it('G17: about a bad share and a good one: dealer and complainer are both named', () => {
    const lies = { b: dealWrongly('b', 'c'), c: findBad('c', 'bd') }
    named(run({ name: 'one of two', lies }), ['b bad-share', 'c false-complaint'])
  })

  it('G17: whose own machine takes a good share for bad blames nobody, itself neither', () => {
    const { world, ceremonyId } = run({ name: 'own', lies: { c: findBad('c', 'a') } })
    expect(world.failureOf('c', ceremonyId)).toMatchObject({ reason: 'internal', blamed: [], missing: [] })
  })

  it('G17: with another point than the Diffie-Hellman point, or a proof that does not hold', () => {
    const alterations: ((complaint: JobResult<'makeComplaints'>[number]) => object)[] = [
      ({ sharedPoint, proof }) => ({ sharedPoint: kernel.sum(concatBytes(sharedPoint, sharedPoint), 1), proof }),
      ({ proof }) => ({ sharedPoint: new Uint8Array(64), proof }),
      ({ sharedPoint, proof }) => ({ sharedPoint: flipped(sharedPoint), proof }),
      ({ sharedPoint, proof }) => ({ sharedPoint, proof: flipped(proof) }),
      ({ sharedPoint, proof }) => ({ sharedPoint, proof: replaceItem(proof, 0, new Uint8Array(64)) }),
      ({ sharedPoint, proof }) => ({ sharedPoint, proof: replaceItem(proof, 64, proof.slice(0, 64)) }),
    ]
    alterations.forEach((alter, i) => {
      named(run({ name: `altered ${i}`, lies: { c: complainFalsely('a', (complaints) => complaints.map(alter)) } }))
    })
    // Also where the share is bad: what is not proven convicts no dealer.
    const lies = {
      b: dealWrongly('b', 'c'),
      c: complainFalsely('b', (complaints) => complaints.map(({ sharedPoint, proof }) => ({ sharedPoint, proof: flipped(proof) }))),
    }
    named(run({ name: 'unproven', lies }))
  })

  it('G18: with proofs that are swapped between two dealers, or made for another index or ceremony', () => {
    named(run({ name: 'swapped', lies: { c: complainFalsely('ab', ([first, second]) => [second, first]) } }))
    const elsewhere = (change: object) =>
      complainFalsely('a', (_, { args }) => runJob(kernel, { name: 'makeComplaints', args: { ...args, ...change } }))
    named(run({ name: 'other index', lies: { c: elsewhere({ index: 2 }) } }))
    named(run({ name: 'other ceremony', lies: { c: elsewhere({ sid: new Uint8Array(32) }) } }))
    const forOther: Lie = complainFalsely('a', (_, { args }) =>
      runJob(kernel, { name: 'makeComplaints', args: { ...args, dealers: args.dealers.map((dealer) => ({ ...dealer, index: 2 })) } }),
    )
    named(run({ name: 'other dealer', lies: { c: forOther } }))
  })

  describe('G18: with an envelope that is not the share of another participant to it, in this ceremony, by the digest of its own header', () => {
    /** A true complaint about b, whose share is bad, but with another envelope in it. */
    const withEnvelope = (name: string, change: (share: Envelope, tampering: Tampering) => Uint8Array) => {
      const alter = complain(({ envelope, ...rest }) => {
        const confirm = decodeConfirm(envelope.body, { kind: 'keygen', participants: 4 })
        if (confirm.type !== 'complaints') throw new Error('c had nothing to complain about')
        return confirm.complaints.map((each) => ({
          ...each,
          envelope: change(decodeEnvelope(each.envelope, NETWORK), { envelope, ...rest }),
        }))
      })
      return run({ name, lies: { b: dealWrongly('b', 'c') }, corruptions: { c: alter } })
    }
    const signedBy = (world: World, id: ValidatorId, share: Envelope, change: object, network = NETWORK): Uint8Array => {
      const { bodyDigest: _, ...header } = share.header
      const identity = world.identities.get(id)
      if (identity === undefined) throw new Error('nobody')
      return sealEnvelope(identity, network, { ...header, ...change }, share.body).bytes
    }
    const identities = makeWorld('identities', 4)
    const cases: Readonly<Record<string, (share: Envelope, tampering: Tampering) => Uint8Array>> = {
      'no envelope at all': () => new Uint8Array(200),
      'an empty one': () => new Uint8Array(),
      'a forged one': ({ bytes }) => flipped(bytes, bytes.length - 48 - 5),
      'one with another body': ({ bytes }) => flipped(bytes),
      'one that its author signed in the name of the dealer': (share) => signedBy(identities, 'c', share, { from: 'b' }),
      'its own': (share) => signedBy(identities, 'c', share, { from: 'c', to: 'b' }),
      'one of the dealer to another': (share) => signedBy(identities, 'b', share, { to: 'd' }),
      'one of the dealer to all': (share) => signedBy(identities, 'b', share, { to: null }),
      'one of another stage': (share) => signedBy(identities, 'b', share, { stage: 2 }),
      'one of another ceremony': (share) => signedBy(identities, 'b', share, { sid: new Uint8Array(32) }),
      'one of another ceremony id': (share) => signedBy(identities, 'b', share, { ceremonyId: 77n }),
      'one of another kind': (share) => signedBy(identities, 'b', share, { kind: 'sign' }),
      'one of another network': (share) => signedBy(identities, 'b', share, {}, 'elsewhere'),
      'one of another digest': (share) => signedBy(identities, 'b', share, { previousTranscript: new Uint8Array(32) }),
    }
    for (const [what, change] of Object.entries(cases)) {
      it(what, () => {
        const { world, ceremonyId } = withEnvelope(what, change)
        expectFailure(world, ceremonyId, { reason: 'unconfirmed', stage: 'Confirm', missing: [], blames: ['c false-complaint'] })
      })
    }
  })

  it('G18: twice about one dealer: its author is named, and the dealer if the share is bad', () => {
    const twice = complain(({ envelope }) => {
      const confirm = decodeConfirm(envelope.body, { kind: 'keygen', participants: 4 })
      return confirm.type === 'ok' ? [] : [...confirm.complaints, ...confirm.complaints]
    })
    const lies = { b: dealWrongly('b', 'c') }
    named(run({ name: 'twice', lies, corruptions: { c: twice } }), ['b bad-share', 'c false-complaint'])
    named(run({ name: 'twice good', lies: { c: findBad('c', 'b') }, corruptions: { c: twice } }))
  })

  it('G17: an ok first and then a complaint, or the reverse, makes no key usable', () => {
    const both: Corruption = ({ envelope, reseal }) => {
      if (envelope.header.stage !== 4) return [envelope.bytes]
      return [envelope.bytes, reseal({ body: encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) }) })]
    }
    const { world, ceremonyId } = run({ name: 'both', lies: { c: findBad('c', 'a') }, corruptions: { c: both } })
    for (const id of world.honest) expect(world.failureOf(id, ceremonyId).reason).toBe('unconfirmed')
    expectHonestUnblamed(world)
  })
})
