/**
 * Signed digits of 128-bit magnitudes for Pippenger's method. The 129 bits are cut into windows as even as possible: a window of c bits
 * has digits in -2^(c-1)..2^(c-1), and bit 128, always zero, takes the last carry.
 */

/** one more than the magnitudes have */
export const DIGIT_BITS: i32 = 129

/** The lowest bit of a window; of window number `windows`, the end. */
export function windowStart(window: i32, windows: i32): i32 {
  return (DIGIT_BITS * window) / windows
}

/** Digits of the magnitude in two words at `half` (the mask of its sign is the third), lowest window first, i16 each `stride` bytes apart. */
export function recode(digits: usize, half: usize, windows: i32, stride: usize): void {
  let low = load<u64>(half)
  let high = load<u64>(half, 8)
  const sign = load<i32>(half, 16)
  let carry = 0
  let start = 0
  for (let window = 1; window <= windows; window++) {
    const end = windowStart(window, windows)
    const width = end - start
    start = end
    let digit = (<i32>low & ((1 << width) - 1)) + carry
    low = (low >> width) | (high << (64 - width))
    high >>= width
    carry = <i32>(digit > 1 << (width - 1))
    digit -= carry << width
    store<i16>(digits, <i16>((digit ^ sign) - sign))
    digits += stride
  }
}

/**
 * How many windows cost least: an addition for each digit and, as buckets have one point less to add than they hold but two additions in their
 * weighted sum, one for each of the 2^(c-1) buckets.
 */
export function windowsFor(digitsPerWindow: i32): i32 {
  let best = 0
  let least = i32.MAX_VALUE
  for (let windows = 10; windows <= 43; windows++) {
    let cost = 0
    for (let i = 0; i < windows; i++) {
      const width = windowStart(i + 1, windows) - windowStart(i, windows)
      cost += digitsPerWindow + (1 << (width - 1))
    }
    if (cost < least) {
      least = cost
      best = windows
    }
  }
  return best
}
