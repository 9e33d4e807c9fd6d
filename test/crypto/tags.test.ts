import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { lengthPrefixed, TAGS, taggedHash, uintBytes } from '../../src/crypto/tags.ts'
import { QuorateError } from '../../src/errors.ts'

const names = Object.values(TAGS)

describe('the registry of tags', () => {
  it('G12: all tags are distinct and none is a prefix of another', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const a of names) for (const b of names) if (a !== b) expect(b.startsWith(a), `${a} is a prefix of ${b}`).toBe(false)
  })

  it('every tag is versioned ASCII', () => {
    for (const name of names) expect(name).toMatch(/^quorate\/v1\/[a-z-]+$/)
  })

  it('G12: the same data under two tags has two hashes', () => {
    const data = new Uint8Array(96).fill(7)
    expect(new Set(names.map((name) => toHex(taggedHash(name, data)))).size).toBe(names.length)
  })
})

describe('taggedHash', () => {
  it('is the construction of BIP-340', () => {
    for (const name of names) {
      const tag = createHash('sha256').update(name).digest()
      for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
        const data = new Uint8Array(length).fill(length)
        const expected = createHash('sha256').update(tag).update(tag).update(data).digest('hex')
        expect(toHex(taggedHash(name, data))).toBe(expected)
      }
    }
  })

  it('joins its parts and is unharmed by earlier calls', () => {
    const a = new Uint8Array(40).fill(1)
    const b = new Uint8Array(50).fill(2)
    const joined = taggedHash(TAGS.body, concatBytes(a, b))
    expect(taggedHash(TAGS.body, a, b)).toEqual(joined)
    expect(taggedHash(TAGS.body, a, new Uint8Array(0), b)).toEqual(joined)
  })

  it('returns exact-size memory of its own', () => {
    const out = taggedHash(TAGS.sid)
    expect(Object.getPrototypeOf(out)).toBe(Uint8Array.prototype)
    expect(out.buffer.byteLength).toBe(32)
  })
})

describe('encodings within a hash', () => {
  it('writes integers big-endian in a fixed width', () => {
    expect(toHex(uintBytes(0, 1))).toBe('00')
    expect(toHex(uintBytes(0x1234, 2))).toBe('1234')
    expect(toHex(uintBytes(1, 4))).toBe('00000001')
    expect(toHex(uintBytes((1n << 64n) - 1n, 8))).toBe('ffffffffffffffff')
  })

  it.each([
    [256, 1],
    [-1, 2],
    [1.5, 2],
    [Number.NaN, 4],
    [2 ** 53, 8],
    [1n << 64n, 8],
    [-1n, 8],
  ] as const)('refuses %s in %s bytes', (value, width) => {
    expect(() => uintBytes(value, width)).toThrow(QuorateError)
  })

  it('G11: a length prefix keeps moved boundaries apart', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    const split = (a: string, b: string): string => toHex(taggedHash(TAGS.message, lengthPrefixed(bytes(a)), lengthPrefixed(bytes(b))))
    const all = [split('ab', 'c'), split('a', 'bc'), split('', 'abc'), split('abc', ''), split('\0', 'abc'), split('', '\0abc')]
    expect(new Set(all).size).toBe(all.length)
  })
})
