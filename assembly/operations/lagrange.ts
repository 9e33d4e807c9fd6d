/** Lagrange coefficients at zero over small public indices. */
import { INPUT, OUTPUT, reset, SCALAR, take, TEMP_OPERATION } from '../memory'
import { scalarToBytes } from '../scalar/element'
import { scalarComplement } from '../scalar/multiply'
import { scalarMul, scalarTimesSmall } from '../scalar/product'
import { invertAll } from './scalars'
import { DONE } from './status'

const N: usize = TEMP_OPERATION + 288
/** a group of factors stays below this before another one of 16 bits is taken in: below 2^58 with it */
const FULL: i64 = 1 << 42

function indexAt(i: i32): i64 {
  return <i64>load<u32>(INPUT + (<usize>i << 2))
}

/**
 * r = the product of m factors below 2^16, as many to one multiplication as fit 58 bits; weak. Returns -1 when the product of the signs is
 * negative, else 0. `own` < 0: the factors are the indices; otherwise index `own` and its differences to the others.
 */
function product(r: usize, m: i32, own: i32): i64 {
  const x = own < 0 ? 0 : indexAt(own)
  let sign: i64 = 0
  let group: i64 = own < 0 ? 1 : x
  memory.fill(r, 0, SCALAR)
  store<i64>(r, 1)
  for (let j = 0; j < m; j++) {
    if (j == own) continue
    let factor = indexAt(j) - (own < 0 ? 0 : x)
    const negative = factor >> 63
    sign ^= negative
    factor = (factor ^ negative) - negative
    group *= factor
    if (group >= FULL) {
      scalarTimesSmall(r, r, group)
      group = 1
    }
  }
  scalarTimesSmall(r, r, group)
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
