import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { SingleUseNonces } from '../../src/crypto/single-use-nonces.ts'
import { refusalOf } from '../helpers/refusals.ts'

describe('SingleUseNonces', () => {
  it('N1: hands its own array over once', () => {
    const array = new Uint8Array(64).fill(1)
    const nonces = new SingleUseNonces(array)
    expect(nonces.spent).toBe(false)
    expect(nonces.take()).toBe(array)
    expect(nonces.spent).toBe(true)
    expect(refusalOf(() => nonces.take())).toBe('ERR_NONCE_USED nonces')
    // Whoever took them wipes them: they may be in use.
    nonces.destroy()
    expect(array).toEqual(new Uint8Array(64).fill(1))
  })

  it('N1: destroy() overwrites the array and is a use', () => {
    const array = new Uint8Array(64).fill(1)
    const nonces = new SingleUseNonces(array)
    nonces.destroy()
    nonces.destroy()
    expect(array).toEqual(new Uint8Array(64))
    expect(nonces.spent).toBe(true)
    expect(refusalOf(() => nonces.take())).toBe('ERR_NONCE_USED nonces')
  })

  it('J9: shows nothing', () => {
    const nonces = new SingleUseNonces(new Uint8Array(64).fill(0xab))
    for (const text of [inspect(nonces, { depth: 9, showHidden: true }), JSON.stringify({ nonces }), `${nonces}`]) {
      expect(text).toContain('<redacted>')
      expect(text).not.toMatch(/abab|171/)
    }
    expect(Reflect.ownKeys(nonces)).toEqual([])
  })
})
