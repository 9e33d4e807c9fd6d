/** Lagrange coefficients at zero over small public indices. */
import { INPUT, OUTPUT, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { scalarMul, scalarSet, scalarToBytes } from '../scalar/element'
import { scalarComplement, scalarMontgomery } from '../scalar/multiply'
import { invertAll } from './scalars'
import { DONE } from './status'

const N: usize = TEMP_OPERATION + 288
const GROUP: usize = TEMP_OPERATION + 360

function indexAt(i: i32): i64 {
  return <i64>load<u32>(INPUT + (<usize>i << 2))
}

/**
 * r = the product of m factors below 2^16, three to a product of 48 bits, with a factor R^-1 a Montgomery step. Numerator and denominators
 * have m factors each, so that the powers of R cancel in their quotient. Returns -1 when the product of the signs is negative, else 0.
 * `own` < 0: the factors are the indices; otherwise index `own` and its differences to the others.
 */
function product(r: usize, m: i32, own: i32): i64 {
  const x = own < 0 ? 0 : indexAt(own)
  let sign: i64 = 0
  let group: i64 = 1
  let filled = 0
  let first = true
  for (let j = 0; j < m; j++) {
    let factor = indexAt(j)
    if (own >= 0 && j != own) {
      factor -= x
      const negative = factor >> 63
      sign ^= negative
      factor = (factor ^ negative) - negative
    }
    group *= factor
    filled++
    if (filled == 3 || j == m - 1) {
      scalarSet(first ? r : GROUP, group)
      if (!first) scalarMontgomery(r, r, GROUP)
      first = false
      group = 1
      filled = 0
    }
  }
  return sign
}

/** inputs: indices m x u32, distinct -> `count` x 32: the coefficients of indices from..from + count - 1 */
export function lagrange(m: i32, from: i32, count: i32): i32 {
  reset()
  const values = take(<usize>count * SCALAR)
  const signs = take(<usize>count)
  product(N, m, -1)
  for (let i = 0; i < count; i++) {
    store<u8>(signs + <usize>i, <u8>(product(values + <usize>i * SCALAR, m, from + i) & 1))
  }
  invertAll(values, count)
  for (let i = 0; i < count; i++) {
    const value = values + <usize>i * SCALAR
    scalarMul(value, value, N)
    if (load<u8>(signs + <usize>i) != 0) scalarComplement(value, value)
    scalarToBytes(OUTPUT + (<usize>i << 5), value)
  }
  return DONE
}
