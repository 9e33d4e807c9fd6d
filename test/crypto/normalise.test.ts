import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { HALF_ORDER, MINUS_ONE } from '../../src/crypto/group-order.ts'
import { type NormalisableKey, normaliseKey } from '../../src/crypto/normalise.ts'
import type { Suite } from '../../src/kernel/index.ts'
import { baseline as kernel, scalar } from './ceremony.ts'

const half = BigInt(`0x${toHex(HALF_ORDER)}`)
const xOf = (point: Uint8Array): bigint => BigInt(`0x${toHex(point.subarray(0, 32))}`)
const isOdd = (point: Uint8Array): boolean => ((point[63] ?? 0) & 1) === 1

/** A key of secret y with t = 1 or a line: share = y + 3 slope at index 3, verifying shares at 1, 2, 3 and one that is the identity. */
function keyOf(secret: bigint, slope: bigint): NormalisableKey {
  const shares = [1n, 2n, 3n].map((index) => scalar(secret + index * slope))
  return {
    share: scalar(secret + 3n * slope),
    groupPoint: kernel.baseMul(scalar(secret)),
    verifyingShares: concatBytes(kernel.baseMul(concatBytes(...shares)), new Uint8Array(64)),
  }
}

function copyOf(key: NormalisableKey): NormalisableKey {
  return { share: key.share.slice(), groupPoint: key.groupPoint.slice(), verifyingShares: key.verifyingShares.slice() }
}

/** All of a key times one scalar, by multiplications. */
function times(key: NormalisableKey, factor: Uint8Array): NormalisableKey {
  const all = concatBytes(key.groupPoint, key.verifyingShares)
  const count = all.length / 64
  const points = kernel.mul(all, concatBytes(...Array.from({ length: count }, () => factor)))
  return { share: kernel.scalarMul(factor, key.share), groupPoint: points.slice(0, 64), verifyingShares: points.slice(64) }
}

const secrets = Array.from({ length: 24 }, (_, i) => BigInt(i + 1))

describe('normalisation', () => {
  it('secp256k1-sha256 keeps the key as it is', () => {
    for (const secret of secrets.slice(0, 4)) {
      const key = keyOf(secret, 5n)
      expect(normaliseKey(kernel, 'secp256k1-sha256', copyOf(key))).toEqual(key)
    }
  })

  it('N31: bip340 negates everything exactly when y is odd', () => {
    const parities = new Set<boolean>()
    for (const secret of secrets) {
      const key = keyOf(secret, 7n)
      const odd = isOdd(key.groupPoint)
      parities.add(odd)
      const result = normaliseKey(kernel, 'bip340', copyOf(key))
      expect(result).toEqual(odd ? times(key, MINUS_ONE) : key)
      expect(isOdd(result.groupPoint)).toBe(false)
    }
    expect(parities.size).toBe(2)
  })

  it('evm scales by the smallest positive integer that brings x into the lower half', () => {
    const factors = new Set<number>()
    for (const secret of secrets) {
      const key = keyOf(secret, 11n)
      let factor = 1
      while (xOf(times(key, scalar(BigInt(factor))).groupPoint) > half) factor++
      factors.add(factor)
      const result = normaliseKey(kernel, 'evm', copyOf(key))
      expect(result).toEqual(times(key, scalar(BigInt(factor))))
    }
    expect([...factors].some((factor) => factor === 1)).toBe(true)
    expect([...factors].some((factor) => factor > 2)).toBe(true)
  })

  it('wipes the share that it replaces, and returns memory of its own', () => {
    for (const suite of ['secp256k1-sha256', 'bip340', 'evm'] as const satisfies Suite[]) {
      for (const secret of [1n, 2n, 3n, 4n]) {
        const key = keyOf(secret, 1n)
        const before = copyOf(key)
        const result = normaliseKey(kernel, suite, key)
        expect(key.share.every((byte) => byte === 0)).toBe(true)
        expect(result.share.every((byte) => byte === 0)).toBe(false)
        expect(key.groupPoint).toEqual(before.groupPoint)
        expect(key.verifyingShares).toEqual(before.verifyingShares)
        for (const bytes of [result.groupPoint, result.verifyingShares]) expect(bytes.buffer.byteLength).toBe(bytes.length)
      }
    }
  })

  it('works without verifying shares', () => {
    const key = { ...keyOf(6n, 1n), verifyingShares: new Uint8Array(0) }
    for (const suite of ['secp256k1-sha256', 'bip340', 'evm'] as const) {
      expect(normaliseKey(kernel, suite, copyOf(key)).verifyingShares.length).toBe(0)
    }
  })
})
