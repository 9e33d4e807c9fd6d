/**
 * Modular inversion by safegcd (Bernstein, Yang, "Fast constant-time gcd computation and modular inversion", CHES 2019), in the half-delta
 * form of libsecp256k1's modinv32: 590 division steps suffice for 256-bit inputs, here 20 batches of 30. `inverseModulus` is constant time;
 * `inverseModulusVar` stops early and branches on its input. Elements are nine 30-bit limbs in i64.
 */
import { TEMP_INVERSE } from '../memory'
import { updateDE, updateFG } from './update'

const M30: i64 = 0x3fffffff
const D: usize = TEMP_INVERSE
const E: usize = TEMP_INVERSE + 72
const F: usize = TEMP_INVERSE + 144
const G: usize = TEMP_INVERSE + 216

// the transition matrix of a batch (AssemblyScript has no multi-value return); wiped by `inverseModulus`
let u: i32 = 0
let v: i32 = 0
let q: i32 = 0
let r: i32 = 0

function start(a: usize, modulus: usize): void {
  memory.fill(D, 0, 144)
  store<i64>(E, 1)
  memory.copy(F, modulus, 72)
  memory.copy(G, a, 72)
}

/** 30 division steps on the low bits; zeta = -(delta + 1/2), no branch */
function divisionSteps(zeta: i32, f0: i32, g0: i32): i32 {
  let a: i32 = 1
  let b: i32 = 0
  let c: i32 = 0
  let d: i32 = 1
  let f = f0
  let g = g0
  for (let i = 0; i < 30; i++) {
    const negative = zeta >> 31
    const odd = 0 - (g & 1)
    g += ((f ^ negative) - negative) & odd
    c += ((a ^ negative) - negative) & odd
    d += ((b ^ negative) - negative) & odd
    const swap = negative & odd
    zeta = (zeta ^ swap) - 1
    f += g & swap
    a += c & swap
    b += d & swap
    g = <i32>(<u32>g >> 1)
    a <<= 1
    b <<= 1
  }
  u = a
  v = b
  q = c
  r = d
  return zeta
}

/** 30 division steps, skipping runs of zero bits; eta = -delta */
function divisionStepsVar(eta: i32, f0: i32, g0: i32): i32 {
  let a: i32 = 1
  let b: i32 = 0
  let c: i32 = 0
  let d: i32 = 1
  let f = f0
  let g = g0
  let left = 30
  while (true) {
    const zeros = ctz<i32>(g | (-1 << left))
    g = <i32>(<u32>g >> zeros)
    a <<= zeros
    b <<= zeros
    eta -= zeros
    left -= zeros
    if (left == 0) break
    if (eta < 0) {
      eta = -eta
      let t = f
      f = g
      g = -t
      t = a
      a = c
      c = -t
      t = b
      b = d
      d = -t
    }
    // cancel up to 8 bits of g at once: w = -g / f mod 2^limit, 1/f by Newton from f (exact mod 8)
    const limit = eta + 1 > left ? left : eta + 1
    const mask = (-1 >>> (32 - limit)) & 255
    let inverse = f * (2 - f * f)
    inverse *= 2 - f * inverse
    const w = (-g * inverse) & mask
    g += f * w
    c += a * w
    d += b * w
  }
  u = a
  v = b
  q = c
  r = d
  return eta
}

/** D from (-2 m, m), negated when sign < 0, into [0, m) */
function normalise(out: usize, modulus: usize, sign: i64): void {
  let add = load<i64>(D, 64) >> 63
  const negate = sign >> 63
  let carry: i64 = 0
  for (let i: usize = 0; i < 72; i += 8) {
    const limb = load<i64>(D + i) + (load<i64>(modulus + i) & add)
    carry += (limb ^ negate) - negate
    store<i64>(D + i, carry & M30)
    carry >>= 30
  }
  // the top limb keeps its sign: undo its mask
  const top = load<i64>(D, 64) + (carry << 30)
  store<i64>(D, top, 64)
  add = top >> 63
  carry = 0
  for (let i: usize = 0; i < 72; i += 8) {
    carry += load<i64>(D + i) + (load<i64>(modulus + i) & add)
    store<i64>(out + i, carry & M30)
    carry >>= 30
  }
}

/** out = 1/a mod modulus (0 for 0); a canonical; constant time. `inverse` is 1/modulus mod 2^30. out may be a. */
export function inverseModulus(out: usize, a: usize, modulus: usize, inverse: i64): void {
  start(a, modulus)
  let zeta: i32 = -1
  for (let i = 0; i < 20; i++) {
    const f0 = <i32>load<i64>(F)
    const g0 = <i32>load<i64>(G)
    zeta = divisionSteps(zeta, f0, g0)
    updateDE(D, E, u, v, q, r, modulus, inverse)
    updateFG(F, G, u, v, q, r)
  }
  normalise(out, modulus, load<i64>(F, 64))
  u = 0
  v = 0
  q = 0
  r = 0
}

/** As `inverseModulus`, variable time: public values only. */
export function inverseModulusVar(out: usize, a: usize, modulus: usize, inverse: i64): void {
  start(a, modulus)
  let eta: i32 = -1
  while (true) {
    const f0 = <i32>load<i64>(F)
    const g0 = <i32>load<i64>(G)
    eta = divisionStepsVar(eta, f0, g0)
    updateDE(D, E, u, v, q, r, modulus, inverse)
    updateFG(F, G, u, v, q, r)
    if (
      load<i64>(G) == 0 &&
      (load<i64>(G, 8) | load<i64>(G, 16) | load<i64>(G, 24) | load<i64>(G, 32)) == 0 &&
      (load<i64>(G, 40) | load<i64>(G, 48) | load<i64>(G, 56) | load<i64>(G, 64)) == 0
    ) {
      break
    }
  }
  normalise(out, modulus, load<i64>(F, 64))
}
