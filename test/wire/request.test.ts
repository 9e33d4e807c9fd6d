import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { TAGS, taggedHash, uintBytes } from '../../src/crypto/tags.ts'
import { KIND_NUMBER, MAX_PARTICIPANTS } from '../../src/wire/message.ts'
import {
  decodeAnswer,
  decodeRequest,
  MAX_ANSWER_BYTES,
  MAX_REQUEST_BYTES,
  type RequestContent,
  type SignedAnswer,
  type SignedRequest,
  sealAnswer,
  sealRequest,
  verifySignedAsync,
  type Wanted,
} from '../../src/wire/request.ts'
import { MAX_CONFIRM_OK_ENVELOPE } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'
import { bytesOf, codec, id } from './arbitraries.ts'
import { describeCodec } from './codec-properties.ts'

const a = testIdentity('a')
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const resend = { type: 'resend', kind: 'sign', ceremonyId: 258n, sid: fill(32, 0x51), stage: 2, author: 'c' } as const
const certificates = { type: 'certificates', ceremonyId: 7n, keyId: fill(32, 0x6b) } as const
const request = (wanted: Wanted, to: string | null = 'b') => sealRequest(a, { network: 'test net', from: 'a', to, wanted })
const answer = (list: readonly Uint8Array[]) =>
  sealAnswer(a, { network: 'test net', from: 'a', to: 'b', keyId: fill(32, 0x6b), certificates: list })
const malformed = expect.objectContaining({ code: 'ERR_MALFORMED' })

const network = fc.stringMatching(/^[ -~]{1,255}$/)
const ceremonyId = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n })
const names = fc.uniqueArray(id, { minLength: 2, maxLength: 2 })
const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  fc.record({
    type: fc.constant('resend' as const),
    kind: fc.constantFrom('keygen' as const, 'preprocess' as const, 'sign' as const),
    ceremonyId,
    sid: bytesOf(32),
    stage: fc.oneof(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0x41, max: 0x4f }), fc.constant(0x7f)),
    author: id,
  }),
  fc.record({ type: fc.constant('certificates' as const), ceremonyId, keyId: bytesOf(32) }),
)
const requests: fc.Arbitrary<SignedRequest> = fc
  .record({ network, names, toAll: fc.boolean(), wanted })
  .map(({ names: [from = 'a', to = 'b'], toAll, ...rest }) => sealRequest(a, { ...rest, from, to: toAll ? null : to }))
const answers: fc.Arbitrary<SignedAnswer> = fc
  .record({
    network,
    names,
    keyId: bytesOf(32),
    certificates: fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ names: [from = 'a', to = 'b'], ...rest }) => sealAnswer(a, { ...rest, from, to }))

const text = (value: string) => concatBytes(Uint8Array.of(value.length), new Uint8Array(Buffer.from(value)))
const u64 = (value: bigint) => fromHex(value.toString(16).padStart(16, '0'), 'u64')

/** Put together by the layout in docs/protocol.md, apart from the coders. */
function assembleRequest({ wanted: w, ...r }: SignedRequest): Uint8Array {
  const to = r.to === null ? Uint8Array.of(0) : text(r.to)
  const what =
    w.type === 'resend'
      ? concatBytes(Uint8Array.of(1, KIND_NUMBER[w.kind]), u64(w.ceremonyId), w.sid, Uint8Array.of(w.stage), text(w.author))
      : concatBytes(Uint8Array.of(2), u64(w.ceremonyId), w.keyId)
  return concatBytes(Uint8Array.of(1, 2, 1), text(r.network), text(r.from), to, what, r.signature)
}

function assembleAnswer(m: SignedAnswer): Uint8Array {
  const list = m.certificates.map((bytes) => concatBytes(uintBytes(bytes.length, 4), bytes))
  const head = concatBytes(Uint8Array.of(1, 3, 1), text(m.network), text(m.from), text(m.to), m.keyId)
  return concatBytes(head, uintBytes(list.length, 2), ...list, m.signature)
}

describeCodec(codec({ name: 'request', values: requests, encode: assembleRequest, decode: decodeRequest }))
describeCodec(codec({ name: 'answer', values: answers, encode: assembleAnswer, decode: decodeAnswer }))

describe('golden bytes', () => {
  const sha256 = (...parts: (Uint8Array | string)[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  const seed = new Uint8Array(sha256('test identity a'))
  /** What a request or answer is, from the bytes that are signed. */
  const signed = (hex: string) => {
    const tag = sha256('quorate/v1/request')
    return hex + toHex(ed25519.sign(sha256(tag, tag, fromHex(hex, 'signed')), seed))
  }
  const label = '0874657374206e6574'
  const pin = (bytes: Uint8Array) => sha256(bytes).toString('hex')

  it('request: resend, to one node', () => {
    const { bytes } = request(resend)
    expect(toHex(bytes)).toBe(
      signed(
        [
          '010201', // version, frame, scheme
          label,
          '0161', // from: "a"
          '0162', // to: "b"
          '01', // resend
          '03', // kind: sign
          '0000000000000102', // ceremony id
          '51'.repeat(32), // sid
          '02', // stage
          '0163', // author: "c"
        ].join(''),
      ),
    )
    expect(pin(bytes)).toBe('e3d7fabf38a3c6e7a4565e50068e6710c48b7f97454bb02f628cc3629d707654')
  })

  it('request: certificates, to all', () => {
    const { bytes } = request(certificates, null)
    expect(toHex(bytes)).toBe(signed(`010201${label}0161${'00'}${'02'}${'0000000000000007'}${'6b'.repeat(32)}`))
    expect(pin(bytes)).toBe('237f122ea5358d1f665f35749af3e1be884a4c76b33f44a9fc1dd8ea98dee441')
  })

  it('answer: certificates', () => {
    const { bytes } = answer([fill(3, 0xc1), fill(2, 0xc2)])
    expect(toHex(bytes)).toBe(signed(`010301${label}0161${'0162'}${'6b'.repeat(32)}${'0002'}${'00000003'}c1c1c1${'00000002'}c2c2`))
    expect(pin(bytes)).toBe('bf1d7c9fe749d8b836e5ad1390ab1db7a58188d5b272bd8ee8b11338f2e2dfc1')
  })
})

describe('requests and answers', () => {
  it('T1: are valid under their author alone, and every byte is signed', async () => {
    for (const [message, decode] of [
      [request(resend), decodeRequest],
      [request(certificates, null), decodeRequest],
      [answer([fill(20, 1)]), decodeAnswer],
    ] as const) {
      expect(await verifySignedAsync(decode(message.bytes), a.publicKey)).toBe(true)
      expect(await verifySignedAsync(decode(message.bytes), testIdentity('b').publicKey)).toBe(false)
      for (let at = 0; at < message.bytes.length; at++) {
        const bytes = new Uint8Array(message.bytes)
        bytes[at] = (bytes[at] ?? 0) ^ 1
        let decoded: SignedRequest | SignedAnswer
        try {
          decoded = decode(bytes)
        } catch (error) {
          expect(error).toEqual(malformed)
          continue
        }
        expect(await verifySignedAsync(decoded, a.publicKey), `byte ${at}`).toBe(false)
      }
    }
  })

  it('N25: one is never the other, and neither is signed under another tag', async () => {
    expect(() => decodeAnswer(request(certificates).bytes)).toThrowError(malformed)
    expect(() => decodeRequest(answer([fill(20, 1)]).bytes)).toThrowError(malformed)
    const { bytes } = request(resend)
    const hash = taggedHash(TAGS.ready, bytes.subarray(0, bytes.length - 64))
    expect(await verifySignedAsync({ bytes, signature: a.sign(hash) }, a.publicKey)).toBe(false)
  })

  it('no node asks or answers itself, and there is always something to answer with', () => {
    const invalid = (field: string) => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field })
    expect(() => request(resend, 'a')).toThrowError(invalid('to'))
    const content = { network: 'n', from: 'a', to: 'a', keyId: fill(32, 1), certificates: [fill(1, 1)] }
    expect(() => sealAnswer(a, content)).toThrowError(invalid('to'))
    expect(() => answer([])).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
    const own = new Uint8Array(request(resend).bytes)
    own[own.indexOf(0x62, 12)] = 0x61
    expect(() => decodeRequest(own)).toThrowError(malformed)
    for (const stage of [0, 16, 0x40, 0x50, 0x7e, 0x80]) {
      expect(() => request({ ...resend, stage }), `stage ${stage}`).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
    }
  })

  it('T8: their limits are reached by the longest names and lists, and one more byte is refused unread', () => {
    const long = (byte: string) => byte.repeat(64)
    const content: RequestContent = { network: 'n'.repeat(255), from: long('a'), to: long('b'), wanted: { ...resend, author: long('c') } }
    const longest = sealRequest(a, content).bytes
    expect(longest.length).toBe(MAX_REQUEST_BYTES)
    expect(decodeRequest(longest).from).toBe(long('a'))
    expect(() => decodeRequest(concatBytes(longest, Uint8Array.of(0)))).toThrowError(malformed)
    const list = Array.from({ length: MAX_PARTICIPANTS }, () => fill(MAX_CONFIRM_OK_ENVELOPE, 1))
    const full = sealAnswer(a, { network: 'n'.repeat(255), from: long('a'), to: long('b'), keyId: fill(32, 1), certificates: list })
    expect(full.bytes.length).toBe(MAX_ANSWER_BYTES)
    expect(decodeAnswer(full.bytes).certificates).toHaveLength(MAX_PARTICIPANTS)
    expect(() => decodeAnswer(concatBytes(full.bytes, Uint8Array.of(0)))).toThrowError(malformed)
  })

  it('one list too long has no encoding', () => {
    const list = Array.from({ length: MAX_PARTICIPANTS + 1 }, () => fill(1, 1))
    expect(() => answer(list)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
  })
})
