/** What is fuzzed: a function over bytes that may refuse them in its own way, and do nothing else. */
import { equalBytes, toHex } from '../../src/bytes.ts'
import { type ErrorCode, QuorateError } from '../../src/errors.ts'
import { type Grammar, put, take } from './grammar.ts'
import { type Specimen, specimen } from './mutate.ts'

export type Verdict = 'accepted' | 'refused'

export interface Target {
  readonly name: string
  /** how often it is tried, against the others */
  readonly weight: number
  readonly specimens: readonly Specimen[]
  /** @throws anything that it must not do */
  readonly run: (bytes: Uint8Array) => Verdict
}

/**
 * A decoder and its inverse: bytes are refused with one of these codes, or they are the one encoding of what they decode to, of the layout that the
 * protocol gives, and no scalar in them is as large as the order. The last two are judged apart from the codec.
 */
export function decoder<T>(options: {
  readonly name: string
  readonly weight?: number
  /** valid encodings */
  readonly encodings: readonly Uint8Array[]
  readonly layout: Grammar
  /** the scalars, 32 bytes each, in bytes that were accepted */
  readonly scalars?: (bytes: Uint8Array) => readonly Uint8Array[]
  readonly refusals?: readonly ErrorCode[]
  readonly decode: (bytes: Uint8Array) => T
  readonly encode: (value: T) => Uint8Array
}): Target {
  const { name, weight = 20, encodings, layout, scalars = () => [], refusals = ['ERR_MALFORMED'], decode, encode } = options
  return {
    name,
    weight,
    specimens: specimensOf(encodings, layout),
    run: (bytes) => {
      const before = new Uint8Array(bytes)
      const decoded = attempt(() => decode(bytes), refusals)
      if (!equalBytes(bytes, before)) throw new Error('the decoder wrote to its input')
      if (decoded === null) return 'refused'
      if (!equalBytes(encode(decoded.value), bytes)) throw new Error('a second encoding of one value was accepted')
      const tree = take(layout, bytes)
      if (tree === null || !equalBytes(put(tree), bytes)) throw new Error('another layout was accepted')
      if (scalars(bytes).some((scalar) => toHex(scalar) >= ORDER)) throw new Error('a scalar that is not below the order was accepted')
      return 'accepted'
    },
  }
}

export function specimensOf(encodings: readonly Uint8Array[], layout: Grammar | null): readonly Specimen[] {
  return encodings.map((bytes) => specimen(bytes, layout))
}

const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'

/** Null for a typed refusal with one of these codes; any other error goes on. */
export function attempt<T>(decode: () => T, refusals: readonly ErrorCode[]): { readonly value: T } | null {
  try {
    return { value: decode() }
  } catch (error) {
    if (error instanceof QuorateError && refusals.includes(error.code)) return null
    throw error
  }
}
