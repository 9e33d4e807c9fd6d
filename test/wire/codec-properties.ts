/** What must hold for every codec: one value, one encoding; any other bytes are refused with the typed error; no shared memory. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, equalBytes } from '../../src/bytes.ts'
import { QuorateError } from '../../src/errors.ts'
import { type AnyCodecCase, PROPERTY } from './arbitraries.ts'
import { mutate, mutations } from './mutations.ts'

/** Canonical or refused: the same bytes again, or ERR_MALFORMED. Returns which. */
function canonicalOrRefused(it: AnyCodecCase, bytes: Uint8Array): 'canonical' | 'refused' {
  return it.run((codec) => {
    const before = new Uint8Array(bytes)
    let value: Parameters<typeof codec.encode>[0]
    try {
      value = codec.decode(bytes)
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error
      expect(error.code).toBe('ERR_MALFORMED')
      return 'refused'
    }
    expect(equalBytes(bytes, before), 'the decoder wrote to its input').toBe(true)
    expect(equalBytes(codec.encode(value), bytes), 'a second encoding of one value was accepted').toBe(true)
    return 'canonical'
  })
}

/** All arrays in a decoded value. */
function arraysIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (value instanceof Map) return [...value.values()].flatMap(arraysIn)
  return Object.values(value).flatMap(arraysIn)
}

export function describeCodec(tested: AnyCodecCase): void {
  describe(tested.name, () => {
    it('decodes what it encodes', () => {
      tested.run((codec) => {
        fc.assert(
          fc.property(codec.values, (value) => {
            expect(codec.decode(codec.encode(value))).toEqual(value)
          }),
          PROPERTY,
        )
      })
    })

    it('R7: a mutated encoding is refused with ERR_MALFORMED or is canonical itself', () => {
      tested.run((codec) => {
        const seen = { canonical: 0, refused: 0 }
        fc.assert(
          fc.property(codec.values, mutations, (value, changes) => {
            seen[canonicalOrRefused(tested, changes.reduce(mutate, codec.encode(value)))]++
          }),
          { ...PROPERTY, numRuns: 1_000 },
        )
        expect(seen.refused).toBeGreaterThan(50)
      })
    })

    it('arbitrary bytes are refused with ERR_MALFORMED or are canonical', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          canonicalOrRefused(tested, bytes)
        }),
        PROPERTY,
      )
    })

    it('every truncation and every trailing byte is refused', () => {
      tested.run((codec) => {
        for (const value of fc.sample(codec.values, { seed: 1, numRuns: 3 })) {
          const bytes = codec.encode(value)
          for (let length = 0; length < bytes.length; length++) {
            expect(canonicalOrRefused(tested, new Uint8Array(bytes.subarray(0, length)))).toBe('refused')
          }
          for (const byte of [0, 1, 0xff]) expect(canonicalOrRefused(tested, concatBytes(bytes, Uint8Array.of(byte)))).toBe('refused')
        }
      })
    })

    it('T22: decoded arrays are exact-size copies that share no memory with the input or with each other', () => {
      tested.run((codec) => {
        for (const value of fc.sample(codec.values, { seed: 2, numRuns: 5 })) {
          // The input as a transport gives it: a view in the middle of a larger buffer.
          const encoded = codec.encode(value)
          const frame = concatBytes(new Uint8Array(7), encoded, new Uint8Array(9))
          const decoded = codec.decode(frame.subarray(7, 7 + encoded.length))
          frame.fill(0xee)
          expect(decoded).toEqual(value)
          const buffers = arraysIn(decoded).map((array) => {
            expect(Object.getPrototypeOf(array)).toBe(Uint8Array.prototype)
            expect(array.byteLength).toBe(array.buffer.byteLength)
            return array.buffer
          })
          expect(new Set(buffers).size).toBe(buffers.length)
        }
      })
    })

    // The others get what their callers have checked.
    if (tested.checksTypes)
      it('J5, J6: a Buffer, a view of shared memory and other types are refused before they are read', () => {
        tested.run((codec) => {
          const [value] = fc.sample(codec.values, { seed: 3, numRuns: 1 })
          if (value === undefined) throw new Error('no sample')
          const bytes = codec.encode(value)
          const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
          shared.set(bytes)
          for (const hostile of [Buffer.from(bytes), shared, [...bytes], 'text', null, undefined, new DataView(bytes.buffer)]) {
            expect(() => codec.decode(hostile as Uint8Array)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
          }
        })
      })
  })
}
