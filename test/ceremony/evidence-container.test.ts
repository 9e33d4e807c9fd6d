/** The container of evidence: the properties of every codec, and its bytes, written out field by field as docs/protocol.md has them. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiBytes, fromHex, toHex } from '../../src/bytes.ts'
import {
  type Evidence,
  makeEvidence,
  type OpeningEntry,
  parseEvidence,
  type TranscriptOpening,
} from '../../src/ceremony/evidence/container.ts'
import type { Fault } from '../../src/ceremony/outcome.ts'
import { bytesOf, codec, id } from '../wire/arbitraries.ts'
import { describeCodec } from '../wire/codec-properties.ts'

const FAULTS: Readonly<Record<Fault, number>> = {
  'bad-hash-opening': 1,
  'bad-commitment-count': 2,
  'bad-point': 3,
  'bad-proof': 4,
  'bad-share': 5,
  'false-complaint': 6,
  'bad-signature-share': 7,
  'bad-certificate': 8,
  equivocation: 9,
  'bad-view': 10,
  malformed: 11,
}
const faults = Object.keys(FAULTS) as Fault[]

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const short = fc.uint8Array({ maxLength: 40 })
const entry: fc.Arbitrary<OpeningEntry> = fc.oneof(
  fc.record({ type: fc.constant('digest' as const), digest: bytesOf(32) }),
  fc.record({ type: fc.constant('body' as const), body: short }),
  fc.record({ type: fc.constant('item' as const), length: u32, item: short, path: fc.array(bytesOf(32), { maxLength: 3 }) }),
)
const opening: fc.Arbitrary<TranscriptOpening> = fc.record({
  stage: fc.integer({ min: 0, max: 255 }),
  previous: bytesOf(32),
  entries: fc.array(entry, { maxLength: 4 }),
})
const evidence: fc.Arbitrary<Evidence> = fc.record(
  {
    fault: fc.constantFrom(...faults),
    accused: id,
    context: short,
    envelopes: fc.array(short, { maxLength: 3 }),
    headers: fc.array(short, { maxLength: 3 }),
    openings: fc.array(opening, { maxLength: 2 }),
    key: fc.record({ keyId: bytesOf(32), record: short }),
    message: fc.record({ position: fc.integer({ min: 0, max: 0xffff }), bytes: short }),
  },
  { requiredKeys: ['fault', 'accused', 'context', 'envelopes', 'headers', 'openings'] },
)

// `verifyEvidence` has made sure of the type.
describeCodec(codec({ name: 'evidence', values: evidence, encode: makeEvidence, decode: parseEvidence, checksTypes: false }))

const hex = (text: string) => fromHex(text, 'expected')
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const repeat = (byte: string, length: number) => byte.repeat(length)
const sha256Hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('golden bytes of evidence', () => {
  it('with everything that a container can hold', () => {
    const full: Evidence = {
      fault: 'bad-signature-share',
      accused: 'node-1',
      context: hex('c0c1c2'),
      envelopes: [hex('e0e1'), new Uint8Array(0)],
      headers: [fill(258, 0x4d)],
      openings: [
        {
          stage: 1,
          previous: fill(32, 0x54),
          entries: [
            { type: 'digest', digest: fill(32, 0xd0) },
            { type: 'body', body: hex('b0b1b2b3') },
            { type: 'item', length: 0x01020304, item: fill(128, 0x17), path: [fill(32, 0xa1), fill(32, 0xa2)] },
          ],
        },
        { stage: 4, previous: fill(32, 0x55), entries: [] },
      ],
      key: { keyId: fill(32, 0x6b), record: hex('0102') },
      message: { position: 258, bytes: hex('00ff') },
    }
    const expected = [
      '01', // version
      '07', // fault
      `06${toHex(asciiBytes('node-1'))}`, // accused
      '00000003c0c1c2', // context
      '0002', // envelopes
      '00000002e0e1',
      '00000000',
      '01', // signed headers
      `0102${repeat('4d', 258)}`,
      '02', // openings
      `01${repeat('54', 32)}0003`, // stage, T before it, entries
      `00${repeat('d0', 32)}`, // a digest
      '0100000004b0b1b2b3', // a body
      `020102030480${repeat('17', 128)}02${repeat('a1', 32)}${repeat('a2', 32)}`, // an item and its path
      `04${repeat('55', 32)}0000`,
      `01${repeat('6b', 32)}000000020102`, // key
      '0101020000000200ff', // message
    ].join('')
    expect(toHex(makeEvidence(full))).toBe(expected)
    expect(parseEvidence(hex(expected))).toEqual(full)
    expect(sha256Hex(hex(expected))).toBe('2710412f5226cad6bf612ebb8bdcb02eaf66738b56b10bf22ee9438b52b5e7c9')
  })

  it('with nothing but a fault, an accused and a context; every fault has its number', () => {
    for (const fault of faults) {
      const least = makeEvidence({ fault, accused: 'a', context: hex('c0') })
      const number = FAULTS[fault].toString(16).padStart(2, '0')
      expect(toHex(least)).toBe(`01${number}0161${'00000001'}c0${'0000'}${'00'}${'00'}${'00'}${'00'}`)
    }
  })

  it('refuses the numbers that name no fault, and an accused that is no validator id', () => {
    const bytes = makeEvidence({ fault: 'malformed', accused: 'a', context: hex('c0') })
    const changed = (at: number, byte: number) => bytes.map((old, i) => (i === at ? byte : old))
    const refusal = (field: string) => expect.objectContaining({ code: 'ERR_MALFORMED', field })
    for (const number of [0, 12, 0xff]) expect(() => parseEvidence(changed(1, number))).toThrow(refusal('evidence.fault'))
    for (const byte of [0, 0x20, 0x2a, 0x2e, 0x7f, 0xe9]) expect(() => parseEvidence(changed(3, byte))).toThrow(refusal('evidence.accused'))
    expect(() => parseEvidence(changed(0, 2))).toThrow(refusal('evidence'))
  })
})
