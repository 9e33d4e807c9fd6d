/**
 * Sums of few multiples with shared doublings (Strauss, interleaved wNAF), public inputs. A *stream* is a row of 130 signed digits with the
 * table of odd multiples they select from; each point has two, one per half of its scalar under the endomorphism.
 */
import { AFFINE, ODD_G, take, TEMP_STRAUSS } from '../memory'
import { isAffineInfinity } from '../point/codec'
import { addSignedVar, double, isInfinity, setInfinity } from '../point/jacobian'
import { scalarSplit } from '../scalar/split'
import { LAMBDA_HALF, TABLE_BYTES } from './tables'

const DIGITS: i32 = 130
const STREAM_BYTES: usize = 144
/** the table's address, after the digits */
const TABLE_OFFSET: usize = 136
const SPLIT: usize = TEMP_STRAUSS
const WORDS: usize = TEMP_STRAUSS + 64

let streams: usize = 0
let count: i32 = 0

/** Room for `points` multiples of given points and one of G. */
export function beginStreams(points: i32): void {
  streams = take(<usize>(2 * points + 2) * STREAM_BYTES)
  count = 0
}

/** Empties the list, keeping its room. */
export function clearStreams(): void {
  count = 0
}

/** digits of the 128-bit number at `half`, width w: nonzero digits are odd, below 2^(w-1), at least w apart */
function addStream(half: usize, w: i32, table: usize, negated: bool): void {
  const stream = streams + <usize>count * STREAM_BYTES
  count++
  memory.fill(stream, 0, STREAM_BYTES)
  store<usize>(stream + TABLE_OFFSET, table)
  store<i64>(WORDS, load<i64>(half), 0)
  store<i64>(WORDS, load<i64>(half, 8), 8)
  store<i64>(WORDS, 0, 16)
  store<i64>(WORDS, 0, 24)
  const sign = (load<i64>(half, 16) != 0) != negated ? -1 : 1
  let carry = 0
  let bit = 0
  while (bit < 129) {
    const window = <i32>(load<i64>(WORDS + <usize>(bit >> 3)) >>> (bit & 7))
    if ((window & 1) == carry) {
      bit++
      continue
    }
    let digit = (window & ((1 << w) - 1)) + carry
    carry = (digit >> (w - 1)) & 1
    digit -= carry << w
    store<i8>(stream + <usize>bit, <i8>(digit * sign))
    bit += w
  }
}

/** Adds k P (or -k P); `table` as tables.ts builds it. */
export function streamPoint(k: usize, table: usize, negated: bool): void {
  if (isAffineInfinity(table)) return
  scalarSplit(SPLIT, k)
  addStream(SPLIT, 5, table, negated)
  addStream(SPLIT + 24, 5, table + LAMBDA_HALF, negated)
}

/** Adds k G, from the table of 64 odd multiples. */
export function streamGenerator(k: usize): void {
  scalarSplit(SPLIT, k)
  addStream(SPLIT, 8, ODD_G, false)
  addStream(SPLIT + 24, 8, ODD_G + 64 * AFFINE, false)
}

/** r = the sum of all streams, Jacobian. */
export function sumStreamsVar(r: usize): void {
  setInfinity(r)
  for (let bit = DIGITS - 1; bit >= 0; bit--) {
    if (!isInfinity(r)) double(r)
    let stream = streams
    for (let i = 0; i < count; i++) {
      const digit = <i32>load<i8>(stream + <usize>bit)
      if (digit != 0) {
        const magnitude = digit < 0 ? -digit : digit
        const entry = load<usize>(stream + TABLE_OFFSET) + <usize>(magnitude >> 1) * AFFINE
        addSignedVar(r, entry, entry + 72, digit < 0)
      }
      stream += STREAM_BYTES
    }
  }
}

/** r = sum k_i P_i over tables and canonical scalars (72 bytes each); r Jacobian */
export function straussVar(r: usize, tables: usize, scalars: usize, points: i32): void {
  beginStreams(points)
  for (let i = 0; i < points; i++) streamPoint(scalars + <usize>i * 72, tables + <usize>i * TABLE_BYTES, false)
  sumStreamsVar(r)
}
