import { sha256 as noble } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { asciiBytes, concatAll, toHex } from '../../src/bytes.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { leftIn, watch } from '../helpers/leftovers.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'
import { baseline } from './ceremony.ts'

const random = seededRandom(`${testSeed()} sha256`)

describe('sha256', () => {
  it('has the values of FIPS 180-4 examples', () => {
    expect(toHex(sha256([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(toHex(sha256([asciiBytes('abc')]))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('agrees with noble on both sides of its scratch memory, however the input is cut into parts', () => {
    for (const length of [1, 55, 56, 64, 4095, 4096, 4097, 10_000]) {
      const input = random(length)
      const expected = toHex(noble(input))
      for (const cut of [0, 1, length >> 1, length]) {
        const parts = [input.subarray(0, cut), input.subarray(cut), new Uint8Array()]
        expect(toHex(sha256(parts)), `${length} cut at ${cut}`).toBe(expected)
      }
      expect(toHex(sha256([concatAll([input])]))).toBe(expected)
    }
  })

  it('returns exact-size memory of its own, and what it gave stays as it is', () => {
    const first = sha256([asciiBytes('first')])
    const before = toHex(first)
    sha256([asciiBytes('second')])
    expect(toHex(first)).toBe(before)
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype)
    expect(first.buffer.byteLength).toBe(32)
  })

  it('leaves nothing of its input behind', () => {
    for (const length of [40, 5_000]) {
      const secret = random(length)
      const { arrays } = watch(baseline, () => sha256([secret]))
      expect(arrays.length).toBeGreaterThan(0)
      expect(leftIn(arrays, [toHex(secret.subarray(0, 32))], [secret])).toEqual([])
    }
  })
})
