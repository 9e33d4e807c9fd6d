/** A transcript holds what went to all, the same on every node, and nothing that was meant for one; its bytes are those of docs/protocol.md. */
import { describe, expect, it } from 'vitest'
import { asciiBytes, concatBytes, equalBytes, toHex } from '../../src/bytes.ts'
import { decodeTranscript, encodeTranscript, type TranscriptParts } from '../../src/ceremony/transcript/file.ts'
import { Recording } from '../../src/ceremony/transcript/recording.ts'
import { jobs } from '../../src/crypto/jobs/index.ts'
import { decodeEnvelope, sealEnvelope } from '../../src/wire/envelope.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { testIdentity } from '../helpers/identities.ts'
import { refusalOf } from '../helpers/refusals.ts'
import { NETWORK } from '../simulation/network.ts'
import type { World } from '../simulation/world.ts'
import { flipped } from './dealings.ts'
import { makeWorld, messageOf } from './support.ts'

/** Every secret that a job took or gave, as it was. */
const secrets = new Set<string>()
const world = makeWorld('transcripts', 3, {
  settings: { transcripts: true },
  compute: (_, job, result) => {
    const { secretsOf, secretsOfResult } = jobs[job.name] as {
      secretsOf(args: unknown): readonly Uint8Array[]
      secretsOfResult(result: unknown): readonly Uint8Array[]
    }
    for (const secret of [...secretsOf(job.args), ...secretsOfResult(result)]) {
      for (let at = 0; at + 32 <= secret.length; at += 32) secrets.add(toHex(secret.subarray(at, at + 32)))
    }
    return result
  },
})
const key = world.makeKey('bip340', 2)
const messages = [messageOf('first'), messageOf('second')]
const signing = world.startSigning(key, ['a', 'c'], messages)
world.network.run()
const material = world.network.key('a', key.keyId)

function transcriptOf(of: World, id: string, ceremonyId: bigint): Uint8Array {
  const bytes = of.network.node(id).transcripts.get(ceremonyId)
  if (bytes === undefined) throw new Error(`${id} gave no transcript of ${ceremonyId}`)
  return bytes
}

function partsOf(bytes: Uint8Array): TranscriptParts {
  const { contextBytes, key: opening, messages: signed, envelopes } = decodeTranscript(bytes)
  return { context: contextBytes, key: opening, messages: signed, envelopes: envelopes.map((envelope) => envelope.bytes) }
}

const keygenTranscript = transcriptOf(world, 'a', key.keygenCeremonyId)
const signTranscript = transcriptOf(world, 'a', signing)

describe('the transcript of a ceremony that succeeded', () => {
  it('is the same on every node, and has the messages to all of every participant', () => {
    for (const id of world.ids) expect(equalBytes(transcriptOf(world, id, key.keygenCeremonyId), keygenTranscript)).toBe(true)
    expect(equalBytes(transcriptOf(world, 'c', signing), signTranscript)).toBe(true)
    expect(world.network.node('b').transcripts.has(signing)).toBe(false)
    const slots = (bytes: Uint8Array) => decodeTranscript(bytes).envelopes.map(({ header }) => `${header.stage} ${header.from}`)
    expect(slots(keygenTranscript)).toEqual(['1 a', '1 b', '1 c', '2 a', '2 b', '2 c', '4 a', '4 b', '4 c'])
    expect(slots(signTranscript)).toEqual(['1 a', '1 c', '2 a', '2 c'])
  })

  it('opens what the sid of a signing holds digests of: the key and the messages', () => {
    const { key: opening, messages: signed, sid } = decodeTranscript(signTranscript)
    expect(opening).toEqual({ keyId: material.keyIdBytes, record: material.recordBytes })
    expect(signed).toEqual(messages)
    expect(sid).toEqual(decodeTranscript(signTranscript).envelopes[0]?.header.sid)
    expect(decodeTranscript(keygenTranscript)).toMatchObject({ key: null, messages: [] })
  })

  it('R18: has no polynomial, share, nonce or key of the encryption in it, and no message of a private stage', () => {
    expect(secrets.size).toBeGreaterThan(20)
    const everything = toHex(keygenTranscript) + toHex(signTranscript)
    for (const secret of secrets) expect(everything).not.toContain(secret)
    const given = world.network.sent
      .map(({ bytes }) => decodeEnvelope(new Uint8Array(bytes), NETWORK))
      .filter(({ header }) => header.to !== null)
    expect(given.length).toBe(6)
    for (const { body, signature } of given) {
      expect(everything).not.toContain(toHex(body))
      expect(everything).not.toContain(toHex(signature))
    }
  })

  it('is made only where it was asked for, and by a ceremony of one node as well', () => {
    const silent = makeWorld('no transcripts', 2)
    const made = silent.makeKey('evm', 2)
    expect(silent.network.node('a').transcripts.has(made.keygenCeremonyId)).toBe(false)
    const alone = makeWorld('one', 1, { settings: { transcripts: true } })
    const { keygenCeremonyId } = alone.makeKey('evm', 1)
    expect(decodeTranscript(transcriptOf(alone, 'a', keygenCeremonyId)).envelopes.length).toBe(3)
  })
})

describe('a recording', () => {
  const { contextBytes, context, envelopes } = decodeTranscript(keygenTranscript)
  const first = envelopes[0] as Envelope
  const record = (...noted: readonly Envelope[]): readonly string[] => {
    const recording = new Recording({ context, contextBytes, key: null, messages: [] })
    for (const envelope of noted) recording.note(envelope)
    return decodeTranscript(recording.encode()).envelopes.map(({ body }) => toHex(body))
  }
  const signed = (change: Partial<EnvelopeHeader>, body: Uint8Array): Envelope => {
    const { bodyDigest: _, ...header } = first.header
    return sealEnvelope(testIdentity(change.from ?? 'a'), NETWORK, { ...header, ...change }, body)
  }
  const bodies = ['01', '02', '03'].map((hex) => Uint8Array.of(Number(hex)))
  const [one, two, three] = bodies.map((body) => signed({}, body)) as [Envelope, Envelope, Envelope]

  it('keeps the first two of a slot, that which came first in front, and each once', () => {
    expect(record(two, one, three, one, two)).toEqual(['02', '01'])
    expect(record(one, two)).toEqual(['01', '02'])
  })

  it('keeps a message to one node only where its stage goes to all, and views and aborts whatever they say', () => {
    const envelopesOf = (stage: number, to: string | null) => record(signed({ stage, to }, one.body))
    expect(envelopesOf(1, 'b')).toEqual(['01'])
    expect(envelopesOf(3, 'b')).toEqual([])
    expect(envelopesOf(3, null)).toEqual(['01'])
    for (const stage of [0x41, 0x7f]) for (const to of [null, 'b']) expect(envelopesOf(stage, to)).toEqual(['01'])
  })

  it('keeps nothing of another ceremony or an outsider', () => {
    const other = { sid: new Uint8Array(32), ceremonyId: 99n, kind: 'sign' } as const
    for (const name of ['sid', 'ceremonyId', 'kind'] as const) expect(record(signed({ [name]: other[name] }, one.body))).toEqual([])
    expect(record(signed({ from: 'z' }, one.body))).toEqual([])
  })

  it('T8: leaves out views and aborts above 128 MiB in all, not the messages of stages', () => {
    const large = new Uint8Array(66_000_000)
    const recording = new Recording({ context, contextBytes, key: null, messages: [] })
    // Nothing looks at the body any more: it may as well be of zeros.
    for (const from of ['a', 'b', 'c']) recording.note({ ...signed({ stage: 0x7f, from }, one.body), bytes: large })
    recording.note(one)
    const { length } = recording.encode()
    expect(length).toBeGreaterThan(2 * large.length + one.bytes.length)
    expect(length).toBeLessThan(2 * large.length + 1_000)
  })

  it('leaves out messages to be signed above 64 MiB in all', () => {
    const sign = decodeTranscript(signTranscript)
    const sized = (length: number) => {
      const recording = new Recording({ ...sign, messages: [new Uint8Array(length), new Uint8Array(length)] })
      return recording.encode().length
    }
    expect(sized(2 ** 25)).toBeLessThan(10_000)
    expect(sized(2 ** 25 - 4)).toBeGreaterThan(2 ** 26)
  })
})

describe('the bytes of a transcript', () => {
  it('are those of the layout, field by field', () => {
    const { context, key: opening, envelopes } = partsOf(signTranscript)
    const u32 = (length: number) => length.toString(16).padStart(8, '0')
    const bytes = (value: Uint8Array) => `${u32(value.length)}${toHex(value)}`
    const expected = [
      Buffer.from('quorate transcript 1\n', 'latin1').toString('hex'),
      bytes(context),
      `01${key.keyId}${bytes(material.recordBytes)}`,
      `0002${messages.map(bytes).join('')}`,
      `0004${envelopes.map(bytes).join('')}`,
    ].join('')
    expect(toHex(signTranscript)).toBe(expected)
    expect(opening).not.toBeNull()
    const keygen = partsOf(keygenTranscript)
    const keygenBytes = `${Buffer.from('quorate transcript 1\n').toString('hex')}${bytes(keygen.context)}000000${'0009'}${keygen.envelopes.map(bytes).join('')}`
    expect(toHex(keygenTranscript)).toBe(keygenBytes)
  })

  it('decode to what they were made of', () => {
    for (const bytes of [keygenTranscript, signTranscript]) expect(equalBytes(encodeTranscript(partsOf(bytes)), bytes)).toBe(true)
  })

  it('R7: cut, longer or flipped bytes are refused, or differ in signatures and bodies alone', () => {
    for (const length of [0, 1, 20, 21, 25, signTranscript.length - 1]) {
      expect(refusalOf(() => decodeTranscript(signTranscript.slice(0, length)))).toMatch(/^ERR_MALFORMED/)
    }
    expect(refusalOf(() => decodeTranscript(concatBytes(signTranscript, Uint8Array.of(0))))).toMatch(/^ERR_MALFORMED/)
    for (let at = 0; at < signTranscript.length; at++) {
      const refusal = refusalOf(() => decodeTranscript(flipped(signTranscript, at)))
      if (refusal !== 'no refusal') expect(refusal).toMatch(/^ERR_MALFORMED/)
    }
  })

  const parts = partsOf(signTranscript)
  const [a1, c1, a2, c2] = parts.envelopes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const keygen = partsOf(keygenTranscript)
  const wrong: Readonly<Record<string, TranscriptParts>> = {
    'envelopes out of order': { ...parts, envelopes: [c1, a1, a2, c2] },
    'one envelope twice': { ...parts, envelopes: [a1, a1, c1, a2, c2] },
    'envelopes of another ceremony': { ...parts, envelopes: keygen.envelopes },
    'another key': { ...parts, key: { keyId: new Uint8Array(32), record: material.recordBytes } },
    'no key': { ...parts, key: null },
    'a key where one is made': { ...keygen, key: parts.key },
    'messages where none are signed': { ...keygen, messages },
    'another message': { ...parts, messages: [messageOf('first'), messageOf('third')] },
    'too few messages': { ...parts, messages: [messageOf('first')] },
    'a context that is none': { ...parts, context: asciiBytes('context') },
    'an envelope that is none': { ...parts, envelopes: [asciiBytes('envelope')] },
  }
  for (const [what, made] of Object.entries(wrong)) {
    it(`${what}: refused`, () => {
      expect(refusalOf(() => decodeTranscript(encodeTranscript(made)))).toMatch(/^ERR_MALFORMED/)
    })
  }
})
