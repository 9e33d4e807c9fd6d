import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import {
  decodeKeyRecord,
  encodeKeyRecord,
  type KeyRecord,
  keyDigest,
  keyRecordHash,
  MAX_KEY_RECORD_BYTES,
} from '../../src/wire/key-record.ts'
import { sortValidatorIds } from '../../src/wire/validator-id.ts'

const point = (byte: number) => new Uint8Array(33).fill(byte).fill(2, 0, 1)
const record: KeyRecord = {
  suite: 'bip340',
  protocol: 'frost',
  minSigners: 2,
  groupPublicKey: point(9),
  participants: ['a', 'b', 'c'],
  verifyingShares: concatBytes(point(1), point(2), point(3)),
}

function refusal(changes: Record<string, unknown>): unknown {
  try {
    encodeKeyRecord({ ...record, ...changes } as KeyRecord)
  } catch (error) {
    return { code: (error as { code?: unknown }).code, field: (error as { field?: unknown }).field }
  }
  return 'accepted'
}

describe('key record', () => {
  it('every fact in it changes its hash and the key digest', () => {
    const variants: KeyRecord[] = [
      record,
      { ...record, suite: 'evm' },
      { ...record, protocol: 'stinson-strobl' },
      { ...record, minSigners: 3 },
      { ...record, groupPublicKey: point(8) },
      { ...record, participants: ['a', 'b', 'd'] },
      { ...record, verifyingShares: concatBytes(point(1), point(3), point(2)) },
    ]
    const encoded = variants.map(encodeKeyRecord)
    const keyId = new Uint8Array(32)
    expect(new Set(encoded.map((bytes) => toHex(keyRecordHash(bytes)))).size).toBe(variants.length)
    const digests = encoded.map((bytes) => toHex(keyDigest(keyId, bytes)))
    digests.push(toHex(keyDigest(new Uint8Array(32).fill(1), encodeKeyRecord(record))))
    expect(new Set(digests).size).toBe(variants.length + 1)
  })

  it('the key id of a digest is 32 bytes', () => {
    for (const id of [new Uint8Array(31), new Uint8Array(33), '00'.repeat(32)]) {
      expect(() => keyDigest(id as Uint8Array, encodeKeyRecord(record))).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'keyId' }),
      )
    }
  })

  it('refuses what is not a key, with the field', () => {
    const bad: [Record<string, unknown>, string][] = [
      [{ suite: 'ed25519' }, 'suite'],
      [{ protocol: 'gg20' }, 'protocol'],
      [{ minSigners: 0 }, 'minSigners'],
      [{ minSigners: 4 }, 'minSigners'],
      [{ minSigners: 1.5 }, 'minSigners'],
      [{ groupPublicKey: new Uint8Array(32) }, 'groupPublicKey'],
      [{ groupPublicKey: new Uint8Array(33) }, 'groupPublicKey'],
      [{ groupPublicKey: point(1).fill(4, 0, 1) }, 'groupPublicKey'],
      [{ verifyingShares: new Uint8Array(98) }, 'verifyingShares'],
      [{ participants: [] }, 'participants'],
      [{ participants: ['a', 'c', 'b'] }, 'participants[2]'],
      [{ participants: ['a', 'b', '*'] }, 'participants[2]'],
      [{ verifyingShares: concatBytes(point(1), new Uint8Array(33), point(3)) }, 'participants[1].verifyingShare'],
    ]
    for (const [changes, field] of bad) expect(refusal(changes), field).toEqual({ code: 'ERR_INVALID_ARGUMENT', field })
    expect(refusal({ participants: ['a', 'b', 'b'] })).toEqual({ code: 'ERR_DUPLICATE_VALIDATOR', field: 'participants[2]' })
  })

  it('MAX_KEY_RECORD_BYTES is reached by 1000 participants with the longest ids', () => {
    const participants = sortValidatorIds(Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(64, '-')))
    const largest: KeyRecord = {
      ...record,
      minSigners: 1000,
      participants,
      verifyingShares: concatBytes(...participants.map(() => point(5))),
    }
    const bytes = encodeKeyRecord(largest)
    expect(bytes.length).toBe(MAX_KEY_RECORD_BYTES)
    expect(decodeKeyRecord(bytes)).toEqual(largest)
  })

  it('the record of one participant', () => {
    const smallest: KeyRecord = { ...record, minSigners: 1, participants: ['a'], verifyingShares: point(1) }
    expect(decodeKeyRecord(encodeKeyRecord(smallest))).toEqual(smallest)
  })
})
