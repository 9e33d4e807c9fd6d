import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { openOnce, sealOnce } from '../../src/crypto/xchacha20-poly1305.ts'
import { leftIn, watch } from '../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { baseline, flipBit } from './ceremony.ts'

const random = seededRandom(`${testSeed()} xchacha`)
const key = random(32)

describe('XChaCha20-Poly1305 under a zero nonce', () => {
  it('gives the bytes of another implementation, for every length around a block and for long messages', () => {
    for (const length of [0, 1, 15, 16, 17, 32, 63, 64, 65, 1_000, 32_000]) {
      for (const associated of [0, 16, 37]) {
        const [text, data] = [random(length), random(associated)]
        const sealed = sealOnce(key, data, text)
        expect(toHex(sealed)).toBe(toHex(xchacha20poly1305(key, new Uint8Array(24), data).encrypt(text)))
        expect(sealed.buffer.byteLength).toBe(length + 16)
        const opened = openOnce(key, data, sealed)
        expect(opened).toEqual(text)
        expect(opened?.buffer.byteLength).toBe(length)
      }
    }
  })

  it('refuses other keys, other associated data, flipped bits and too few bytes', () => {
    const [text, data] = [random(32), random(37)]
    const sealed = sealOnce(key, data, text)
    expect(openOnce(flipBit(key, 255), data, sealed)).toBeNull()
    expect(openOnce(key, flipBit(data, 0), sealed)).toBeNull()
    expect(openOnce(key, data.slice(1), sealed)).toBeNull()
    for (let bit = 0; bit < 8 * sealed.length; bit += 7) expect(openOnce(key, data, flipBit(sealed, bit))).toBeNull()
    for (let length = 0; length < sealed.length; length++) expect(openOnce(key, data, sealed.slice(0, length))).toBeNull()
  })

  it('leaves neither key, subkey nor plaintext behind, whether the message opens or not', () => {
    const [text, data] = [random(32), random(37)]
    const sealed = sealOnce(key, data, text)
    const secrets = [toHex(key), toHex(text)]
    for (const ciphertext of [sealed, flipBit(sealed, 3)]) {
      const { result, arrays } = watch(baseline, () => openOnce(key, data, ciphertext))
      expect(arrays.length).toBeGreaterThan(2)
      expect(leftIn(arrays, secrets, result === null || result === undefined ? [key] : [key, result])).toEqual([])
      // Every piece of memory of the size of a key that it made is overwritten: the subkey is one of them.
      const kept: unknown[] = [key.buffer, result?.buffer]
      const made = arrays.filter(({ buffer }) => buffer.byteLength === 32 && !kept.includes(buffer))
      expect(made.length).toBeGreaterThan(1)
      for (const { buffer } of made) expect(new Uint8Array(buffer)).toEqual(new Uint8Array(32))
    }
  })
})
