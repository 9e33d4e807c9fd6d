/** Lagrange coefficients at zero over the signers' indices (RFC 9591 section 4.2). Public. */
import { concatAll } from '../bytes.ts'
import { type Batch, type Kernel, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { encodeIdentifier } from './frost-binding.ts'
import { MINUS_ONE } from './group-order.ts'
import { foldRows } from './polynomial.ts'

/**
 * The coefficient of one signer: product over the others of x_j / (x_j - x_i). Linear in the number of signers, where a table of all
 * coefficients is quadratic.
 *
 * @param index one of `signers`, which are distinct
 */
export function ownLagrange(kernel: Kernel, signers: readonly number[], index: number): Scalar {
  const others = signers.filter((signer) => signer !== index)
  if (others.length === 0) return encodeIdentifier(1)
  const rows = concatAll(others.flatMap((other) => [encodeIdentifier(other), encodeIdentifier(Math.abs(other - index))]))
  const [numerator, denominator] = halves(foldRows((a, b) => kernel.scalarMul(a, b), rows, 2 * SCALAR_BYTES))
  const quotient = kernel.scalarMul(numerator, kernel.scalarInvert(denominator))
  // Each smaller index gives one negative factor x_j - x_i.
  const negative = others.filter((other) => other < index).length % 2 === 1
  return negative ? kernel.scalarMul(quotient, MINUS_ONE) : quotient
}

function halves(pair: Batch): [Scalar, Scalar] {
  return [pair.slice(0, SCALAR_BYTES), pair.slice(SCALAR_BYTES)]
}
