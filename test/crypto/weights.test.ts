import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { itemOf, toHex } from '../../src/bytes.ts'
import { weightScalars } from '../../src/crypto/weights.ts'
import { seededRandom, testSeed } from '../helpers/random.ts'

const key = seededRandom(`${testSeed()} weights`)(32)

describe('weights', () => {
  it('are 128 bits each, one after the other from the stream of ChaCha20 (RFC 8439) with a nonce and a counter of zero', () => {
    const weights = weightScalars(key, 33)
    const stream = createCipheriv('chacha20', key, new Uint8Array(16)).update(new Uint8Array(33 * 16))
    expect(weights).toHaveLength(33 * 32)
    for (let i = 0; i < 33; i++) {
      expect(toHex(itemOf(weights, i, 32))).toBe(`${'00'.repeat(16)}${toHex(itemOf(stream, i, 16))}`)
    }
  })

  it('are all others under another key', () => {
    const other = key.slice()
    other[31] = (other[31] ?? 0) ^ 1
    const [a, b] = [weightScalars(key, 20), weightScalars(other, 20)]
    for (let i = 0; i < 20; i++) expect(toHex(itemOf(a, i, 32))).not.toBe(toHex(itemOf(b, i, 32)))
  })
})
