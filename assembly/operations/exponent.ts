/**
 * Evaluation in the exponent, sum_k C_k index^k, for many vectors of commitments and many small public indices: all chains take each Horner
 * step together, so that every addition and doubling of a step shares one inversion. Coefficients arrive in blocks, highest first, so
 * that vectors of any length fit; the accumulators stay in scratch between the calls of one evaluation.
 */
import { INPUT, mark, OUTPUT, release, reset, take } from '../memory'
import { BATCH_POINT, batchAdd, batchCopy, batchFromBytes, batchRunVar, batchToBytes } from '../point/batch-points'
import { POINT_INVALID } from '../point/codec'
import { DONE, REFUSED } from './status'

let accumulators: usize = 0
let bases: usize = 0
let indices: usize = 0
let chains: i32 = 0
let width: i32 = 0
let longest: i32 = 0
let begun: bool = false

/** inputs: indices m x u32. Opens an evaluation of `vectors` x m chains. */
export function evaluateBegin(vectors: i32, m: i32): i32 {
  reset()
  chains = vectors * m
  width = m
  accumulators = take(<usize>chains * BATCH_POINT)
  bases = take(<usize>chains * BATCH_POINT)
  indices = take(<usize>m << 2)
  memory.copy(indices, INPUT, <usize>m << 2)
  memory.fill(accumulators, 0, <usize>chains * BATCH_POINT)
  longest = 0
  for (let i = 0; i < m; i++) {
    const bits = 32 - clz<i32>(load<i32>(indices + (<usize>i << 2)))
    if (bits > longest) longest = bits
  }
  begun = false
  return DONE
}

/** every accumulator times its index: double and add from the second highest bit, chains with shorter indices join later */
function multiplyAll(vectors: i32): void {
  memory.copy(bases, accumulators, <usize>chains * BATCH_POINT)
  for (let bit = longest - 2; bit >= 0; bit--) {
    for (let i = 0; i < width; i++) {
      if (load<u32>(indices + (<usize>i << 2)) >> (bit + 1) == 0) continue
      for (let v = 0; v < vectors; v++) {
        const accumulator = accumulators + <usize>(v * width + i) * BATCH_POINT
        batchAdd(accumulator, accumulator, accumulator)
      }
    }
    batchRunVar()
    let adds = 0
    for (let i = 0; i < width; i++) {
      const shifted = load<u32>(indices + (<usize>i << 2)) >> bit
      if (shifted <= 1 || (shifted & 1) == 0) continue
      for (let v = 0; v < vectors; v++) {
        const at = <usize>(v * width + i) * BATCH_POINT
        batchAdd(accumulators + at, accumulators + at, bases + at)
      }
      adds++
    }
    if (adds > 0) batchRunVar()
  }
}

/** inputs: points vectors x rows x 64, lowest coefficient first: the next block downwards. */
export function evaluateBlock(vectors: i32, rows: i32): i32 {
  const start = mark()
  const points = take(<usize>(vectors * rows) * BATCH_POINT)
  for (let v = 0; v < vectors; v++) {
    for (let k = 0; k < rows; k++) {
      const item = v * rows + k
      if (batchFromBytes(points + <usize>(k * vectors + v) * BATCH_POINT, INPUT + (<usize>item << 6)) == POINT_INVALID) return REFUSED
    }
  }
  for (let k = rows - 1; k >= 0; k--) {
    const row = points + <usize>(k * vectors) * BATCH_POINT
    if (!begun) {
      for (let v = 0; v < vectors; v++) {
        for (let i = 0; i < width; i++) batchCopy(accumulators + <usize>(v * width + i) * BATCH_POINT, row + <usize>v * BATCH_POINT)
      }
      begun = true
      continue
    }
    multiplyAll(vectors)
    for (let v = 0; v < vectors; v++) {
      for (let i = 0; i < width; i++) {
        const accumulator = accumulators + <usize>(v * width + i) * BATCH_POINT
        batchAdd(accumulator, accumulator, row + <usize>v * BATCH_POINT)
      }
    }
    batchRunVar()
  }
  release(start)
  return DONE
}

/** -> vectors x m x 64, [vector][index] */
export function evaluateEnd(): i32 {
  for (let i = 0; i < chains; i++) batchToBytes(OUTPUT + (<usize>i << 6), accumulators + <usize>i * BATCH_POINT)
  return DONE
}
