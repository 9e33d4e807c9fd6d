import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { itemsDigest } from '../../src/crypto/item-tree.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { bodyDigest } from '../../src/crypto/transcript.ts'
import {
  decodeEnvelope,
  encodeHeader,
  isStageNumber,
  MAX_ENVELOPE_OVERHEAD,
  peekFrame,
  peekHeader,
  sealEnvelope,
  verifyEnvelope,
  verifyEnvelopeAsync,
} from '../../src/wire/envelope.ts'
import type { Envelope, EnvelopeHeader } from '../../src/wire/message.ts'
import { FRAME } from '../../src/wire/message.ts'
import { MAX_BODY_BYTES, MAX_FRAME_BYTES } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'

const NETWORK = 'envelope test'
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
const sealed = sealEnvelope(a, NETWORK, header, body)

async function verdict(e: Envelope, key = a.publicKey): Promise<boolean> {
  const answer = verifyEnvelope(e, key)
  expect(await verifyEnvelopeAsync(e, key)).toBe(answer)
  return answer
}
const malformed = (bytes: Uint8Array) =>
  expect(() => decodeEnvelope(bytes, NETWORK)).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
/** A sealed envelope with the byte at this place of the header replaced. */
const withByte = (at: number, byte: number) => {
  const bytes = new Uint8Array(sealed.bytes)
  bytes[at] = byte
  return bytes
}

describe('envelope', () => {
  it('T1: is valid under its author alone', async () => {
    const received = decodeEnvelope(sealed.bytes, NETWORK)
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
        changed = decodeEnvelope(bytes, NETWORK)
      } catch {
        continue
      }
      expect(verifyEnvelope(changed, a.publicKey), `byte ${at}`).toBe(false)
    }
  })

  it('a body that is not the signed one is refused, whoever swapped it', async () => {
    const other = decodeEnvelope(sealed.bytes, NETWORK)
    expect(await verdict({ ...other, body: new Uint8Array(50) })).toBe(false)
    expect(await verdict({ ...other, body: new Uint8Array(0) })).toBe(false)
  })

  it('two signatures of one header are one message: the header hash does not depend on signature or bytes', () => {
    const again = sealEnvelope(a, NETWORK, header, body)
    expect(toHex(again.headerHash)).toBe(toHex(sealed.headerHash))
    const otherSignature = withByte(sealed.bytes.length - body.length - 5, 0)
    expect(toHex(decodeEnvelope(otherSignature, NETWORK).headerHash)).toBe(toHex(sealed.headerHash))
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
    const hashes = different.map((change) => toHex(sealEnvelope(a, NETWORK, { ...header, ...change }, body).headerHash))
    hashes.push(toHex(sealed.headerHash), toHex(sealEnvelope(a, NETWORK, header, new Uint8Array(50)).headerHash))
    expect(new Set(hashes).size).toBe(different.length + 2)
  })

  it('G11: a boundary between from and to cannot be moved', () => {
    const hashes = [
      ['ab', 'c'],
      ['a', 'bc'],
    ].map(([from = '', to = '']) => toHex(sealEnvelope(a, NETWORK, { ...header, from, to }, body).headerHash))
    expect(hashes[0]).not.toBe(hashes[1])
  })

  it('sealing copies: what the caller changes later changes nothing', async () => {
    const mine = { ...header, sid: new Uint8Array(sid), previousTranscript: new Uint8Array(32) }
    const text = new Uint8Array(body)
    const e = sealEnvelope(a, NETWORK, mine, text)
    const before = toHex(e.bytes)
    mine.sid.fill(0)
    mine.previousTranscript.fill(9)
    text.fill(0)
    expect(toHex(e.bytes)).toBe(before)
    expect(decodeEnvelope(e.bytes, NETWORK)).toEqual(e)
    expect(await verdict(e)).toBe(true)
  })

  it('the body digest in the header is the tagged one of transcripts', () => {
    expect(toHex(sealed.header.bodyDigest)).toBe(toHex(bodyDigest(body)))
  })

  it('nonce commitments of a batch, and nothing else, have the digest of a tree over their pairs', async () => {
    const long = new Uint8Array(129).fill(7)
    for (const kind of ['keygen', 'preprocess', 'sign'] as const) {
      for (const stage of [1, 2, 3, 15, 0x41, 0x7f]) {
        for (const text of [new Uint8Array(0), long.subarray(0, 128), long]) {
          const e = sealEnvelope(a, NETWORK, { ...header, kind, stage }, text.slice())
          const itemised = kind !== 'keygen' && stage === 1 && text.length > 128
          expect(toHex(e.header.bodyDigest)).toBe(toHex(itemised ? itemsDigest(text.slice()) : bodyDigest(text)))
          expect(await verdict(decodeEnvelope(e.bytes, NETWORK))).toBe(true)
        }
      }
    }
  })

  it('a batch of nonce commitments of which one byte was swapped is refused', async () => {
    const e = sealEnvelope(a, NETWORK, { ...header, stage: 1 }, new Uint8Array(7 * 128))
    for (let at = 1; at <= e.body.length; at += 100) {
      const bytes = new Uint8Array(e.bytes)
      bytes[bytes.length - at] = 1
      expect(await verdict(decodeEnvelope(bytes, NETWORK))).toBe(false)
    }
  })

  it('one of a test network is no message of production, in any stage, though keys, ids and sid be the same', async () => {
    for (const stage of [1, 2, 4, 0x41, 0x7f]) {
      const e = sealEnvelope(a, 'test', { ...header, stage }, body)
      expect(await verdict(decodeEnvelope(e.bytes, 'test'))).toBe(true)
      for (const other of ['production', 'tes', 'test ', 'Test', 't']) expect(await verdict(decodeEnvelope(e.bytes, other))).toBe(false)
    }
  })

  it('a network label is 1..255 characters of printable ASCII', () => {
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'network' })
    for (const label of ['', 'x'.repeat(256), 'a\n', 'ü', null, 7]) {
      expect(() => sealEnvelope(a, label as string, header, body)).toThrowError(refused)
      expect(() => decodeEnvelope(sealed.bytes, label as string)).toThrowError(refused)
    }
    expect(sealEnvelope(a, 'x'.repeat(255), header, body).bytes.length).toBe(sealed.bytes.length)
  })
})

describe('decodeEnvelope', () => {
  it('takes the numbers of stages, views and aborts, and no other', () => {
    const legal = [...Array(15).keys()]
      .map((k) => k + 1)
      .concat(
        [...Array(15).keys()].map((k) => 0x41 + k),
        0x7f,
      )
    for (let stage = 0; stage < 256; stage++) {
      expect(isStageNumber(stage)).toBe(legal.includes(stage))
      if (legal.includes(stage)) expect(decodeEnvelope(withByte(44, stage), NETWORK).header.stage).toBe(stage)
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
    expect(() => sealEnvelope(a, NETWORK, { ...header, to: 'a' }, body)).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'to' }),
    )
  })

  it('T18: refuses ids with characters that no id has', () => {
    for (const byte of [0, 10, 32, 42, 46, 47, 62, 0x80, 0xff]) malformed(withByte(46, byte))
  })

  it('says which field is wrong', () => {
    expect(() => decodeEnvelope(withByte(44, 0), NETWORK)).toThrowError(expect.objectContaining({ field: 'stage' }))
    expect(() => decodeEnvelope(withByte(46, 42), NETWORK)).toThrowError(expect.objectContaining({ field: 'from' }))
    expect(() => decodeEnvelope(withByte(48, 97), NETWORK)).toThrowError(expect.objectContaining({ field: 'to' }))
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
    expect(decodeEnvelope(largest, NETWORK).body.length).toBe(MAX_BODY_BYTES)
    expect(() => sealEnvelope(a, NETWORK, header, new Uint8Array(MAX_BODY_BYTES + 1))).toThrowError(
      expect.objectContaining({ code: 'ERR_TOO_LARGE' }),
    )
    expect(() => decodeEnvelope(new Uint8Array(MAX_FRAME_BYTES + 1), NETWORK)).toThrowError(
      expect.objectContaining({ code: 'ERR_TOO_LARGE' }),
    )
    malformed(new Uint8Array(MAX_FRAME_BYTES))
  })

  it('MAX_ENVELOPE_OVERHEAD is reached by two ids of 64 characters', () => {
    const longest = sealEnvelope(a, NETWORK, { ...header, from: 'f'.repeat(64), to: 't'.repeat(64) }, new Uint8Array(0))
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
    for (const bytes of [[], [1], [0, 1], [2, 1], [1, 0], [1, 7], [1, 255]]) expect(peekFrame(Uint8Array.from(bytes))).toBeNull()
    expect(peekFrame(concatBytes(Uint8Array.of(9), sealed.bytes))).toBeNull()
  })
})

describe('peekHeader', () => {
  it('gives the header and the length of the body that decoding gives, for any ids and with a body that is not there yet', () => {
    for (const [from, to] of [
      ['a', null],
      ['a', 'b'],
      ['x'.repeat(64), 'y'.repeat(64)],
    ] as const) {
      for (const length of [0, 1, 100_000]) {
        const envelope = sealEnvelope(testIdentity(from), NETWORK, { ...header, from, to }, new Uint8Array(length))
        expect(peekHeader(envelope.bytes)).toEqual({ header: envelope.header, bodyBytes: length })
      }
    }
  })

  it('is null where no header can be read', () => {
    const junk = [new Uint8Array(), new Uint8Array(500), new Uint8Array(500).fill(255), sealed.bytes.slice(0, 100)]
    for (const bytes of junk) expect(peekHeader(bytes)).toBeNull()
    const self = new Uint8Array(sealed.bytes)
    self[3] = 9
    expect(peekHeader(self)).toBeNull()
  })
})
