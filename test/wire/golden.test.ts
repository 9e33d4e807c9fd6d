/**
 * The bytes themselves. Each expectation is written out field by field as docs/protocol.md has it, with hashes from node:crypto and signatures
 * from @noble/curves, and pinned as a whole by its SHA-256: if one of these changes, nodes of two versions no longer understand each other.
 */
import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { bodyDigest } from '../../src/crypto/transcript.ts'
import {
  decodeCommitments,
  decodeConfirm,
  encodeCommitments,
  encodeConfirm,
  encodeHashCommitment,
  hashCommitmentOf,
} from '../../src/wire/bodies.ts'
import { type CeremonyContext, encodeContext, hashMessage, messageDigest, sidOf } from '../../src/wire/context.ts'
import { decodeEnvelope, encodeHeader, sealEnvelope } from '../../src/wire/envelope.ts'
import { encodeKeyRecord, keyDigest, keyRecordHash } from '../../src/wire/key-record.ts'
import { STAGE_NUMBER } from '../../src/wire/message.ts'
import { decodeReady, sealReady } from '../../src/wire/ready.ts'
import { formatRosterFile } from '../../src/wire/roster-file.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const sha256Hex = (bytes: Uint8Array | string) => sha256(bytes).toString('hex')
/** BIP-340's tagged hash, from the platform's SHA-256. */
const tagged = (tag: string, ...parts: Uint8Array[]) => toHex(sha256(sha256(tag), sha256(tag), ...parts))
const hex = (text: string) => fromHex(text, 'expected')
const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const repeat = (byte: string, length: number) => byte.repeat(length)

const seedOfA = new Uint8Array(sha256('test identity a'))

describe('golden bytes', () => {
  const sid = fill(32, 0x51)
  const transcript = fill(32, 0x54)

  it('envelope, broadcast', () => {
    const body = hex('c0ffee')
    const header = [
      '01', // version
      '01', // frame: envelope
      '01', // scheme: Ed25519
      '01', // kind: keygen
      '0000000000000007', // ceremony id
      repeat('51', 32), // sid
      '04', // stage
      '0161', // from: "a"
      '00', // to: all
      repeat('54', 32), // previous transcript
      tagged('quorate/v1/body', body),
    ].join('')
    const headerHash = tagged('quorate/v1/header', hex('08'), Buffer.from('main net'), hex(header))
    const signature = toHex(ed25519.sign(hex(headerHash), seedOfA))
    const e = sealEnvelope(
      testIdentity('a'),
      'main net',
      { kind: 'keygen', ceremonyId: 7n, sid, stage: 4, from: 'a', to: null, previousTranscript: transcript },
      body,
    )
    expect(toHex(encodeHeader(e.header))).toBe(header)
    expect(toHex(e.headerHash)).toBe(headerHash)
    expect(toHex(e.bytes)).toBe(`${header}${signature}00000003c0ffee`)
    expect(decodeEnvelope(e.bytes, 'main net')).toEqual(e)
    expect(sha256Hex(e.bytes)).toBe('5f3f8af4c5e2ba228d79b23443201ab3e3cc7fcf5347480dfe9cede4a6e5f8ae')
  })

  it('envelope, private, largest ids and ceremony id, empty body', () => {
    const from = 'a'.repeat(64)
    const to = '-'.repeat(64)
    const e = sealEnvelope(
      testIdentity('a'),
      'main net',
      { kind: 'sign', ceremonyId: (1n << 64n) - 1n, sid, stage: 0x7f, from, to, previousTranscript: transcript },
      new Uint8Array(0),
    )
    const header = `01010103${repeat('ff', 8)}${repeat('51', 32)}7f40${repeat('61', 64)}40${repeat('2d', 64)}${repeat('54', 32)}${tagged('quorate/v1/body')}`
    expect(toHex(e.headerHash)).toBe(tagged('quorate/v1/header', hex('08'), Buffer.from('main net'), hex(header)))
    expect(toHex(e.bytes)).toBe(`${header}${toHex(ed25519.sign(e.headerHash, seedOfA))}00000000`)
    expect(sha256Hex(e.bytes)).toBe('996f22acad370f4f0df99bb38d22b421bc51ea35bc65ded66835f08a9ebcf44b')
  })

  it('body digest of the nonce commitments to three messages', () => {
    const pairs = [0xd1, 0xd2, 0xd3].map((byte) => fill(128, byte))
    const [one = '', two = '', three = ''] = pairs.map((pair) => tagged('quorate/v1/leaf-of-body', pair))
    const left = tagged('quorate/v1/node-of-body', hex(one), hex(two))
    const root = tagged('quorate/v1/node-of-body', hex(left), hex(three))
    const digest = tagged('quorate/v1/tree-of-body', hex('00000180'), hex(root))
    const header = { ceremonyId: 7n, sid, stage: 1, from: 'a', to: null, previousTranscript: sid }
    for (const kind of ['preprocess', 'sign'] as const) {
      expect(toHex(sealEnvelope(testIdentity('a'), 'main net', { ...header, kind }, concatBytes(...pairs)).header.bodyDigest)).toBe(digest)
    }
    expect(sha256Hex(hex(digest))).toBe('9095b2879f8d0cd0febd82b93238e2cbd7336886dc53a341365dc4e83658a200')
  })

  it('stage numbers of all ceremonies', () => {
    expect(STAGE_NUMBER).toEqual({
      sharedSecret: { HashCommitment: 1, Commitments: 2, SecretShare: 3, Confirm: 4 },
      frost: { NonceCommitments: 1, SignatureShare: 2 },
      oneRoundFrost: { SignatureShare: 2 },
      stinsonStrobl: { HashCommitment: 1, Commitments: 2, SecretShare: 3, Confirm: 4, LocalSig: 5 },
      preprocess: { Preprocess: 1, Confirm: 2 },
    })
  })

  it('ReadyToKeygen', () => {
    const message = sealReady(testIdentity('a'), { network: 'test net', from: 'a', nonce: fill(16, 0x4e) })
    const signed = `010401${'08'}${toHex(new TextEncoder().encode('test net'))}0161${repeat('4e', 16)}`
    const signature = toHex(ed25519.sign(hex(tagged('quorate/v1/ready', hex(signed))), seedOfA))
    expect(toHex(message.bytes)).toBe(signed + signature)
    expect(decodeReady(message.bytes)).toEqual(message)
    expect(sha256Hex(message.bytes)).toBe('ff4d1d639186b012447bc8a0f754dc3216fb3f8d7f277ed0f9275b7a601f297b')
  })

  const common = {
    network: 'main',
    ceremonyId: 258n,
    minSigners: 2,
    participants: [
      { id: 'B', publicKey: fill(32, 0xbb) },
      { id: 'a', publicKey: fill(32, 0xaa) },
    ],
  }
  const group = `${'0002'}${'0002'}0142${'01'}${repeat('bb', 32)}0161${'01'}${repeat('aa', 32)}`
  const contexts: [string, CeremonyContext, string, string][] = [
    [
      'keygen',
      { ...common, kind: 'keygen', protocol: 'stinson-strobl', suite: 'evm' },
      `01046d61696e00000000000001020203${group}`,
      '9f767c976952d596348611df04240a53ee68b78ee56ea08f7f7df866444c345e',
    ],
    [
      'preprocess',
      { ...common, kind: 'preprocess', protocol: 'frost', suite: 'bip340', keyDigest: fill(32, 0x6b), count: 1000 },
      `02046d61696e00000000000001020102${group}${repeat('6b', 32)}03e8`,
      'ebfddd47c5c49ba012d14b8412e33326ee79d9db887273c5671ce06280ec5658',
    ],
    [
      'sign, two rounds',
      {
        ...common,
        kind: 'sign',
        protocol: 'frost',
        suite: 'secp256k1-sha256',
        keyDigest: fill(32, 0x6b),
        mode: { type: 'two-round' },
        messages: [messageDigest(hex('00ff')), messageDigest(new Uint8Array(0))],
      },
      `03046d61696e00000000000001020101${group}${repeat('6b', 32)}01${'0002'}${'00000002'}${tagged('quorate/v1/message', hex('00ff'))}${'00000000'}${tagged('quorate/v1/message')}`,
      'e066d3eec5df5a02c503518c356da207570367714b5a776f14188e9aaf2bf3e9',
    ],
    [
      'sign, one round',
      {
        ...common,
        kind: 'sign',
        protocol: 'frost',
        suite: 'evm',
        keyDigest: fill(32, 0x6b),
        mode: { type: 'one-round', ceremonyId: 3n, firstSlot: 999 },
        messages: [messageDigest(fill(32, 1))],
      },
      `03046d61696e00000000000001020103${group}${repeat('6b', 32)}02${'0000000000000003'}${'03e7'}${'0001'}${'00000020'}${tagged('quorate/v1/message', fill(32, 1))}`,
      '58ed9781f24dfbe6280977b319f4098d91826441672efe2bd03ddeb0ccc7bb98',
    ],
  ]
  it.each(contexts)('context of %s and its sid', (_name, context, expected, pin) => {
    expect(toHex(encodeContext(context))).toBe(expected)
    expect(toHex(sidOf(hex(expected)))).toBe(tagged('quorate/v1/sid', hex(expected)))
    expect(toHex(sidOf(hex(expected)))).toBe(pin)
  })

  it('message hash', () => {
    expect(toHex(hashMessage(hex('00ff')))).toBe(tagged('quorate/v1/message', hex('00ff')))
  })

  it('key record, its hash and the key digest', () => {
    const point = (prefix: string, byte: string) => prefix + repeat(byte, 32)
    const record = encodeKeyRecord({
      suite: 'bip340',
      protocol: 'frost',
      minSigners: 2,
      groupPublicKey: hex(point('02', '99')),
      participants: ['B', 'a'],
      verifyingShares: hex(point('02', '11') + point('03', '22')),
    })
    const expected = `0201${'0002'}${point('02', '99')}${'0002'}0142${point('02', '11')}0161${point('03', '22')}`
    expect(toHex(record)).toBe(expected)
    expect(toHex(keyRecordHash(record))).toBe(tagged('quorate/v1/key-record', hex(expected)))
    expect(toHex(keyDigest(sid, record))).toBe(tagged('quorate/v1/key-digest', sid, hex(expected)))
    expect(sha256Hex(record)).toBe('3bc909296482c697ddce139c7092643519a824c25a19bebc67bfab74179a07f9')
  })

  it('commitments and the hash commitment that opens to them', () => {
    const blind = fill(32, 0xb1)
    const body = encodeCommitments({
      blind,
      encryptionKey: fill(64, 0xe1),
      positions: 2,
      coefficients: 3,
      commitments: concatBytes(...[1, 2, 3, 4, 5, 6].map((byte) => fill(64, byte))),
      proofs: concatBytes(fill(64, 0xa1), fill(32, 0x01), fill(64, 0xa2), fill(32, 0x02)),
    })
    const vector = (...digits: string[]) => digits.map((digit) => repeat(digit, 64)).join('')
    const rest = `${repeat('e1', 64)}${'0002'}${'0003'}${vector('01', '02', '03')}${vector('a1')}${repeat('01', 32)}${vector('04', '05', '06')}${vector('a2')}${repeat('02', 32)}`
    expect(toHex(body)).toBe(repeat('b1', 32) + rest)
    expect(decodeCommitments(body).coefficients).toBe(3)
    const opening = tagged('quorate/v1/hash-commitment', sid, hex('0102'), hex(rest), blind)
    expect(toHex(encodeHashCommitment(hashCommitmentOf(sid, 258, body)))).toBe(opening)
    expect(sha256Hex(body)).toBe('977387627c3a26545eb46161bc788b45e3971b69b1b73e0b7824f1219f6b21b3')
  })

  it('confirm: ok', () => {
    const body = encodeConfirm({ type: 'ok', recordHash: fill(32, 0x0c) })
    expect(toHex(body)).toBe(`01${repeat('0c', 32)}`)
    expect(decodeConfirm(body, { kind: 'keygen', participants: 2 })).toEqual({ type: 'ok', recordHash: fill(32, 0x0c) })
  })

  it('confirm: complaints', () => {
    const complaint = (byte: number) => ({
      envelope: hex('e0e1e2'),
      sharedPoint: fill(64, byte),
      proof: concatBytes(fill(128, byte + 1), fill(32, byte + 2)),
    })
    const body = encodeConfirm({ type: 'complaints', complaints: [complaint(0x10), complaint(0x20)] })
    const one = `${'00000003'}e0e1e2${repeat('10', 64)}${repeat('11', 128)}${repeat('12', 32)}`
    const two = `${'00000003'}e0e1e2${repeat('20', 64)}${repeat('21', 128)}${repeat('22', 32)}`
    expect(toHex(body)).toBe(`02${'0002'}${one}${two}`)
    expect(sha256Hex(body)).toBe('61d2937e038137ec6545228460e928d89265aad0643a0b51421cccaa1e20dbca')
  })

  it('body digest of an empty body', () => {
    expect(toHex(bodyDigest(new Uint8Array(0)))).toBe(tagged('quorate/v1/body'))
  })

  it('roster file', () => {
    const [a, b] = ['a', 'B'].map((name) => toHex(ed25519.getPublicKey(new Uint8Array(sha256(`test identity ${name}`)))))
    expect(formatRosterFile(testRoster(['a', 'B']))).toBe(`{\n  "validators": {\n    "B": "${b}",\n    "a": "${a}"\n  }\n}\n`)
  })
})
