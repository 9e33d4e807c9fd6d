/** 32 big-endian bytes and nine 29-bit limbs. Constant time. */

const M29: i64 = 0x1fffffff

/** 32 bytes big-endian -> nine canonical limbs of any value below 2^256 */
export function limbsFromBytes(r: usize, bytes: usize): void {
  limbsFromWords(
    r,
    bswap<u64>(load<u64>(bytes, 24)),
    bswap<u64>(load<u64>(bytes, 16)),
    bswap<u64>(load<u64>(bytes, 8)),
    bswap<u64>(load<u64>(bytes, 0)),
  )
}

export function limbsFromWords(r: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  store<i64>(r, w0 & M29, 0)
  store<i64>(r, (w0 >> 29) & M29, 8)
  store<i64>(r, ((w0 >> 58) | (w1 << 6)) & M29, 16)
  store<i64>(r, (w1 >> 23) & M29, 24)
  store<i64>(r, ((w1 >> 52) | (w2 << 12)) & M29, 32)
  store<i64>(r, (w2 >> 17) & M29, 40)
  store<i64>(r, ((w2 >> 46) | (w3 << 18)) & M29, 48)
  store<i64>(r, (w3 >> 11) & M29, 56)
  store<i64>(r, w3 >> 40, 64)
}

/** canonical limbs -> 32 bytes big-endian */
export function bytesFromLimbs(bytes: usize, a: usize): void {
  wordsFromLimbs(bytes, a)
  const w0 = load<u64>(bytes, 0)
  const w1 = load<u64>(bytes, 8)
  const w2 = load<u64>(bytes, 16)
  const w3 = load<u64>(bytes, 24)
  store<u64>(bytes, bswap<u64>(w3), 0)
  store<u64>(bytes, bswap<u64>(w2), 8)
  store<u64>(bytes, bswap<u64>(w1), 16)
  store<u64>(bytes, bswap<u64>(w0), 24)
}

/** canonical limbs -> four 64-bit words, low first */
export function wordsFromLimbs(words: usize, a: usize): void {
  const a2 = load<u64>(a, 16)
  const a4 = load<u64>(a, 32)
  const a6 = load<u64>(a, 48)
  const w0 = load<u64>(a, 0) | (load<u64>(a, 8) << 29) | (a2 << 58)
  const w1 = (a2 >> 6) | (load<u64>(a, 24) << 23) | (a4 << 52)
  const w2 = (a4 >> 12) | (load<u64>(a, 40) << 17) | (a6 << 46)
  const w3 = (a6 >> 18) | (load<u64>(a, 56) << 11) | (load<u64>(a, 64) << 40)
  store<u64>(words, w0, 0)
  store<u64>(words, w1, 8)
  store<u64>(words, w2, 16)
  store<u64>(words, w3, 24)
}

/** nine 29-bit limbs (canonical) -> nine 30-bit limbs; `words` is 40 bytes of working memory */
export function limbs30FromLimbs(r: usize, a: usize, words: usize): void {
  wordsFromLimbs(words, a)
  store<u64>(words, 0, 32)
  for (let i: usize = 0; i < 9; i++) {
    const bit: usize = 30 * i
    store<i64>(r + (i << 3), (load<u64>(words + (bit >> 3)) >> (bit & 7)) & 0x3fffffff)
  }
}

/** nine 30-bit limbs (canonical) -> nine 29-bit limbs: limb i of the result is bits 29 i .. 29 i + 28 */
export function limbsFromLimbs30(r: usize, a: usize): void {
  const a0 = load<u64>(a, 0)
  const a1 = load<u64>(a, 8)
  const a2 = load<u64>(a, 16)
  const a3 = load<u64>(a, 24)
  const a4 = load<u64>(a, 32)
  const a5 = load<u64>(a, 40)
  const a6 = load<u64>(a, 48)
  const a7 = load<u64>(a, 56)
  const a8 = load<u64>(a, 64)
  store<i64>(r, a0 & M29, 0)
  store<i64>(r, ((a0 >> 29) | (a1 << 1)) & M29, 8)
  store<i64>(r, ((a1 >> 28) | (a2 << 2)) & M29, 16)
  store<i64>(r, ((a2 >> 27) | (a3 << 3)) & M29, 24)
  store<i64>(r, ((a3 >> 26) | (a4 << 4)) & M29, 32)
  store<i64>(r, ((a4 >> 25) | (a5 << 5)) & M29, 40)
  store<i64>(r, ((a5 >> 24) | (a6 << 6)) & M29, 48)
  store<i64>(r, ((a6 >> 23) | (a7 << 7)) & M29, 56)
  store<i64>(r, (a7 >> 22) | (a8 << 8), 64)
}
