import { describe, expect, it } from 'vitest'
import { isNkey, makeNkey, nkeyOfSeed } from '../../src/bus/nats/nkeys.ts'
import { asciiBytes } from '../../src/bytes.ts'

const ascii = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe('keys of broker users', () => {
  it('are new each time, and a seed gives its public key, white space around it or not', () => {
    const [one, other] = [makeNkey(), makeNkey()]
    expect(one.publicKey).toMatch(/^U[A-Z2-7]{55}$/)
    expect(ascii(one.seed)).toMatch(/^SU[A-Z2-7]{56}$/)
    expect(one.publicKey).not.toBe(other.publicKey)
    expect(nkeyOfSeed(one.seed)).toBe(one.publicKey)
    const before = ascii(one.seed)
    expect(nkeyOfSeed(asciiBytes(` ${before}\r\n`))).toBe(one.publicKey)
    expect(ascii(one.seed)).toBe(before)
  })

  it('are told from other text by their checksum', () => {
    const { publicKey, seed } = makeNkey()
    expect(isNkey(publicKey)).toBe(true)
    const last = publicKey.endsWith('A') ? 'B' : 'A'
    for (const text of ['', 'U', ascii(seed), `${publicKey.slice(0, -1)}${last}`, publicKey.toLowerCase(), `${publicKey} `, 'U'.repeat(56)])
      expect(isNkey(text), text).toBe(false)
  })

  it('a seed that is none is refused without a word of it', () => {
    const { publicKey, seed } = makeNkey()
    const text = ascii(seed)
    for (const wrong of ['', 'x', publicKey, text.slice(0, -1), `${text}A`, text.replace('SU', 'SA')]) {
      let error: unknown
      try {
        nkeyOfSeed(asciiBytes(wrong))
      } catch (caught) {
        error = caught
      }
      expect(error).toMatchObject({ name: 'QuorateError', code: 'ERR_CONFIG' })
      expect((error as Error).cause).toBeUndefined()
      expect(String(error)).not.toContain(text.slice(4, 20))
    }
  })
})
