import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex } from '../../src/bytes.ts'
import {
  type CommitmentsBody,
  type Complaint,
  type ConfirmBody,
  decodeCommitments,
  decodeConfirm,
  decodeEncryptedShares,
  decodeHashCommitment,
  decodeNonceCommitments,
  decodeSignatureShares,
  encodeCommitments,
  encodeConfirm,
  encodeHashCommitment,
  hashCommitmentOf,
} from '../../src/wire/bodies.ts'

const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
const scalar = (hex: string) => fromHex(hex, 'scalar', 32)
const below = scalar(`${ORDER.slice(0, -1)}0`)
const order = scalar(ORDER)
const tooLarge = [order, scalar(`${ORDER.slice(0, -1)}2`), scalar(`${ORDER.slice(0, 62)}ff`), scalar('ff'.repeat(32))]
const malformed = (field?: string) => expect.objectContaining({ code: 'ERR_MALFORMED', ...(field === undefined ? {} : { field }) })
const invalid = (field: string) => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field })

const bodyOf = (positions: number, coefficients: number): CommitmentsBody => ({
  blind: new Uint8Array(32).fill(1),
  encryptionKey: new Uint8Array(64).fill(2),
  positions,
  coefficients,
  commitments: new Uint8Array(positions * coefficients * 64).fill(3),
  proofs: new Uint8Array(positions * 96).fill(4),
})

describe('Commitments', () => {
  it('G2, G3: a wrong number of coefficients is decoded, so that its author can be blamed for it', () => {
    for (const coefficients of [0, 1, 2, 3, 8, 2016]) {
      const decoded = decodeCommitments(encodeCommitments(bodyOf(1, coefficients)))
      expect(decoded.coefficients).toBe(coefficients)
      expect(decoded.commitments.length).toBe(coefficients * 64)
    }
  })

  it('keeps the positions apart', () => {
    const body = {
      ...bodyOf(2, 1),
      commitments: concatBytes(new Uint8Array(64).fill(5), new Uint8Array(64).fill(6)),
      proofs: concatBytes(new Uint8Array(96).fill(7), new Uint8Array(96).fill(8)),
    }
    expect(decodeCommitments(encodeCommitments(body))).toEqual(body)
  })

  it('takes 1000 positions and refuses 0 and 1001', () => {
    expect(decodeCommitments(encodeCommitments(bodyOf(1000, 1))).positions).toBe(1000)
    for (const positions of [0, 1001, Number.NaN, 1.5, -1, '1']) {
      expect(() => encodeCommitments({ ...bodyOf(1, 1), positions: positions as number })).toThrowError(invalid('positions'))
    }
    const none = encodeCommitments(bodyOf(1, 1)).slice(0, 100)
    none.fill(0, 96, 98)
    expect(() => decodeCommitments(none)).toThrowError(malformed('positions'))
    const many = new Uint8Array(100 + 1001 * 96)
    many.set([0x03, 0xe9], 96)
    expect(() => decodeCommitments(many)).toThrowError(malformed('positions'))
  })

  it('T8: counts that do not give the length are refused before anything is allocated', () => {
    const bytes = encodeCommitments(bodyOf(1, 2))
    for (const counts of [
      [0, 1, 0, 1],
      [0, 1, 0, 3],
      [0, 2, 0, 2],
      [3, 0xe8, 0xff, 0xff],
    ]) {
      const changed = new Uint8Array(bytes)
      changed.set(counts, 96)
      expect(() => decodeCommitments(changed)).toThrowError(malformed())
    }
    expect(() => decodeCommitments(new Uint8Array(99))).toThrowError(malformed())
  })

  it('N17: a proof with z >= q is refused, in either direction; z = q - 1 and 0 are fine', () => {
    const withZ = (z: Uint8Array) => ({ ...bodyOf(2, 1), proofs: concatBytes(new Uint8Array(160), z) })
    for (const z of [below, new Uint8Array(32)]) expect(decodeCommitments(encodeCommitments(withZ(z))).proofs.subarray(160)).toEqual(z)
    for (const z of tooLarge) {
      expect(() => encodeCommitments(withZ(z))).toThrowError(invalid('proofs[1]'))
      const bytes = encodeCommitments(withZ(below))
      bytes.set(z, bytes.length - 32)
      expect(() => decodeCommitments(bytes)).toThrowError(malformed('proofs[1]'))
    }
  })

  it('refuses parts that do not fit together', () => {
    const cases: [keyof CommitmentsBody, unknown][] = [
      ['blind', new Uint8Array(31)],
      ['encryptionKey', new Uint8Array(33)],
      ['commitments', new Uint8Array(64)],
      ['proofs', new Uint8Array(95)],
      ['coefficients', 65_536],
      ['coefficients', Number.NaN],
    ]
    for (const [field, value] of cases) {
      expect(() => encodeCommitments({ ...bodyOf(1, 2), [field]: value } as CommitmentsBody)).toThrowError(invalid(field))
    }
  })
})

describe('hashCommitmentOf', () => {
  const sid = new Uint8Array(32).fill(9)
  const body = encodeCommitments(bodyOf(1, 2))

  it('G6: depends on every byte of the body', () => {
    const base = hashCommitmentOf(sid, 1, body)
    for (let at = 0; at < body.length; at++) {
      const changed = new Uint8Array(body)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(hashCommitmentOf(sid, 1, changed)).not.toEqual(base)
    }
  })

  it('G7: another author or another ceremony has another hash for the same body', () => {
    const base = hashCommitmentOf(sid, 1, body)
    expect(hashCommitmentOf(sid, 2, body)).not.toEqual(base)
    expect(hashCommitmentOf(new Uint8Array(32), 1, body)).not.toEqual(base)
  })

  it('works for any body of a peer, and refuses one that is shorter than a blind', () => {
    expect(hashCommitmentOf(sid, 1, new Uint8Array(32)).length).toBe(32)
    expect(() => hashCommitmentOf(sid, 1, new Uint8Array(31))).toThrowError(malformed())
  })
})

describe('bodies that are rows of items', () => {
  it('have exactly their size', () => {
    const rows: [(bytes: Uint8Array) => Uint8Array, number][] = [
      [decodeHashCommitment, 32],
      [(b) => decodeEncryptedShares(b, 1), 48],
      [(b) => decodeEncryptedShares(b, 1000), 32_016],
      [(b) => decodeNonceCommitments(b, 1), 128],
      [(b) => decodeNonceCommitments(b, 1000), 128_000],
      [(b) => decodeSignatureShares(b, 1), 32],
      [(b) => decodeSignatureShares(b, 1000), 32_000],
    ]
    for (const [decode, size] of rows) {
      expect(decode(new Uint8Array(size)).length).toBe(size)
      for (const other of [0, size - 1, size + 1, size * 2]) expect(() => decode(new Uint8Array(other))).toThrowError(malformed())
    }
    expect(() => encodeHashCommitment(new Uint8Array(31))).toThrowError(invalid('commitment'))
  })

  it('N17: signature shares at or above the group order are refused with their position; 0 and q - 1 are scalars', () => {
    expect(decodeSignatureShares(concatBytes(new Uint8Array(32), below), 2).length).toBe(64)
    for (const z of tooLarge) expect(() => decodeSignatureShares(concatBytes(below, z, below), 3)).toThrowError(malformed('[1]'))
  })
})

describe('Confirm', () => {
  const complaint: Complaint = { envelope: new Uint8Array(5), sharedPoint: new Uint8Array(64), proof: new Uint8Array(160) }
  const complaints = (...list: Complaint[]): ConfirmBody => ({ type: 'complaints', complaints: list })

  /** What lets the most complaints through. */
  const LARGEST = { kind: 'keygen', participants: 1000 } as const

  it('takes no more complaints than there are other participants, and none in preprocessing', () => {
    for (const participants of [1, 2, 5]) {
      for (let count = 1; count <= participants; count++) {
        const bytes = encodeConfirm(complaints(...new Array<Complaint>(count).fill(complaint)))
        for (const kind of ['keygen', 'sign'] as const) {
          if (count < participants) expect(decodeConfirm(bytes, { kind, participants }).type).toBe('complaints')
          else expect(() => decodeConfirm(bytes, { kind, participants })).toThrowError(expect.objectContaining({ code: 'ERR_MALFORMED' }))
        }
        expect(() => decodeConfirm(bytes, { kind: 'preprocess', participants })).toThrowError(malformed())
      }
      const ok = encodeConfirm({ type: 'ok', recordHash: new Uint8Array(32) })
      for (const kind of ['keygen', 'preprocess', 'sign'] as const) expect(decodeConfirm(ok, { kind, participants }).type).toBe('ok')
    }
  })

  it('takes 1 to 999 complaints', () => {
    for (const count of [1, 2, 999]) {
      const decoded = decodeConfirm(encodeConfirm(complaints(...new Array<Complaint>(count).fill(complaint))), LARGEST)
      expect(decoded.type === 'complaints' && decoded.complaints.length).toBe(count)
    }
    for (const count of [0, 1000]) {
      expect(() => encodeConfirm(complaints(...new Array<Complaint>(count).fill(complaint)))).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      )
    }
    expect(() => decodeConfirm(Uint8Array.of(2, 0, 0), LARGEST)).toThrowError(malformed())
    expect(() => decodeConfirm(Uint8Array.of(2, 0xff, 0xff), LARGEST)).toThrowError(malformed())
  })

  it('refuses parts of wrong size and z >= q', () => {
    for (const changed of [{ sharedPoint: new Uint8Array(63) }, { proof: new Uint8Array(161) }]) {
      expect(() => encodeConfirm(complaints({ ...complaint, ...changed }))).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      )
    }
    for (const z of tooLarge) {
      const proof = concatBytes(new Uint8Array(128), z)
      expect(() => encodeConfirm(complaints(complaint, { ...complaint, proof }))).toThrowError(invalid('complaints[1].proof'))
      const bytes = encodeConfirm(complaints(complaint))
      bytes.set(z, bytes.length - 32)
      expect(() => decodeConfirm(bytes, LARGEST)).toThrowError(malformed('complaints[0].proof'))
    }
  })

  it('refuses other states, an empty body and an ok of another size', () => {
    for (const bytes of [[], [0], [3], [1], [255, 0, 1]])
      expect(() => decodeConfirm(Uint8Array.from(bytes), LARGEST)).toThrowError(malformed())
    for (const length of [32, 34]) {
      const bytes = new Uint8Array(length)
      bytes[0] = 1
      expect(() => decodeConfirm(bytes, LARGEST)).toThrowError(malformed())
    }
    expect(() => encodeConfirm({ type: 'ok', recordHash: new Uint8Array(31) })).toThrowError(invalid('recordHash'))
  })
})
