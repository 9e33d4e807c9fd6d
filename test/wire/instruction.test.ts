/** Instructions of operators: the bytes as docs/protocol.md has them, and that nothing else is taken for one. */
import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { verifyEnvelope } from '../../src/wire/envelope.ts'
import {
  decodeInstruction,
  type InstructionContent,
  MAX_INSTRUCTION_BYTES,
  maxSignInstructionBytes,
  sealInstruction,
  verifyInstruction,
} from '../../src/wire/instruction.ts'
import { sortValidatorIds } from '../../src/wire/validator-id.ts'
import { testIdentity } from '../helpers/identities.ts'
import { bytesOf, id, PROPERTY } from './arbitraries.ts'

const sha256 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce<ReturnType<typeof createHash>>((hash, part) => hash.update(part), createHash('sha256')).digest()
const hex = (text: string) => fromHex(text, 'expected')
const TAG = sha256('quorate/v1/instruction')
const operator = testIdentity('operator')
const seed = operator.exportSeed()
const keyId = '6b'.repeat(32)
const head = { network: 'main', operator: operator.publicKey, ceremonyId: 258n, expires: 1_700_000_060_000n } as const
const keygen: InstructionContent = {
  ...head,
  kind: 'keygen',
  protocol: 'stinson-strobl',
  suite: 'evm',
  minSigners: 2,
  participants: ['B', 'a'],
}
const sign: InstructionContent = {
  ...head,
  kind: 'sign',
  keyId,
  signers: ['B', 'a'],
  mode: { type: 'two-round' },
  messages: [hex('c0ffee'), hex('')],
}
const oneRound: InstructionContent = { ...sign, mode: { type: 'one-round', ceremonyId: 257n, firstSlot: 998 } }
const preprocess: InstructionContent = { ...head, kind: 'preprocess', keyId, signers: ['B', 'a'], count: 1000 }

const start = `010501046d61696e${toHex(operator.publicKey)}`
/** ceremony 258, and the end */
const timing = '0000000000000102' + '0000018bcfe65260'
const group = '000201420161'
const GOLDEN: readonly [string, InstructionContent, string, string][] = [
  ['keygen', keygen, `${start}01${timing}0203${'0002'}${group}`, '07f406d9'],
  ['preprocess', preprocess, `${start}02${timing}${keyId}${group}03e8`, 'b3cf1145'],
  ['sign', sign, `${start}03${timing}${keyId}${group}010002${'00000003c0ffee'}00000000`, 'ecd32150'],
  [
    'sign, one round',
    oneRound,
    `${start}03${timing}${keyId}${group}02${'0000000000000101'}03e60002${'00000003c0ffee'}00000000`,
    '9a216780',
  ],
]

describe('instruction, golden bytes', () => {
  it.each(GOLDEN)('%s', (_, content, expected, digest) => {
    const { bytes, signature } = sealInstruction(operator, content)
    const signed = toHex(ed25519.sign(sha256(TAG, TAG, hex(expected)), seed))
    expect(toHex(bytes)).toBe(expected + signed)
    expect(decodeInstruction(bytes)).toEqual({ ...content, signature, bytes })
    expect(verifyInstruction(decodeInstruction(bytes))).toBe(true)
    expect(sha256(bytes).toString('hex').slice(0, 8)).toBe(digest)
  })
})

describe('instruction', () => {
  it('T1: the signature covers every byte', () => {
    for (const content of [keygen, preprocess, oneRound]) {
      const { bytes } = sealInstruction(operator, content)
      for (let at = 0; at < bytes.length; at++) {
        const altered = new Uint8Array(bytes)
        altered[at] = (altered[at] ?? 0) ^ 1
        let valid = false
        try {
          valid = verifyInstruction(decodeInstruction(altered))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_MALFORMED' })
        }
        expect(valid, `byte ${at} of ${content.kind}`).toBe(false)
      }
    }
  })

  it('every content has one encoding, which gives it back', () => {
    const u64 = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n })
    const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 5 }).map(sortValidatorIds)
    const common = {
      network: fc.stringMatching(/^[ -~]{1,255}$/),
      ceremonyId: u64,
      expires: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      signers: ids,
    }
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 })
    const key = bytesOf(32).map(toHex)
    const contents = fc.oneof(
      fc
        .record({ ...common, keyId: key, messages })
        .map((fields) => ({ ...fields, kind: 'sign' as const, mode: { type: 'two-round' as const } })),
      fc
        .record({ ...common, keyId: key, count: fc.integer({ min: 1, max: 1000 }) })
        .map((fields) => ({ ...fields, kind: 'preprocess' as const })),
      fc.record(common).map(({ signers, ...fields }) => ({
        ...fields,
        kind: 'keygen' as const,
        protocol: 'frost' as const,
        suite: 'bip340' as const,
        minSigners: signers.length,
        participants: signers,
      })),
    )
    fc.assert(
      fc.property(contents, (fields) => {
        const content = { ...fields, operator: operator.publicKey }
        const sealed = sealInstruction(operator, content)
        expect(decodeInstruction(sealed.bytes)).toEqual(sealed)
        expect(sealInstruction(operator, decodeInstruction(sealed.bytes)).bytes).toEqual(sealed.bytes)
        expect(() => decodeInstruction(concatBytes(sealed.bytes, Uint8Array.of(0)))).toThrow()
        expect(() => decodeInstruction(sealed.bytes.subarray(0, -1))).toThrow()
      }),
      { ...PROPERTY, numRuns: 60 },
    )
  })

  it('refuses what has no encoding, with its field', () => {
    const cases: readonly [InstructionContent, string, string][] = [
      [{ ...keygen, network: '' }, 'ERR_INVALID_ARGUMENT', 'network'],
      [{ ...keygen, ceremonyId: 0n }, 'ERR_INVALID_ARGUMENT', 'ceremonyId'],
      [{ ...keygen, expires: 1n << 64n }, 'ERR_INVALID_ARGUMENT', 'expires'],
      [{ ...keygen, participants: ['a', 'B'] }, 'ERR_INVALID_ARGUMENT', 'participants[1]'],
      [{ ...keygen, participants: ['a', 'a'] }, 'ERR_DUPLICATE_VALIDATOR', 'participants[1]'],
      [{ ...keygen, participants: ['a.b'] }, 'ERR_INVALID_ARGUMENT', 'participants[0]'],
      [{ ...keygen, minSigners: 3 }, 'ERR_INVALID_ARGUMENT', 'minSigners'],
      [{ ...sign, keyId: '6B'.repeat(32) }, 'ERR_INVALID_ARGUMENT', 'keyId'],
      [{ ...sign, signers: [] }, 'ERR_INVALID_ARGUMENT', 'signers'],
      [{ ...sign, messages: [] }, 'ERR_INVALID_ARGUMENT', 'messages'],
      [{ ...sign, messages: [new Uint8Array((1 << 20) + 1)] }, 'ERR_TOO_LARGE', 'messages[0]'],
      [{ ...sign, messages: Array.from({ length: 64 }, () => new Uint8Array(1 << 20)) }, 'ERR_TOO_LARGE', 'messages'],
      [{ ...sign, mode: { type: 'one-round', ceremonyId: 1n, firstSlot: 999 } }, 'ERR_INVALID_ARGUMENT', 'mode.firstSlot'],
      [{ ...preprocess, count: 1001 }, 'ERR_INVALID_ARGUMENT', 'count'],
      [{ ...preprocess, operator: testIdentity('a').publicKey }, 'ERR_INVALID_ARGUMENT', 'operator'],
    ]
    for (const [content, code, field] of cases) {
      expect(() => sealInstruction(operator, content), field).toThrowError(expect.objectContaining({ code, field }))
    }
  })

  it('T8: one above the limit is refused by its length alone', () => {
    expect(() => decodeInstruction(new Uint8Array(MAX_INSTRUCTION_BYTES + 1))).toThrowError(/more than/)
  })

  it('T17: maxSignInstructionBytes is reached by the longest names', () => {
    const signers = ['a', 'b'].map((letter) => letter.repeat(64))
    const { bytes } = sealInstruction(operator, { ...oneRound, network: 'n'.repeat(255), signers })
    expect(maxSignInstructionBytes(2, [3, 0])).toBe(bytes.length)
  })

  it('N25: its signature is no signature of an envelope', () => {
    const { signature } = sealInstruction(operator, keygen)
    const hash = new Uint8Array(32)
    const forged = { header: { bodyDigest: hash }, headerHash: hash, signature, body: new Uint8Array(0) }
    expect(verifyEnvelope(forged as unknown as Parameters<typeof verifyEnvelope>[0], operator.publicKey)).toBe(false)
  })
})
