/**
 * Sums of many multiples, public inputs: bucket method (Pippenger; Bernstein, Doumen, Lange, Oosterwijk, INDOCRYPT 2012) on halves under the
 * endomorphism, signed digits. Everything but the last 129 doublings is done by the batch-affine engine; see buckets.ts.
 */
import { AFFINE, mark, release, take, TEMP_BUCKETS } from '../memory'
import { BATCH_POINT, batchEndomorphism, batchFromAffine, batchIsInfinity, batchToAffine } from '../point/batch-points'
import { isAffineInfinity } from '../point/codec'
import { addMixedVar, double, setInfinity } from '../point/jacobian'
import { scalarSplit } from '../scalar/split'
import { bucketsOf, levelsOf, sumOfBit, sumWindowsVar, takeBuckets, windowsAtOnce } from './buckets'
import { recode, windowsFor } from './digits'

const SPLIT: usize = TEMP_BUCKETS
const SUM: usize = TEMP_BUCKETS + 64

/** r = sum k_i P_i (Jacobian) for `count` affine points and canonical scalars of 72 bytes */
export function pippengerVar(r: usize, points: usize, scalars: usize, count: i32): void {
  const start = mark()
  const total = 2 * count
  const windows = windowsFor(total)
  const halves = take(<usize>total * BATCH_POINT)
  const stride = <usize>total * 2
  const digits = take(<usize>windows * stride)
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * AFFINE
    const first = halves + <usize>(2 * i) * BATCH_POINT
    batchFromAffine(first, point)
    batchEndomorphism(first + BATCH_POINT, first)
    if (isAffineInfinity(point)) memory.fill(SPLIT, 0, 48)
    else scalarSplit(SPLIT, scalars + <usize>i * 72)
    recode(digits + (<usize>i << 2), SPLIT, windows, stride)
    recode(digits + (<usize>i << 2) + 2, SPLIT + 24, windows, stride)
  }
  const group = windowsAtOnce(total, windows)
  takeBuckets(total, windows, group)
  setInfinity(r)
  for (let last = windows; last > 0; last -= group) {
    const first = max(last - group, 0)
    sumWindowsVar(digits, stride, halves, total, windows, first, last)
    addWindows(r, windows, first, last)
  }
  release(start)
}

/** r = 2^b r + the sums of windows first .. last - 1, of b bits together */
function addWindows(r: usize, windows: i32, first: i32, last: i32): void {
  let base = 0
  for (let window = first; window < last; window++) base += bucketsOf(window, windows)
  for (let window = last - 1; window >= first; window--) {
    base -= bucketsOf(window, windows)
    for (let bit = levelsOf(window, windows); bit >= 0; bit--) {
      double(r)
      const sum = sumOfBit(base, bit)
      if (batchIsInfinity(sum)) continue
      batchToAffine(SUM, sum)
      addMixedVar(r, SUM, SUM + 72)
    }
  }
}
