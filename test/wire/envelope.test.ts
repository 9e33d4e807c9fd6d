import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { bodyDigest } from '../../src/crypto/transcript.ts'
import {
  decodeEnvelope,
  encodeHeader,
  isStageNumber,
  MAX_ENVELOPE_OVERHEAD,
  peekFrame,
  sealEnvelope,
  verifyEnvelope,
  verifyEnvelopeAsync,
} from '../../src/wire/envelope.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { FRAME } from '../../src/wire/message.ts'
import { MAX_BODY_BYTES, MAX_FRAME_BYTES } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'

const a = testIdentity('a')
const sid = new Uint8Array(32).fill(0x51)
const header: Omit<EnvelopeHeader, 'bodyDigest'> = {
  kind: 'sign',
  ceremonyId: 9n,
  sid,
  stage: 2,
  from: 'a',
  to: 'b',
  previousTranscript: new Uint8Array(32).fill(0x54),
}
const body = new Uint8Array(50).fill(0xb0)
const sealed = sealEnvelope(a, header, body)

async function verdict(e: Envelope, key = a.publicKey): Promise<boolean> {
  const answer = verifyEnvelope(e, key)
  expect(await verifyEnvelopeAsync(e, key)).toBe(answer)
  return answer
}
const malformed = (bytes: Uint8Array) =>
  expect(() => decodeEnvelope(bytes)).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
/** A sealed envelope with the byte at this place of the header replaced. */
const withByte = (at: number, byte: number) => {
  const bytes = new Uint8Array(sealed.bytes)
  bytes[at] = byte
  return bytes
}

describe('envelope', () => {
  it('T1: is valid under its author alone', async () => {
    const received = decodeEnvelope(sealed.bytes)
    expect(await verdict(received)).toBe(true)
    expect(await verdict(received, testIdentity('b').publicKey)).toBe(false)
    expect(await verdict(received, new Uint8Array(32))).toBe(false)
  })

  it('T1, T2: the signature covers every byte of the header and, through the digest, of the body', async () => {
    for (let at = 0; at < sealed.bytes.length; at++) {
      const bytes = new Uint8Array(sealed.bytes)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      let changed: Envelope
      try {
        changed = decodeEnvelope(bytes)
      } catch {
        continue
      }
      expect(verifyEnvelope(changed, a.publicKey), `byte ${at}`).toBe(false)
    }
  })

  it('a body that is not the signed one is refused, whoever swapped it', async () => {
    const other = decodeEnvelope(sealed.bytes)
    expect(await verdict({ ...other, body: new Uint8Array(50) })).toBe(false)
    expect(await verdict({ ...other, body: new Uint8Array(0) })).toBe(false)
  })

  it('two signatures of one header are one message: the header hash does not depend on signature or bytes', () => {
    const again = sealEnvelope(a, header, body)
    expect(toHex(again.headerHash)).toBe(toHex(sealed.headerHash))
    const otherSignature = withByte(sealed.bytes.length - body.length - 5, 0)
    expect(toHex(decodeEnvelope(otherSignature).headerHash)).toBe(toHex(sealed.headerHash))
  })

  it('T4: every field of the header makes a different message', () => {
    const different: Partial<EnvelopeHeader>[] = [
      { kind: 'keygen' },
      { ceremonyId: 10n },
      { sid: new Uint8Array(32) },
      { stage: 3 },
      { from: 'c' },
      { to: 'c' },
      { to: null },
      { previousTranscript: new Uint8Array(32) },
    ]
    const hashes = different.map((change) => toHex(sealEnvelope(a, { ...header, ...change }, body).headerHash))
    hashes.push(toHex(sealed.headerHash), toHex(sealEnvelope(a, header, new Uint8Array(50)).headerHash))
    expect(new Set(hashes).size).toBe(different.length + 2)
  })

  it('G11: a boundary between from and to cannot be moved', () => {
    const hashes = [
      ['ab', 'c'],
      ['a', 'bc'],
    ].map(([from = '', to = '']) => toHex(sealEnvelope(a, { ...header, from, to }, body).headerHash))
    expect(hashes[0]).not.toBe(hashes[1])
  })

  it('sealing copies: what the caller changes later changes nothing', async () => {
    const mine = { ...header, sid: new Uint8Array(sid), previousTranscript: new Uint8Array(32) }
    const text = new Uint8Array(body)
    const e = sealEnvelope(a, mine, text)
    const before = toHex(e.bytes)
    mine.sid.fill(0)
    mine.previousTranscript.fill(9)
    text.fill(0)
    expect(toHex(e.bytes)).toBe(before)
    expect(decodeEnvelope(e.bytes)).toEqual(e)
    expect(await verdict(e)).toBe(true)
  })

  it('the body digest in the header is the tagged one of transcripts', () => {
    expect(toHex(sealed.header.bodyDigest)).toBe(toHex(bodyDigest(body)))
  })
})

describe('decodeEnvelope', () => {
  it('takes the numbers of stages, views and aborts, and no other', () => {
    const legal = [...Array(15).keys()]
      .map((k) => k + 1)
      .concat(
        [...Array(16).keys()].map((k) => 0x40 + k),
        0x7f,
      )
    for (let stage = 0; stage < 256; stage++) {
      expect(isStageNumber(stage)).toBe(legal.includes(stage))
      if (legal.includes(stage)) expect(decodeEnvelope(withByte(44, stage)).header.stage).toBe(stage)
      else malformed(withByte(44, stage))
    }
    for (const stage of [Number.NaN, 1.5, -1, '1', null]) expect(isStageNumber(stage as number)).toBe(false)
  })

  it('refuses another version, frame, scheme or kind', () => {
    for (const [at, byte] of [
      [0, 0],
      [0, 2],
      [1, 0],
      [1, 2],
      [1, 4],
      [2, 0],
      [2, 2],
      [3, 0],
      [3, 4],
    ] as const) {
      malformed(withByte(at, byte))
    }
  })

  it('refuses ceremony id 0', () => {
    const bytes = new Uint8Array(sealed.bytes)
    bytes.fill(0, 4, 12)
    malformed(bytes)
  })

  it('refuses a message that is addressed to its own author', () => {
    malformed(withByte(48, 'a'.charCodeAt(0)))
    expect(() => sealEnvelope(a, { ...header, to: 'a' }, body)).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'to' }),
    )
  })

  it('T18: refuses ids with characters that no id has', () => {
    for (const byte of [0, 10, 32, 42, 46, 47, 62, 0x80, 0xff]) malformed(withByte(46, byte))
  })

  it('says which field is wrong', () => {
    expect(() => decodeEnvelope(withByte(44, 0))).toThrowError(expect.objectContaining({ field: 'stage' }))
    expect(() => decodeEnvelope(withByte(46, 42))).toThrowError(expect.objectContaining({ field: 'from' }))
    expect(() => decodeEnvelope(withByte(48, 97))).toThrowError(expect.objectContaining({ field: 'to' }))
  })

  it('T8: a body length beyond the input allocates nothing and is refused', () => {
    const bytes = new Uint8Array(sealed.bytes)
    bytes.fill(0xff, bytes.length - body.length - 4, bytes.length - body.length)
    malformed(bytes)
  })

  it('T8: MAX_FRAME_BYTES is taken, one more is refused unread', () => {
    const longest: EnvelopeHeader = { ...header, from: 'f'.repeat(64), to: 't'.repeat(64), bodyDigest: new Uint8Array(32) }
    const front = concatBytes(encodeHeader(longest), new Uint8Array(64), uintBytes(MAX_BODY_BYTES, 4))
    const largest = new Uint8Array(MAX_FRAME_BYTES)
    largest.set(front)
    expect(front.length).toBe(MAX_ENVELOPE_OVERHEAD)
    expect(decodeEnvelope(largest).body.length).toBe(MAX_BODY_BYTES)
    expect(() => sealEnvelope(a, header, new Uint8Array(MAX_BODY_BYTES + 1))).toThrowError(
      expect.objectContaining({ code: 'ERR_TOO_LARGE' }),
    )
    expect(() => decodeEnvelope(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrowError(expect.objectContaining({ code: 'ERR_TOO_LARGE' }))
    malformed(new Uint8Array(MAX_FRAME_BYTES))
  })

  it('MAX_ENVELOPE_OVERHEAD is reached by two ids of 64 characters', () => {
    const longest = sealEnvelope(a, { ...header, from: 'f'.repeat(64), to: 't'.repeat(64) }, new Uint8Array(0))
    expect(longest.bytes.length).toBe(MAX_ENVELOPE_OVERHEAD)
  })
})

describe('encodeHeader', () => {
  const whole: EnvelopeHeader = { ...header, bodyDigest: new Uint8Array(32) }
  it('refuses headers that have no encoding, with the field', () => {
    const hostile: [string, unknown][] = [
      ['kind', 'toString'],
      ['kind', 1],
      ['ceremonyId', 0n],
      ['ceremonyId', 1n << 64n],
      ['ceremonyId', -1n],
      ['ceremonyId', 1],
      ['ceremonyId', '1'],
      ['sid', new Uint8Array(31)],
      ['sid', 'x'.repeat(32)],
      ['stage', 0],
      ['stage', 16],
      ['stage', 1.5],
      ['stage', Number.NaN],
      ['stage', '1'],
      ['stage', 257],
      ['from', ''],
      ['from', 'a.b'],
      ['from', null],
      ['to', ''],
      ['to', undefined],
      ['previousTranscript', new Uint8Array(33)],
      ['bodyDigest', new Uint8Array(0)],
    ]
    for (const [field, value] of hostile) {
      expect(() => encodeHeader({ ...whole, [field]: value } as EnvelopeHeader), `${field} = ${String(value)}`).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field }),
      )
    }
  })
})

describe('peekFrame', () => {
  it('names the frame without reading on', () => {
    for (const frame of Object.values(FRAME)) expect(peekFrame(Uint8Array.of(1, frame))).toEqual({ frame })
    expect(peekFrame(sealed.bytes)).toEqual({ frame: FRAME.envelope })
  })

  it('is null for too few bytes, another version and unknown frames', () => {
    for (const bytes of [[], [1], [0, 1], [2, 1], [1, 0], [1, 6], [1, 255]]) expect(peekFrame(Uint8Array.from(bytes))).toBeNull()
    expect(peekFrame(concatBytes(Uint8Array.of(9), sealed.bytes))).toBeNull()
  })
})
