/** An audit of a transcript names exactly whom the nodes named, with the same power of proof, and nobody where nobody broke the rules. */
import { describe, expect, it } from 'vitest'
import { equalBytes, toHex } from '../../src/bytes.ts'
import type { Blame } from '../../src/ceremony/outcome.ts'
import { type Audit, auditRecorded } from '../../src/ceremony/transcript/audit.ts'
import { decodeTranscript, encodeTranscript } from '../../src/ceremony/transcript/file.ts'
import { auditTranscript } from '../../src/ceremony/transcript/public.ts'
import { encodeAbort } from '../../src/wire/abort.ts'
import { encodeConfirm, encodeHashCommitment } from '../../src/wire/bodies.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { decodeKeyRecord } from '../../src/wire/key-record.ts'
import type { Envelope, ValidatorId } from '../../src/wire/message.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'
import { refusalOf } from '../helpers/refusals.ts'
import type { Corruption } from '../simulation/adversary.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { dealWrongly, findBad, type Lie } from './complaint-attacks.ts'
import { dealing, flipped, replaceItem } from './dealings.ts'
import { makeWorld, messageOf, SUITES } from './support.ts'

function recordedWorld(name: string, nodes: number, lies: Readonly<Record<ValidatorId, Lie>> = {}): World {
  const world = makeWorld(`audit ${name}`, nodes, {
    settings: { transcripts: true },
    compute: (id, job, result) => lies[id]?.(job, result) ?? result,
  })
  for (const id of Object.keys(lies)) world.adversary.corrupt(id, ({ envelope }) => [envelope.bytes])
  return world
}

function transcriptOf(world: World, id: ValidatorId, ceremonyId: bigint): Uint8Array {
  const bytes = world.network.node(id).transcripts.get(ceremonyId)
  if (bytes === undefined) throw new Error(`${id} gave no transcript of ${ceremonyId}`)
  return bytes
}

const auditOf = (world: World, bytes: Uint8Array): Audit => auditRecorded(world.kernel, bytes, world.network.roster)

/** The same transcript with some messages less. */
function without(bytes: Uint8Array, drop: (envelope: Envelope) => boolean): Uint8Array {
  const { contextBytes: context, key, messages, envelopes } = decodeTranscript(bytes)
  const kept = envelopes.filter((envelope) => !drop(envelope)).map((envelope) => envelope.bytes)
  return encodeTranscript({ context, key, messages, envelopes: kept })
}

const namesOf = (blamed: readonly Blame[]): string[] =>
  blamed.map(({ validator, fault, message }) => `${validator} ${fault}${message === undefined ? '' : ` ${message}`}`)

const isAbort = ({ header }: Envelope): boolean => header.stage === 0x7f

describe('ceremonies that nobody broke', () => {
  for (const suite of SUITES) {
    it(`${suite}: are complete, and give the key and the signatures that the nodes reported`, () => {
      const world = recordedWorld(suite, 3)
      const key = world.makeKey(suite, 2)
      const messages = [messageOf('1'), messageOf('2'), messageOf('3')]
      const signing = world.startSigning(key, ['a', 'c'], messages)
      world.network.run()
      const keygen = auditOf(world, transcriptOf(world, 'b', key.keygenCeremonyId))
      expect(keygen).toMatchObject({ status: 'complete', blamed: [], absent: [], differing: [], claims: [], remark: null })
      const record = keygen.result !== null && 'record' in keygen.result ? keygen.result.record : new Uint8Array()
      expect(decodeKeyRecord(record).groupPublicKey).toEqual(key.groupPublicKey)
      expect(toHex(keygen.sid)).toBe(key.keyId)
      const signed = auditOf(world, transcriptOf(world, 'c', signing))
      expect(signed).toMatchObject({ status: 'complete', blamed: [], absent: [], differing: [], claims: [], remark: null })
      expect(signed.result).toEqual({ signatures: world.signaturesOf('a', signing) })
    })
  }

  it('of one node, and of one signer alone', () => {
    const world = recordedWorld('alone', 1)
    const key = world.makeKey('bip340', 1)
    const signing = world.startSigning(key, ['a'], [messageOf('1')])
    world.network.run()
    for (const id of [key.keygenCeremonyId, signing]) expect(auditOf(world, transcriptOf(world, 'a', id)).status).toBe('complete')
  })
})

/** What one node does in one ceremony, and what everybody must call it. */
interface Break {
  readonly corrupt?: Corruption
  readonly lie?: Lie
  readonly fault: string
}

const { kernel } = makeWorld('kernel', 1)
const inStage =
  (stage: number, alter: (body: Uint8Array) => Uint8Array): Corruption =>
  // Later messages are signed again, with the digest that the others have now.
  ({ envelope: { header, body, bytes }, reseal }) => {
    if (header.stage < stage) return [bytes]
    return [reseal({ body: header.stage === stage ? alter(body) : body })]
  }
const toOne =
  (stage: number): Corruption =>
  ({ envelope, recipient, reseal }) => [envelope.header.stage === stage ? reseal({ header: { to: recipient } }) : envelope.bytes]
const unstarted: Corruption = ({ envelope, reseal }) => [
  envelope.header.stage === 1 ? reseal({ header: { previousTranscript: new Uint8Array(32) } }) : envelope.bytes,
]
const offCurve = (point: Uint8Array): Uint8Array => flipped(point)

const KEYGEN_BREAKS: Readonly<Record<string, Break>> = {
  'a hash commitment of another length': { corrupt: inStage(1, (body) => body.slice(1)), fault: 'malformed' },
  'a first message without the sid': { corrupt: unstarted, fault: 'malformed' },
  'a message to all that went to one': { corrupt: toOne(2), fault: 'malformed' },
  'commitments of junk': { corrupt: inStage(2, (body) => body.slice(0, 50)), fault: 'malformed' },
  'a confirmation of junk': { corrupt: inStage(4, () => new Uint8Array(3)), fault: 'malformed' },
  'more coefficients than t': { corrupt: dealing({ kernel, index: 2, count: 4 }), fault: 'bad-commitment-count' },
  'another opening than the hash': { corrupt: inStage(2, (body) => flipped(body, 0)), fault: 'bad-hash-opening' },
  'a hash of something else': { corrupt: inStage(1, () => encodeHashCommitment(new Uint8Array(32))), fault: 'bad-hash-opening' },
  'a commitment off the curve': {
    corrupt: dealing({
      kernel,
      index: 2,
      count: 2,
      alter: (body) => ({ ...body, commitments: replaceItem(body.commitments, 64, offCurve(body.commitments.slice(64, 128))) }),
    }),
    fault: 'bad-point',
  },
  'a proof that does not hold': {
    corrupt: dealing({ kernel, index: 2, count: 2, alter: (body) => ({ ...body, proofs: flipped(body.proofs) }) }),
    fault: 'bad-proof',
  },
  'a bad share for one': { lie: dealWrongly('b', 'c'), fault: 'bad-share' },
  'a bad share for all': { lie: dealWrongly('b', 'acd'), fault: 'bad-share' },
  'a complaint about a good share': { lie: findBad('b', 'a'), fault: 'false-complaint' },
  'a share to one that went to all, and is none': {
    corrupt: ({ envelope, reseal }) => [
      envelope.header.stage === 3 ? reseal({ header: { to: null }, body: new Uint8Array(5) }) : envelope.bytes,
    ],
    fault: 'malformed',
  },
  'a confirmation of another record': {
    corrupt: inStage(4, () => encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })),
    fault: 'bad-certificate',
  },
}

const SIGN_BREAKS: Readonly<Record<string, Break>> = {
  'commitments of another length': { corrupt: inStage(1, (body) => body.slice(1)), fault: 'malformed' },
  'a first message without the sid': { corrupt: unstarted, fault: 'malformed' },
  'a commitment that is the identity': { corrupt: inStage(1, (body) => replaceItem(body, 128, new Uint8Array(64))), fault: 'bad-point' },
  'shares above the order': { corrupt: inStage(2, (body) => new Uint8Array(body.length).fill(0xff)), fault: 'malformed' },
  'another share to the second message': { corrupt: inStage(2, (body) => flipped(body)), fault: 'bad-signature-share 1' },
}

/** Every honest node's transcript: who is named in it, from its own messages alone as well. */
function expectNamed(world: World, ceremonyId: bigint, name: string): void {
  const witnesses = world.honest.filter((id) => world.network.node(id).outcomes.has(ceremonyId))
  for (const id of witnesses) {
    const bytes = transcriptOf(world, id, ceremonyId)
    const { blamed } = world.failureOf(id, ceremonyId)
    const audit = auditOf(world, bytes)
    // A node that ended for other reasons named nobody, and recorded what it had heard by then.
    if (blamed.length === 0 && audit.blamed.length === 0) continue
    expect(namesOf(audit.blamed), id).toEqual([name])
    expect(audit).toMatchObject({ status: 'broken', result: null })
    for (const { validator, evidence } of audit.blamed) {
      const again = auditTranscript(bytes, world.network.roster)
      expect(again.blamed.some((blame) => blame.validator === validator && equalBytes(blame.evidence, evidence))).toBe(true)
    }
  }
  const named = witnesses.map((id) => auditOf(world, without(transcriptOf(world, id, ceremonyId), isAbort)))
  expect(named.filter(({ status }) => status === 'broken').map(({ blamed }) => namesOf(blamed))).toContainEqual([name])
}

describe('key generations that somebody broke', () => {
  for (const [what, { corrupt, lie, fault }] of Object.entries(KEYGEN_BREAKS)) {
    it(`${what}: ${fault}`, () => {
      const world = recordedWorld(what, 4, lie === undefined ? {} : { b: lie })
      if (corrupt !== undefined) world.adversary.corrupt('b', corrupt)
      const ceremonyId = world.startKeygen('bip340', 2)
      world.network.run()
      expectNamed(world, ceremonyId, `b ${fault}`)
    })
  }
})

describe('signings that somebody broke', () => {
  const world = recordedWorld('signing', 4)
  const key = world.makeKey('evm', 2)
  for (const [what, { corrupt, fault }] of Object.entries(SIGN_BREAKS)) {
    it(`${what}: ${fault}`, () => {
      world.adversary.reform()
      if (corrupt !== undefined) world.adversary.corrupt('b', corrupt)
      const ceremonyId = world.startSigning(key, ['a', 'b', 'd'], [messageOf('1'), messageOf('2')])
      world.network.run()
      expectNamed(world, ceremonyId, `b ${fault}`)
    })
  }

  it('two culprits and all positions: each is named, once for each message', () => {
    world.adversary.reform()
    world.adversary.corrupt(
      'a',
      inStage(2, (body) => flipped(flipped(body, 31), 63)),
    )
    world.adversary.corrupt(
      'd',
      inStage(2, (body) => flipped(body, 95, 2)),
    )
    const ceremonyId = world.startSigning(key, world.ids, ['1', '2', '3'].map(messageOf))
    world.network.run()
    const bytes = without(transcriptOf(world, 'b', ceremonyId), isAbort)
    const { blamed, remark } = auditOf(world, bytes)
    expect(namesOf(blamed)).toEqual(['a bad-signature-share 0', 'a bad-signature-share 1', 'd bad-signature-share 2'])
    expect(namesOf(blamed)).toEqual(namesOf(world.failureOf('b', ceremonyId).blamed))
    expect(remark).toBe('the signatures do not come out right')
  })
})

describe('transcripts that prove nothing', () => {
  const world = recordedWorld('nothing', 3)
  const key = world.makeKey('bip340', 2)
  const signing = world.startSigning(key, world.ids, [messageOf('1')])
  world.network.run()
  const keygenBytes = transcriptOf(world, 'a', key.keygenCeremonyId)
  const signBytes = transcriptOf(world, 'a', signing)

  it('silence: incomplete, with who is absent and what the nodes say', () => {
    for (const [stage, name] of [
      [1, 'HashCommitment'],
      [2, 'Commitments'],
      [4, 'Confirm'],
    ] as const) {
      const silent = recordedWorld(`silence ${stage}`, 3)
      silent.adversary.corrupt('b', ({ envelope }) => (envelope.header.stage === stage ? [] : [envelope.bytes]))
      const ceremonyId = silent.startKeygen('bip340', 2)
      silent.network.run()
      const audit = auditOf(silent, transcriptOf(silent, 'a', ceremonyId))
      expect(audit).toMatchObject({ status: 'incomplete', blamed: [], absent: [{ stage: name, validator: 'b' }], result: null })
    }
  })

  it('any message left out: incomplete, it is the absent one, and nobody is blamed', () => {
    for (const bytes of [keygenBytes, signBytes]) {
      for (const { header } of decodeTranscript(bytes).envelopes) {
        const audit = auditOf(
          world,
          without(bytes, (envelope) => envelope.header.stage === header.stage && envelope.header.from === header.from),
        )
        expect(audit).toMatchObject({ status: 'incomplete', blamed: [], result: null })
        expect(audit.absent.map(({ validator }) => validator)).toEqual([header.from])
      }
    }
  })

  it('no messages to be signed: incomplete, and it says why', () => {
    const { contextBytes: context, key: opening, envelopes } = decodeTranscript(signBytes)
    const bytes = encodeTranscript({ context, key: opening, messages: [], envelopes: envelopes.map((envelope) => envelope.bytes) })
    expect(auditOf(world, bytes)).toMatchObject({
      status: 'incomplete',
      blamed: [],
      absent: [],
      remark: expect.stringContaining('messages'),
    })
  })

  it('another digest: disputed, with whose message carries it', () => {
    const lying = recordedWorld('lying', 3)
    lying.adversary.corrupt('b', ({ envelope, reseal }) => [
      envelope.header.stage === 2 ? reseal({ header: { previousTranscript: new Uint8Array(32) } }) : envelope.bytes,
    ])
    const ceremonyId = lying.startKeygen('bip340', 2)
    lying.network.run()
    const bytes = without(transcriptOf(lying, 'a', ceremonyId), ({ header }) => header.stage > 0x40)
    expect(auditOf(lying, bytes)).toMatchObject({ status: 'disputed', blamed: [], differing: [{ stage: 'Commitments', validator: 'b' }] })
  })

  it('aborts: evidence of another ceremony, and evidence that proves nothing, convict nobody', () => {
    world.adversary.corrupt(
      'b',
      inStage(2, (body) => flipped(body)),
    )
    const other = world.startSigning(key, world.ids, [messageOf('1')])
    world.network.run()
    world.adversary.reform()
    const [blame] = world.failureOf('a', other).blamed
    const { contextBytes: context, key: opening, messages, envelopes, sid } = decodeTranscript(signBytes)
    const proof = blame?.evidence ?? new Uint8Array()
    const header = { kind: 'sign', ceremonyId: signing, sid, stage: 0x7f, from: 'c', to: null, previousTranscript: sid } as const
    const abort = sealEnvelope(testIdentity('c'), NETWORK, header, encodeAbort({ type: 'evidence', evidence: [proof, flipped(proof)] }))
    const bytes = encodeTranscript({ context, key: opening, messages, envelopes: [...envelopes, abort].map((envelope) => envelope.bytes) })
    expect(auditOf(world, transcriptOf(world, 'a', other)).status).toBe('broken')
    expect(auditOf(world, bytes)).toMatchObject({ status: 'complete', blamed: [] })
  })

  it('aborts: what their authors say is told as what they say', () => {
    const { contextBytes: context, key: opening, messages, envelopes, sid } = decodeTranscript(signBytes)
    const header = { kind: 'sign', ceremonyId: signing, sid, stage: 0x7f, from: 'c', to: null, previousTranscript: sid } as const
    const body = encodeAbort({ type: 'reason', reason: 'timeout', missing: ['a', 'b'] })
    const abort = sealEnvelope(testIdentity('c'), NETWORK, header, body)
    const bytes = encodeTranscript({ context, key: opening, messages, envelopes: [...envelopes, abort].map((envelope) => envelope.bytes) })
    const claims = [{ validator: 'c', reason: 'timeout', missing: ['a', 'b'] }]
    expect(auditOf(world, bytes)).toMatchObject({ status: 'complete', blamed: [], claims })
  })

  it('R7: any byte flipped is refused: nothing in a transcript goes without a digest or a signature', () => {
    for (let at = 0; at < signBytes.length; at++) {
      const refusal = refusalOf(() => auditOf(world, flipped(signBytes, at, 1 << (at % 8))))
      expect(refusal, `byte ${at}`).toMatch(/^(?:ERR_MALFORMED|ERR_UNKNOWN_VALIDATOR)/)
    }
    for (let at = 0; at < keygenBytes.length; at += 31) {
      const refusal = refusalOf(() => auditOf(world, flipped(keygenBytes, at, 1 << (at % 8))))
      expect(refusal, `byte ${at}`).toMatch(/^(?:ERR_MALFORMED|ERR_UNKNOWN_VALIDATOR)/)
    }
  })

  it('a roster that lacks a participant, or has another key for one, is refused by name', () => {
    const wide = testRoster(['x', ...world.ids])
    expect(auditTranscript(signBytes, wide).status).toBe('complete')
    expect(refusalOf(() => auditTranscript(signBytes, testRoster(['a', 'b'])))).toBe('ERR_UNKNOWN_VALIDATOR roster.c')
    const other = new Map(wide)
    other.set('b', testRoster(['y']).get('y') ?? new Uint8Array())
    expect(refusalOf(() => auditTranscript(signBytes, other))).toBe('ERR_UNKNOWN_VALIDATOR roster.b')
    expect(refusalOf(() => auditTranscript('x' as unknown as Uint8Array, wide))).toBe('ERR_INVALID_ARGUMENT transcript')
    expect(refusalOf(() => auditTranscript(signBytes, new Map()))).toMatch(/^ERR_INVALID_ARGUMENT roster/)
  })
})
