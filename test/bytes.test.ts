import { describe, expect, it } from 'vitest'
import { concatAll, concatBytes, wipeOnThrow } from '../src/bytes.ts'

describe('concatAll', () => {
  it('joins what concatBytes joins, into memory of its own', () => {
    const parts = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)]
    expect(concatAll(parts)).toEqual(Uint8Array.of(1, 2, 3))
    expect(concatBytes(...parts)).toEqual(concatAll(parts))
    expect(concatAll([])).toEqual(new Uint8Array(0))
    const [only] = parts
    expect(concatAll(parts.slice(0, 1)).buffer).not.toBe(only?.buffer)
  })

  it('takes a million parts, more than a call has room for', () => {
    const parts = Array<Uint8Array>(1_000_000).fill(Uint8Array.of(7))
    const joined = concatAll(parts)
    expect(joined.length).toBe(parts.length)
    expect(joined.every((byte) => byte === 7)).toBe(true)
    expect(() => concatBytes(...parts)).toThrow(RangeError)
  })
})

describe('wipeOnThrow', () => {
  it('gives what is made, and leaves it alone', () => {
    const secret = Uint8Array.of(1, 2, 3)
    expect(wipeOnThrow([secret], () => secret)).toBe(secret)
    expect(secret).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('overwrites on a throw, also what was added on the way, and passes the same error on', () => {
    const secrets = [Uint8Array.of(1, 2, 3)]
    const error = new Error('in the middle')
    const run = () =>
      wipeOnThrow(secrets, () => {
        secrets.push(Uint8Array.of(4))
        throw error
      })
    expect(run).toThrow(error)
    expect(secrets).toEqual([new Uint8Array(3), new Uint8Array(1)])
  })
})
