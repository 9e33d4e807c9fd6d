import { schnorr } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, copyBytes, toHex } from '../../src/bytes.ts'
import { checkSignature, type SignatureToVerify } from '../../src/crypto/check-signature.ts'
import { evenPoint } from '../../src/crypto/point-encoding.ts'
import { verifySignature } from '../../src/crypto/verify-signature.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { kernels } from '../helpers/kernels.ts'
import { nobleAccepts } from '../helpers/noble.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { bip340Vectors, evmVector, frostVectors } from '../vectors/load.ts'
import { aggregateAll, dealGroup, must, roundOne, roundTwo } from './frost-group.ts'

const SUITES: readonly Suite[] = ['secp256k1-sha256', 'bip340', 'evm']
const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const MIB = 1_048_576

/** s + q, when it still fits 32 bytes; else q itself, which is out of range as well. */
function plusOrder(scalar: Uint8Array): Uint8Array {
  const sum = BigInt(`0x${toHex(scalar)}`) + Q
  return new Uint8Array(Buffer.from((sum < 2n ** 256n ? sum : Q).toString(16), 'hex'))
}

function replaced(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const out = copyBytes(bytes)
  out.set(part, at)
  return out
}

for (const kernel of await kernels()) {
  const seed = testSeed()

  /** A fresh key of the suite and its signatures of these messages. */
  function signed(suite: Suite, messages: Uint8Array[]) {
    const random = seededRandom(`${seed} verify ${suite} ${messages.length}`)
    const group = dealGroup(kernel, random, { suite, t: 2, indices: [1, 2] })
    const two = roundTwo(kernel, group, roundOne(kernel, random, group, [1, 2], messages))
    const { signatures } = aggregateAll(kernel, group, two)
    const size = signatures.length / messages.length
    return messages.map((message, i): SignatureToVerify => {
      return { suite, groupPublicKey: group.groupPublicKey, message, signature: copyBytes(signatures, i * size, (i + 1) * size) }
    })
  }

  describe(`verification on the ${kernel.info.name} kernel`, () => {
    it.each(bip340Vectors())('BIP-340 row $index: $valid $comment', ({ index, publicKey, message, signature, valid }) => {
      const check = () => checkSignature(kernel, { suite: 'bip340', groupPublicKey: publicKey, message, signature })
      // Rows 5 and 14 have a key that is no point: a wrong key throws, only a wrong signature is false.
      if (index === 5 || index === 14) {
        expect(check).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'groupPublicKey' }))
        return
      }
      expect(check()).toBe(valid)
      for (const prefix of [2, 3]) {
        const groupPublicKey = concatBytes(Uint8Array.of(prefix), publicKey)
        expect(checkSignature(kernel, { suite: 'bip340', groupPublicKey, message, signature })).toBe(valid)
      }
    })

    it('BIP-340 has all 19 rows', () => {
      expect(bip340Vectors().map(({ index }) => index)).toEqual(Array.from({ length: 19 }, (_, i) => i))
    })

    it.each(frostVectors())('accepts the signature of $source ($suite), and refuses it in every other suite', (vector) => {
      const { groupPublicKey, message, signature } = vector
      for (const suite of SUITES) {
        expect(checkSignature(kernel, { suite, groupPublicKey, message, signature })).toBe(suite === vector.suite)
      }
    })

    it('accepts the signature that the contract accepts', () => {
      const { groupPublicKey, message, s, addressOfNoncePoint } = evmVector()
      const signature = concatBytes(s, addressOfNoncePoint)
      expect(checkSignature(kernel, { suite: 'evm', groupPublicKey, message, signature })).toBe(true)
      expect(nobleAccepts('evm', groupPublicKey, message, signature)).toBe(true)
    })

    it.each(SUITES)('N30: %s has one encoding; every other is false, not an error', (suite) => {
      const [valid] = signed(suite, [new Uint8Array(32).fill(7)])
      if (valid === undefined) return expect.fail()
      const { signature } = valid
      const scalarAt = suite === 'evm' ? 0 : signature.length - 32
      const scalar = signature.subarray(scalarAt, scalarAt + 32)
      const wrong = [
        new Uint8Array(),
        signature.slice(1),
        signature.slice(0, -1),
        concatBytes(signature, Uint8Array.of(0)),
        new Uint8Array(signature.length),
        new Uint8Array(signature.length).fill(255),
        replaced(signature, scalarAt, plusOrder(scalar)),
        ...[0, 1, 20, 31, 32, 33, signature.length - 1].map((at) => replaced(signature, at, Uint8Array.of((signature[at] ?? 0) ^ 1))),
      ]
      expect(checkSignature(kernel, valid)).toBe(true)
      for (const other of wrong) expect(checkSignature(kernel, { ...valid, signature: other })).toBe(false)
    })

    it('ancestor fault 2: a message that starts with zeros is not the shorter message', () => {
      const messages = [Uint8Array.of(0, 0, 1), Uint8Array.of(0, 1), Uint8Array.of(1), new Uint8Array(), Uint8Array.of(0)]
      for (const suite of ['secp256k1-sha256', 'bip340'] as const) {
        const all = signed(suite, messages)
        for (const [i, one] of all.entries()) {
          for (const [j, message] of messages.entries()) expect(checkSignature(kernel, { ...one, message })).toBe(i === j)
          expect(nobleAccepts(suite, one.groupPublicKey, one.message, one.signature)).toBe(true)
        }
      }
      const [zeros] = signed('evm', [new Uint8Array(32)])
      expect(zeros && checkSignature(kernel, zeros) && nobleAccepts('evm', zeros.groupPublicKey, zeros.message, zeros.signature)).toBe(true)
    })

    it.each(['secp256k1-sha256', 'bip340'] as const)(
      'N27: %s signs and verifies 0, 1, 31, 32, 33 bytes, 1 MiB and zeros, with noble too',
      (suite) => {
        const random = seededRandom(`${seed} lengths`)
        const messages = [0, 1, 31, 32, 33, MIB].map((length) => random(length))
        messages.push(new Uint8Array(33), new Uint8Array(MIB))
        for (const one of signed(suite, messages)) {
          expect(checkSignature(kernel, one)).toBe(true)
          expect(nobleAccepts(suite, one.groupPublicKey, one.message, one.signature)).toBe(true)
          const longer = concatBytes(one.message, Uint8Array.of(0))
          expect(checkSignature(kernel, { ...one, message: longer })).toBe(false)
        }
      },
    )

    it('evm: a message that is not 32 bytes has no valid signature', () => {
      const { groupPublicKey, s, addressOfNoncePoint } = evmVector()
      for (const length of [0, 31, 33]) {
        const message = new Uint8Array(length)
        expect(checkSignature(kernel, { suite: 'evm', groupPublicKey, message, signature: concatBytes(s, addressOfNoncePoint) })).toBe(
          false,
        )
      }
    })

    it('accepts what noble signs', () => {
      const secret = seededRandom(`${seed} noble`)(32)
      const message = seededRandom(`${seed} noble message`)(50)
      const groupPublicKey = copyBytes(schnorr.getPublicKey(secret))
      const signature = copyBytes(schnorr.sign(message, secret))
      for (const key of [groupPublicKey, evenPoint(groupPublicKey)]) {
        expect(checkSignature(kernel, { suite: 'bip340', groupPublicKey: key, message, signature })).toBe(true)
      }
    })

    describe('refuses a wrong key, suite or type with the field', () => {
      const good: Record<keyof SignatureToVerify, unknown> = {
        suite: 'secp256k1-sha256',
        groupPublicKey: must(frostVectors()[0]).groupPublicKey,
        message: new Uint8Array(3),
        signature: new Uint8Array(65),
      }
      const offCurve = concatBytes(Uint8Array.of(2), new Uint8Array(31), Uint8Array.of(5))
      const notBytes = [
        undefined,
        null,
        'ab',
        5,
        [1, 2],
        {},
        Buffer.alloc(33),
        new Uint8Array(new SharedArrayBuffer(33)),
        new Proxy(new Uint8Array(33), {}),
      ]
      const wrong: [keyof SignatureToVerify, unknown][] = [
        ...[undefined, null, '', 'schnorr', 'toString', 1, {}, NaN].map((value): ['suite', unknown] => ['suite', value]),
        ...notBytes.flatMap((value): [keyof SignatureToVerify, unknown][] => [
          ['groupPublicKey', value],
          ['message', value],
          ['signature', value],
        ]),
        ...[0, 31, 32, 34, 64, 65].map((length): ['groupPublicKey', unknown] => ['groupPublicKey', new Uint8Array(length).fill(2)]),
        ['groupPublicKey', offCurve],
        ['groupPublicKey', replaced(must(frostVectors()[0]).groupPublicKey, 0, Uint8Array.of(4))],
        ['groupPublicKey', new Uint8Array(33)],
      ]

      // By number: some of the values cannot be printed.
      for (const [i, [field, value]] of wrong.entries()) {
        it(`${field}, case ${i}`, () => {
          const input = { ...good, [field]: value }
          const check = () => Reflect.apply(checkSignature, null, [kernel, input])
          expect(check).toThrow(expect.objectContaining({ name: 'QuorateError', code: 'ERR_INVALID_ARGUMENT', field }))
          // Also when the signature has a length that alone makes it false.
          if (field !== 'signature') {
            const shorter = () => Reflect.apply(checkSignature, null, [kernel, { ...input, signature: new Uint8Array(3) }])
            expect(shorter).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field }))
          }
        })
      }

      it.each([undefined, null, 5, 'x'])('input: %s', (input) => {
        expect(() => Reflect.apply(checkSignature, null, [kernel, input])).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'input' }),
        )
      })
    })
  })
}

describe('verifySignature, the published function', () => {
  it.each(frostVectors())(
    'accepts the signature of $source ($suite), and no other message',
    ({ suite, groupPublicKey, message, signature }) => {
      expect(verifySignature({ suite, groupPublicKey, message, signature })).toBe(true)
      expect(verifySignature({ suite, groupPublicKey, message: new Uint8Array(32), signature })).toBe(false)
    },
  )

  it('accepts the signature that the contract accepts', () => {
    const { groupPublicKey, message, s, addressOfNoncePoint } = evmVector()
    expect(verifySignature({ suite: 'evm', groupPublicKey, message, signature: concatBytes(s, addressOfNoncePoint) })).toBe(true)
  })

  it('throws for a wrong key only', () => {
    const { message, signature } = must(frostVectors()[0])
    expect(() => verifySignature({ suite: 'bip340', groupPublicKey: new Uint8Array(32), message, signature })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'groupPublicKey' }),
    )
  })
})
