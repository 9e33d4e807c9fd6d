/**
 * k G for many k over the tables of comb.ts: the 51 entries of every scalar are looked up first and then added pairwise, 26, 13, 7, ... places a
 * scalar, all additions of a round in affine coordinates with one shared inversion (Montgomery's trick): 5M + 1S each instead of 8M + 3S, and
 * the results are affine. Constant time: the rounds depend on the number of scalars alone.
 *
 * Why no addition meets equal or opposite points: a pair holds the sums over two neighbouring ranges of windows, L below 2^(5 b) in absolute
 * value and H an odd multiple of 2^(5 b), so that H +- L is not zero, and it is below 2^255 < q. The top entry, 2^255 G for every scalar, is
 * added last with every case computed and one selected by masks (comb.ts says when they occur).
 */
import { LARGE_ORDER } from '../curve'
import { fieldInvert, fieldZeroMask } from '../field/element'
import { fieldAdd, fieldCopy, fieldIsClear, fieldNegateMasked, fieldSelect, fieldSet, fieldSub } from '../field/linear'
import { fieldMul, fieldMulSub, fieldSqrSub2, fieldSqrTriple } from '../field/multiply'
import { AFFINE, FIELD, mark, release, SCALAR, take, TEMP_COMB } from '../memory'
import { copyAffine, pushAdd, runBatchVar } from '../point/batch'
import { COMB_TOP, COMB_WINDOWS, combEntry, combEntryVar, combRecode } from './comb'

/** Scalars that share the inversions: their entries, 7.3 kB each, stay in the second-level cache. */
const GROUP_LOG: i32 = 6
const GROUP: i32 = 1 << GROUP_LOG
/** Below this many scalars seven inversions cost more than they save. */
export const COMB_BATCH_FROM: i32 = 4

const D: usize = TEMP_COMB + 272
const INVERSE: usize = TEMP_COMB + 344
const SLOPE: usize = TEMP_COMB + 416
const T: usize = TEMP_COMB + 488
const X3: usize = TEMP_COMB + 560
const CONSTANT: usize = TEMP_COMB + 632
const SUMMANDS: i32 = COMB_WINDOWS - 1
const ROW: usize = <usize>SUMMANDS * AFFINE

/** r (`count` affine points) = k G for canonical, possibly secret scalars of 72 bytes; zero gives all limbs clear. Constant time. */
export function combBatch(r: usize, scalars: usize, count: i32): void {
  const groups = count >> GROUP_LOG
  const rest = count & (GROUP - 1)
  for (let i = 0; i < groups; i++) combGroup(r + <usize>(i * GROUP) * AFFINE, scalars + <usize>(i * GROUP) * SCALAR, GROUP)
  if (rest != 0) combGroup(r + <usize>(groups * GROUP) * AFFINE, scalars + <usize>(groups * GROUP) * SCALAR, rest)
}

/** As `combBatch` for public scalars. */
export function combBatchVar(r: usize, scalars: usize, count: i32): void {
  for (let from = 0; from < count; from += GROUP) {
    combGroupVar(r + <usize>from * AFFINE, scalars + <usize>from * SCALAR, min(GROUP, count - from))
  }
}

function combGroup(r: usize, scalars: usize, count: i32): void {
  const start = mark()
  const entries = take(<usize>count * ROW)
  const signs = take(<usize>count << 3)
  for (let i = 0; i < count; i++) {
    store<i64>(signs + (<usize>i << 3), combRecode(scalars + <usize>i * SCALAR))
    for (let j = 0; j < SUMMANDS; j++) combEntry(entries + <usize>i * ROW + <usize>j * AFFINE, j)
  }
  sumGroup(r, entries, signs, count)
  release(start)
}

function combGroupVar(r: usize, scalars: usize, count: i32): void {
  const start = mark()
  const entries = take(<usize>count * ROW)
  const signs = take(<usize>count << 3)
  for (let i = 0; i < count; i++) {
    store<i64>(signs + (<usize>i << 3), combRecode(scalars + <usize>i * SCALAR))
    for (let j = 0; j < SUMMANDS; j++) combEntryVar(entries + <usize>i * ROW + <usize>j * AFFINE, j)
  }
  sumGroup(r, entries, signs, count)
  release(start)
}

/** The sum of each row of entries and the top entry, negated where its sign is -1. The entries are lost. */
function sumGroup(r: usize, entries: usize, signs: usize, count: i32): void {
  const products = take((<usize>(count * (SUMMANDS >> 1)) + 1) * FIELD)
  let width = SUMMANDS
  for (let round = 0; round < 6; round++) {
    const pairs = width >> 1
    addPairs(entries, count, pairs, products)
    // an odd one out goes on; of an even width this copies one that is used up to where nobody looks
    for (let i = 0; i < count; i++) {
      const row = entries + <usize>i * ROW
      memory.copy(row + <usize>pairs * AFFINE, row + <usize>(width - 1) * AFFINE, AFFINE)
    }
    width = pairs + (width & 1)
  }
  addTop(r, entries, signs, count, products)
}

/** Place j of every row becomes the sum of places 2 j and 2 j + 1, never equal or opposite, for j < pairs. */
function addPairs(entries: usize, count: i32, pairs: i32, products: usize): void {
  if (!LARGE_ORDER) {
    // in a group of a few elements they do meet
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < pairs; j++) {
        const to = entries + <usize>i * ROW + <usize>j * AFFINE
        pushAdd(to, to + <usize>j * AFFINE, to + <usize>(j + 1) * AFFINE)
      }
    }
    runBatchVar()
    return
  }
  let product = products + <usize>(count * pairs) * FIELD
  fieldSet(product, 1)
  for (let i = count - 1; i >= 0; i--) {
    for (let j = pairs - 1; j >= 0; j--) {
      const a = entries + <usize>i * ROW + <usize>j * 2 * AFFINE
      fieldSub(D, a + AFFINE, a)
      fieldMul(product - FIELD, product, D)
      product -= FIELD
    }
  }
  fieldInvert(INVERSE, products)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < pairs; j++) {
      const to = entries + <usize>i * ROW + <usize>j * AFFINE
      const a = to + <usize>j * AFFINE
      const b = a + AFFINE
      product += FIELD
      fieldMul(SLOPE, INVERSE, product)
      fieldSub(D, b, a)
      fieldMul(INVERSE, INVERSE, D)
      fieldSub(T, b + 72, a + 72) // m = 2: either y may be negated
      fieldMul(SLOPE, SLOPE, T)
      fieldSqrSub2(X3, SLOPE, a, b)
      fieldSub(T, a, X3)
      fieldMulSub(to + 72, SLOPE, T, a + 72)
      fieldCopy(to, X3)
    }
  }
}

/** r = +-(place 0 of each row + 2^255 G): doubled where both are equal, clear where they are opposite, by masks. */
function addTop(r: usize, entries: usize, signs: usize, count: i32, products: usize): void {
  let product = products + <usize>count * FIELD
  fieldSet(product, 1)
  for (let i = count - 1; i >= 0; i--) {
    const sum = entries + <usize>i * ROW
    // denominator and numerator of the slope, and whether the result is infinity, in places of the row that are used up
    const below = sum + AFFINE
    const above = below + 72
    fieldSub(below, COMB_TOP, sum)
    fieldSub(above, COMB_TOP + 72, sum + 72)
    const sameX = fieldZeroMask(below)
    const sameY = fieldZeroMask(above)
    fieldAdd(CONSTANT, sum + 72, sum + 72)
    fieldSelect(below, CONSTANT, sameX & sameY)
    fieldSqrTriple(CONSTANT, sum)
    fieldSelect(above, CONSTANT, sameX & sameY)
    fieldSet(CONSTANT, 1)
    fieldSelect(below, CONSTANT, sameX & ~sameY)
    store<i64>(above + 72, sameX & ~sameY)
    fieldMul(product - FIELD, product, below)
    product -= FIELD
  }
  fieldInvert(INVERSE, products)
  fieldSet(CONSTANT, 0)
  for (let i = 0; i < count; i++) {
    const sum = entries + <usize>i * ROW
    const below = sum + AFFINE
    const out = r + <usize>i * AFFINE
    product += FIELD
    fieldMul(SLOPE, INVERSE, product)
    fieldMul(INVERSE, INVERSE, below)
    fieldMul(SLOPE, SLOPE, below + 72)
    fieldSqrSub2(out, SLOPE, sum, COMB_TOP)
    fieldSub(T, sum, out)
    fieldMulSub(out + 72, SLOPE, T, sum + 72)
    const infinite = load<i64>(below + 144)
    fieldSelect(out, CONSTANT, infinite)
    fieldSelect(out + 72, CONSTANT, infinite)
    if (!LARGE_ORDER && fieldIsClear(sum + 72)) copyAffine(out, COMB_TOP)
    fieldNegateMasked(out + 72, out + 72, load<i64>(signs + (<usize>i << 3)))
  }
}
