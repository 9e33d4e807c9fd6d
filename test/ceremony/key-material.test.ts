/** What a store holds of a key: the properties of every codec, and the bytes, written out field by field. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { decodeCertificates, encodeCertificates, KeyMaterial } from '../../src/ceremony/key-material.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import { type CeremonyContext, encodeContext } from '../../src/wire/context.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord, type KeyRecord, keyRecordHash } from '../../src/wire/key-record.ts'
import { testIdentity } from '../helpers/identities.ts'
import { bytesOf, codec, context, keyRecord, scalar } from '../wire/arbitraries.ts'
import { describeCodec } from '../wire/codec-properties.ts'

const prefixed = (bytes: Uint8Array) => concatBytes(uintBytes(bytes.length, 4), bytes)

interface Stored {
  readonly context: CeremonyContext
  readonly record: KeyRecord
  readonly share: Uint8Array
  readonly encoded: Uint8Array
}

/** Put together by the layout in src/ceremony/key-material.ts. */
const stored: fc.Arbitrary<Stored> = fc
  .record({
    context: context.filter(({ kind }) => kind === 'keygen'),
    record: keyRecord,
    transcript: bytesOf(32),
    share: scalar,
    ok: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ transcript, ok, ...known }) => ({
    ...known,
    encoded: concatBytes(
      Uint8Array.of(1),
      prefixed(encodeContext(known.context)),
      prefixed(encodeKeyRecord(known.record)),
      transcript,
      known.share,
      prefixed(ok),
    ),
  }))

function decodeStored(bytes: Uint8Array): Stored {
  const key = KeyMaterial.decode(bytes)
  return { context: key.context, record: key.record, share: key.share(), encoded: key.encode() }
}

// Both decoders read what the key ring has taken from the store as bytes.
describeCodec(codec({ name: 'stored key', values: stored, encode: ({ encoded }) => encoded, decode: decodeStored, checksTypes: false }))

const THREE = ['B', 'a', 'c']
describeCodec(
  codec<ReadonlyMap<string, Uint8Array>>({
    name: 'certificates',
    values: fc
      .array(fc.uint8Array({ maxLength: 60 }), { minLength: 3, maxLength: 3 })
      .map((list) => new Map(list.map((bytes, i) => [THREE[i] ?? '', bytes]))),
    encode: (map) => encodeCertificates([...map.values()]),
    decode: (bytes) => decodeCertificates(bytes, THREE),
    checksTypes: false,
  }),
)

const hex = (text: string) => fromHex(text, 'expected')
const repeat = (byte: string, length: number) => byte.repeat(length)
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const sha256Hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const lengthOf = (text: string) => (text.length / 2).toString(16).padStart(8, '0')

describe('golden bytes of a stored key', () => {
  const network = 'main'
  const identity = testIdentity('B')
  const contextHex = `01046d61696e${'0000000000000102'}0102${'0002'}${'0002'}0142${'01'}${toHex(identity.publicKey)}0161${'01'}${repeat('aa', 32)}`
  const recordHex = `0201${'0002'}02${repeat('99', 32)}${'0002'}014202${repeat('11', 32)}016103${repeat('22', 32)}`
  const sid = hex(toHex(KeyMaterial.decode(assemble(new Uint8Array(0))).keyIdBytes))
  const header = { kind: 'keygen', ceremonyId: 258n, sid, stage: 4, from: 'B', to: null, previousTranscript: fill(32, 0x54) } as const
  const ok = sealEnvelope(identity, network, header, encodeConfirm({ type: 'ok', recordHash: keyRecordHash(hex(recordHex)) })).bytes

  function assemble(certificate: Uint8Array): Uint8Array {
    const fields = [
      '01', // version
      lengthOf(contextHex) + contextHex, // the preimage of the sid
      lengthOf(recordHex) + recordHex, // key record
      repeat('54', 32), // T_2
      repeat('5e', 32), // secret share
      lengthOf(toHex(certificate)) + toHex(certificate), // our own signed ok
    ]
    return hex(fields.join(''))
  }

  it('the record: context, key record, T_2, share and our own ok', () => {
    const bytes = assemble(ok)
    const key = KeyMaterial.decode(bytes)
    expect(key.context).toMatchObject({ kind: 'keygen', network, ceremonyId: 258n, suite: 'bip340', protocol: 'frost', minSigners: 2 })
    expect(toHex(key.recordBytes)).toBe(recordHex)
    expect(toHex(key.share())).toBe(repeat('5e', 32))
    expect(key.ownCertificate()).toEqual(['B', ok])
    // The transcript digest is what its certificates carry.
    expect(key.certifies('B', ok)).toBe(true)
    expect(toHex(key.encode())).toBe(toHex(bytes))
    expect(sha256Hex(bytes)).toBe('e8e0e7411231e0c8508710041177b0483e234ff37c552da4f51e252d5d5c9cbf')
    // What is kept is a copy.
    bytes.fill(0)
    expect(toHex(key.encode())).toBe(toHex(assemble(ok)))
    key.wipe()
  })

  it('the certificates, in the order of the participants', () => {
    const other = hex('e0e1e2')
    const expected = `0002${lengthOf(toHex(ok))}${toHex(ok)}${'00000003'}e0e1e2`
    expect(toHex(encodeCertificates([ok, other]))).toBe(expected)
    expect([...decodeCertificates(hex(expected), ['B', 'a'])]).toEqual([
      ['B', ok],
      ['a', other],
    ])
    expect(sha256Hex(hex(expected))).toBe('60afbf01ccf5c129cfeee23c979fc2f24479b0b87a9ffe6118aed577a56d54a4')
    for (const participants of [[], ['B'], ['B', 'a', 'c']]) {
      expect(() => decodeCertificates(hex(expected), participants)).toThrow(
        expect.objectContaining({ code: 'ERR_MALFORMED', field: 'certificates' }),
      )
    }
  })
})
