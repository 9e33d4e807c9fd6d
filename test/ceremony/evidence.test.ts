/** Evidence is judged from its bytes and the roster: what honest nodes signed convicts nobody, however it is put together, and nothing throws. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Evidence, makeEvidence, parseEvidence, type TranscriptOpening } from '../../src/ceremony/evidence/container.ts'
import { verifyEvidence } from '../../src/ceremony/evidence/public.ts'
import { judgeEvidence } from '../../src/ceremony/evidence/verify.ts'
import type { Fault } from '../../src/ceremony/outcome.ts'
import { digestOfOpenedItem, ItemTree } from '../../src/crypto/item-tree.ts'
import { bodyDigest, nextTranscript } from '../../src/crypto/transcript.ts'
import { type CeremonyContext, encodeContext, hashMessage, type SignContext, sidOf } from '../../src/wire/context.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord, type KeyRecord, keyDigest } from '../../src/wire/key-record.ts'
import type { Envelope } from '../../src/wire/message.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { NETWORK } from '../simulation/network.ts'
import { flipped } from './dealings.ts'
import { expectProof, makeWorld, messageOf, mutationsOf } from './support.ts'

const FAULTS: readonly Fault[] = [
  'bad-hash-opening',
  'bad-commitment-count',
  'bad-point',
  'bad-proof',
  'bad-share',
  'false-complaint',
  'bad-signature-share',
  'bad-certificate',
  'equivocation',
  'bad-view',
  'malformed',
]

/** An honest keygen and an honest signing, with all that anybody could have recorded of them. */
const world = makeWorld('evidence', 3)
const { kernel } = world
const { roster } = world.network
const key = world.makeKey('bip340', 2)
const messages = [messageOf('first'), messageOf('second')]
const signing = world.startSigning(key, world.ids, messages)
world.network.run()
const material = world.network.key('a', key.keyId)
const record: KeyRecord = material.record

const participants = world.ids.map((id) => ({ id, publicKey: testIdentity(id).publicKey }))
const keygenContext: CeremonyContext = material.context
const signContext: SignContext = {
  network: NETWORK,
  kind: 'sign',
  ceremonyId: signing,
  protocol: 'frost',
  suite: 'bip340',
  minSigners: 2,
  participants,
  keyDigest: material.digest,
  mode: { type: 'two-round' },
  messages: messages.map((message) => ({ length: message.length, hash: hashMessage(message) })),
}

const recorded = new Map<string, Envelope>()
for (const { bytes } of world.network.sent) {
  const envelope = decodeEnvelope(new Uint8Array(bytes), NETWORK)
  recorded.set(Buffer.from(envelope.headerHash).toString('hex'), envelope)
}
const envelopes = [...recorded.values()]
const by = (from: string, kind: string, stage: number): Envelope => {
  const found = envelopes.find(({ header }) => header.from === from && header.kind === kind && header.stage === stage)
  if (found === undefined) throw new Error(`${from} sent no ${kind} ${stage}`)
  return found
}

/** All signers' commitments to one message of the batch. */
const commitmentsTo = (position: number): TranscriptOpening['entries'] =>
  world.ids.map((id) => ({ type: 'item', ...new ItemTree(by(id, 'sign', 1).body).open(position) }))
const commitments = commitmentsTo(0)
const opening: TranscriptOpening = { stage: 1, previous: sidOf(encodeContext(signContext)), entries: commitments }

/** The complete evidence against b's share, which is valid. */
const shareEvidence: Evidence = {
  fault: 'bad-signature-share',
  accused: 'b',
  context: encodeContext(signContext),
  envelopes: [by('b', 'sign', 2).bytes],
  openings: [opening],
  key: { keyId: material.keyIdBytes, record: material.recordBytes },
  message: { position: 0, bytes: messages[0] ?? new Uint8Array() },
}

function verdict(evidence: Evidence): ReturnType<typeof judgeEvidence> {
  return judgeEvidence(kernel, makeEvidence(evidence), roster)
}

describe('what honest nodes signed', () => {
  const contexts = [encodeContext(keygenContext), encodeContext(signContext)]

  it('convicts nobody: every envelope, alone and in every pair, for every fault, against everybody', () => {
    let tried = 0
    for (const fault of FAULTS) {
      for (const context of contexts) {
        for (const accused of world.ids) {
          for (const one of envelopes) {
            if (one.header.from !== accused && fault !== 'malformed') continue
            const pairs = fault === 'bad-hash-opening' || fault === 'equivocation' ? envelopes : []
            for (const list of [[one], ...pairs.map((other) => [one, other])]) {
              const result = verdict({ fault, accused, context, envelopes: list.map(({ bytes }) => bytes) })
              expect(result, `${fault} against ${accused}`).toMatchObject({ valid: false })
              tried += 1
            }
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(500)
  })

  it('convicts nobody with its headers as proof of equivocation', () => {
    const headers = envelopes
      .filter(({ header }) => header.from === 'c')
      .map(({ bytes, body }) => bytes.slice(0, bytes.length - body.length - 4))
    for (const fault of ['equivocation', 'bad-view'] as const) {
      for (const first of headers) {
        for (const second of headers) {
          expect(verdict({ fault, accused: 'c', context: encodeContext(keygenContext), headers: [first, second] }).valid).toBe(false)
        }
      }
    }
  })

  it('a valid share stays valid, whatever is put beside it', () => {
    const [first, second, third] = commitments as [
      TranscriptOpening['entries'][number],
      TranscriptOpening['entries'][number],
      TranscriptOpening['entries'][number],
    ]
    const { key: keyOpening } = shareEvidence as Required<Evidence>
    const withOpening = (change: Partial<TranscriptOpening>): Evidence => ({ ...shareEvidence, openings: [{ ...opening, ...change }] })
    const body = { type: 'body', body: by('a', 'sign', 1).body } as const
    const item = new ItemTree(body.body).open(0)
    const digest = { type: 'digest', digest: bodyDigest(by('a', 'sign', 1).body) } as const
    const otherRecord = encodeKeyRecord({ ...record, minSigners: 3 })
    const variants: Evidence[] = [
      shareEvidence,
      { ...shareEvidence, accused: 'a' },
      { ...shareEvidence, envelopes: [by('b', 'sign', 1).bytes] },
      { ...shareEvidence, envelopes: [by('a', 'sign', 2).bytes] },
      { ...shareEvidence, envelopes: [by('b', 'sign', 2).bytes, by('b', 'sign', 1).bytes] },
      { ...shareEvidence, envelopes: [] },
      { ...shareEvidence, headers: [new Uint8Array(100)] },
      withOpening({ entries: [second, first, third] }),
      withOpening({ entries: [first, second] }),
      withOpening({ entries: [digest, second, third] }),
      withOpening({ entries: [body, second, third] }),
      withOpening({ entries: [{ type: 'item', ...item, item: item.item.subarray(1) }, second, third] }),
      withOpening({ entries: [{ type: 'item', ...item, length: 128 }, second, third] }),
      withOpening({ entries: [{ type: 'item', ...item, length: 384 }, second, third] }),
      withOpening({ entries: [{ type: 'item', ...item, path: [] }, second, third] }),
      withOpening({ entries: [{ type: 'item', ...item, path: [...item.path, new Uint8Array(32)] }, second, third] }),
      withOpening({ entries: commitmentsTo(1) }),
      withOpening({ stage: 2 }),
      withOpening({ previous: new Uint8Array(32) }),
      withOpening({ entries: [{ type: 'body', body: new Uint8Array(256) }, second, third] }),
      { ...shareEvidence, key: { ...keyOpening, record: otherRecord } },
      { ...shareEvidence, key: { ...keyOpening, keyId: new Uint8Array(32) } },
      { ...shareEvidence, key: { ...keyOpening, record: new Uint8Array(3) } },
      { ...shareEvidence, message: { position: 1, bytes: messages[0] ?? new Uint8Array() } },
      { ...shareEvidence, message: { position: 1, bytes: messages[1] ?? new Uint8Array() } },
      { ...shareEvidence, message: { position: 2, bytes: messages[1] ?? new Uint8Array() } },
      { ...shareEvidence, message: { position: 0, bytes: messageOf('third') } },
      { ...shareEvidence, openings: [opening, opening] },
      ...(['openings', 'key', 'message'] as const).map((part) => {
        const { [part]: _, ...rest } = shareEvidence
        return rest
      }),
    ]
    for (const variant of variants) expect(verdict(variant)).toMatchObject({ valid: false })
  })
})

describe('a real proof', () => {
  /** b's share, spoilt and signed again. */
  const bad = by('b', 'sign', 2)
  const { bodyDigest: _, ...header } = bad.header
  const spoilt = sealEnvelope(testIdentity('b'), NETWORK, header, flipped(bad.body, 31))
  const proof: Evidence = { ...shareEvidence, envelopes: [spoilt.bytes] }
  const bytes = makeEvidence(proof)

  it('convinces, and every one of many single changes spoils it', () => {
    expectProof(world, { validator: 'b', fault: 'bad-signature-share', evidence: bytes }, signing)
    for (const mutated of mutationsOf(bytes, 300)) expect(judgeEvidence(kernel, mutated, roster).valid).toBe(false)
  })

  it('proves nothing about the other message of the batch', () => {
    expect(verdict({ ...proof, message: { position: 1, bytes: messages[1] ?? new Uint8Array() } }).valid).toBe(false)
  })

  it('takes nothing besides what its rule names', () => {
    expect(verdict({ ...proof, headers: [new Uint8Array(1)] }).valid).toBe(false)
    expect(verdict({ ...proof, envelopes: [spoilt.bytes, spoilt.bytes] }).valid).toBe(false)
    const malformed = sealEnvelope(testIdentity('b'), NETWORK, header, new Uint8Array(3))
    const plain: Evidence = { fault: 'malformed', accused: 'b', context: proof.context, envelopes: [malformed.bytes] }
    expect(verdict(plain).valid).toBe(true)
    for (const part of ['openings', 'key', 'message'] as const) expect(verdict({ ...plain, [part]: proof[part] }).valid).toBe(false)
  })

  it('is read by the public function with a roster of more validators, and refused typed for what is no argument', () => {
    const wide = testRoster(['x', ...world.ids, 'y'])
    expect(verifyEvidence(bytes, wide)).toMatchObject({ valid: true, validator: 'b', kind: 'sign', ceremonyId: signing })
    for (const argument of [null, 'ab', Buffer.from(bytes), [...bytes], new Proxy(bytes, {})]) {
      expect(refusalOf(() => verifyEvidence(argument as Uint8Array, wide))).toBe('ERR_INVALID_ARGUMENT evidence')
    }
    for (const argument of [null, {}, [], new Map(), new Map([['a', 'b']])]) {
      expect(refusalOf(() => verifyEvidence(bytes, argument as typeof wide))).toMatch(/^ERR_INVALID_ARGUMENT roster/)
    }
  })

  it('has one encoding', () => {
    const full: Evidence = { ...proof, headers: [new Uint8Array(5)] }
    expect(parseEvidence(makeEvidence(full))).toEqual(full)
  })
})

describe('hostile evidence', () => {
  /** b signs whatever it likes, about ceremonies that never were. */
  function forged(context: CeremonyContext, parts: Partial<Evidence>, stage: number, body: Uint8Array): Evidence {
    const contextBytes = encodeContext(context)
    const sid = sidOf(contextBytes)
    const digests =
      parts.openings?.flatMap(({ entries }) => entries.flatMap((entry) => digestOf(entry, parts.message?.position ?? 0))) ?? []
    const previousTranscript = digests.length > 0 ? nextTranscript(sid, 1, sid, digests) : sid
    const header = { kind: context.kind, ceremonyId: context.ceremonyId, sid, stage, from: 'b', to: null, previousTranscript }
    const openings = (parts.openings ?? []).map((each) => ({ ...each, previous: sid }))
    const envelope = sealEnvelope(testIdentity('b'), NETWORK, header, body)
    return { fault: 'bad-signature-share', accused: 'b', context: contextBytes, envelopes: [envelope.bytes], ...parts, openings }
  }

  function digestOf(entry: TranscriptOpening['entries'][number], position: number): Uint8Array {
    switch (entry.type) {
      case 'digest':
        return entry.digest
      case 'body':
        return bodyDigest(entry.body)
      case 'item':
        return digestOfOpenedItem(position, entry)
    }
  }

  const share = new Uint8Array(64).fill(1)
  const withRecord = (change: Partial<KeyRecord>, context: Partial<SignContext> = {}, stage = 2): Evidence => {
    const bytes = encodeKeyRecord({ ...record, ...change })
    const digest = keyDigest(material.keyIdBytes, bytes)
    const { message } = shareEvidence as Required<Evidence>
    const parts = { openings: [opening], message, key: { keyId: material.keyIdBytes, record: bytes } }
    return forged({ ...signContext, ...context, keyDigest: digest }, parts, stage, share)
  }
  const offCurve = new Uint8Array(33).fill(0xff).fill(2, 0, 1)

  const cases: Readonly<Record<string, () => Evidence>> = {
    'a key without the signers': () => withRecord({ participants: ['x', 'y', 'z'] }),
    'a key of another suite': () => withRecord({ suite: 'evm' }),
    'a key of another protocol': () => withRecord({ protocol: 'stinson-strobl' }),
    'a key of another threshold': () => withRecord({ minSigners: 3 }),
    'a group key off the curve': () => withRecord({ groupPublicKey: offCurve }),
    'verifying shares off the curve': () => withRecord({ verifyingShares: new Uint8Array([...offCurve, ...offCurve, ...offCurve]) }),
    'one-round mode': () => withRecord({}, { mode: { type: 'one-round', ceremonyId: 1n, firstSlot: 0 } }),
    'the openings of FROST in Stinson-Strobl': () => withRecord({ protocol: 'stinson-strobl' }, { protocol: 'stinson-strobl' }, 5),
    'commitments to more messages than there are': () => {
      const evidence = withRecord({})
      const { key: keyOpening, message } = evidence as Required<Evidence>
      const entries = world.ids.map((id) => {
        const { body } = by(id, 'sign', 1)
        const longer = new Uint8Array([...body, ...body.subarray(0, 128)])
        return { type: 'item' as const, ...new ItemTree(longer).open(message.position) }
      })
      return forged({ ...signContext }, { openings: [{ ...opening, entries }], key: keyOpening, message }, 2, share)
    },
    'commitments off the curve': () => {
      const evidence = withRecord({})
      const { key: keyOpening, message } = evidence as Required<Evidence>
      const entry = { type: 'item' as const, ...new ItemTree(new Uint8Array(256).fill(5)).open(message.position) }
      const openings = [{ ...opening, entries: opening.entries.map(() => entry) }]
      return forged({ ...signContext }, { openings, key: keyOpening, message }, 2, share)
    },
  }
  for (const [what, make] of Object.entries(cases)) {
    it(`${what}: refused, never thrown, for every fault`, () => {
      const evidence = make()
      for (const fault of FAULTS) {
        const { openings: _o, key: _k, message: _m, ...plain } = evidence
        for (const variant of [
          { ...evidence, fault },
          { ...plain, fault },
        ])
          expect(verdict(variant)).toMatchObject({ valid: false })
      }
    })
  }

  it('in preprocessing, and in one round, what no stage of it can be is no fault of its own kind', () => {
    const preprocess: CeremonyContext = { ...keygenContext, kind: 'preprocess', keyDigest: new Uint8Array(32), count: 2 }
    const oneRound: CeremonyContext = { ...signContext, mode: { type: 'one-round', ceremonyId: 1n, firstSlot: 0 } }
    for (const [context, others] of [
      [preprocess, [3, 15]],
      [oneRound, [1, 3, 15]],
    ] as const) {
      for (const stage of others) {
        for (const fault of FAULTS) expect(verdict(forged(context, { fault }, stage, share)).valid).toBe(false)
      }
      for (const fault of FAULTS.filter((each) => each !== 'malformed')) {
        for (const stage of [1, 2, 0x41, 0x42, 0x7f]) expect(verdict(forged(context, { fault }, stage, share)).valid).toBe(false)
      }
    }
    // Nobody has a digest to dispute in one round: a view of it is junk, whatever it holds.
    for (const stage of [0x41, 0x42]) expect(verdict(forged(oneRound, { fault: 'malformed' }, stage, share)).valid).toBe(true)
  })

  it('a stage that the ceremony does not have has no right encoding, and no wrong one', () => {
    for (const stage of [5, 15]) expect(verdict(forged(keygenContext, { fault: 'malformed' }, stage, share)).valid).toBe(false)
  })

  it('an accused outside the ceremony or the roster is not convicted', () => {
    const plain: Evidence = { ...forged(signContext, { fault: 'malformed' }, 1, share) }
    expect(verdict(plain).valid).toBe(true)
    expect(verdict({ ...plain, accused: 'z' }).valid).toBe(false)
    expect(judgeEvidence(kernel, makeEvidence(plain), testRoster(['a', 'b'])).valid).toBe(false)
    expect(judgeEvidence(kernel, makeEvidence(plain), new Map()).valid).toBe(false)
  })

  it('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(judgeEvidence(kernel, new Uint8Array(bytes), roster).valid).toBe(false)
        const prefixed = new Uint8Array([1, 1 + ((bytes[0] ?? 0) % 11), 1, 98, ...bytes])
        expect(judgeEvidence(kernel, prefixed, roster).valid).toBe(false)
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})
