/**
 * The polynomial attack on the problem ROS of Benhamouda, Lepoint, Loss, Orru and Raykova (eprint 2020/945, section 3), in dimension 256.
 *
 * Each session i of 256 leaves its attacker two challenges c_i0 != c_i1 to choose from. With D_i = c_i1 - c_i0, the sum
 *
 *     sum a_i c_i + b,   a_i = 2^i / D_i,   b = - sum 2^i c_i0 / D_i   (mod q)
 *
 * is the number whose bits are the choices. So any target c* < q is hit exactly: choose by the bits of c* + b, and sum a_i c_i = c*. The a_i are
 * known before the choices are made, and so is the sum of nonce points with these weights - if the nonce points do not depend on the choices.
 */

/** The order of secp256k1. */
export const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** 2^256 > q: so many bits write every number below q. */
export const DIMENSION = 256

export type Choice = 0 | 1

export function mod(x: bigint): bigint {
  const rest = x % Q
  return rest < 0n ? rest + Q : rest
}

/** By the extended algorithm of Euclid; x is not 0 mod q. */
export function inverse(x: bigint): bigint {
  let [a, b] = [mod(x), Q]
  let [u, v] = [1n, 0n]
  while (a !== 0n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[u, v] = [v - quotient * u, u]
  }
  if (b !== 1n) throw new Error('has no inverse')
  return mod(v)
}

export interface RosSystem {
  /** a_i */
  readonly weights: readonly bigint[]
  /** which challenge of each session to take, so that sum a_i c_i is this target */
  choicesFor(target: bigint): readonly Choice[]
}

/** @param pairs the two challenges of each session, distinct */
export function rosSystem(pairs: readonly (readonly [bigint, bigint])[]): RosSystem {
  const weights = pairs.map(([first, second], i) => mod((1n << BigInt(i)) * inverse(second - first)))
  const constant = pairs.reduce((sum, [first], i) => sum - (weights[i] ?? 0n) * first, 0n)
  return {
    weights,
    choicesFor: (target) => {
      const number = mod(target + constant)
      return pairs.map((_, i): Choice => (((number >> BigInt(i)) & 1n) === 1n ? 1 : 0))
    },
  }
}
