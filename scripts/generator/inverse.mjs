/** The big-integer steps of safegcd (Bernstein, Yang, CHES 2019, in the form of libsecp256k1's modinv32), unrolled. */
import { header } from './columns.mjs'

const N = 9
const at = (i) => 8 * i

export function inverseUpdates() {
  const fg = []
  for (let i = 0; i < N; i++) {
    fg.push(`  const f${i} = load<i64>(f, ${at(i)})`, `  const g${i} = load<i64>(g, ${at(i)})`)
    fg.push(i === 0 ? '  let x = u * f0 + v * g0' : `  x += u * f${i} + v * g${i}`)
    fg.push(i === 0 ? '  let y = q * f0 + r * g0' : `  y += q * f${i} + r * g${i}`)
    if (i > 0) fg.push(`  store<i64>(f, x & M30, ${at(i - 1)})`, `  store<i64>(g, y & M30, ${at(i - 1)})`)
    fg.push('  x >>= 30', '  y >>= 30')
  }
  const de = []
  for (let i = 1; i < N; i++) {
    de.push(
      `  const d${i} = load<i64>(d, ${at(i)})`,
      `  const e${i} = load<i64>(e, ${at(i)})`,
      `  const n${i} = load<i64>(modulus, ${at(i)})`,
      `  x += u * d${i} + v * e${i} + n${i} * m`,
      `  y += q * d${i} + r * e${i} + n${i} * k`,
      `  store<i64>(d, x & M30, ${at(i - 1)})`,
      `  store<i64>(e, y & M30, ${at(i - 1)})`,
      '  x >>= 30',
      '  y >>= 30',
    )
  }
  return (
    header(`
The big-integer steps of safegcd, nine signed 30-bit limbs in i64 (Bernstein, Yang, "Fast constant-time gcd computation and modular
inversion", CHES 2019; in the form of libsecp256k1's modinv32). |u|+|v|, |q|+|r| <= 2^30, limbs within 2^30, so that every
sum stays below 2^62. Constant time.`) +
    `import { requireLimbs30, requireRow } from '../tests/require'

const M30: i64 = 0x3fffffff

/** (f, g) = (u f + v g, q f + r g) / 2^30, exact */
export function updateFG(f: usize, g: usize, u: i64, v: i64, q: i64, r: i64): void {
  requireRow(u, v)
  requireRow(q, r)
  requireLimbs30(f)
  requireLimbs30(g)
${fg.join('\n')}
  store<i64>(f, x, 64)
  store<i64>(g, y, 64)
}

/** (d, e) = (u d + v e, q d + r e) / 2^30 mod the modulus; d and e in (-2 modulus, modulus) before and after. \`inverse\`: 1/modulus mod 2^30 */
export function updateDE(d: usize, e: usize, u: i64, v: i64, q: i64, r: i64, modulus: usize, inverse: i64): void {
  requireLimbs30(d)
  requireLimbs30(e)
  const d0 = load<i64>(d, 0)
  const e0 = load<i64>(e, 0)
  const n0 = load<i64>(modulus, 0)
  const sd = load<i64>(d, 64) >> 63
  const se = load<i64>(e, 64) >> 63
  let m = (u & sd) + (v & se)
  let k = (q & sd) + (r & se)
  let x = u * d0 + v * e0
  let y = q * d0 + r * e0
  m -= (inverse * x + m) & M30
  k -= (inverse * y + k) & M30
  x = (x + n0 * m) >> 30
  y = (y + n0 * k) >> 30
${de.join('\n')}
  store<i64>(d, x, 64)
  store<i64>(e, y, 64)
}
`
  )
}
