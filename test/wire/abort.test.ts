/** Aborts: their bytes, and what is refused. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { uintBytes } from '../../src/crypto/tags.ts'
import { type AbortBody, type AbortReason, decodeAbort, encodeAbort } from '../../src/wire/abort.ts'
import { sortValidatorIds } from '../../src/wire/validator-id.ts'
import { codec, id } from './arbitraries.ts'
import { describeCodec } from './codec-properties.ts'

const NUMBER: Readonly<Record<AbortReason, number>> = {
  timeout: 1,
  dispute: 2,
  unconfirmed: 3,
  'instructed-differently': 4,
  degenerate: 5,
  aborted: 6,
  internal: 7,
}
const PARTICIPANTS = 5
const malformed = expect.objectContaining({ code: 'ERR_MALFORMED' })
const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })

const aborts: fc.Arbitrary<AbortBody> = fc.oneof(
  fc.record({
    type: fc.constant('evidence' as const),
    evidence: fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: PARTICIPANTS }),
  }),
  fc.record({
    type: fc.constant('reason' as const),
    reason: fc.constantFrom(...(Object.keys(NUMBER) as AbortReason[])),
    missing: fc.uniqueArray(id, { maxLength: PARTICIPANTS - 1 }).map(sortValidatorIds),
  }),
)

/** Put together by the layout in docs/protocol.md, apart from the coders. */
function assemble(abort: AbortBody): Uint8Array {
  const sized = (bytes: Uint8Array, width: 1 | 4) => concatBytes(uintBytes(bytes.length, width), bytes)
  if (abort.type === 'evidence')
    return concatBytes(Uint8Array.of(1), uintBytes(abort.evidence.length, 2), ...abort.evidence.map((piece) => sized(piece, 4)))
  const ids = abort.missing.map((name) => sized(new Uint8Array(Buffer.from(name)), 1))
  return concatBytes(Uint8Array.of(2, NUMBER[abort.reason]), uintBytes(ids.length, 2), ...ids)
}

describeCodec(codec({ name: 'abort', values: aborts, encode: assemble, decode: (bytes) => decodeAbort(bytes, PARTICIPANTS) }))

describe('aborts', () => {
  const pin = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

  it('golden bytes: with evidence', () => {
    const bytes = encodeAbort({ type: 'evidence', evidence: [Uint8Array.of(0xe1, 0xe2), Uint8Array.of(0xe3)] })
    expect(toHex(bytes)).toBe(['01', '0002', '00000002', 'e1e2', '00000001', 'e3'].join(''))
    expect(pin(bytes)).toBe('7271550f36128e4d3928273c0e0c5bcc5740a5d05c322c144831c7471fcedc01')
  })

  it('golden bytes: with a reason', () => {
    const bytes = encodeAbort({ type: 'reason', reason: 'timeout', missing: ['b', 'c9'] })
    expect(toHex(bytes)).toBe(['02', '01', '0002', '01', '62', '02', '6339'].join(''))
    expect(pin(bytes)).toBe('171e2b2764912c046ddc72188932465581a2894f49074193a62ad6476b580948')
    for (const [reason, number] of Object.entries(NUMBER))
      expect(toHex(encodeAbort({ type: 'reason', reason: reason as AbortReason, missing: [] }))).toBe(
        `02${toHex(uintBytes(number, 1))}0000`,
      )
  })

  it('no more are missing than there are others, each once, in order; and evidence is never an empty list', () => {
    const full: AbortBody = { type: 'reason', reason: 'timeout', missing: ['a', 'b', 'c', 'd'] }
    expect(decodeAbort(assemble(full), PARTICIPANTS)).toEqual(full)
    expect(() => decodeAbort(assemble(full), PARTICIPANTS - 1)).toThrowError(malformed)
    for (const missing of [
      ['b', 'a'],
      ['a', 'a'],
    ]) {
      expect(() => encodeAbort({ type: 'reason', reason: 'timeout', missing })).toThrowError(invalid)
      expect(() => decodeAbort(assemble({ type: 'reason', reason: 'timeout', missing }), PARTICIPANTS)).toThrowError(malformed)
    }
    expect(() => encodeAbort({ type: 'evidence', evidence: [] })).toThrowError(invalid)
    const pieces: AbortBody = { type: 'evidence', evidence: Array.from({ length: PARTICIPANTS + 1 }, () => Uint8Array.of(1)) }
    expect(() => decodeAbort(assemble(pieces), PARTICIPANTS)).toThrowError(malformed)
  })

  it('an unknown type or reason, and a fault without proof, are no aborts', () => {
    for (const bytes of [[], [0], [3, 0, 0], [2, 0, 0, 0], [2, 8, 0, 0]]) {
      expect(() => decodeAbort(Uint8Array.from(bytes), PARTICIPANTS)).toThrowError(malformed)
    }
    expect(() => encodeAbort({ type: 'reason', reason: 'fault' as AbortReason, missing: [] })).toThrowError(invalid)
  })
})
