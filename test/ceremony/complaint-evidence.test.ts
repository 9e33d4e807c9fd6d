/** Evidence about complaints, composed at leisure by who has seen everything and holds every key but the accused's: it convicts no honest node. */
import { describe, expect, it } from 'vitest'
import { type Evidence, makeEvidence, parseEvidence, type TranscriptOpening } from '../../src/ceremony/evidence/container.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import type { Job, JobArgs } from '../../src/crypto/jobs/contract.ts'
import { runJob } from '../../src/crypto/jobs/index.ts'
import { randomScalars } from '../../src/crypto/random-scalars.ts'
import { bodyDigest, nextTranscript } from '../../src/crypto/transcript.ts'
import { type Complaint, decodeCommitments, decodeConfirm, encodeConfirm } from '../../src/wire/bodies.ts'
import { encodeContext, sidOf } from '../../src/wire/context.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { seededRandom } from '../helpers/random.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { dealWrongly, findBad, kernel, run } from './complaint-attacks.ts'
import { replaceItem } from './dealings.ts'
import { envelopesOf, makeWorld } from './support.ts'

function recorded(world: World): Envelope[] {
  return envelopesOf(world.network.sent)
}

function find(envelopes: readonly Envelope[], from: string, stage: number, to: string | null = null): Envelope {
  const found = envelopes.find(({ header }) => header.from === from && header.stage === stage && header.to === to)
  if (found === undefined) throw new Error(`${from} sent no ${stage}`)
  return found
}

function openingOf(previous: Uint8Array, bodies: readonly Uint8Array[], shown: readonly number[]): TranscriptOpening {
  const entries = bodies.map((body, place) =>
    shown.includes(place) ? ({ type: 'body', body } as const) : ({ type: 'digest', digest: bodyDigest(body) } as const),
  )
  return { stage: 2, previous, entries }
}

describe('an honest dealer', () => {
  // a deals honestly; b and c are the colluders, whose secrets the test knows.
  const secrets = new Map<string, Uint8Array>()
  const world = makeWorld('colluders', 3, {
    compute: (id: string, job: Job, result: unknown) => {
      if (job.name === 'dealShares') secrets.set(id, new Uint8Array(job.args.encryptionSecret))
      return result
    },
  })
  const key = world.makeKey('bip340', 2)
  const { context } = world.network.key('a', key.keyId)
  const envelopes = recorded(world)
  const bodies = world.ids.map((id) => find(envelopes, id, 2).body)
  const previous = find(envelopes, 'a', 2).header.previousTranscript
  const sid = find(envelopes, 'a', 2).header.sid
  const share = find(envelopes, 'a', 3, 'c')
  const transcript = share.header.previousTranscript
  const keyOf = (place: number, body = bodies[place]) => decodeCommitments(body ?? new Uint8Array()).encryptionKey
  const secretOf = (id: string) => secrets.get(id) ?? new Uint8Array(32)

  function shown(args: Partial<JobArgs<'makeComplaints'>>): Omit<Complaint, 'envelope'> {
    const dealers = [{ index: 1, encryptionKey: keyOf(0) }]
    const nonces = randomScalars(seededRandom('nonces of colluders'), 1)
    const own = { index: 3, encryptionKey: keyOf(2), encryptionSecret: secretOf('c') }
    const [proven] = runJob(kernel, { name: 'makeComplaints', args: { sid, dealers, nonces, ...own, ...args } })
    if (proven === undefined) throw new Error('no proof')
    return proven
  }

  /** c signs it, whoever is named as its author. */
  function confirm(complaints: readonly Complaint[], change: Partial<EnvelopeHeader> = {}): Uint8Array {
    const { bodyDigest: _, ...header } = find(envelopes, 'c', 4).header
    return sealEnvelope(testIdentity('c'), NETWORK, { ...header, ...change }, encodeConfirm({ type: 'complaints', complaints })).bytes
  }

  const verdict = (parts: Partial<Evidence>) =>
    judgeEvidence(
      kernel,
      makeEvidence({ fault: 'bad-share', accused: 'a', context: encodeContext(context), ...parts }),
      world.network.roster,
    )
  const opening = openingOf(previous, bodies, [0, 2])
  const complaint = { envelope: share.bytes, ...shown({}) }

  it('G17: is not convicted by a true proof about its good share, and the complainer is', () => {
    expect(nextTranscript(sid, 2, previous, bodies.map(bodyDigest))).toEqual(transcript)
    expect(verdict({ envelopes: [confirm([complaint])], openings: [opening] })).toEqual({ valid: false, reason: 'the share is good' })
    const against = { fault: 'false-complaint', accused: 'c', envelopes: [confirm([complaint])] } as const
    expect(verdict({ ...against, openings: [opening] })).toMatchObject({ valid: true, validator: 'c' })
    expect(verdict(against)).toEqual({ valid: false, reason: 'every complaint shows a share of its dealer' })
  })

  describe('G18: a second encryption key that its complainer signed', () => {
    const other = randomScalars(seededRandom('another key'), 1)
    const otherKey = kernel.baseMul(other)
    const otherBodies = bodies.map((body, place) => (place === 2 ? replaceItem(body, 32, otherKey) : body))
    const otherOpening = openingOf(previous, otherBodies, [0, 2])
    const otherTranscript = nextTranscript(sid, 2, previous, otherBodies.map(bodyDigest))
    const otherComplaint = { envelope: share.bytes, ...shown({ encryptionKey: otherKey, encryptionSecret: other }) }

    it('is not the one that the dealer encrypted to, by its own digest', () => {
      expect(verdict({ envelopes: [confirm([otherComplaint])], openings: [opening] }).valid).toBe(false)
      for (const change of [{}, { previousTranscript: otherTranscript }]) {
        expect(verdict({ envelopes: [confirm([otherComplaint], change)], openings: [otherOpening] })).toEqual({
          valid: false,
          reason: 'the accused signed no such share',
        })
        expect(verdict({ envelopes: [confirm([otherComplaint], change)], openings: [opening] })).toEqual({
          valid: false,
          reason: 'the Diffie-Hellman point is not proven',
        })
      }
    })

    it('convicts its author, under either digest', () => {
      const against = { fault: 'false-complaint', accused: 'c' } as const
      // With the digest that the dealer has: the proof is for a key that stands in no opening of it.
      expect(verdict({ ...against, envelopes: [confirm([otherComplaint])], openings: [opening] })).toMatchObject({
        valid: true,
        validator: 'c',
      })
      // With the other: whoever sees two digests has no reason to complain.
      const envelopes = [confirm([otherComplaint], { previousTranscript: otherTranscript })]
      expect(verdict({ ...against, envelopes })).toMatchObject({ valid: true, validator: 'c' })
    })
  })

  it('G18: is not convicted by its share to another, by a proof of another, or in the name of another', () => {
    const toB = find(envelopes, 'a', 3, 'b')
    const asB = shown({ index: 2, encryptionKey: keyOf(1), encryptionSecret: secretOf('b') })
    const variants: Partial<Evidence>[] = [
      // the share to b, complained about by c
      { envelopes: [confirm([{ ...complaint, envelope: toB.bytes }])] },
      { envelopes: [confirm([{ ...asB, envelope: toB.bytes }])] },
      // the share to c, complained about in the name of b, which c signed
      { envelopes: [confirm([{ ...asB, envelope: share.bytes }], { from: 'b' })], openings: [openingOf(previous, bodies, [0, 1])] },
      { envelopes: [confirm([complaint], { from: 'b' })] },
      { envelopes: [confirm([complaint], { from: 'a' })] },
      { envelopes: [confirm([complaint], { from: 'z' })] },
      // a proof of c with b as the dealer
      { envelopes: [confirm([{ envelope: share.bytes, ...shown({ dealers: [{ index: 2, encryptionKey: keyOf(1) }] }) }])] },
      { envelopes: [confirm([{ envelope: share.bytes, ...asB }])] },
      // the box that c sent to a
      { envelopes: [confirm([{ ...complaint, envelope: find(envelopes, 'c', 3, 'a').bytes }])] },
    ]
    for (const variant of variants) expect(verdict({ openings: [opening], ...variant })).toMatchObject({ valid: false })
  })

  it('an opened body that no honest node accepts is not judged', () => {
    const [first = new Uint8Array(), , third = new Uint8Array()] = bodies
    for (const [i, bad] of [
      [0, first.slice(0, -1)],
      [0, replaceItem(first, 100, new Uint8Array(64))],
      [2, replaceItem(third, 32, new Uint8Array(64).fill(9))],
    ] as const) {
      const shownBodies = bodies.map((body, place) => (place === i ? bad : body))
      const previousTranscript = nextTranscript(sid, 2, previous, shownBodies.map(bodyDigest))
      // The accused signs a share over this digest: b, who is no honest dealer.
      const { bodyDigest: _, ...header } = find(envelopes, 'b', 3, 'c').header
      const foreign = sealEnvelope(testIdentity('b'), NETWORK, { ...header, previousTranscript }, new Uint8Array(48)).bytes
      const dealers = [{ index: 2, encryptionKey: keyOf(1) }]
      const about = confirm([{ envelope: foreign, ...shown({ dealers }) }], { previousTranscript })
      const openings = [openingOf(previous, shownBodies, i === 0 ? [0, 2] : [1, 2])]
      for (const [fault, accused] of [
        ['bad-share', 'b'],
        ['false-complaint', 'c'],
      ] as const) {
        const { valid, ...rest } = verdict({ fault, accused, envelopes: [about], openings })
        expect(valid).toBe(false)
        expect(rest).toEqual({ reason: i === 0 ? expect.any(String) : 'an opened body has a bad point' })
      }
    }
  })

  it('is about what went to all in the last stage: elsewhere such a body has another fault', () => {
    const junk = [{ ...complaint, envelope: new Uint8Array(9) }]
    const against = { fault: 'false-complaint', accused: 'c' } as const
    expect(verdict({ ...against, envelopes: [confirm(junk)] })).toMatchObject({ valid: true, validator: 'c' })
    for (const change of [{ to: 'a' }, { stage: 3 }, { stage: 5 }]) {
      expect(verdict({ ...against, envelopes: [confirm(junk, change)] })).toMatchObject({ valid: false })
    }
  })

  it('only ceremonies that begin with SharedSecret have complaints, whoever signs one', () => {
    const base = { ...context, kind: 'sign', keyDigest: new Uint8Array(32), messages: [{ length: 32, hash: new Uint8Array(32) }] } as const
    for (const protocol of ['frost', 'stinson-strobl'] as const) {
      const foreign = encodeContext({ ...base, protocol, mode: { type: 'two-round' } })
      const junk = confirm([{ ...complaint, envelope: new Uint8Array(9) }], { sid: sidOf(foreign), kind: 'sign' })
      const evidence = { fault: 'false-complaint', accused: 'c', context: foreign, envelopes: [junk] } as const
      if (protocol === 'frost') expect(verdict(evidence)).toEqual({ valid: false, reason: 'the ceremony has no such stage' })
      else expect(verdict(evidence)).toMatchObject({ valid: true, validator: 'c', kind: 'sign' })
    }
  })

  it('preprocessing and signing have no complaints', () => {
    for (const kind of ['preprocess', 'sign'] as const) {
      const foreign = encodeContext(
        kind === 'preprocess'
          ? { ...context, kind, keyDigest: new Uint8Array(32), count: 2 }
          : {
              ...context,
              kind,
              keyDigest: new Uint8Array(32),
              mode: { type: 'two-round' },
              messages: [{ length: 32, hash: new Uint8Array(32) }],
            },
      )
      for (const fault of ['bad-share', 'false-complaint'] as const) {
        expect(verdict({ fault, context: foreign, envelopes: [confirm([complaint])], openings: [opening] })).toMatchObject({ valid: false })
      }
    }
  })
})

describe('an honest complainer', () => {
  const { world, ceremonyId } = run({ name: 'evidence', lies: { b: dealWrongly('b', 'c') } })
  const [blame] = world.failureOf('c', ceremonyId).blamed
  const proof = parseEvidence(blame?.evidence ?? new Uint8Array())
  const signed = find(recorded(world), 'c', 4)
  const judge = (parts: Partial<Evidence>) =>
    judgeEvidence(
      kernel,
      makeEvidence({ ...proof, fault: 'false-complaint', accused: 'c', envelopes: [signed.bytes], ...parts }),
      world.network.roster,
    )

  it('G18: the proof that it has against the dealer takes one opening, of the bodies of the two, and nothing besides', () => {
    const envelopes = recorded(world)
    const bodies = world.ids.map((id) => find(envelopes, id, 2).body)
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array(), fourth = new Uint8Array()] = bodies
    const previous = find(envelopes, 'a', 2).header.previousTranscript
    const opening = openingOf(previous, bodies, [1, 2])
    const against = (parts: Partial<Evidence>) => judgeEvidence(kernel, makeEvidence({ ...proof, ...parts }), world.network.roster)
    expect(against({ openings: [opening] })).toMatchObject({ valid: true, validator: 'b', fault: 'bad-share' })
    const item = { type: 'item', length: 64, item: new Uint8Array(64), path: [] } as const
    const variants: Partial<Evidence>[] = [
      { openings: [] },
      { openings: [opening, opening] },
      { openings: [{ ...opening, stage: 1 }] },
      { openings: [{ ...opening, previous: new Uint8Array(32) }] },
      ...[[1], [2], [], [0, 1, 2], [0, 1, 2, 3], [0, 2]].map((shown) => ({ openings: [openingOf(previous, bodies, shown)] })),
      { openings: [openingOf(previous, [first, third, second, fourth], [1, 2])] },
      { openings: [openingOf(previous, [first, second, third], [1, 2])] },
      { openings: [{ ...opening, entries: [item, ...opening.entries.slice(1)] }] },
      { headers: [new Uint8Array(10)] },
      { envelopes: [] },
      { envelopes: [signed.bytes, signed.bytes] },
      { envelopes: [find(envelopes, 'b', 3, 'c').bytes] },
      { envelopes: [find(envelopes, 'a', 4).bytes] },
      { key: { keyId: new Uint8Array(32), record: new Uint8Array(9) } },
      { message: { position: 0, bytes: new Uint8Array(32) } },
    ]
    for (const variant of variants) expect(against(variant)).toMatchObject({ valid: false })
  })

  it('G18: the proof that others have against it, if it complains falsely, takes as little', () => {
    const liar = run({ name: 'evidence of a lie', lies: { c: findBad('c', 'a') } })
    const found = liar.world.failureOf('a', liar.ceremonyId).blamed[0]
    const lie = parseEvidence(found?.evidence ?? new Uint8Array())
    const [opening] = lie.openings ?? []
    if (opening === undefined) throw new Error('it has an opening')
    const against = (parts: Partial<Evidence>) => judgeEvidence(kernel, makeEvidence({ ...lie, ...parts }), liar.world.network.roster)
    expect(against({})).toMatchObject({ valid: true, validator: 'c', fault: 'false-complaint' })
    const whole = openingOf(
      opening.previous,
      liar.world.ids.map((id) => find(recorded(liar.world), id, 2).body),
      [0, 1, 2],
    )
    const variants: Partial<Evidence>[] = [
      { openings: [] },
      { openings: [opening, opening] },
      { openings: [{ ...opening, stage: 1 }] },
      { openings: [whole] },
      { headers: [new Uint8Array(10)] },
      { key: { keyId: new Uint8Array(32), record: new Uint8Array(9) } },
      { message: { position: 0, bytes: new Uint8Array(32) } },
      { openings: [], message: { position: 0, bytes: new Uint8Array(32) } },
    ]
    for (const variant of variants) expect(against(variant)).toMatchObject({ valid: false })
  })

  it('G17: is not convicted by its true complaint', () => {
    expect(judge({})).toEqual({ valid: false, reason: 'the complaint is true' })
    expect(judge({ openings: [] })).toEqual({ valid: false, reason: 'every complaint shows a share of its dealer' })
  })

  it('G17: is not convicted by what it did not sign', () => {
    const decoded = decodeConfirm(signed.body, { kind: 'keygen', participants: 4 })
    const complaints = decoded.type === 'complaints' ? decoded.complaints : []
    const { bodyDigest: _, ...header } = signed.header
    for (const change of [
      complaints.map((each) => ({ ...each, proof: replaceItem(each.proof, 0, new Uint8Array(64)) })),
      complaints.map((each) => ({ ...each, envelope: signed.bytes })),
      [...complaints, ...complaints],
    ]) {
      const forged = sealEnvelope(testIdentity('b'), NETWORK, header, encodeConfirm({ type: 'complaints', complaints: change }))
      const pasted = new Uint8Array([...signed.bytes.subarray(0, signed.bytes.length - signed.body.length - 4), 0, 0, 0, 0, ...forged.body])
      new DataView(pasted.buffer).setUint32(pasted.length - forged.body.length - 4, forged.body.length)
      for (const envelope of [forged.bytes, pasted]) {
        expect(judge({ envelopes: [envelope] })).toEqual({ valid: false, reason: 'the accused did not sign this envelope' })
        expect(judge({ envelopes: [envelope], openings: [] }).valid).toBe(false)
      }
    }
  })

  it('G19: what its complaint opens is the pair of boxes between it and the accused, and no other', () => {
    const decoded = decodeConfirm(signed.body, { kind: 'keygen', participants: 4 })
    const [complaint] = decoded.type === 'complaints' ? decoded.complaints : []
    if (complaint === undefined) throw new Error('no complaint')
    const envelopes = recorded(world)
    const bodies = world.ids.map((id) => decodeCommitments(find(envelopes, id, 2).body))
    const opened: string[] = []
    for (const { header, body } of envelopes.filter(({ header: { stage } }) => stage === 3)) {
      const [from, to] = [header.from, header.to ?? ''].map((id) => world.ids.indexOf(id)) as [number, number]
      const [dealer, recipient] = [bodies[from], bodies[to]]
      if (dealer === undefined || recipient === undefined) continue
      const received = {
        sid: header.sid,
        index: to + 1,
        positions: 1,
        sharedPoints: kernel.compress(complaint.sharedPoint),
        encryptionKey: recipient.encryptionKey,
        dealers: [{ index: from + 1, encryptionKey: dealer.encryptionKey, ciphertext: body }],
      }
      const { shares } = runJob(kernel, { name: 'sumShares', args: received })
      if (shares !== null) opened.push(`${header.from} to ${header.to}`)
    }
    // One key serves both directions: c's own share for b is opened as well, which b, the accused, knew.
    expect([...new Set(opened)].sort()).toEqual(['b to c', 'c to b'])
  })
})
