import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/bytes.ts'
import { digestToScalar, GROUP_ORDER, HALF_ORDER, isBelowOrder, MINUS_ONE } from '../../src/crypto/group-order.ts'
import { drawBytes, randomScalars, systemRandom } from '../../src/crypto/random-scalars.ts'
import { QuorateError } from '../../src/errors.ts'
import { seededRandom } from '../helpers/random.ts'
import { scalar } from './ceremony.ts'

const q = BigInt(`0x${toHex(GROUP_ORDER)}`)
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

/** Gives the blocks in turn, whatever the length asked for, then counts up. */
function scripted(blocks: readonly Uint8Array[]): { random: (length: number) => Uint8Array; drawn: () => number } {
  let at = 0
  const next = (): Uint8Array => {
    const block = blocks[at] ?? scalar(BigInt(at + 1_000_000))
    at++
    return block
  }
  return { random: (length) => concatBytes(...Array.from({ length: length / 32 }, next)), drawn: () => at }
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof QuorateError) return `${error.code} ${error.field}`
    throw error
  }
  return 'no error'
}

describe('the group order', () => {
  it('compares at its edges', () => {
    expect([0n, 1n, q - 1n].map((v) => isBelowOrder(scalar(v)))).toEqual([true, true, true])
    expect([q, q + 1n, (1n << 256n) - 1n].map((v) => isBelowOrder(scalar(v)))).toEqual([false, false, false])
    expect(numberOf(MINUS_ONE)).toBe(q - 1n)
    expect(numberOf(HALF_ORDER)).toBe((q - 1n) / 2n)
  })

  it('reduces digests at its edges', () => {
    for (const value of [0n, 1n, q - 1n, q, q + 1n, (1n << 256n) - 1n]) expect(numberOf(digestToScalar(scalar(value)))).toBe(value % q)
  })
})

describe('randomScalars', () => {
  it('gives distinct scalars in 1..q-1, exact-size, never the same twice', () => {
    const random = seededRandom('scalars')
    const all = [...Array(20)].map(() => randomScalars(random, 50))
    const seen = new Set<string>()
    for (const batch of all) {
      expect(batch.buffer.byteLength).toBe(50 * 32)
      for (let i = 0; i < 50; i++) {
        const value = numberOf(batch.subarray(32 * i, 32 * i + 32))
        expect(value > 0n && value < q).toBe(true)
        seen.add(value.toString())
      }
    }
    expect(seen.size).toBe(1000)
  })

  it('N6: draws again what is zero or at least q, instead of reducing it', () => {
    // The first call takes the probe 5, q and 7; q is drawn again until a block is in range.
    const { random } = scripted([scalar(5n), scalar(q), scalar(7n), scalar(0n), scalar((1n << 256n) - 1n), scalar(9n)])
    expect(toHex(randomScalars(random, 2))).toBe(toHex(concatBytes(scalar(9n), scalar(7n))))
  })

  it('accepts 1 and q - 1', () => {
    const { random } = scripted([scalar(5n), scalar(1n), scalar(q - 1n)])
    expect(toHex(randomScalars(random, 2))).toBe(toHex(concatBytes(scalar(1n), scalar(q - 1n))))
  })

  it('N4: refuses a constant source, even for one scalar', () => {
    expect(codeOf(() => randomScalars((length) => new Uint8Array(length), 1))).toBe('ERR_INVALID_ARGUMENT random')
    expect(codeOf(() => randomScalars((length) => new Uint8Array(length).fill(9), 1))).toBe('ERR_INVALID_ARGUMENT random')
  })

  it('N4: refuses a source that starts again at each call, whatever the lengths', () => {
    const restarting = (length: number): Uint8Array => seededRandom('same')(length)
    randomScalars(restarting, 3)
    expect(codeOf(() => randomScalars(restarting, 1))).toBe('ERR_INVALID_ARGUMENT random')
  })

  it('N4: refuses a source that repeats a block within a draw', () => {
    const { random } = scripted([scalar(5n), scalar(6n), scalar(6n)])
    expect(codeOf(() => randomScalars(random, 2))).toBe('ERR_INVALID_ARGUMENT random')
  })

  it('N4: gives up on a source that never gives a value in range', () => {
    const { random, drawn } = scripted(Array.from({ length: 500 }, (_, i) => scalar(q + BigInt(i))))
    expect(codeOf(() => randomScalars(random, 1))).toBe('ERR_INVALID_ARGUMENT random')
    expect(drawn()).toBeLessThan(100)
  })

  it('N4: refuses a source that is short, long or of another type, and passes its exception on', () => {
    expect(codeOf(() => randomScalars((length) => new Uint8Array(length - 1), 1))).toBe('ERR_INVALID_ARGUMENT random')
    expect(codeOf(() => randomScalars((length) => new Uint8Array(length + 1), 1))).toBe('ERR_INVALID_ARGUMENT random')
    expect(codeOf(() => randomScalars((length) => Buffer.alloc(length, 3), 1))).toBe('ERR_INVALID_ARGUMENT random')
    expect(() =>
      randomScalars(() => {
        throw new RangeError('no entropy')
      }, 1),
    ).toThrow('no entropy')
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses a count of %s', (count) => {
    expect(codeOf(() => randomScalars(seededRandom('x'), count))).toBe('ERR_INVALID_ARGUMENT count')
  })
})

describe('drawBytes and systemRandom', () => {
  it('give exact-size memory that shares nothing with a pool', () => {
    const bytes = systemRandom(48)
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    expect(bytes.buffer.byteLength).toBe(48)
    expect(toHex(systemRandom(48))).not.toBe(toHex(bytes))
    const pool = new Uint8Array(4096).fill(5)
    const drawn = drawBytes(() => pool.subarray(8, 40), 32)
    expect(drawn.buffer.byteLength).toBe(32)
    expect(pool.subarray(8, 40).every((byte) => byte === 0)).toBe(true)
  })
})
