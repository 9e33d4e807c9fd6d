/** Numbers modulo the group order q (SEC 2, section 2.4.1), as plain bn.js numbers in 0..q-1. Variable time. */
import BN from 'bn.js'
import { itemOf } from '../../bytes.ts'
import { scalarOutOfRange } from '../arguments.ts'
import { SCALAR_BYTES } from '../contract.ts'

export const GROUP_ORDER = new BN('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 16)

/** 32 bytes big-endian, or null when q or more. */
export function decodeScalar(bytes: Uint8Array): BN | null {
  const n = new BN(bytes, 'be')
  return n.gte(GROUP_ORDER) ? null : n
}

/** One scalar that is an argument of its own. @throws ERR_INVALID_ARGUMENT with `field` */
export function readScalar(bytes: Uint8Array, field: string): BN {
  const n = decodeScalar(bytes)
  if (n === null) throw scalarOutOfRange(field)
  return n
}

/** A batch whose size was checked; null for an item that is q or more. */
export function decodeScalars(batch: Uint8Array): (BN | null)[] {
  const out: (BN | null)[] = []
  for (let i = 0; i < batch.length / SCALAR_BYTES; i++) out.push(decodeScalar(itemOf(batch, i, SCALAR_BYTES)))
  return out
}

/** @throws ERR_INVALID_ARGUMENT with `field[i]` for the first item that is q or more */
export function readScalars(batch: Uint8Array, field: string): BN[] {
  return decodeScalars(batch).map((n, i) => {
    if (n === null) throw scalarOutOfRange(field, i)
    return n
  })
}

/** Reduces numbers of either sign and writes them end to end. */
export function encodeScalars(scalars: readonly BN[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(scalars.length * SCALAR_BYTES)
  scalars.forEach((n, i) => {
    out.set(n.umod(GROUP_ORDER).toArray('be', SCALAR_BYTES), i * SCALAR_BYTES)
  })
  return out
}

/** sum a_k index^k by Horner's rule, a_0 first. */
export function evaluateAt(coefficients: readonly BN[], index: number): BN {
  return coefficients.reduceRight((value, a) => value.muln(index).iadd(a).umod(GROUP_ORDER), new BN(0))
}

/**
 * Lagrange coefficients at 0: prod_{j != i} x_j / (x_j - x_i), for distinct indices in 1..65535. No denominator is 0 mod q, since indices are
 * far below q. One inversion for all (Montgomery's trick).
 */
export function lagrangeAtZero(indices: readonly number[]): BN[] {
  const numerators = indices.map((own) => productOf(indices.filter((other) => other !== own)))
  const denominators = indices.map((own) => productOf(indices.filter((other) => other !== own).map((other) => other - own)))
  const products: BN[] = []
  let product = new BN(1)
  for (const denominator of denominators) {
    products.push(product)
    product = product.mul(denominator).umod(GROUP_ORDER)
  }
  let inverse = product.invm(GROUP_ORDER)
  const out: BN[] = []
  for (let i = indices.length - 1; i >= 0; i--) {
    const coefficient = inverse.mul(products[i] ?? new BN(1)).umod(GROUP_ORDER)
    out.push(coefficient.mul(numerators[i] ?? new BN(1)).umod(GROUP_ORDER))
    inverse = inverse.mul(denominators[i] ?? new BN(1)).umod(GROUP_ORDER)
  }
  return out.reverse()
}

/** Factors of at most 16 bits each: one reduction for many small multiplications. */
function productOf(factors: readonly number[]): BN {
  let product = new BN(1)
  for (const factor of factors) {
    product.imuln(factor)
    if (product.bitLength() > 512) product = product.umod(GROUP_ORDER)
  }
  return product.umod(GROUP_ORDER)
}
