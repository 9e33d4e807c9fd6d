/**
 * The curve y^2 = x^3 + b over the base field, its generator and group order, and the endomorphism: the one place where the kernel's sources
 * and their generator learn them. Another curve over the same field gives the same kernel for another group (scripts/small-groups.mjs).
 */
import { constantLimbs, header } from './columns.mjs'
import { P } from './field.mjs'

/**
 * SEC 2, section 2.4.1, and the endomorphism's lattice: a1 - minusB1 lambda = 0 and (a1 + minusB1) + a1 lambda = 0 mod q (the basis of
 * libsecp256k1's scalar_split_lambda). `shift`: the halves are rounded from products with round(2^shift a1 / q) and round(2^shift minusB1 / q).
 */
export const SECP256K1 = {
  name: 'secp256k1',
  b: 7n,
  q: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  beta: 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een,
  lambda: 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n,
  a1: 0x3086d221a7d46bcde86c90e49284eb15n,
  minusB1: 0xe4437ed6010e88286f547fa90abfe4c3n,
  shift: 384,
}

export function inverse(a, modulus) {
  let [r0, r1, s0, s1] = [modulus, ((a % modulus) + modulus) % modulus, 0n, 1n]
  while (r1 !== 0n) {
    const k = r0 / r1
    ;[r0, r1, s0, s1] = [r1, r0 - k * r1, s1, s0 - k * s1]
  }
  return ((s0 % modulus) + modulus) % modulus
}

export const hex = (value) => `0x${value.toString(16)}`

function limbs30(value) {
  return Array.from({ length: 9 }, (_, i) => (value >> BigInt(30 * i)) & ((1n << 30n) - 1n))
}

const list = (limbs) => `  ${limbs.map(hex).join(', ')},`

export function curveConstants(curve) {
  const { b, q, x, y, beta, lambda } = curve
  if ((y * y - x * x * x - b) % P !== 0n) throw new Error('the generator is not on the curve')
  if (beta ** 3n % P !== 1n || lambda ** 3n % q !== 1n || beta === 1n || lambda === 1n)
    throw new Error('not an endomorphism of order three')
  return (
    header(`
The group: ${curve.name}, y^2 = x^3 + ${b} over the base field. All that depends on it is here, in scalar/multiply.ts and in scalar/split.ts.`) +
    `/**
 * Whether the order is large enough for the additions whose exceptional cases only small multiples of points could reach to leave them out:
 * the proofs are in multiply/comb.ts and multiply/variable.ts.
 */
export const LARGE_ORDER: bool = ${q > 1n << 255n}

export const B: i64 = ${b}
export const B_LIMBS: usize = memory.data<i64>([${b}, 0, 0, 0, 0, 0, 0, 0, 0])

/** x, then y */
export const GENERATOR: usize = memory.data<i64>([
${list(constantLimbs(x))}
${list(constantLimbs(y))}
])

/** lambda (x, y) = (beta x, y), beta^3 = 1 mod p (Gallant, Lambert, Vanstone, CRYPTO 2001) */
export const BETA: usize = memory.data<i64>([
${list(constantLimbs(beta))}
])

/** lambda, a canonical scalar */
export const LAMBDA: usize = memory.data<i64>([
${list(constantLimbs(lambda))}
])

/** The group order q in 30-bit limbs, and 1/q mod 2^30. */
export const Q30: usize = memory.data<i64>([
${list(limbs30(q))}
])
export const Q_INVERSE: i64 = ${hex(inverse(q, 1n << 30n))}
`
  )
}
