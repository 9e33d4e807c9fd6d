/**
 * The buckets of some windows of Pippenger's method: points are copied in bucket order, every bucket is halved by pairwise additions, and the
 * weighted sums are taken bit by bit, all of it in lists that all buckets of all these windows share (one inversion a list).
 *
 * Weighted sum of the 2^k buckets B_j of a window: let N_0 = B and N_(l+1)[j] = N_l[2 j] + N_l[2 j + 1]. The buckets whose number has bit l
 * are those below the odd nodes of level l, so sum j B_j = sum_l 2^l O_l, O_l = sum of the odd nodes of level l. All in place: node j of level l
 * lies at j 2^l, O_l ends up at 2^l. Round R adds the nodes of level R in pairs and halves the lists of odd nodes of the levels below it: two
 * additions a bucket, k rounds. The O_l take their places in the doublings that join the windows.
 */
import { take } from '../memory'
import { BATCH_POINT, batchAdd, batchCopySigned, batchRunVar } from '../point/batch-points'
import { DIGIT_BITS, windowStart } from './digits'

/** bytes of points copied in bucket order that may be at work at once, if a window does not need more: within the second-level cache */
const SLOTS_BYTES: usize = 0xa0000

let sums: usize = 0
let slots: usize = 0
/** of each bucket: where its points begin in `slots`, and how many are left there */
let starts: usize = 0
let counts: usize = 0

/** k for the window's 2^k + 1 buckets; bucket 2^k has the weight of the window's highest bit. */
export function levelsOf(window: i32, windows: i32): i32 {
  return windowStart(window + 1, windows) - windowStart(window, windows) - 1
}

/** Bucket 0 stands for the digit zero and stays empty. */
export function bucketsOf(window: i32, windows: i32): i32 {
  return (1 << levelsOf(window, windows)) + 1
}

/** How many windows are worked on at once. */
export function windowsAtOnce(total: i32, windows: i32): i32 {
  const fit = <i32>(SLOTS_BYTES / (<usize>total * BATCH_POINT))
  return fit < 1 ? 1 : fit < windows ? fit : windows
}

/** Room for `group` windows of `total` points; given back with the caller's. */
export function takeBuckets(total: i32, windows: i32, group: i32): void {
  const most = <usize>((1 << ((DIGIT_BITS + windows - 1) / windows - 1)) + 1) * <usize>group
  sums = take(most * BATCH_POINT)
  slots = take(<usize>(total * group) * BATCH_POINT)
  starts = take(most << 2)
  counts = take(most << 2)
}

/** The sum that has the weight 2^bit in the window whose buckets begin at `base`, after `sumWindowsVar`. */
export function sumOfBit(base: i32, bit: i32): usize {
  return sums + <usize>(base + (1 << bit)) * BATCH_POINT
}

/** Fills and sums the buckets of windows first .. last - 1; digits of a window are `total` i16, `stride` bytes apart from the next window's. */
export function sumWindowsVar(digits: usize, stride: usize, points: usize, total: i32, windows: i32, first: i32, last: i32): void {
  let all = 0
  for (let window = first; window < last; window++) all += bucketsOf(window, windows)
  memory.fill(counts, 0, <usize>all << 2)
  memory.fill(sums, 0, <usize>all * BATCH_POINT)
  sort(digits, stride, points, total, windows, first, last)
  fill(all)
  weigh(windows, first, last)
}

/** Counts the digits and copies the points of nonzero ones in bucket order, negated where the digit is; a point alone goes to its sum. */
function sort(digits: usize, stride: usize, points: usize, total: i32, windows: i32, first: i32, last: i32): void {
  let base = counts
  let position = 0
  for (let window = first; window < last; window++) {
    const row = digits + <usize>window * stride
    const buckets = bucketsOf(window, windows)
    for (let i = 0; i < total; i++) {
      const digit = <i32>load<i16>(row + (<usize>i << 1))
      const at = base + (<usize>abs<i32>(digit) << 2)
      store<u32>(at, load<u32>(at) + 1)
    }
    store<u32>(base, 0)
    const offset = base - counts
    for (let b: usize = 0; b < <usize>buckets; b++) {
      store<u32>(starts + offset + (b << 2), position)
      position += load<u32>(base + (b << 2))
    }
    for (let i = 0; i < total; i++) {
      const digit = <i32>load<i16>(row + (<usize>i << 1))
      if (digit == 0) continue
      const bucket = offset + (<usize>abs<i32>(digit) << 2)
      const place = load<u32>(starts + bucket)
      store<u32>(starts + bucket, place + 1)
      const to =
        load<u32>(counts + bucket) == 1 ? sums + <usize>(bucket >> 2) * BATCH_POINT : slots + <usize>place * BATCH_POINT
      batchCopySigned(to, points + <usize>i * BATCH_POINT, <i64>(digit >> 31))
    }
    base += <usize>buckets << 2
  }
}

/** Adds the points of a bucket in pairs until two are left, whose sum goes to the bucket's place. `starts` are the ends of the buckets here. */
function fill(all: i32): void {
  let open = true
  while (open) {
    open = false
    for (let b = 0; b < all; b++) {
      const at = counts + (<usize>b << 2)
      const filled = load<u32>(at)
      if (filled < 2) continue
      const end = slots + <usize>load<u32>(starts + (<usize>b << 2)) * BATCH_POINT
      const begin = end - <usize>filled * BATCH_POINT
      if (filled == 2) {
        batchAdd(sums + <usize>b * BATCH_POINT, begin, begin + BATCH_POINT)
        store<u32>(at, 0)
        continue
      }
      // an odd one stays in front; the results move down to it, behind what later additions read
      let to = (filled & 1) != 0 ? begin + BATCH_POINT : begin
      for (let from = to; from < end; from += 2 * BATCH_POINT) {
        batchAdd(to, from, from + BATCH_POINT)
        to += BATCH_POINT
      }
      store<u32>(at, (filled + 1) >> 1)
      store<u32>(starts + (<usize>b << 2), <u32>((to - slots) / BATCH_POINT))
      open = true
    }
    batchRunVar()
  }
}

/** The sums O_l of every window, see above. */
function weigh(windows: i32, first: i32, last: i32): void {
  let most = 0
  for (let window = first; window < last; window++) most = max(most, levelsOf(window, windows))
  for (let round = 0; round < most; round++) {
    let base = sums
    for (let window = first; window < last; window++) {
      const levels = levelsOf(window, windows)
      if (round < levels) weighWindow(base, levels, round)
      base += <usize>bucketsOf(window, windows) * BATCH_POINT
    }
    batchRunVar()
  }
}

function weighWindow(base: usize, levels: i32, round: i32): void {
  const pairs = 1 << (levels - round - 1)
  // node 0 of a level is never odd: nobody needs it
  const step = BATCH_POINT << (round + 1)
  let node = base
  for (let j = 1; j < pairs; j++) {
    node += step
    batchAdd(node, node, node + (step >> 1))
  }
  for (let level = 0; level < round; level++) {
    const apart = BATCH_POINT << (level + 1)
    const half = <usize>pairs * apart
    let odd = base + (apart >> 1)
    for (let i = 0; i < pairs; i++) {
      batchAdd(odd, odd, odd + half)
      odd += apart
    }
  }
}
