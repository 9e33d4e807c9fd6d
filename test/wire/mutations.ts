/** Changes of a byte string that a decoder must refuse or take as another value. */
import * as fc from 'fast-check'
import { concatBytes } from '../../src/bytes.ts'

export type Mutation =
  | { readonly how: 'set' | 'insert'; readonly at: number; readonly byte: number }
  | { readonly how: 'flip'; readonly at: number; readonly bit: number }
  | { readonly how: 'remove' | 'cut' | 'double'; readonly at: number }

/** Mostly at the front, where the counts and names are. */
const place = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.nat())
const interesting = fc.oneof(fc.constantFrom(0, 1, 2, 3, 0x40, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }))
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ how: fc.constantFrom('set' as const, 'insert' as const), at: place, byte: interesting }),
  fc.record({ how: fc.constant('flip' as const), at: place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ how: fc.constantFrom('remove' as const, 'cut' as const, 'double' as const), at: place }),
)

export const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })

export function mutate(bytes: Uint8Array, m: Mutation): Uint8Array {
  const at = m.at % (bytes.length + (m.how === 'insert' ? 1 : 0) || 1)
  const before = bytes.subarray(0, at)
  switch (m.how) {
    case 'set':
      return concatBytes(before, Uint8Array.of(m.byte), bytes.subarray(at + 1))
    case 'insert':
      return concatBytes(before, Uint8Array.of(m.byte), bytes.subarray(at))
    case 'flip':
      return concatBytes(before, Uint8Array.of((bytes[at] ?? 0) ^ (1 << m.bit)), bytes.subarray(at + 1))
    case 'remove':
      return concatBytes(before, bytes.subarray(at + 1))
    case 'cut':
      return new Uint8Array(before)
    case 'double':
      return concatBytes(bytes, bytes.subarray(at))
  }
}
