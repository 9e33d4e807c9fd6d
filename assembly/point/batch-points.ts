/**
 * Points of public batches in the form that this build's batch engine works on: sums of columns, evaluation in the exponent and the buckets of
 * Pippenger's method see points through this module alone. Here that form is the affine point of codec.ts and the engine is batch.ts; a build
 * with an engine of its own for public data selects it here by a static condition, and the algorithms stay as they are.
 *
 * Addresses are multiples of 16. Infinity is all bytes zero, so that zeroed memory is a row of infinities.
 */
import { BETA } from '../curve'
import { fieldCopy, fieldNegateMasked } from '../field/linear'
import { fieldMul } from '../field/multiply'
import { AFFINE } from '../memory'
import { copyAffine, pushAdd, runBatchVar } from './batch'
import { isAffineInfinity, pointFromBytes, pointToBytes } from './codec'

/** bytes a point, a multiple of 16 */
export const BATCH_POINT: usize = AFFINE

/** r = a, from the affine form (reduced coordinates) */
export function batchFromAffine(r: usize, a: usize): void {
  copyAffine(r, a)
}

/** r = a, in the affine form: reduced coordinates */
export function batchToAffine(r: usize, a: usize): void {
  copyAffine(r, a)
}

/** 64 bytes -> a point; one of POINT_INVALID, POINT_VALID, POINT_IDENTITY */
export function batchFromBytes(r: usize, bytes: usize): i32 {
  return pointFromBytes(r, bytes)
}

/** A point -> 64 bytes; infinity gives zeros. */
export function batchToBytes(bytes: usize, a: usize): void {
  pointToBytes(bytes, a)
}

export function batchCopy(r: usize, a: usize): void {
  copyAffine(r, a)
}

/** r = a for mask 0, -a for mask -1; without a branch, because signs of digits are random */
export function batchCopySigned(r: usize, a: usize, mask: i64): void {
  fieldCopy(r, a)
  fieldNegateMasked(r + 72, a + 72, mask)
}

/** r = lambda a = (beta x, y); r is not a */
export function batchEndomorphism(r: usize, a: usize): void {
  fieldMul(r, a, BETA)
  fieldCopy(r + 72, a + 72)
}

export function batchIsInfinity(a: usize): bool {
  return isAffineInfinity(a)
}

/** Adds `destination = a + b` to the list, at most BATCH_CAPACITY of them; a = b, a = -b and infinity are allowed. */
export function batchAdd(destination: usize, a: usize, b: usize): void {
  pushAdd(destination, a, b)
}

/**
 * Runs and empties the list. An operation may write to a place that only itself and *earlier* operations read; nothing else may be read
 * that the list writes.
 */
export function batchRunVar(): void {
  runBatchVar()
}
