/**
 * The two ways to evaluate commitments at small public indices: Horner's rule at each index, or the forward differences of each vector and
 * then every index from 1 up to the largest that is wanted (assembly/operations/exponent.ts and differences.ts). Their results are the same; the
 * cheaper is chosen by the number of additions that each takes.
 */
import { type Batch, POINT_BYTES } from '../contract.ts'
import { chunksOf } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { indexBytes } from './scalars.ts'

/** chains (vector, index) that run in lock-step */
const CHAINS = 4096
/** differences (vector, k) held at once: three points of scratch each */
const DIFFERENCES = 8192
/** coefficients parsed at once, over all vectors */
const BLOCK_POINTS = 16_384
/** points of the output area */
const OUTPUT_POINTS = 12_288
/** an inversion in additions: what a list costs besides its additions */
const LIST_COST = 8

/** operations of the program for k that assembly/multiply/rows.ts finds, in the same way */
export function multiplicationCost(k: number): number {
  let low = 0
  let high = 1
  for (let bit = 30 - Math.clz32(k); bit >= 0; bit--) {
    const between = Math.min(low, high) + 2
    if (((k >> bit) & 1) === 1) {
      high++
      low = between
    } else {
      low++
      high = between
    }
  }
  return low
}

function hornerCost(t: number, vectors: number, indices: Uint16Array): number {
  let additions = 0
  let lists = 0
  for (const index of indices) {
    const cost = multiplicationCost(index) + 1
    additions += cost
    lists = Math.max(lists, cost)
  }
  return (t - 1) * (vectors * additions + LIST_COST * lists)
}

function differencesCost(t: number, vectors: number, last: number): number {
  let additions = (t - 1) * last
  let lists = last
  let longest = 0
  for (let k = 1; k < t; k++) {
    // d_k is there from step k on and multiplied by k in it and in those after it
    const cost = multiplicationCost(k) + 1
    additions += (t - k) * cost
    longest = Math.max(longest, cost)
    lists += longest
  }
  return vectors * additions + LIST_COST * lists
}

/** Every vector of t commitments at every index, [vector][index]; null when a point is invalid. */
export function evaluateAll(
  instance: KernelInstance,
  commitments: Batch,
  t: number,
  vectors: number,
  indices: Uint16Array,
): Uint8Array<ArrayBuffer> | null {
  const last = indices.reduce((most, index) => Math.max(most, index), 0)
  const runs = t <= DIFFERENCES && differencesCost(t, vectors, last) < hornerCost(t, vectors, indices)
  return (runs ? byDifferences : byHorner)(instance, commitments, t, vectors, indices)
}

/** Gives the coefficients of vectors from .. from + count - 1 to `block`, highest first; false when it refuses a point. */
function putBlocks(
  instance: KernelInstance,
  commitments: Batch,
  t: number,
  from: number,
  count: number,
  block: (vectors: number, rows: number) => number,
): boolean {
  const blockRows = Math.floor(BLOCK_POINTS / count)
  for (let end = t; end > 0; end -= blockRows) {
    const start = Math.max(0, end - blockRows)
    instance.putRows(count, (end - start) * POINT_BYTES, (i) => {
      const first = (from + i) * t
      return commitments.subarray((first + start) * POINT_BYTES, (first + end) * POINT_BYTES)
    })
    if (block(count, end - start) !== 1) return false
  }
  return true
}

export function byHorner(
  instance: KernelInstance,
  commitments: Batch,
  t: number,
  vectors: number,
  indices: Uint16Array,
): Uint8Array<ArrayBuffer> | null {
  const { exports } = instance
  const m = indices.length
  const out = new Uint8Array(vectors * m * POINT_BYTES)
  for (const { from: left, count: width } of chunksOf(m, CHAINS)) {
    for (const { from, count } of chunksOf(vectors, Math.floor(CHAINS / width))) {
      const rowBytes = width * POINT_BYTES
      const done = instance.use(count * rowBytes, () => {
        instance.put(indexBytes(indices.subarray(left, left + width)))
        exports.evaluateBegin(count, width)
        if (!putBlocks(instance, commitments, t, from, count, (v, rows) => exports.evaluateBlock(v, rows))) return false
        exports.evaluateEnd(count)
        for (let v = 0; v < count; v++) instance.get(out, ((from + v) * m + left) * POINT_BYTES, rowBytes, v * rowBytes)
        return true
      })
      if (!done) return null
    }
  }
  return out
}

/** For t <= DIFFERENCES. */
export function byDifferences(
  instance: KernelInstance,
  commitments: Batch,
  t: number,
  vectors: number,
  indices: Uint16Array,
): Uint8Array<ArrayBuffer> | null {
  const { exports } = instance
  const m = indices.length
  const out = new Uint8Array(vectors * m * POINT_BYTES)
  const last = indices.reduce((most, index) => Math.max(most, index), 0)
  for (const { from, count } of chunksOf(vectors, Math.floor(DIFFERENCES / t))) {
    const atOnce = Math.floor(OUTPUT_POINTS / count)
    const done = instance.use(Math.min(atOnce, last) * count * POINT_BYTES, () => {
      exports.differencesBegin(count, t)
      if (!putBlocks(instance, commitments, t, from, count, (v, rows) => exports.differencesBlock(v, rows))) return false
      for (const { from: before, count: values } of chunksOf(last, atOnce)) {
        exports.differencesNext(count, values)
        indices.forEach((index, i) => {
          const at = index - 1 - before
          if (at < 0 || at >= values) return
          for (let v = 0; v < count; v++) instance.get(out, ((from + v) * m + i) * POINT_BYTES, POINT_BYTES, (at * count + v) * POINT_BYTES)
        })
      }
      return true
    })
    if (!done) return null
  }
  return out
}
