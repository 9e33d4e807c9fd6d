/** Who confirms another key than the one that follows from what all published is named by all; who computes wrongly itself names nobody. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/bytes.ts'
import { type Evidence, makeEvidence, type TranscriptOpening } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import { MINUS_ONE } from '../../src/crypto/group-order.ts'
import type { JobResult } from '../../src/crypto/jobs/contract.ts'
import { compressPoints } from '../../src/crypto/point-encoding.ts'
import { bodyDigest, nextTranscript } from '../../src/crypto/transcript.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import { encodeContext } from '../../src/wire/context.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord, keyRecordHash } from '../../src/wire/key-record.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { NETWORK } from '../simulation/network.ts'
import { flipped, replaceItem } from './dealings.ts'
import { envelopesOf, expectFailure, expectProof, makeWorld, missingOf, SUITES } from './support.ts'

/** Another record than one's own, or nobody's. */
const lie: Corruption = ({ envelope, reseal }) => [envelope.header.stage === 4 ? reseal({ body: flipped(envelope.body) }) : envelope.bytes]

describe('a certificate over another record', () => {
  for (const suite of SUITES) {
    for (const nodes of [2, 3, 4]) {
      it(`names its author, of ${nodes} nodes (${suite})`, () => {
        for (const minSigners of [1, 2]) {
          const world = makeWorld(`lying ${suite} ${nodes} ${minSigners}`, nodes, { duplicate: 0.2 })
          world.adversary.corrupt('b', lie)
          const ceremonyId = world.startKeygen(suite, minSigners)
          world.network.run()
          expectFailure(world, ceremonyId, { reason: 'unconfirmed', stage: 'Confirm', missing: [], blames: ['b bad-certificate'] })
          for (const id of world.honest) expect([...world.network.node(id).store.values()]).toMatchObject([{ certificates: null }])
        }
      })
    }
  }

  it('shown to one node alone is named by that one', () => {
    const world = makeWorld('lying to one', 4)
    world.adversary.corrupt('b', (tampering) => (tampering.recipient === 'c' ? lie(tampering) : [tampering.envelope.bytes]))
    const ceremonyId = world.startKeygen('bip340', 2)
    world.network.run()
    const { reason, blamed } = world.failureOf('c', ceremonyId)
    expect(reason).toBe('unconfirmed')
    expect(blamed).toMatchObject([{ validator: 'b', fault: 'bad-certificate' }])
    for (const blame of blamed) expectProof(world, blame, ceremonyId)
  })

  it('whose own machine derives another key than all the others blames nobody', () => {
    const world = makeWorld('own arithmetic', 4, {
      compute: (id, job, result) => {
        if (id !== 'a' || job.name !== 'openShares') return result
        const { verifyingShares, ...rest } = result as Extract<JobResult<'openShares'>, { status: 'shared' }>
        return { ...rest, verifyingShares: world.kernel.sum(concatBytes(verifyingShares, verifyingShares), verifyingShares.length / 64) }
      },
    })
    world.adversary.corrupt('a', ({ envelope }) => [envelope.bytes])
    const ceremonyId = world.startKeygen('secp256k1-sha256', 2)
    world.network.run()
    const failure = world.failureOf('a', ceremonyId)
    expect(failure).toMatchObject({ reason: 'unconfirmed', stage: 'Confirm', blamed: [] })
    expect(missingOf(failure)).toEqual([])
    // What it signed is wrong, whatever the cause.
    expectFailure(world, ceremonyId, { reason: 'unconfirmed', blames: ['a bad-certificate'] })
  })
})

describe('evidence about certificates', () => {
  const world = makeWorld('certificates', 3)
  const key = world.makeKey('bip340', 2)
  const { context } = world.network.key('a', key.keyId)
  const sent = envelopesOf(world.network.sent)
  const of = (from: string, stage: number): Envelope => {
    const found = sent.find(({ header }) => header.from === from && header.stage === stage)
    if (found === undefined) throw new Error(`${from} sent nothing`)
    return found
  }
  const bodies = world.ids.map((id) => of(id, 2).body)
  const openingOf = (shown: readonly Uint8Array[]): TranscriptOpening => ({
    stage: 2,
    previous: of('a', 2).header.previousTranscript,
    entries: shown.map((body) => ({ type: 'body', body })),
  })
  const verdict = (parts: Partial<Evidence>) =>
    judgeEvidence(
      world.kernel,
      makeEvidence({ fault: 'bad-certificate', accused: 'b', context: encodeContext(context), ...parts }),
      world.network.roster,
    )

  it('convicts nobody who confirmed the right record, however it is put together', () => {
    const right = of('b', 4).bytes
    expect(verdict({ envelopes: [right], openings: [openingOf(bodies)] })).toEqual({ valid: false, reason: 'the certificate is right' })
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = bodies
    const opening = openingOf(bodies)
    const digest = { type: 'digest', digest: bodyDigest(first) } as const
    const variants: Partial<Evidence>[] = [
      { envelopes: [right] },
      { envelopes: [right], openings: [] },
      { envelopes: [right], openings: [opening, opening] },
      { envelopes: [right, right], openings: [opening] },
      { envelopes: [right], headers: [new Uint8Array(9)], openings: [opening] },
      { envelopes: [right], openings: [opening], message: { position: 0, bytes: new Uint8Array(32) } },
      { envelopes: [right], openings: [openingOf([second, first, third])] },
      { envelopes: [right], openings: [openingOf([first, second])] },
      { envelopes: [right], openings: [openingOf([first, flipped(second), third])] },
      { envelopes: [right], openings: [{ ...opening, entries: [digest, ...opening.entries.slice(1)] }] },
      { envelopes: [right], openings: [{ ...opening, stage: 1 }] },
      { envelopes: [right], openings: [{ ...opening, previous: new Uint8Array(32) }] },
      { envelopes: [of('a', 4).bytes], openings: [opening] },
      { envelopes: [of('b', 2).bytes], openings: [opening] },
      { envelopes: [of('b', 3).bytes], openings: [opening] },
      { accused: 'a', envelopes: [right], openings: [opening] },
    ]
    for (const variant of variants) expect(verdict(variant)).toMatchObject({ valid: false })
    const item = { type: 'item', length: 64, item: new Uint8Array(64), path: [] } as const
    const reasons: Readonly<Record<string, TranscriptOpening['entries']>> = {
      'a body is missing in the opening': [digest, ...opening.entries.slice(1)],
      'an item is in the opening': [item, ...opening.entries.slice(1)],
      'the opening is of another length': opening.entries.slice(1),
    }
    for (const [reason, entries] of Object.entries(reasons)) {
      expect(verdict({ envelopes: [right], openings: [{ ...opening, entries }] })).toEqual({ valid: false, reason })
    }
  })

  it('is about a certificate that went to all, and about no other stage', () => {
    const { bodyDigest: _, ...header } = of('b', 4).header
    const body = encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })
    const signed = (change: object) => sealEnvelope(testIdentity('b'), NETWORK, { ...header, ...change }, body).bytes
    const openings = [openingOf(bodies)]
    expect(verdict({ envelopes: [signed({})], openings })).toMatchObject({ valid: true, validator: 'b' })
    for (const change of [{ to: 'a' }, { stage: 3 }, { stage: 5 }, { sid: new Uint8Array(32) }, { kind: 'sign' }, { ceremonyId: 99n }]) {
      expect(verdict({ envelopes: [signed(change)], openings })).toMatchObject({ valid: false })
    }
  })

  it('a degenerate key has no record that could be confirmed, also not the one that its bytes would make', () => {
    const sum = world.kernel.sum(concatBytes(...bodies.slice(0, 2).map((body) => body.slice(100, 164))), 1)
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = bodies
    const shown = [first, second, replaceItem(third, 100, world.kernel.mul(sum, MINUS_ONE))]
    const sums = world.kernel.sum(concatBytes(...shown.map((body) => body.slice(100, 228))), 2)
    expect(sums.slice(0, 64)).toEqual(new Uint8Array(64))
    const { suite, protocol, minSigners, participants } = context
    const record = encodeKeyRecord({
      suite,
      protocol,
      minSigners,
      groupPublicKey: compressPoints(sums.slice(0, 64)),
      participants: participants.map(({ id }) => id),
      verifyingShares: compressPoints(world.kernel.evaluateInExponent(sums, 2, [1, 2, 3])),
    })
    const opening = openingOf(shown)
    const { bodyDigest: _, ...header } = of('b', 4).header
    const previousTranscript = nextTranscript(header.sid, 2, opening.previous, shown.map(bodyDigest))
    const body = encodeConfirm({ type: 'ok', recordHash: keyRecordHash(record) })
    const { bytes } = sealEnvelope(testIdentity('b'), NETWORK, { ...header, previousTranscript }, body)
    expect(verdict({ envelopes: [bytes], openings: [opening] })).toMatchObject({ valid: true, validator: 'b' })
  })

  it('an opened body that no honest node accepts, or a degenerate key: whoever confirms it is convicted, whatever the record', () => {
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = bodies
    const sum = world.kernel.sum(concatBytes(first.slice(100, 164), second.slice(100, 164)), 1)
    const cases: Readonly<Record<string, readonly Uint8Array[]>> = {
      'another count': [first, second.slice(0, -64), third],
      'a point off the curve': [first, replaceItem(second, 100, new Uint8Array(64).fill(7)), third],
      'the identity': [first, replaceItem(second, 164, new Uint8Array(64)), third],
      empty: [first, second, new Uint8Array()],
      'constant terms that sum to zero': [first, second, replaceItem(third, 100, world.kernel.mul(sum, MINUS_ONE))],
    }
    for (const [what, shown] of Object.entries(cases)) {
      const opening = openingOf(shown)
      const { bodyDigest: _, ...header } = of('b', 4).header
      const previousTranscript = nextTranscript(header.sid, 2, opening.previous, shown.map(bodyDigest))
      const body = encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })
      const { bytes } = sealEnvelope(testIdentity('b'), NETWORK, { ...header, previousTranscript }, body)
      expect(verdict({ envelopes: [bytes], openings: [opening] }), what).toMatchObject({ valid: true, validator: 'b' })
    }
  })

  it('complaints and other kinds of ceremony are not its matter', () => {
    const { bodyDigest: _, ...header } = of('b', 4).header
    const complaint = { envelope: new Uint8Array(9), sharedPoint: new Uint8Array(64), proof: new Uint8Array(160) }
    const { bytes } = sealEnvelope(testIdentity('b'), NETWORK, header, encodeConfirm({ type: 'complaints', complaints: [complaint] }))
    expect(verdict({ envelopes: [bytes], openings: [openingOf(bodies)] })).toEqual({ valid: false, reason: 'the body is no certificate' })
    const preprocess = encodeContext({ ...context, kind: 'preprocess', keyDigest: new Uint8Array(32), count: 2 })
    expect(verdict({ context: preprocess, envelopes: [bytes], openings: [openingOf(bodies)] })).toMatchObject({ valid: false })
  })
})
