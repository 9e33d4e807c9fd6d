import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { asciiBytes, concatBytes, toHex } from '../../src/bytes.ts'
import { HashToField } from '../../src/crypto/suites/hash-to-field.ts'
import { assertMessageLength, hashesOf, isMessageLength, reduceWide, rulesOf, WIDE_BYTES } from '../../src/crypto/suites/index.ts'
import type { Suite } from '../../src/kernel/contract.ts'
import { kernels } from '../helpers/kernels.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { evmVector } from '../vectors/load.ts'

const SUITES: readonly Suite[] = ['secp256k1-sha256', 'bip340', 'evm']
const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const ONES = 2n ** 384n - 1n

function bigEndian(value: bigint, length: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
}

describe('hash_to_field', () => {
  const random = seededRandom(testSeed())

  it.each([0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 129, 1000])('agrees with noble on a message of %i bytes', (length) => {
    for (const suite of SUITES) {
      const tag = `${rulesOf(suite).contextString}nonce`
      const message = random(length)
      expect(toHex(new HashToField(tag).hash(message))).toBe(toHex(expand_message_xmd(message, asciiBytes(tag), WIDE_BYTES, sha256)))
    }
  })

  it('joins its parts', () => {
    const hash = new HashToField('tag')
    const [a, b] = [random(70), random(91)]
    expect(hash.hash(a, new Uint8Array(), b)).toEqual(hash.hash(concatBytes(a, b)))
  })

  it('G12: every hash of every suite has a domain of its own', () => {
    const message = asciiBytes('message')
    const hashes = SUITES.flatMap((suite) => {
      const { h1, h3, h4, h5 } = hashesOf(suite)
      return [h1.hash(message), h3.hash(message), h4(message), h5(message)]
    })
    expect(new Set(hashes.map(toHex)).size).toBe(hashes.length)
  })

  it('computes H4 and H5 as plain SHA-256 under the context string', () => {
    const { h4, h5 } = hashesOf('secp256k1-sha256')
    expect(toHex(h4(asciiBytes('test')))).toBe(toHex(sha256(asciiBytes('FROST-secp256k1-SHA256-v1msgtest'))))
    expect(toHex(h5(asciiBytes('test')))).toBe(toHex(sha256(asciiBytes('FROST-secp256k1-SHA256-v1comtest'))))
  })
})

for (const kernel of await kernels()) {
  describe(`reduction of 48 bytes on the ${kernel.info.name} kernel`, () => {
    const random = seededRandom(`${testSeed()} wide`)
    const edges = [
      0n,
      1n,
      Q - 1n,
      Q,
      Q + 1n,
      2n * Q,
      2n ** 192n - 1n,
      2n ** 192n,
      2n ** 256n - 1n,
      2n ** 256n,
      ONES,
      ONES - Q,
      Q << 128n,
      Q * 2n ** 128n - 1n,
    ]
    const values = [
      ...edges,
      ...Array.from({ length: 384 }, (_, bit) => 2n ** BigInt(bit) - 1n),
      ...Array.from({ length: 200 }, () => BigInt(`0x${toHex(random(WIDE_BYTES))}`)),
    ]

    it('N6: is the remainder modulo q', () => {
      const reduced = reduceWide(kernel, concatBytes(...values.map((value) => bigEndian(value, WIDE_BYTES))))
      expect(toHex(reduced)).toBe(values.map((value) => toHex(bigEndian(value % Q, 32))).join(''))
    })

    it.each([0, 1, 47, 49])('refuses %i bytes', (length) => {
      expect(() => reduceWide(kernel, new Uint8Array(length))).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'wide' }),
      )
    })
  })
}

describe('evm', () => {
  const vector = evmVector()
  const { challenge, encodeNoncePoint } = rulesOf('evm')

  it('encodes R as its address and hashes the challenge as the contract does', async () => {
    const [kernel] = await kernels()
    const { points } = (kernel ?? expect.fail()).decompress(vector.noncePoint)
    const address = encodeNoncePoint(points)
    expect(toHex(address)).toBe(toHex(vector.addressOfNoncePoint))
    expect(toHex(challenge(address, vector.groupPublicKey, vector.message)).slice(32)).toBe(toHex(vector.challengeHash))
  })

  it('puts the parity of the key into the challenge', () => {
    const other = new Uint8Array(vector.groupPublicKey)
    other[0] = 5 - (other[0] ?? 0)
    expect(toHex(challenge(vector.addressOfNoncePoint, other, vector.message))).not.toBe(
      toHex(challenge(vector.addressOfNoncePoint, vector.groupPublicKey, vector.message)),
    )
  })
})

describe('message lengths', () => {
  const MIB = 1_048_576

  it.each(['secp256k1-sha256', 'bip340'] as const)('%s takes 0 bytes to 1 MiB', (suite) => {
    for (const length of [0, 1, 31, 32, 33, MIB]) expect(isMessageLength(suite, length)).toBe(true)
    expect(() => assertMessageLength(suite, MIB + 1, 'messages[3]')).toThrow(
      expect.objectContaining({ code: 'ERR_TOO_LARGE', field: 'messages[3]' }),
    )
  })

  it('evm takes exactly 32 bytes', () => {
    expect(isMessageLength('evm', 32)).toBe(true)
    for (const length of [0, 1, 31, 33, MIB]) {
      expect(() => assertMessageLength('evm', length, 'message')).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', field: 'message' }),
      )
    }
  })
})
