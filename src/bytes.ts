/**
 * Exact-size byte arrays: the only form in which points, scalars, hashes and messages leave the kernel.
 * May import only `errors`.
 */
import { invalidArgument, QuorateError } from './errors.ts'

const HEX_DIGITS = /^(?:[0-9a-f]{2})*$/

/**
 * Refuses what is not a plain `Uint8Array` over memory of its own kind: a `Buffer` (its pool would be cloned to a worker whole),
 * a view of a `SharedArrayBuffer` (another thread could change it after the check) and any other type.
 *
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function assertBytes(value: unknown, field: string, length?: number): asserts value is Uint8Array<ArrayBuffer> {
  // `isView` sees through a Proxy, which `instanceof` does not.
  if (!ArrayBuffer.isView(value) || !(value instanceof Uint8Array) || Object.getPrototypeOf(value) !== Uint8Array.prototype) {
    throw invalidArgument(field, 'must be a Uint8Array (not a Buffer or another view)')
  }
  if (!(value.buffer instanceof ArrayBuffer)) throw invalidArgument(field, 'must not be a view of shared memory')
  if (length !== undefined && value.length !== length) throw invalidArgument(field, `must have ${length} bytes, has ${value.length}`)
}

/** @throws ERR_INVALID_ARGUMENT with `field` unless `min <= value <= max` and a safe integer */
export function assertInteger(value: unknown, field: string, min: number, max: number): asserts value is number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidArgument(field, `must be an integer in ${min}..${max}`)
  }
}

/** Equal lengths and bytes. Not constant time: public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A fixed number of parts. A list whose length grows with a ceremony goes through `concatAll`: a call has room for about 120,000 arguments. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatAll(parts)
}

/** All parts of a list of any length, end to end. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

/** An exact-size copy that shares no memory with its source; `Uint8Array.prototype.slice` of a Buffer would be a Buffer. */
export function copyBytes(source: Uint8Array, start = 0, end = source.length): Uint8Array<ArrayBuffer> {
  // The view costs as much as the copy of a digest.
  return new Uint8Array(start === 0 && end === source.length ? source : source.subarray(start, end))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/**
 * Lowercase hex, even, nothing else (`Buffer.from(text, 'hex')` alone stops silently at the first bad character).
 *
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function fromHex(text: unknown, field: string, length?: number): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string' || !HEX_DIGITS.test(text))
    throw invalidArgument(field, 'must be lowercase hex with an even number of digits')
  if (length !== undefined && text.length !== 2 * length)
    throw invalidArgument(field, `must be ${2 * length} hex digits, has ${text.length}`)
  return copyBytes(Buffer.from(text, 'hex'))
}

const encoder = new TextEncoder()

export function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** Item `index` of a batch of `itemSize`-byte items, as a view. */
export function itemOf(batch: Uint8Array, index: number, itemSize: number): Uint8Array {
  const end = (index + 1) * itemSize
  if (index < 0 || end > batch.length) throw new QuorateError('ERR_INVALID_ARGUMENT', { field: 'index', message: 'out of range' })
  return batch.subarray(index * itemSize, end)
}

/** Overwrites secrets after their last use. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}

/**
 * What `make` returns; if it throws, the secrets that would have gone to its caller are overwritten first.
 *
 * @param secrets read when `make` throws: it may add to the list what it makes
 */
export function wipeOnThrow<T>(secrets: readonly Uint8Array[], make: () => T): T {
  try {
    return make()
  } catch (error) {
    for (const secret of secrets) secret.fill(0)
    throw error
  }
}
