/** Points as bytes: 64 bytes x || y with zeros for the identity, and 33 bytes compressed (SEC 1, section 2.3.3). */
import { itemOf } from '../../bytes.ts'
import { notOnCurve } from '../arguments.ts'
import { COMPRESSED_BYTES, POINT_BYTES } from '../contract.ts'
import { curveRightSide, decodeField, encodeField, fieldSquareRoot, isOddField } from './field.ts'
import type { AffinePoint } from './point.ts'

const EVEN = 0x02
const ODD = 0x03

/** A point or the identity (null); 'invalid' when a coordinate is p or more or the point is off the curve. */
export type DecodedPoint = AffinePoint | null | 'invalid'

/** 64 bytes. (0, 0) is not on the curve, so the identity's encoding is no other point's. */
export function decodePoint(bytes: Uint8Array): DecodedPoint {
  if (bytes.every((byte) => byte === 0)) return null
  const x = decodeField(bytes.subarray(0, 32))
  const y = decodeField(bytes.subarray(32))
  if (x === null || y === null || !y.redSqr().eq(curveRightSide(x))) return 'invalid'
  return { x, y }
}

export function decodePoints(batch: Uint8Array): DecodedPoint[] {
  const out: DecodedPoint[] = []
  for (let i = 0; i < batch.length / POINT_BYTES; i++) out.push(decodePoint(itemOf(batch, i, POINT_BYTES)))
  return out
}

/** A batch whose size was checked; null is the identity. @throws ERR_INVALID_ARGUMENT with `field[i]` for the first item that is no point */
export function readPoints(batch: Uint8Array, field: string): (AffinePoint | null)[] {
  return decodePoints(batch).map((p, i) => {
    if (p === 'invalid') throw notOnCurve(field, i)
    return p
  })
}

export function encodePoints(points: readonly (AffinePoint | null)[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(points.length * POINT_BYTES)
  points.forEach((p, i) => {
    if (p === null) return
    out.set(encodeField(p.x), i * POINT_BYTES)
    out.set(encodeField(p.y), i * POINT_BYTES + 32)
  })
  return out
}

export function encodeCompressed(points: readonly AffinePoint[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(points.length * COMPRESSED_BYTES)
  points.forEach((p, i) => {
    out[i * COMPRESSED_BYTES] = isOddField(p.y) ? ODD : EVEN
    out.set(encodeField(p.x), i * COMPRESSED_BYTES + 1)
  })
  return out
}

/** 33 bytes, or null when the prefix is not 02 or 03, x is p or more, or no point has this x (about half of all x). */
export function decodeCompressed(bytes: Uint8Array): AffinePoint | null {
  const prefix = bytes[0]
  if (prefix !== EVEN && prefix !== ODD) return null
  const x = decodeField(bytes.subarray(1))
  const y = x === null ? null : fieldSquareRoot(curveRightSide(x))
  if (x === null || y === null) return null
  return { x, y: isOddField(y) === (prefix === ODD) ? y : y.redNeg() }
}
