/**
 * Plain data that crosses between threads: null, undefined, booleans, numbers, strings, bigints, exact `Uint8Array`s, arrays and plain objects.
 *
 * Structured cloning sends a view's whole backing buffer: posting an 11-byte Buffer would hand the other thread the 8,192 bytes of the pool it
 * lies in, whatever they hold. So every array is copied to exact size first, which also gives the caller its snapshot, and the copies are
 * transferred: nothing of them stays behind.
 */
import { copyBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'

/** Deeper than any argument or result; ends the walk over a cyclic object. */
const MAX_DEPTH = 16
/** No list of any argument is longer (indices are 1..65535); a sparse array of 2^32 holes must not be walked. */
const MAX_ITEMS = 65_535

/** Thrown by `copyPlain` alone, never leaves the pool. */
export class NotPlain extends Error {
  readonly path: string

  constructor(path: string) {
    super('not plain data')
    this.path = path
  }
}

/** A copy that shares nothing with `value`; every array in it is exact and also in `arrays`. @throws NotPlain */
export function copyPlain<T>(value: T, path: string, arrays: Uint8Array<ArrayBuffer>[]): T {
  return copyAt(value, path, arrays, 0) as T
}

function copyAt(value: unknown, path: string, arrays: Uint8Array<ArrayBuffer>[], depth: number): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'string':
    case 'bigint':
      return value
    case 'object':
      break
    default:
      throw new NotPlain(path)
  }
  if (value === null) return null
  if (depth >= MAX_DEPTH) throw new NotPlain(path)
  if (ArrayBuffer.isView(value)) {
    if (!isPlainBytes(value)) throw new NotPlain(path)
    const copy = copyBytes(value)
    arrays.push(copy)
    return copy
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    if (items.length > MAX_ITEMS) throw new NotPlain(path)
    const out: unknown[] = []
    for (let i = 0; i < items.length; i++) out.push(copyAt(items[i], `${path}[${i}]`, arrays, depth + 1))
    return out
  }
  if (!isPlainObject(value)) throw new NotPlain(path)
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new NotPlain(path)
    out[key] = copyAt(item, path === '' ? key : `${path}.${key}`, arrays, depth + 1)
  }
  return out
}

/** A result whose arrays belong to the receiver alone. */
export interface Owned<T> {
  readonly value: T
  readonly buffers: ReadonlySet<ArrayBuffer>
}

/**
 * A result may hold an argument (a dealing passed through) or a view: such arrays are copied, so that wiping the arguments harms no result and
 * transferring it takes nothing else along. All others are kept as they are.
 *
 * @throws ERR_INVALID_ARGUMENT if the result is not plain data: a fault of the job
 */
export function ownResult<T>(value: T, isForeign: (buffer: ArrayBufferLike) => boolean): Owned<T> {
  const buffers = new Set<ArrayBuffer>()
  const own = (item: unknown, depth: number): unknown => {
    if (typeof item !== 'object' || item === null) return item
    if (depth >= MAX_DEPTH) throw invalidArgument('result', 'is nested too deep')
    if (item instanceof Uint8Array) {
      const exact = isPlainBytes(item) && item.byteLength === item.buffer.byteLength && !isForeign(item.buffer) ? item : copyBytes(item)
      buffers.add(exact.buffer)
      return exact
    }
    if (Array.isArray(item)) return item.map((entry: unknown) => own(entry, depth + 1))
    if (!isPlainObject(item)) throw invalidArgument('result', 'must be plain data')
    return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, own(entry, depth + 1)]))
  }
  return { value: own(value, 0) as T, buffers }
}

/** Every byte array in `value`. */
export function arraysIn(value: unknown, into: Uint8Array[] = [], depth = 0): Uint8Array[] {
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return into
  if (value instanceof Uint8Array) into.push(value)
  else for (const item of Object.values(value)) arraysIn(item, into, depth + 1)
  return into
}

function isPlainBytes(value: ArrayBufferView): value is Uint8Array<ArrayBuffer> {
  return Object.getPrototypeOf(value) === Uint8Array.prototype && value.buffer instanceof ArrayBuffer
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
