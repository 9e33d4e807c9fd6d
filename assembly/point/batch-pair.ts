/**
 * The batch-affine engine on two lanes: as batch.ts, but two operations run side by side, each lane has its own running product, and one inversion
 * of the product of both serves all. Points are those of pair-points.ts. Public points only.
 *
 * Additions of infinity are copies and taken out of the list first, so that nearly all pairs are of one kind. Equal x is not looked for: it makes
 * the whole product zero, and only then is every operation examined and the products made again.
 */
import { fieldInvertVar, fieldZeroMask } from '../field/element'
import { pairCopy, pairDouble, pairMul, pairMulSub, pairSqrSub2, pairSqrTriple, pairSub } from '../field/pair-arithmetic'
import { fieldFromLane, laneFromField } from '../field/pair-convert'
import { fieldMul } from '../field/multiply'
import { BATCH_CAPACITY, BATCH_OPERATIONS, BATCH_PRODUCTS, FIELD, noteBatch, TEMP_BATCH_PAIR } from '../memory'
import { loadPoints, PAIR_ONE, PAIR_POINT, pairIsInfinity, pairPointCopy, storePoints } from './pair-points'

const ELEMENT: usize = 80

/** kinds of an operation of 16 bytes (u32 each: destination, a, b, kind) */
const ADD: u32 = 0
const DOUBLE: u32 = 1
const INFINITY: u32 = 2

/** x_b - x_a and y_b - y_a of both lanes, or what stands for them in a doubling: 2 y and 3 x^2 */
const DX: usize = TEMP_BATCH_PAIR
const DY: usize = TEMP_BATCH_PAIR + 80
const AX: usize = TEMP_BATCH_PAIR + 160
const AY: usize = TEMP_BATCH_PAIR + 240
const BX: usize = TEMP_BATCH_PAIR + 320
const BY: usize = TEMP_BATCH_PAIR + 400
const X3: usize = TEMP_BATCH_PAIR + 480
const Y3: usize = TEMP_BATCH_PAIR + 560
const SLOPE: usize = TEMP_BATCH_PAIR + 640
const INVERSE: usize = TEMP_BATCH_PAIR + 720
const F0: usize = TEMP_BATCH_PAIR + 800
const F1: usize = TEMP_BATCH_PAIR + 872
const F2: usize = TEMP_BATCH_PAIR + 944
/** the operands and the result of an operation that only makes their number even */
const SPARE: usize = TEMP_BATCH_PAIR + 1024

/** Lane `lane` of r = that of a. */
function copyLane(r: usize, a: usize, lane: usize): void {
  for (let i: usize = lane << 3; i < ELEMENT; i += 16) store<f64>(r + i, load<f64>(a + i))
}

function kindOf(operation: usize): u32 {
  return load<u32>(operation, 12)
}

let count: i32 = 0
/** copies that were taken out of the list, and how many of them have been done */
let copies: i32 = 0
let copied: i32 = 0
/** copy i, of 16 bytes (u32 each: destination, source, number of operations before it, unused), is i + 1 places before this one */
let copiesEnd: usize = 0

/** Adds `destination = a + b` to the list; a full one runs by itself. */
export function pushAddPair(destination: usize, a: usize, b: usize): void {
  if (count == BATCH_CAPACITY) runBatchPairVar()
  const operation = BATCH_OPERATIONS + (<usize>count << 4)
  store<u64>(operation, <u64>destination | (<u64>a << 32), 0)
  store<u64>(operation, <u64>b, 8)
  count++
}

/** After a trap the list may be half full. */
export function dropPendingPair(): void {
  count = 0
}

function noteCopy(destination: usize, source: usize, before: i32): void {
  copies++
  const copy = copiesEnd - (<usize>copies << 4)
  store<u32>(copy, <u32>destination, 0)
  store<u32>(copy, <u32>source, 4)
  store<u32>(copy, before, 8)
}

/** The copies that come before operation `next`: after the operands of those before it were loaded, and before their results are stored. */
function copyUpTo(next: i32): void {
  while (copied < copies) {
    const copy = copiesEnd - (<usize>(copied + 1) << 4)
    if (load<i32>(copy, 8) > next) return
    pairPointCopy(<usize>load<u32>(copy, 0), <usize>load<u32>(copy, 4))
    copied++
  }
}

/** Leaves the additions and doublings of `n` operations in the list, an even number, which is returned. */
function arrange(n: i32): i32 {
  let kept = 0
  copies = 0
  copied = 0
  // products take 80 bytes a pair and copies 16: both fit where the products of the other engine take FIELD each
  copiesEnd = BATCH_PRODUCTS + <usize>(n + 1) * FIELD
  for (let i = 0; i < n; i++) {
    const operation = BATCH_OPERATIONS + (<usize>i << 4)
    const destination = <usize>load<u32>(operation, 0)
    const a = <usize>load<u32>(operation, 4)
    const b = <usize>load<u32>(operation, 8)
    if (pairIsInfinity(b)) noteCopy(destination, a, kept)
    else if (pairIsInfinity(a)) noteCopy(destination, b, kept)
    else {
      setOperation(kept, destination, a, b, a == b ? DOUBLE : ADD)
      kept++
    }
  }
  if (kept & 1) {
    setOperation(kept, SPARE, SPARE, SPARE, INFINITY)
    kept++
  }
  return kept
}

function setOperation(i: i32, destination: usize, a: usize, b: usize, kind: u32): void {
  const operation = BATCH_OPERATIONS + (<usize>i << 4)
  store<u32>(operation, <u32>destination, 0)
  store<u32>(operation, <u32>a, 4)
  store<u32>(operation, <u32>b, 8)
  store<u32>(operation, kind, 12)
}

/** The kind of an addition that may be of equal x. */
function examine(a: usize, b: usize): u32 {
  // equal mod p: the stored integers differ by 0, p or -p, which are 0, -K and K mod 2^51
  const low = <i64>(load<f64>(b) - load<f64>(a)) & 0x7ffffffffffff
  if (low != 0 && low != 0x1000003d1 && low != 0x7fffefffffc2f) return ADD
  fieldFromLane(F0, a, 8)
  fieldFromLane(F1, b, 8)
  for (let i: usize = 0; i < 72; i += 8) if (load<i64>(F0 + i) != load<i64>(F1 + i)) return ADD
  fieldFromLane(F0, a + 40, 8)
  fieldFromLane(F1, b + 40, 8)
  for (let i: usize = 0; i < 72; i += 8) if (load<i64>(F0 + i) != load<i64>(F1 + i)) return INFINITY
  return DOUBLE
}

/** DX of the operations at `first` and the one after it; with `slope` also DY, AX, AY and BX. */
function prepare(first: usize, slope: bool): void {
  const a0 = <usize>load<u32>(first, 4)
  const b0 = <usize>load<u32>(first, 8)
  const a1 = <usize>load<u32>(first, 20)
  const b1 = <usize>load<u32>(first, 24)
  const k0 = kindOf(first)
  const k1 = kindOf(first + 16)
  loadPoints(AX, a0, a1)
  if ((k0 | k1) == ADD) {
    loadPoints(BX, b0, b1)
    pairSub(DX, BX, AX)
    if (slope) pairSub(DY, BY, AY)
    return
  }
  if (k0 == DOUBLE && k1 == DOUBLE) {
    pairDouble(DX, AY)
    if (slope) {
      pairSqrTriple(DY, AX)
      pairCopy(BX, AX)
    }
    return
  }
  // different kinds: the additions' values, and those of doublings or a harmless 1 in their lanes
  loadPoints(BX, b0, b1)
  pairSub(DX, BX, AX)
  pairSub(DY, BY, AY)
  pairDouble(BY, AY)
  pairSqrTriple(SLOPE, AX)
  for (let lane: usize = 0; lane < 2; lane++) {
    const kind = lane == 0 ? k0 : k1
    if (kind == DOUBLE) {
      copyLane(DX, BY, lane)
      copyLane(DY, SLOPE, lane)
      copyLane(BX, AX, lane)
    } else if (kind != ADD) {
      copyLane(DX, PAIR_ONE, lane)
    }
  }
}

/** Products of DX from the last pair of operations to the first, and the inverse of both lanes' in INVERSE; false when one is zero. */
function multiplyUp(pairs: i32): bool {
  pairCopy(BATCH_PRODUCTS + <usize>pairs * ELEMENT, PAIR_ONE)
  for (let j = pairs - 1; j >= 0; j--) {
    const product = BATCH_PRODUCTS + <usize>j * ELEMENT
    prepare(BATCH_OPERATIONS + (<usize>j << 5), false)
    pairMul(product, DX, product + ELEMENT)
  }
  fieldFromLane(F0, BATCH_PRODUCTS, 16)
  fieldFromLane(F1, BATCH_PRODUCTS + 8, 16)
  fieldMul(F2, F0, F1)
  if (fieldZeroMask(F2) != 0) return false
  fieldInvertVar(F2, F2)
  fieldMul(F1, F1, F2)
  fieldMul(F0, F0, F2)
  laneFromField(INVERSE, 16, F1)
  laneFromField(INVERSE + 8, 16, F0)
  return true
}

/** Stores the results of two operations: sums, or infinity. */
function writeResults(first: usize): void {
  const destination0 = <usize>load<u32>(first, 0)
  const destination1 = <usize>load<u32>(first, 16)
  storePoints(destination0, destination1, X3)
  if (kindOf(first) == INFINITY) memory.fill(destination0, 0, PAIR_POINT)
  if (kindOf(first + 16) == INFINITY) memory.fill(destination1, 0, PAIR_POINT)
}

/** Runs and empties the list, by the rule of batch.ts: an operation may write to a place that only itself and earlier operations read. */
export function runBatchPairVar(): void {
  if (count == 0) return
  // one more: an odd number of operations is made even
  noteBatch(count + 1)
  const n = arrange(count)
  count = 0
  const pairs = n >> 1
  if (pairs > 0 && !multiplyUp(pairs)) {
    for (let i = 0; i < n; i++) {
      const operation = BATCH_OPERATIONS + (<usize>i << 4)
      if (kindOf(operation) == ADD) store<u32>(operation, examine(<usize>load<u32>(operation, 4), <usize>load<u32>(operation, 8)), 12)
    }
    multiplyUp(pairs)
  }
  for (let j = 0; j < pairs; j++) {
    const first = BATCH_OPERATIONS + (<usize>j << 5)
    prepare(first, true)
    copyUpTo(2 * j + 2)
    pairMul(SLOPE, INVERSE, BATCH_PRODUCTS + <usize>(j + 1) * ELEMENT)
    pairMul(INVERSE, DX, INVERSE)
    pairMul(SLOPE, DY, SLOPE)
    pairSqrSub2(X3, SLOPE, AX, BX)
    pairSub(AX, AX, X3)
    pairMulSub(Y3, AX, SLOPE, AY)
    writeResults(first)
  }
  copyUpTo(n)
}
