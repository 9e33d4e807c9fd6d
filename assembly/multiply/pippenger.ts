/**
 * Sums of many multiples, public inputs: bucket method (Pippenger; Bernstein, Doumen, Lange, Oosterwijk, INDOCRYPT 2012) on halves under the
 * endomorphism, signed digits, buckets filled by the batch-affine engine.
 *
 * A window's digits are sorted by counting, the points copied in bucket order (negated where the digit is), and every bucket halved by
 * pairwise additions, all buckets sharing one inversion a round. Result j of a bucket is written to slot j, behind what later
 * operations read (slots 2 j and up). Equal x within a pair is handled by the engine: points in arithmetic progression do meet.
 */
import { AFFINE, mark, release, take, TEMP_BUCKETS } from '../memory'
import {
  BATCH_POINT, batchAdd, batchCopy, batchEndomorphism, batchFromAffine, batchIsInfinity, batchNegate, batchRunVar, batchToAffine,
} from '../point/batch-points'
import { isAffineInfinity } from '../point/codec'
import { addMixedVar, addVar, double, setInfinity } from '../point/jacobian'
import { scalarSplit } from '../scalar/split'

const SPLIT: usize = TEMP_BUCKETS
const RUNNING: usize = TEMP_BUCKETS + 64
const TOTAL: usize = TEMP_BUCKETS + 288
const BUCKET: usize = TEMP_BUCKETS + 512

/** Window width by number of points; measured. */
function widthFor(points: i32): i32 {
  if (points < 48) return 4
  if (points < 96) return 5
  if (points < 256) return 6
  if (points < 700) return 7
  if (points < 2000) return 8
  if (points < 5000) return 9
  return 10
}

/** Signed digits of a 128-bit magnitude (two words at `half`, sign mask after them): digits[window] for window = 0.. at the given stride. */
function recode(digits: usize, half: usize, width: i32, windows: i32, stride: usize): void {
  let low = load<u64>(half)
  let high = load<u64>(half, 8)
  const negative = load<i64>(half, 16) != 0
  const mask = (1 << width) - 1
  const most = 1 << (width - 1)
  let carry = 0
  for (let i = 0; i < windows; i++) {
    let digit = (<i32>low & mask) + carry
    low = (low >> width) | (high << (64 - width))
    high >>= width
    carry = 0
    if (digit > most) {
      digit -= 1 << width
      carry = 1
    }
    store<i16>(digits + <usize>i * stride, <i16>(negative ? -digit : digit))
  }
}

/** r = sum k_i P_i (Jacobian) for `count` affine points and canonical scalars of 72 bytes */
export function pippengerVar(r: usize, points: usize, scalars: usize, count: i32): void {
  const start = mark()
  const width = widthFor(count)
  const windows = 128 / width + 1
  const buckets = 1 << (width - 1)
  const total = 2 * count
  const halves = take(<usize>total * BATCH_POINT)
  const digits = take(<usize>total * <usize>windows * 2)
  const stride = <usize>total * 2
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * AFFINE
    const first = halves + <usize>i * 2 * BATCH_POINT
    batchFromAffine(first, point)
    batchEndomorphism(first + BATCH_POINT, first)
    if (isAffineInfinity(point)) {
      memory.fill(SPLIT, 0, 48)
    } else {
      scalarSplit(SPLIT, scalars + <usize>i * 72)
    }
    recode(digits + <usize>(2 * i) * 2, SPLIT, width, windows, stride)
    recode(digits + <usize>(2 * i + 1) * 2, SPLIT + 24, width, windows, stride)
  }
  const slots = take(<usize>total * BATCH_POINT)
  const starts = take(<usize>(buckets + 2) * 4)
  const counts = take(<usize>(buckets + 2) * 4)
  setInfinity(r)
  for (let window = windows - 1; window >= 0; window--) {
    if (window != windows - 1) for (let k = 0; k < width; k++) double(r)
    sortWindow(digits + <usize>window * stride, halves, slots, starts, counts, total, buckets)
    fillBuckets(slots, starts, counts, buckets)
    sumBuckets(slots, starts, counts, buckets)
    addVar(r, TOTAL)
  }
  release(start)
}

/** Copies the points of nonzero digits to `slots` in bucket order; bucket b (1-based) is slots[starts[b] .. starts[b] + counts[b]). */
function sortWindow(digits: usize, halves: usize, slots: usize, starts: usize, counts: usize, total: i32, buckets: i32): void {
  memory.fill(counts, 0, <usize>(buckets + 1) * 4)
  for (let i = 0; i < total; i++) {
    const digit = <i32>load<i16>(digits + (<usize>i << 1))
    const at = counts + (<usize>(digit < 0 ? -digit : digit) << 2)
    store<i32>(at, load<i32>(at) + 1)
  }
  let position = 0
  for (let b = 1; b <= buckets; b++) {
    store<i32>(starts + (<usize>b << 2), position)
    position += load<i32>(counts + (<usize>b << 2))
    store<i32>(counts + (<usize>b << 2), 0)
  }
  for (let i = 0; i < total; i++) {
    const digit = <i32>load<i16>(digits + (<usize>i << 1))
    if (digit == 0) continue
    const bucket = <usize>(digit < 0 ? -digit : digit) << 2
    const filled = load<i32>(counts + bucket)
    store<i32>(counts + bucket, filled + 1)
    const slot = slots + <usize>(load<i32>(starts + bucket) + filled) * BATCH_POINT
    if (digit < 0) batchNegate(slot, halves + <usize>i * BATCH_POINT)
    else batchCopy(slot, halves + <usize>i * BATCH_POINT)
  }
}

/** Halves every bucket until each holds at most one point. */
function fillBuckets(slots: usize, starts: usize, counts: usize, buckets: i32): void {
  while (true) {
    let pairs = 0
    for (let b = 1; b <= buckets; b++) {
      const half = load<i32>(counts + (<usize>b << 2)) >> 1
      let to = slots + <usize>load<i32>(starts + (<usize>b << 2)) * BATCH_POINT
      let from = to
      for (let j = 0; j < half; j++) {
        batchAdd(to, from, from + BATCH_POINT)
        to += BATCH_POINT
        from += 2 * BATCH_POINT
      }
      pairs += half
    }
    if (pairs == 0) return
    batchRunVar()
    for (let b = 1; b <= buckets; b++) {
      const filled = load<i32>(counts + (<usize>b << 2))
      const half = filled >> 1
      if ((filled & 1) != 0 && half > 0) {
        const first = slots + <usize>load<i32>(starts + (<usize>b << 2)) * BATCH_POINT
        batchCopy(first + <usize>half * BATCH_POINT, first + <usize>(filled - 1) * BATCH_POINT)
      }
      store<i32>(counts + (<usize>b << 2), half + (filled & 1))
    }
  }
}

/** TOTAL = sum b B_b by running sums */
function sumBuckets(slots: usize, starts: usize, counts: usize, buckets: i32): void {
  setInfinity(RUNNING)
  setInfinity(TOTAL)
  for (let b = buckets; b > 0; b--) {
    if (load<i32>(counts + (<usize>b << 2)) > 0) {
      const slot = slots + <usize>load<i32>(starts + (<usize>b << 2)) * BATCH_POINT
      if (!batchIsInfinity(slot)) {
        batchToAffine(BUCKET, slot)
        addMixedVar(RUNNING, BUCKET, BUCKET + 72)
      }
    }
    addVar(TOTAL, RUNNING)
  }
}
