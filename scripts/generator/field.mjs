/** The base field, p = 2^256 - 2^32 - 977: multiplications with the special-prime reduction, and the limbwise operations. */
import {
  assertBound,
  constantLimbs,
  header,
  LIMB,
  LIMBS,
  limbs,
  loads,
  MASK,
  productColumn,
  productShares,
  reducedBounds,
  squareColumn,
} from './columns.mjs'

export const P = (1n << 256n) - (1n << 32n) - 977n
/** 2^261 = 2^5 (2^32 + 977) mod p: a digit u of column 9 + k is 31264 u in column k and u << 8 in column k + 1 */
const FOLD = 31264n
/** how far limb 2 of a reduced element may be outside [0, 2^29) */
const SPILL = 1n << 14n

/**
 * `columns(k)` for k = 0..16; `minus`: operands subtracted limb by limb before any carry, `{ name, times }`. The digits of the high half
 * overlap instead of carrying along: u_k is the low 29 bits of its column and what is above them in the column before, so no digit waits
 * for a chain of eight. In the low half the sum of the products comes first and the carry is added last, for the same reason.
 */
function reduction(columns, minus) {
  const lines = []
  let largest = 0n
  const note = (bound, what) => {
    assertBound(bound, what)
    if (bound > largest) largest = bound
  }
  const low = (k) => {
    const { text, bound } = columns(k)
    let total = bound
    let expression = text.join(' + ')
    for (const { name, times } of minus) {
      expression += times === 1 ? ` - ${name}${k}` : ` - (${name}${k} << 1)`
      total += BigInt(times) * (k < 8 ? LIMB + (1n << 15n) : 1n << 24n)
    }
    return { expression, bound: total }
  }
  const digits = []
  let above = 0n
  for (let k = 0; k < 8; k++) {
    const { text, bound } = columns(9 + k)
    note(bound, `column ${9 + k}`)
    lines.push(`  const h${k} = ${text.join(' + ')}`)
    lines.push(k === 0 ? `  const u0 = h0 & ${MASK}` : `  const u${k} = (h${k} & ${MASK}) + (h${k - 1} >> 29)`)
    digits.push(LIMB - 1n + above)
    above = (bound >> 29n) + 1n
  }
  lines.push('  const u8 = h7 >> 29')
  digits.push(above)
  let carry = 0n
  for (let k = 0; k < 9; k++) {
    const { expression, bound } = low(k)
    carry += bound + digits[k] * FOLD + (k === 0 ? 0n : digits[k - 1] << 8n)
    note(carry, `column ${k}`)
    if (k === 0) lines.push(`  let lo = ${expression} + u0 * ${FOLD}`)
    else lines.push(`  lo = ${expression} + (u${k} * ${FOLD} + (u${k - 1} << 8) + lo)`)
    if (k === 8) break
    lines.push(`  const r${k} = lo & ${MASK}`, '  lo >>= 29')
    carry = (carry >> 29n) + 1n
  }
  // column 8 is cut at bit 24 (2^256); what is above it, t, folds as 977 t + (t << 32)
  lines.push('  const r8 = lo & 0xffffff', '  lo = (lo >> 24) + (u8 << 13)')
  const top = (carry >> 24n) + 1n + (digits[8] << 13n)
  note(top * 977n + LIMB, 'fold into limb 0')
  lines.push('  const f0 = r0 + lo * 977', '  const f1 = r1 + (lo << 3) + (f0 >> 29)')
  const second = LIMB + top * 8n + ((top * 977n + LIMB) >> 29n) + 1n
  note(second, 'fold into limb 1')
  const spill = (second >> 29n) + 1n
  // Half of what `reducedBounds` allows: the difference of two reduced elements has m = 1, although limb 2 may be negative in one of them.
  if (spill > SPILL) throw new Error(`limb 2 may leave the reduced form by ${spill}`)
  lines.push(`  store<i64>(r, f0 & ${MASK}, 0)`, `  store<i64>(r, f1 & ${MASK}, 8)`, '  store<i64>(r, r2 + (f1 >> 29), 16)')
  for (let i = 3; i < LIMBS; i++) lines.push(`  store<i64>(r, r${i}, ${8 * i})`)
  return { body: lines.join('\n'), largest }
}

function bits(value) {
  return (Math.log2(Number(value)) + 0.005).toFixed(2)
}

function product(name, doc, minus, pairs) {
  const a = limbs('a', 100)
  const b = limbs('b', pairs)
  const { body, largest } = reduction((k) => productColumn(k, a, b), minus)
  const parameters = ['r', 'a', 'b', ...minus.map((m) => m.name)].map((x) => `${x}: usize`).join(', ')
  const operands = ['a', 'b', ...minus.map((m) => m.name)].map((x) => loads(x)).join('\n')
  return `/** ${doc}. Bounds: m(a) m(b) <= ${pairs / 100}${minus.length ? ', the rest reduced' : ''}; columns below 2^${bits(largest)}. */
export function ${name}(${parameters}): void {
  requireProduct(a, b, ${pairs})
${checksOf(minus)}${operands}
${productShares(a, b)}
${body}
  requireReduced(r)
}
`
}

/** The operands that are subtracted must be reduced or the difference of two that are. */
function checksOf(minus) {
  return minus.map((m) => `  requireMagnitude(${m.name}, 100)\n`).join('')
}

function square(name, doc, minus, magnitude, factor = 1) {
  const a = limbs('a', magnitude)
  const { body, largest } = reduction((k) => squareColumn(k, a, factor), minus)
  const parameters = ['r', 'a', ...minus.map((m) => m.name)].map((x) => `${x}: usize`).join(', ')
  const operands = ['a', ...minus.map((m) => m.name)].map((x) => loads(x)).join('\n')
  const doubled = Array.from({ length: 8 }, (_, i) => `  const e${i} = a${i} << 1`)
  const tripled = factor === 3 ? Array.from({ length: LIMBS }, (_, i) => `  const t${i} = a${i} * 3`) : []
  return `/** ${doc}. Bounds: m(a) <= ${magnitude / 100}${minus.length ? ', the rest reduced' : ''}; columns below 2^${bits(largest)}. */
export function ${name}(${parameters}): void {
  requireMagnitude(a, ${magnitude})
${checksOf(minus)}${operands}
${[...doubled, ...tripled].join('\n')}
${body}
  requireReduced(r)
}
`
}

export function fieldMultiplication() {
  const c = { name: 'c', times: 1 }
  return (
    header(`
Multiplication in the base field, p = 2^256 - 2^32 - 977. x = sum x_i 2^(29 i), nine signed limbs in i64.
m(x) = max |limb| / 2^29. Every function returns a *reduced* element: limbs 0, 1, 3..7 in [0, 2^29), limb 2 within 2^14 of that,
limb 8 in [0, 2^24): its value lies in (-2^72, 2^256 + 2^72). The difference of two reduced elements has m = 1 and is a legal operand as
it is. h: high columns, u: their overlapping digits, lo: low columns. A product of differences, (a_j - a_i)(b_i - b_j) = a_i b_j + a_j b_i -
a_i b_i - a_j b_j, may wrap: only a whole column must fit a signed 64-bit integer. r may alias any operand, because stores come last.
Constant time: no branch, no table.`) +
    "import { requireMagnitude, requireProduct, requireReduced } from '../tests/require'\n\n" +
    [
      product('fieldMul', 'r = a b', [], 300),
      product('fieldMulSub', 'r = a b - c', [c], 300),
      square('fieldSqr', 'r = a^2', [], 170),
      square('fieldSqrSub2', 'r = a^2 - c - s', [c, { name: 's', times: 1 }], 100),
      square('fieldSqrSubDouble', 'r = a^2 - 2 c', [{ name: 'c', times: 2 }], 170),
      square('fieldSqrSub1Plus2', 'r = a^2 - c - 2 s', [c, { name: 's', times: 2 }], 100),
      square('fieldSqrTriple', 'r = 3 a^2', [], 100, 3),
    ].join('\n')
  )
}

const each = (line) => Array.from({ length: LIMBS }, (_, i) => `  ${line(i)}`).join('\n')

/** Carries x0..x8 once along, signed; the top limb keeps what is above. */
function ripple(x) {
  return Array.from({ length: 8 }, (_, i) => `  ${x}${i + 1} += ${x}${i} >> 29\n  ${x}${i} &= ${MASK}`).join('\n')
}

export function fieldLinear() {
  const p = constantLimbs(P).map((limb) => `0x${limb.toString(16)}`)
  if (reducedBounds(100)[0] * 64n >= 1n << 60n) throw new Error('normalise: limbs too large')
  const at = (i) => 8 * i
  return (
    header(`
Limbwise operations of the base field and the canonical form. m(x) = max |limb| / 2^29, see multiply.ts.
Constant time: masks are 0 or -1 and selections are made of xor and and.`) +
    `import { requireCanonical, requireMagnitude, requireMask, requireReduced } from '../tests/require'

/** r = a + b, m(r) = m(a) + m(b) */
export function fieldAdd(r: usize, a: usize, b: usize): void {
${each((i) => `store<i64>(r, load<i64>(a, ${at(i)}) + load<i64>(b, ${at(i)}), ${at(i)})`)}
}

/** r = a - b; m(r) = 1 when both are reduced (signed limbs need no multiple of p) */
export function fieldSub(r: usize, a: usize, b: usize): void {
${each((i) => `store<i64>(r, load<i64>(a, ${at(i)}) - load<i64>(b, ${at(i)}), ${at(i)})`)}
}

/** r = -a, m(r) = m(a) */
export function fieldNegate(r: usize, a: usize): void {
${each((i) => `store<i64>(r, 0 - load<i64>(a, ${at(i)}), ${at(i)})`)}
}

/** r = a for mask 0, -a for mask -1 */
export function fieldNegateMasked(r: usize, a: usize, mask: i64): void {
  requireMask(mask)
${each((i) => `store<i64>(r, (load<i64>(a, ${at(i)}) ^ mask) - mask, ${at(i)})`)}
}

/** r = a */
export function fieldCopy(r: usize, a: usize): void {
${each((i) => `store<i64>(r, load<i64>(a, ${at(i)}), ${at(i)})`)}
}

/** r = a where mask is -1, unchanged where it is 0 */
export function fieldSelect(r: usize, a: usize, mask: i64): void {
  requireMask(mask)
${each((i) => `store<i64>(r, load<i64>(r, ${at(i)}) ^ ((load<i64>(r, ${at(i)}) ^ load<i64>(a, ${at(i)})) & mask), ${at(i)})`)}
}

/** r = small, 0 <= small < 2^29 */
export function fieldSet(r: usize, small: i64): void {
  store<i64>(r, small, 0)
${each((i) => `store<i64>(r, 0, ${at(i)})`)
  .split('\n')
  .slice(1)
  .join('\n')}
}

/** All limbs are zero: the marker of infinity (as z or y), not the test for 0 mod p. */
export function fieldIsClear(a: usize): bool {
  return (
    (${Array.from({ length: LIMBS }, (_, i) => `load<i64>(a, ${at(i)})`).join(' | ')}) == 0
  )
}

/** r = a / 2 mod p for a reduced a; m(r) <= 1.5 */
export function fieldHalve(r: usize, a: usize): void {
  requireMagnitude(a, 100)
  const odd = 0 - (load<i64>(a, 0) & 1)
${each((i) => `const x${i} = load<i64>(a, ${at(i)}) + (${p[i]} & odd)`)}
${each((i) => (i < 8 ? `store<i64>(r, (x${i} >> 1) + ((x${i + 1} & 1) << 28), ${at(i)})` : `store<i64>(r, x8 >> 1, 64)`))}
}

/** r = a with the reduced form's bounds, for m(a) <= 64 */
export function fieldCarry(r: usize, a: usize): void {
  requireMagnitude(a, 6400)
${each((i) => `let x${i} = load<i64>(a, ${at(i)})`)}
${ripple('x')}
  const top = x8 >> 24
  x8 &= 0xffffff
  x0 += top * 977
  x1 += (top << 3) + (x0 >> 29)
  x0 &= ${MASK}
  x2 += x1 >> 29
  x1 &= ${MASK}
${each((i) => `store<i64>(r, x${i}, ${at(i)})`)}
  requireReduced(r)
}

/** r = a mod p, canonical in [0, p): for m(a) <= 64 */
export function fieldNormalise(r: usize, a: usize): void {
  requireMagnitude(a, 6400)
${each((i) => `let x${i} = load<i64>(a, ${at(i)})`)}
${ripple('x')}
  // first fold: the value is in (-2^72, 2^256 + 2^72)
  let top = x8 >> 24
  x8 &= 0xffffff
  x0 += top * 977
  x1 += top << 3
${ripple('x')}
  // second fold, top in -1..1: in [0, 2^256)
  top = x8 >> 24
  x8 &= 0xffffff
  x0 += top * 977
  x1 += top << 3
${ripple('x')}
  // x >= p exactly when x + 2^32 + 977 reaches 2^256
  let carry = (x0 + 977) >> 29
  carry = (x1 + 8 + carry) >> 29
${[2, 3, 4, 5, 6, 7].map((i) => `  carry = (x${i} + carry) >> 29`).join('\n')}
  carry = (x8 + carry) >> 24
  x0 += carry * 977
  x1 += carry << 3
${ripple('x')}
  x8 &= 0xffffff
${each((i) => `store<i64>(r, x${i}, ${at(i)})`)}
  requireCanonical(r)
}
`
  )
}
