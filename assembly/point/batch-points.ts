/**
 * Points of public batches in the form that this build's batch engine works on: sums of columns, evaluation in the exponent and the buckets of
 * Pippenger's method see points through this module alone. That form is the affine point of codec.ts and the engine batch.ts, or in a build with
 * relaxed SIMD the two-lane point and the engine of batch-pair.ts; the condition is static and the other side is not compiled.
 *
 * Addresses are multiples of 16. Infinity is all bytes zero, so that zeroed memory is a row of infinities.
 */
import { BETA } from '../curve'
import { fieldCopy, fieldNegateMasked } from '../field/linear'
import { fieldMul } from '../field/multiply'
import { AFFINE, TEMP_BATCH_POINT } from '../memory'
import { copyAffine, dropPending, pushAdd, runBatchVar } from './batch'
import { dropPendingPair, pushAddPair, runBatchPairVar } from './batch-pair'
import { decompressVar, isAffineInfinity, pointFromBytes, pointToBytes } from './codec'
import { decompressPairsVar } from './decompress-pair'
import {
  initialisePairs, PAIR_POINT, pairEndomorphism, pairFromAffine, pairIsInfinity, pairPointCopy, pairPointCopySigned, pairToAffine,
} from './pair-points'

const POINT: usize = TEMP_BATCH_POINT

/** bytes a point, a multiple of 16 */
export const BATCH_POINT: usize = ASC_FEATURE_RELAXED_SIMD ? PAIR_POINT : AFFINE

/** Once, before anything else here. */
export function batchInitialise(): void {
  if (ASC_FEATURE_RELAXED_SIMD) initialisePairs()
}

/** r = a, from the affine form (reduced coordinates) */
export function batchFromAffine(r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) pairFromAffine(r, a)
  else copyAffine(r, a)
}

/** r = a, in the affine form: reduced coordinates */
export function batchToAffine(r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) pairToAffine(r, a)
  else copyAffine(r, a)
}

/** 64 bytes -> a point; one of POINT_INVALID, POINT_VALID, POINT_IDENTITY */
export function batchFromBytes(r: usize, bytes: usize): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const state = pointFromBytes(POINT, bytes)
    pairFromAffine(r, POINT)
    return state
  }
  return pointFromBytes(r, bytes)
}

/** A point -> 64 bytes; infinity gives zeros. */
export function batchToBytes(bytes: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    pairToAffine(POINT, a)
    pointToBytes(bytes, POINT)
  } else {
    pointToBytes(bytes, a)
  }
}

export function batchCopy(r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) pairPointCopy(r, a)
  else copyAffine(r, a)
}

/** r = a for mask 0, -a for mask -1; without a branch, because signs of digits are random */
export function batchCopySigned(r: usize, a: usize, mask: i64): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    pairPointCopySigned(r, a, mask)
  } else {
    fieldCopy(r, a)
    fieldNegateMasked(r + 72, a + 72, mask)
  }
}

/** r = lambda a = (beta x, y); r is not a */
export function batchEndomorphism(r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    pairEndomorphism(r, a)
  } else {
    fieldMul(r, a, BETA)
    fieldCopy(r + 72, a + 72)
  }
}

export function batchIsInfinity(a: usize): bool {
  return ASC_FEATURE_RELAXED_SIMD ? pairIsInfinity(a) : isAffineInfinity(a)
}

/** Adds `destination = a + b` to the list, at most BATCH_CAPACITY of them; a = b, a = -b and infinity are allowed. */
export function batchAdd(destination: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) pushAddPair(destination, a, b)
  else pushAdd(destination, a, b)
}

/**
 * Runs and empties the list. An operation may write to a place that only itself and *earlier* operations read; nothing else may be read
 * that the list writes.
 */
export function batchRunVar(): void {
  if (ASC_FEATURE_RELAXED_SIMD) runBatchPairVar()
  else runBatchVar()
}

/** n x 33 bytes -> n x 64 bytes and n x 1: 1, or 0 with 64 zero bytes for an invalid item. The areas do not overlap. */
export function batchDecompressVar(out: usize, mask: usize, bytes: usize, n: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) decompressPairsVar(out, mask, bytes, n)
  else decompressVar(out, mask, bytes, n)
}

/** Empties the lists, also that of the engine for affine points, which tables use: after a trap they may be half full. */
export function batchDrop(): void {
  dropPending()
  if (ASC_FEATURE_RELAXED_SIMD) dropPendingPair()
}
