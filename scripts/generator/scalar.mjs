/** The scalar field: Montgomery multiplication mod q with R = 2^261, and the GLV decomposition over constants. */
import { assertBound, constantLimbs, header, LIMB, LIMBS, loads, MASK } from './columns.mjs'
import { hex, inverse } from './curve.mjs'

const R = 1n << 261n

const at = (i) => 8 * i

/**
 * q in nine digits of which those of all ones are carried on: 2^29 - 1 is -1 and one more in the next, so that the upper half of the group order
 * costs a subtraction and a shift instead of four multiplications.
 */
function sparseDigits(q) {
  const digits = constantLimbs(q)
  for (let i = 1; i < LIMBS - 1; i++) {
    if (digits[i] < LIMB - 1n) continue
    digits[i] -= LIMB
    digits[i + 1] += 1n
  }
  return digits
}

/** `m` times a digit as a term of a sum, with its sign. */
function timesDigit(m, digit) {
  if (digit === 0n) return ''
  if (digit === -1n) return ` - ${m}`
  const power = digit.toString(2)
  if (digit > 1n && /^10*$/.test(power)) return ` + (${m} << ${power.length - 1})`
  return digit < 0n ? ` - ${m} * ${hex(-digit)}` : ` + ${m} * ${hex(digit)}`
}

export function scalarMultiplication({ q: Q }) {
  const q = constantLimbs(Q)
  const digits = sparseDigits(Q)
  const factor = LIMB - inverse(Q, LIMB)
  // limbs of a below 2^30 (an unreduced sum is legal on one side), limbs of b below 2^29 but for the top
  const terms = (k) => Array.from({ length: LIMBS }, (_, i) => i).filter((i) => k - i >= 0 && k - i < LIMBS)
  const lines = []
  let carry = 0n
  let largest = 0n
  for (let k = 0; k < 17; k++) {
    const products = terms(k).map((i) => `a${i} * b${k - i}`)
    let bound = carry + BigInt(products.length) * (1n << 59n)
    let multiples = ''
    for (const i of terms(k).filter((i) => i < k || k >= LIMBS)) {
      multiples += timesDigit(`m${i}`, digits[k - i])
      bound += LIMB * (digits[k - i] < 0n ? -digits[k - i] : digits[k - i])
    }
    lines.push(`  ${k === 0 ? 'let t =' : 't +='} ${products.join(' + ')}${multiples}`)
    if (k < LIMBS) {
      lines.push(`  const m${k} = (t * ${hex(factor)}) & ${MASK}`, `  t = (t + m${k} * ${hex(q[0])}) >> 29`)
      bound += LIMB * q[0]
    } else {
      lines.push(`  const r${k - 9} = t & ${MASK}`, '  t >>= 29')
    }
    assertBound(bound, `Montgomery column ${k}`)
    if (bound > largest) largest = bound
    carry = (bound >> 29n) + 1n
  }
  const double = R % Q
  return (
    header(`
Montgomery multiplication modulo the group order q, R = 2^261, nine unsigned 29-bit limbs in i64.
Weak form: limbs in [0, 2^29), value below 2 q. Constant time: no branch, no table.`) +
    `import { requireCanonical, requireLimbs, requireProductBelow, requireValue } from '../tests/require'

/** R^2 mod q and R mod q, the constants of the way in and out. */
export const R_SQUARED: usize = memory.data<i64>([${constantLimbs((R * R) % Q)
      .map(hex)
      .join(', ')}])
export const R_ONE: usize = memory.data<i64>([${constantLimbs(double).map(hex).join(', ')}])

/** r = a b / R mod q, weak. Bounds: limbs of a below 2^30, of b below 2^29, a b < 2^261 q; columns below 2^${(Math.log2(Number(largest)) + 0.005).toFixed(2)}. */
export function scalarMontgomery(r: usize, a: usize, b: usize): void {
  requireLimbs(a, 0, 0x40000000)
  requireLimbs(b, 0, 0x20000000)
  requireProductBelow(a, b, ${Number(R * Q)})
${loads('a')}
${loads('b')}
${lines.join('\n')}
${Array.from({ length: 8 }, (_, i) => `  store<i64>(r, r${i}, ${at(i)})`).join('\n')}
  store<i64>(r, t, 64)
  requireLimbs(r, 0, 0x20000000)
}

/** r = a mod q, canonical, for limbs of a in (-2^48, 2^48) and a value in [0, 4 q) */
export function scalarNormalise(r: usize, a: usize): void {
  requireLimbs(a, -0x1000000000000, 0x1000000000000)
  requireValue(a, 0, 0x3ffffff)
${Array.from({ length: LIMBS }, (_, i) => `  let x${i} = load<i64>(a, ${at(i)})`).join('\n')}
${Array.from({ length: 8 }, (_, i) => `  x${i + 1} += x${i} >> 29\n  x${i} &= ${MASK}`).join('\n')}
${Array.from({ length: 8 }, (_, i) => `  let y${i}: i64 = 0`).join('\n')}
  let y8: i64 = 0
  let keep: i64 = 0
  for (let round = 0; round < 3; round++) {
    y0 = x0 - ${hex(q[0])}
${Array.from({ length: 8 }, (_, i) => `    y${i + 1} = x${i + 1} - ${hex(q[i + 1])} + (y${i} >> 29)\n    y${i} &= ${MASK}`).join('\n')}
    keep = y8 >> 63
${Array.from({ length: LIMBS }, (_, i) => `    x${i} = y${i} ^ ((y${i} ^ x${i}) & keep)`).join('\n')}
  }
${Array.from({ length: LIMBS }, (_, i) => `  store<i64>(r, x${i}, ${at(i)})`).join('\n')}
}

/** -1 when the canonical limbs at a (< 2^256) are below q, 0 otherwise */
export function scalarInRange(a: usize): i64 {
  requireCanonical(a)
  let t = load<i64>(a, 0) - ${hex(q[0])}
${Array.from({ length: 8 }, (_, i) => `  t = load<i64>(a, ${at(i + 1)}) - ${hex(q[i + 1])} + (t >> 29)`).join('\n')}
  return t >> 63
}

/** r = q - a for a canonical a, in 1..q */
export function scalarComplement(r: usize, a: usize): void {
  requireCanonical(a)
  let t = ${hex(q[0])} - load<i64>(a, 0)
  store<i64>(r, t & ${MASK}, 0)
${Array.from(
  { length: 8 },
  (_, i) => `  t = ${hex(q[i + 1])} - load<i64>(a, ${at(i + 1)}) + (t >> 29)\n  store<i64>(r, t & ${MASK}, ${at(i + 1)})`,
).join('\n')}
}
`
  )
}

export function scalarSplit({ q, lambda, a1, minusB1, shift }) {
  const a2 = a1 + minusB1
  if ((a1 - minusB1 * lambda) % q !== 0n || (a2 + a1 * lambda) % q !== 0n) throw new Error('not a basis of the GLV lattice')
  const round = (a) => {
    const g = ((a << BigInt(shift)) + q / 2n) / q
    if (g >= 1n << 261n) throw new Error('the rounding constant does not fit nine limbs')
    return g
  }
  const column = Math.floor(shift / 29)
  const low = shift % 29
  const mulShift = (name, g) => {
    const limbsOfG = constantLimbs(g)
    const lines = []
    for (let k = 0; k < 17; k++) {
      const products = []
      for (let i = 0; i < LIMBS; i++) if (k - i >= 0 && k - i < LIMBS) products.push(`k${i} * ${hex(limbsOfG[k - i])}`)
      lines.push(`  ${k === 0 ? 't =' : 't +='} ${products.join(' + ')}`)
      // bit 384 is bit 7 of column 13; rounding adds bit 383
      if (k === column) lines.push(`  t += ${2 ** (low - 1)}`)
      if (k >= column && k < column + 4) lines.push(`  const ${name}w${k - column} = t & ${MASK}`)
      lines.push('  t >>= 29')
      if (k === column + 3) break
    }
    const shifted = Array.from({ length: 5 }, (_, i) =>
      i < 4
        ? i === 3
          ? `  const ${name}3 = (${name}w3 >> ${low}) | ((t << ${29 - low}) & ${MASK})`
          : `  const ${name}${i} = (${name}w${i} >> ${low}) | ((${name}w${i + 1} << ${29 - low}) & ${MASK})`
        : `  const ${name}4 = t >> ${low}`,
    )
    return [...lines, ...shifted].join('\n')
  }
  // results are below 2^128 in absolute value: five limbs (145 bits), two's complement, are exact
  const combine = (name, start, terms) => {
    const lines = []
    for (let k = 0; k < 5; k++) {
      const parts = start ? [`${start}${k}`] : []
      for (const { sign, c, value } of terms) {
        const v = constantLimbs(value, 5)
        for (let i = 0; i <= k; i++) if (v[k - i] !== 0n) parts.push(`${sign} ${c}${i} * ${hex(v[k - i])}`)
      }
      let text = parts.join(' ')
      if (text.startsWith('+ ')) text = text.slice(2)
      if (text.startsWith('- ')) text = `0 ${text}`
      lines.push(`  ${k === 0 ? 't =' : 't +='} ${text}`)
      lines.push(k < 4 ? `  const ${name}${k} = t & ${MASK}\n  t >>= 29` : `  const ${name}4 = (t << 35) >> 35`)
    }
    return lines.join('\n')
  }
  const magnitude = (name, offset) => `  const ${name}n = ${name}4 >> 63
  t = (${name}0 ^ ${name}n) - ${name}n
  const ${name}a0 = t & ${MASK}
${[1, 2, 3, 4].map((i) => `  t = (${name}${i} ^ ${name}n) - ${name}n + (t >> 29)\n  const ${name}a${i} = t & ${MASK}`).join('\n')}
  store<i64>(r, ${name}a0 | (${name}a1 << 29) | (${name}a2 << 58), ${offset})
  store<i64>(r, (${name}a2 >> 6) | (${name}a3 << 23) | (${name}a4 << 52), ${offset + 8})
  store<i64>(r, ${name}n, ${offset + 16})`
  return (
    header(`
The GLV decomposition k = k1 + k2 lambda mod q with |k1|, |k2| < 2^128 (Gallant, Lambert, Vanstone, CRYPTO 2001; rounding constants
round(2^384 b / q) and the bound as in libsecp256k1's scalar_split_lambda). Constant time.`) +
    `import { requireCanonical } from '../tests/require'

/** k canonical -> r: |k1| (two u64 words, low first), sign mask of k1 (0 or -1), |k2|, sign mask of k2: 48 bytes */
export function scalarSplit(r: usize, k: usize): void {
  requireCanonical(k)
${loads('k')}
  let t: i64 = 0
  // c = round(k a1 / q), e = round(k (-b1) / q): columns below 9 * 2^58 + 2^34 < 2^62
${mulShift('c', round(a1))}
${mulShift('e', round(minusB1))}
  // k1 = k - c a1 - e a2
${combine('x', 'k', [
  { sign: '-', c: 'c', value: a1 },
  { sign: '-', c: 'e', value: a2 },
])}
  // k2 = c (-b1) - e b2, b2 = a1
${combine('y', '', [
  { sign: '+', c: 'c', value: minusB1 },
  { sign: '-', c: 'e', value: a1 },
])}
${magnitude('x', 0)}
${magnitude('y', 24)}
}
`
  )
}
