/**
 * The field of p = 2^256 - 2^32 - 977 elements over which secp256k1 is defined (SEC 2, section 2.4.1), as bn.js numbers in a reduction context.
 * bn.js knows this prime as 'k256' and reduces by its special form.
 *
 * Everything in this folder is a readable oracle in variable time, and bn.js numbers cannot be wiped: never for real secrets in production.
 */
import BN from 'bn.js'

const context = BN.red('k256')

export const FIELD_PRIME: BN = context.prime.p

/** A number in 0..p-1 that carries the reduction context; the red* operations reduce, and return new numbers. */
export type FieldElement = ReturnType<BN['toRed']>

/** A constant: a small number, or hex digits. */
export function fieldElement(value: number | string): FieldElement {
  return new BN(value, 16).toRed(context)
}

export const ZERO = fieldElement(0)
export const ONE = fieldElement(1)
/** b of y^2 = x^3 + b */
const CURVE_B = fieldElement(7)

/** 32 bytes big-endian, or null when p or more: such bytes would be a second encoding of a small number. */
export function decodeField(bytes: Uint8Array): FieldElement | null {
  const n = new BN(bytes, 'be')
  return n.gte(FIELD_PRIME) ? null : n.toRed(context)
}

export function encodeField(x: FieldElement): number[] {
  return x.fromRed().toArray('be', 32)
}

export function isOddField(x: FieldElement): boolean {
  return x.fromRed().isOdd()
}

/** x^3 + 7 */
export function curveRightSide(x: FieldElement): FieldElement {
  return x.redSqr().redMul(x).redAdd(CURVE_B)
}

/** A square root, or null. p = 3 mod 4, so a candidate is a^((p+1)/4). */
export function fieldSquareRoot(a: FieldElement): FieldElement | null {
  const root = a.redSqrt()
  return root.redSqr().eq(a) ? root : null
}

/** The inverses of non-zero elements by one inversion and three multiplications each (Montgomery's trick). */
export function invertAll(elements: readonly FieldElement[]): FieldElement[] {
  const products: FieldElement[] = []
  let product = ONE
  for (const element of elements) {
    products.push(product)
    product = product.redMul(element)
  }
  let inverse = product.redInvm()
  const out: FieldElement[] = []
  for (let i = elements.length - 1; i >= 0; i--) {
    out.push(inverse.redMul(products[i] ?? ONE))
    inverse = inverse.redMul(elements[i] ?? ONE)
  }
  return out.reverse()
}
