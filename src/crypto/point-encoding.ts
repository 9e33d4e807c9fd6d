/** Reading and rewriting the bytes of points that are known to be on the curve: no arithmetic modulo p, so no kernel. Public values. */
import { copyBytes, itemOf } from '../bytes.ts'
import { COMPRESSED_BYTES, POINT_BYTES, type Point33, type Point64 } from '../kernel/contract.ts'
import { FIELD_PRIME, HALF_ORDER, isZero, subtractBytes } from './group-order.ts'

const COORDINATE_BYTES = 32
const EVEN_PREFIX = 2

export function hasOddY(point: Point64 | Point33): boolean {
  const byte = point.length === COMPRESSED_BYTES ? point[0] : point[POINT_BYTES - 1]
  return ((byte ?? 0) & 1) === 1
}

/** 64 zero bytes. */
export function isIdentity(point: Point64): boolean {
  return isZero(point)
}

/** SEC1 compressed; `point` must not be the identity. */
export function compressPoint(point: Point64): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(COMPRESSED_BYTES)
  out[0] = EVEN_PREFIX + (hasOddY(point) ? 1 : 0)
  out.set(point.subarray(0, COORDINATE_BYTES), 1)
  return out
}

/** The compressed point with the same x (a compressed point, or x alone) and even y. */
export function evenPoint(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(COMPRESSED_BYTES)
  out[0] = EVEN_PREFIX
  out.set(key.subarray(key.length - COORDINATE_BYTES), 1)
  return out
}

/** The x coordinate of either form. */
export function xOf(point: Point64 | Point33): Uint8Array<ArrayBuffer> {
  const start = point.length === COMPRESSED_BYTES ? 1 : 0
  return copyBytes(point, start, start + COORDINATE_BYTES)
}

/** Whether x <= (q - 1) / 2. */
export function hasLowX(point: Point64 | Point33): boolean {
  return subtractBytes(HALF_ORDER, xOf(point), null) === 0
}

/** -P in place: y becomes p - y; the identity stays as it is. */
export function negatePoint(point: Point64): void {
  if (isIdentity(point)) return
  const y = point.subarray(COORDINATE_BYTES)
  subtractBytes(FIELD_PRIME, y, y)
}

/** n x 64 -> n x 33, item by item; no item may be the identity. */
export function compressPoints(points: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = points.length / POINT_BYTES
  const out = new Uint8Array(count * COMPRESSED_BYTES)
  for (let i = 0; i < count; i++) out.set(compressPoint(itemOf(points, i, POINT_BYTES)), i * COMPRESSED_BYTES)
  return out
}
