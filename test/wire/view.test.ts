/** Signed headers, and views made of them: their bytes, and what is refused. */
import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { MAX_PARTICIPANTS } from '../../src/wire/message.ts'
import { decodeSignedHeader, type SignedHeader, signedHeaderOf, verifySignedHeader } from '../../src/wire/signed-header.ts'
import { maxViewBytes } from '../../src/wire/sizes.ts'
import { decodeView, encodeView, type ViewBody } from '../../src/wire/view.ts'
import { testIdentity } from '../helpers/identities.ts'
import { bytesOf, codec, id } from './arbitraries.ts'
import { describeCodec } from './codec-properties.ts'

const NETWORK = 'test net'
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const malformed = expect.objectContaining({ code: 'ERR_MALFORMED' })

function headerOf(from: string, to: string | null, stage: number, previousTranscript: Uint8Array): SignedHeader {
  const unsigned = { kind: 'keygen', ceremonyId: 7n, sid: fill(32, 0x51), stage, from, to, previousTranscript } as const
  return signedHeaderOf(sealEnvelope(testIdentity('a'), NETWORK, unsigned, Uint8Array.of(stage)))
}

const signed: fc.Arbitrary<SignedHeader> = fc
  .record({
    names: fc.uniqueArray(id, { minLength: 2, maxLength: 2 }),
    toAll: fc.boolean(),
    stage: fc.integer({ min: 1, max: 15 }),
    transcript: bytesOf(32),
  })
  .map(({ names: [from = 'a', to = 'b'], toAll, stage, transcript }) => headerOf(from, toAll ? null : to, stage, transcript))
const PARTICIPANTS = 2
const views: fc.Arbitrary<ViewBody> = fc.record({
  previous: bytesOf(32),
  accepted: fc.array(signed, { minLength: PARTICIPANTS, maxLength: PARTICIPANTS }),
  differing: signed,
})

/** Put together by the layout in docs/protocol.md, apart from the coders. */
function assemble({ previous, accepted, differing }: ViewBody): Uint8Array {
  const sized = ({ bytes }: SignedHeader) => concatBytes(uintBytes(bytes.length, 2), bytes)
  return concatBytes(previous, uintBytes(accepted.length, 2), ...accepted.map(sized), sized(differing))
}

describeCodec(
  codec({ name: 'signed header', values: signed, encode: ({ bytes }) => bytes, decode: (bytes) => decodeSignedHeader(bytes, NETWORK) }),
)
describeCodec(codec({ name: 'view', values: views, encode: assemble, decode: (bytes) => decodeView(bytes, PARTICIPANTS, NETWORK) }))

describe('golden bytes', () => {
  const sha256 = (...parts: (Uint8Array | string)[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  const tagged = (tag: string, ...parts: Uint8Array[]) => sha256(sha256(tag), sha256(tag), ...parts)
  const seed = new Uint8Array(sha256('test identity a'))
  const hex = (text: string) => fromHex(text, 'expected')
  /** A header and its signature, from the bytes of the layout. */
  const header = (from: string, stage: string, transcript: string) => {
    const body = toHex(tagged('quorate/v1/body', hex(stage)))
    const bytes = `01010101${'0000000000000007'}${'51'.repeat(32)}${stage}01${from}00${transcript.repeat(32)}${body}`
    const hash = tagged('quorate/v1/header', hex('08'), Buffer.from(NETWORK), hex(bytes))
    return bytes + toHex(ed25519.sign(hash, seed))
  }
  const u16 = (length: number) => length.toString(16).padStart(4, '0')
  const sized = (text: string) => u16(text.length / 2) + text

  it('signed header', () => {
    expect(toHex(headerOf('a', null, 1, fill(32, 0x51)).bytes)).toBe(header('61', '01', '51'))
  })

  it('view of stage 1', () => {
    const view: ViewBody = {
      previous: fill(32, 0x51),
      accepted: [headerOf('a', null, 1, fill(32, 0x51)), headerOf('b', null, 1, fill(32, 0x51))],
      differing: headerOf('b', null, 2, fill(32, 0x54)),
    }
    const bytes = encodeView(view)
    const [first, second, differing] = [header('61', '01', '51'), header('62', '01', '51'), header('62', '02', '54')]
    expect(toHex(bytes)).toBe(['51'.repeat(32), '0002', sized(first), sized(second), sized(differing)].join(''))
    expect(sha256(bytes).toString('hex')).toBe('42f3c0260f1862b7f4755248617f271cb95b9d218f886cb9e54fa18e939bb6ed')
    expect(decodeView(bytes, 2, NETWORK)).toEqual(view)
  })
})

describe('signed headers and views', () => {
  it('T1: a header is its author’s alone, in its network alone', () => {
    const { bytes } = headerOf('a', 'b', 3, fill(32, 2))
    expect(verifySignedHeader(decodeSignedHeader(bytes, NETWORK), testIdentity('a').publicKey)).toBe(true)
    expect(verifySignedHeader(decodeSignedHeader(bytes, NETWORK), testIdentity('b').publicKey)).toBe(false)
    expect(verifySignedHeader(decodeSignedHeader(bytes, 'main net'), testIdentity('a').publicKey)).toBe(false)
  })

  it('a view has exactly one header a participant', () => {
    const said = headerOf('a', null, 1, fill(32, 1))
    const bytes = encodeView({ previous: fill(32, 1), accepted: [said, said], differing: said })
    for (const participants of [1, 3]) expect(() => decodeView(bytes, participants, NETWORK)).toThrowError(malformed)
    expect(() => encodeView({ previous: fill(31, 1), accepted: [said], differing: said })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    )
  })

  it('T8: the limit is reached by the longest ids, and one more byte is refused unread', () => {
    const long = (byte: string) => byte.repeat(64)
    const said = headerOf(long('a'), null, 1, fill(32, 1))
    const view = { previous: fill(32, 1), accepted: [said, said, said], differing: headerOf(long('a'), long('b'), 3, fill(32, 1)) }
    const bytes = encodeView(view)
    expect(bytes.length).toBe(maxViewBytes(3))
    expect(decodeView(bytes, 3, NETWORK)).toEqual(view)
    expect(() => decodeView(concatBytes(bytes, Uint8Array.of(0)), 3, NETWORK)).toThrowError(malformed)
    expect(maxViewBytes(MAX_PARTICIPANTS)).toBe(34 + 241 * MAX_PARTICIPANTS + 305)
  })
})
