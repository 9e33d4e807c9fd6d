/**
 * The building blocks of every layout on the wire, over micro-packed: integers are big-endian and of fixed width, everything else is of fixed
 * size or has a length prefix, so that a value has exactly one encoding. A decoder accepts that encoding and nothing else (no trailing bytes,
 * no second form), and what it returns shares no memory with its input. wire/ may import crypto/, errors and bytes, and types of kernel/.
 */
import * as P from 'micro-packed'
import { assertBytes, copyBytes } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import type { Suite } from '../kernel/contract.ts'
import { KIND_NUMBER, type Protocol, type ValidatorId } from './message.ts'
import { isValidatorId } from './validator-id.ts'

const PROTOCOL_NUMBER: Readonly<Record<Protocol, number>> = { frost: 1, 'stinson-strobl': 2 }
const SUITE_NUMBER: Readonly<Record<Suite, number>> = { 'secp256k1-sha256': 1, bip340: 2, evm: 3 }

/** 1..255 characters, space to tilde: what `ascii` carries. */
const PRINTABLE = /^[ -~]{1,255}$/

export function isNetworkLabel(x: unknown): x is string {
  return typeof x === 'string' && PRINTABLE.test(x)
}

/** Exactly `length` bytes. Decodes to a copy, where micro-packed's own coder would give a view of the input. */
export function fixedBytes(length: number): P.CoderType<Uint8Array> {
  return P.wrap({
    size: length,
    encodeStream: (w, value: Uint8Array) => {
      if (!(value instanceof Uint8Array) || value.length !== length) throw w.err(`must have ${length} bytes`)
      w.bytes(value)
    },
    decodeStream: (r) => copyBytes(r.bytes(length)),
  })
}

/** u32 length || bytes. The reader refuses a length beyond its input before anything is allocated. */
export const bytes32: P.CoderType<Uint8Array> = P.wrap({
  encodeStream: (w, value: Uint8Array) => {
    P.U32BE.encodeStream(w, value.length)
    w.bytes(value)
  },
  decodeStream: (r) => copyBytes(r.bytes(P.U32BE.decodeStream(r))),
})

/** u8 length || printable ASCII, not empty. Read byte by byte: a text decoder would map several byte strings to one text. */
export const ascii: P.CoderType<string> = P.wrap({
  encodeStream: (w, value: string) => {
    if (!isPrintable(value)) throw w.err('must be 1..255 printable ASCII characters')
    w.byte(value.length)
    writeAscii(w, value)
  },
  decodeStream: (r) => {
    const text = readAscii(r, r.byte())
    if (!isPrintable(text)) throw r.err('must be 1..255 printable ASCII characters')
    return text
  },
})

/** u8 length || id */
export const validatorId: P.CoderType<ValidatorId> = P.wrap({
  encodeStream: (w, value: ValidatorId) => {
    if (!isValidatorId(value)) throw w.err('must be a validator id')
    w.byte(value.length)
    writeAscii(w, value)
  },
  decodeStream: (r) => {
    const id = readAscii(r, r.byte())
    if (!isValidatorId(id)) throw r.err('must be a validator id')
    return id
  },
})

/** As `validatorId`; one zero byte is null, all participants. */
export const recipient: P.CoderType<ValidatorId | null> = P.wrap({
  encodeStream: (w, value: ValidatorId | null) => {
    if (value === null) w.byte(0)
    else validatorId.encodeStream(w, value)
  },
  decodeStream: (r) => {
    if (r.byte(true) !== 0) return validatorId.decodeStream(r)
    r.byte()
    return null
  },
})

/** u8, by a table of numbers. */
export function named<K extends string>(numbers: Readonly<Record<K, number>>): P.CoderType<K> {
  const names = new Map<number, K>()
  for (const name of Object.keys(numbers) as K[]) names.set(numbers[name], name)
  return P.wrap({
    size: 1,
    encodeStream: (w, value: K) => {
      if (!Object.hasOwn(numbers, value)) throw w.err('is not a known name')
      w.byte(numbers[value])
    },
    decodeStream: (r) => {
      const name = names.get(r.byte())
      if (name === undefined) throw r.err('is not a known number')
      return name
    },
  })
}

export const ceremonyKind = named(KIND_NUMBER)
export const protocol = named(PROTOCOL_NUMBER)
export const suite = named(SUITE_NUMBER)

/** u64, 1..2^64-1. */
export const ceremonyId: P.CoderType<bigint> = P.validate(P.U64BE, (id) => {
  if (typeof id !== 'bigint' || id < 1n) throw new Error('must be a bigint in 1..2^64-1')
  return id
})

/** The fields one after another, in the order of `fields`. Under our types: micro-packed's make a field that may be null optional. */
export function record<T>(fields: { readonly [K in keyof T]: P.CoderType<T[K]> }): P.CoderType<T> {
  return P.struct(fields) as unknown as P.CoderType<T>
}

/** u16 count || items; the count is checked before the first item is read. */
export function listOf<T>(inner: P.CoderType<T>, min: number, max: number): P.CoderType<readonly T[]> {
  const count = P.validate(P.U16BE, (n) => {
    if (n < min || n > max) throw new Error(`must have ${min}..${max} items`)
    return n
  })
  return P.array(count, inner) as unknown as P.CoderType<readonly T[]>
}

/** Fixed bytes in front, for versions and the like: no part of the value. */
export function prefixed<T>(prefix: readonly number[], inner: P.CoderType<T>): P.CoderType<T> {
  return P.wrap({
    encodeStream: (w, value: T) => {
      for (const byte of prefix) w.byte(byte)
      inner.encodeStream(w, value)
    },
    decodeStream: (r) => {
      for (const byte of prefix) if (r.byte() !== byte) throw r.err('has another version, frame or scheme')
      return inner.decodeStream(r)
    },
  })
}

/** One of several records, told apart by a u8 in front. `type` is in the value and not in the records. */
export function oneOf<T extends { readonly type: string }>(
  cases: {
    readonly [K in T['type']]: readonly [number: number, coder: P.CoderType<Omit<Extract<T, { readonly type: K }>, 'type'>>]
  },
): P.CoderType<T> {
  type Case = readonly [type: string, number: number, coder: P.CoderType<unknown>]
  const all = Object.entries(cases).map(([type, entry]): Case => {
    const [number, coder] = entry as readonly [number, P.CoderType<unknown>]
    return [type, number, coder]
  })
  return P.wrap({
    encodeStream: (w, value: T) => {
      const found = all.find(([type]) => type === value.type)
      if (found === undefined) throw w.err('is of no known type')
      w.byte(found[1])
      found[2].encodeStream(w, value)
    },
    decodeStream: (r) => {
      const number = r.byte()
      const found = all.find(([, known]) => known === number)
      if (found === undefined) throw r.err('is of no known type')
      return { type: found[0], ...(found[2].decodeStream(r) as object) } as unknown as T
    },
  })
}

/**
 * @throws ERR_INVALID_ARGUMENT, or what `check` throws, when the value has no encoding
 */
export function encodeWith<T>(coder: P.CoderType<T>, value: T, check?: (value: T) => void): Uint8Array<ArrayBuffer> {
  check?.(value)
  try {
    return copyBytes(coder.encode(value))
  } catch (error) {
    throw typed(error, 'ERR_INVALID_ARGUMENT')
  }
}

/**
 * @param maxBytes refused by length alone, before anything is read
 * @param check throws a QuorateError for a value that encodes but has no meaning; it is rethrown as ERR_MALFORMED
 * @throws ERR_MALFORMED, with `field` where one item is at fault; ERR_INVALID_ARGUMENT when `bytes` is not a Uint8Array
 */
export function decodeWith<T>(coder: P.CoderType<T>, bytes: Uint8Array, maxBytes: number, check?: (value: T) => void): T {
  assertBytes(bytes, 'bytes')
  if (bytes.length > maxBytes) throw malformed(undefined, `has ${bytes.length} bytes, more than ${maxBytes}`)
  try {
    const value = coder.decode(bytes)
    check?.(value)
    return value
  } catch (error) {
    throw typed(error, 'ERR_MALFORMED')
  }
}

export function malformed(field?: string, message?: string): QuorateError {
  return new QuorateError('ERR_MALFORMED', { ...(field === undefined ? {} : { field }), ...(message === undefined ? {} : { message }) })
}

/** micro-packed reports `Reader(participants/3/id): text`: the path becomes our field `participants[3].id`. */
const PATHED = /^(?:Reader|Writer)\((?:\)|([^)]*)\)): ?(.*)$/s

function typed(error: unknown, code: 'ERR_MALFORMED' | 'ERR_INVALID_ARGUMENT'): QuorateError {
  if (error instanceof QuorateError) {
    if (error.code === code || code !== 'ERR_MALFORMED') return error
    return malformed(error.field, 'is not canonical')
  }
  const path = error instanceof Error ? PATHED.exec(error.message)?.[1] : undefined
  if (path === undefined || path === '') return new QuorateError(code)
  const field = path
    .split('/')
    .filter((part) => part !== '' && part !== 'arrayLen')
    .reduce((joined, part) => (/^\d+$/.test(part) ? `${joined}[${part}]` : joined === '' ? part : `${joined}.${part}`), '')
  return field === '' ? new QuorateError(code) : new QuorateError(code, { field })
}

function isPrintable(value: unknown): value is string {
  return typeof value === 'string' && PRINTABLE.test(value)
}

function writeAscii(w: P.Writer, text: string): void {
  for (let i = 0; i < text.length; i++) w.byte(text.charCodeAt(i))
}

function readAscii(r: P.Reader, length: number): string {
  return String.fromCharCode(...r.bytes(length))
}
