/**
 * The module answers that some value is out of range, not which: this looks for the first, in the order of the arguments, so that all back ends
 * throw the same error. Only the failing path pays for it.
 */
import { notOnCurve, scalarOutOfRange } from '../arguments.ts'
import { POINT_BYTES, SCALAR_BYTES } from '../contract.ts'
import type { KernelInstance } from './instance.ts'

export interface PointsArgument {
  readonly points: Uint8Array
  readonly field: string
}

export interface ScalarsArgument {
  readonly scalars: Uint8Array
  readonly field: string
  /** one scalar, whose field has no index */
  readonly single?: boolean
}

const CHUNK = 4096

/** The index of the first item that is no point and not the identity, or -1. */
export function firstBadPoint(instance: KernelInstance, points: Uint8Array): number {
  return firstBad(instance, points, POINT_BYTES, (n) => instance.exports.firstBadPoint(n))
}

/** The index of the first item that is not below the group order, or -1. The items may be secret. */
export function firstBadScalar(instance: KernelInstance, scalars: Uint8Array): number {
  return firstBad(instance, scalars, SCALAR_BYTES, (n) => instance.exports.firstBadScalar(n))
}

function firstBad(instance: KernelInstance, batch: Uint8Array, itemBytes: number, find: (n: number) => number): number {
  const n = batch.length / itemBytes
  for (let from = 0; from < n; from += CHUNK) {
    const count = Math.min(CHUNK, n - from)
    const found = instance.use(0, () => {
      instance.put(batch.subarray(from * itemBytes, (from + count) * itemBytes))
      return find(count)
    })
    if (found >= 0) return from + found
  }
  return -1
}

/** Throws the error of the first bad value among the arguments, if there is one. @throws ERR_INVALID_ARGUMENT */
export function refuseBadValues(instance: KernelInstance, ...inputs: readonly (PointsArgument | ScalarsArgument)[]): void {
  for (const input of inputs) {
    if ('points' in input) {
      const found = firstBadPoint(instance, input.points)
      if (found >= 0) throw notOnCurve(input.field, found)
    } else {
      const found = firstBadScalar(instance, input.scalars)
      if (found >= 0) throw scalarOutOfRange(input.field, input.single === true ? undefined : found)
    }
  }
}
