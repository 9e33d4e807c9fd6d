/**
 * Plain data that crosses between threads: null, undefined, booleans, numbers, strings, bigints, exact `Uint8Array`s, arrays and plain objects.
 *
 * Structured cloning sends a view's whole backing buffer: posting an 11-byte Buffer would hand the other thread the 8,192 bytes of the pool it
 * lies in, whatever they hold. So all arrays are copied first, end to end into one buffer of exactly their size, which also gives the caller its
 * snapshot, and that buffer is transferred: nothing of it stays behind.
 */
import { copyBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'

/** Deeper than any argument or result; ends the walk over a cyclic object. */
const MAX_DEPTH = 16
/** No list of any argument is longer (indices are 1..65535); a sparse array of 2^32 holes must not be walked. */
const MAX_ITEMS = 65_535

/** Thrown by `copyPlain` alone, never leaves the pool. */
export class NotPlain extends Error {
  /** the way to what is refused, from the outside in */
  readonly steps: string[] = []

  constructor() {
    super('not plain data')
  }

  get path(): string {
    return this.steps.join('').replace(/^\./, '')
  }
}

/** A copied object or list while it is filled. */
type Holder = Record<string | number, unknown>

/** An array of the value, and where its copy goes. */
interface Slot {
  readonly source: Uint8Array
  readonly holder: Holder
  readonly key: string | number
}

/**
 * A copy that shares nothing with `value`. All its arrays are views of one buffer, which holds nothing else and is pushed to `buffers` as one array: an
 * allocation and a transfer cost two microseconds, and the dealings of a hundred others have three hundred arrays. No buffer if there are no bytes.
 *
 * @throws NotPlain
 */
export function copyPlain<T>(value: T, buffers: Uint8Array<ArrayBuffer>[]): T {
  const slots: Slot[] = []
  const root: { value?: unknown } = {}
  copyInto(root, 'value', value, slots, 0)
  // Only now are lengths read: no getter of the value runs any more that could change them.
  let total = 0
  for (const { source } of slots) total += source.length
  const whole = new Uint8Array(total)
  if (total > 0) buffers.push(whole)
  let offset = 0
  for (const { source, holder, key } of slots) {
    const copy = new Uint8Array(whole.buffer, offset, source.length)
    copy.set(source)
    holder[key] = copy
    offset += source.length
  }
  return root.value as T
}

function copyInto(holder: Holder, key: string | number, value: unknown, slots: Slot[], depth: number): void {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'string':
    case 'bigint':
      holder[key] = value
      return
    case 'object':
      break
    default:
      throw new NotPlain()
  }
  // An array's place too: it keeps its key where it was among the others.
  holder[key] = null
  if (value === null) return
  if (depth >= MAX_DEPTH) throw new NotPlain()
  if (ArrayBuffer.isView(value)) {
    if (!isPlainBytes(value)) throw new NotPlain()
    slots.push({ source: value, holder, key })
  } else if (Array.isArray(value)) holder[key] = copyItems(value, slots, depth)
  else if (isPlainObject(value)) holder[key] = copyFields(value, slots, depth)
  else throw new NotPlain()
}

function copyItems(items: readonly unknown[], slots: Slot[], depth: number): unknown[] {
  if (items.length > MAX_ITEMS) throw new NotPlain()
  const out: unknown[] = []
  let i = 0
  try {
    for (; i < items.length; i++) copyInto(out as unknown as Holder, i, items[i], slots, depth + 1)
  } catch (error) {
    throw within(error, `[${i}]`)
  }
  return out
}

function copyFields(value: object, slots: Slot[], depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  let key = ''
  try {
    for (key of Object.keys(value)) {
      if (key === '__proto__') break
      copyInto(out, key, Reflect.get(value, key), slots, depth + 1)
    }
  } catch (error) {
    throw within(error, `.${key}`)
  }
  if (key === '__proto__') throw new NotPlain()
  return out
}

/** Paths are put together only when something is refused. */
function within(error: unknown, step: string): unknown {
  if (error instanceof NotPlain) error.steps.unshift(step)
  return error
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
