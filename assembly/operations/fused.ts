/** Whether this machine's multiply-add rounds once, which the two-lane field needs and relaxed SIMD does not promise. */

/** 1 + 2^-30, -(1 + 2^-29), and the 2^-60 that only one rounding leaves of their product and sum */
const OPERANDS: usize = memory.data<f64>([1.0000000009313226, 1.0000000009313226, -1.0000000018626451, -1.0000000018626451, 8.673617379884035e-19, 8.673617379884035e-19], 16)

/** False also where the build has no two-lane field. */
export function roundsOnce(): bool {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const factor = v128.load(OPERANDS, 0)
    const sum = f64x2.relaxed_madd(factor, factor, v128.load(OPERANDS, 16))
    return i64x2.all_true(i64x2.eq(sum, v128.load(OPERANDS, 32)))
  }
  return false
}
