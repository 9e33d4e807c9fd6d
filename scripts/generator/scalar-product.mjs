/**
 * Products of scalars without Montgomery form. q = 2^256 - c with c of 129 bits, so that what is above 2^261 folds down as 32 c, of 134 bits, and
 * what is above 2^256 as c. For the small orders of the tests, where no such c is short, the same functions are made of Montgomery steps.
 */
import { assertBound, constantLimbs, header, LIMB, LIMBS, loads, MASK } from './columns.mjs'
import { hex } from './curve.mjs'

const at = (i) => 8 * i
const SHORT = 5

/** Emits lines and follows the largest value of every name. */
class Emitter {
  lines = []
  bounds = new Map()
  largest = 0n

  note(value, what) {
    assertBound(value, what)
    if (value > this.largest) this.largest = value
    return value
  }

  of(name) {
    const bound = this.bounds.get(name)
    if (bound === undefined) throw new Error(`no bound of ${name}`)
    return bound
  }

  /** Columns of terms, carried into limbs `name`0 .. and a last one of what is left. Terms are `[text, bound]`. */
  carry(name, columns) {
    let left = 0n
    columns.forEach((terms, k) => {
      const text = terms.map(([term]) => term).join(' + ')
      const bound = this.note(
        terms.reduce((sum, [, b]) => sum + b, left),
        `${name}${k}`,
      )
      this.lines.push(`  t ${k === 0 ? '=' : '+='} ${text}`)
      this.lines.push(`  const ${name}${k} = t & ${MASK}`, '  t >>= 29')
      this.bounds.set(`${name}${k}`, LIMB - 1n < bound ? LIMB - 1n : bound)
      left = bound >> 29n
    })
    this.lines.push(`  const ${name}${columns.length} = t`)
    this.bounds.set(`${name}${columns.length}`, left)
  }

  term(a, b) {
    return [`${a} * ${b}`, this.of(a) * this.of(b)]
  }

  times(a, constant) {
    return [`${a} * ${hex(constant)}`, this.of(a) * constant]
  }

  alone(a) {
    return [a, this.of(a)]
  }
}

/** Columns of the low nine limbs of `x` plus the limbs from the ninth on (`count` of them) times 32 c. */
function foldHigh(e, x, count, d) {
  const columns = []
  for (let k = 0; k < Math.max(LIMBS, count + SHORT - 1); k++) {
    const terms = k < LIMBS ? [e.alone(`${x}${k}`)] : []
    for (let i = 0; i < count; i++) if (k - i >= 0 && k - i < SHORT) terms.push(e.times(`${x}${LIMBS + i}`, d[k - i]))
    columns.push(terms)
  }
  return columns
}

/** Limbs `from`0 .. 8, of which the last may be large: its bits from 2^256 on fold as c; then `out`0 .. 8, weak. */
function foldTop(e, from, out, c) {
  const large = e.of(`${from}8`)
  e.lines.push(`  const ${out}top = ${from}8 >> 24`)
  e.bounds.set(`${out}top`, large >> 24n)
  e.lines.push(`  const ${out}low = ${from}8 & 0xffffff`)
  e.bounds.set(`${out}low`, (1n << 24n) - 1n)
  const columns = Array.from({ length: 8 }, (_, k) => [e.alone(`${from}${k}`), ...(k < SHORT ? [e.times(`${out}top`, c[k])] : [])])
  columns.push([e.alone(`${out}low`)])
  const last = columns.pop()
  e.carry(out, columns)
  e.lines.push(`  const ${out}last = ${out}8 + ${last[0][0]}`)
  e.bounds.set(`${out}last`, e.of(`${out}8`) + last[0][1])
  if (e.of(`${out}last`) > (1n << 24n) + 1n) throw new Error('a weak scalar must stay below 2 q')
  return Array.from({ length: LIMBS }, (_, k) => (k < 8 ? `${out}${k}` : `${out}last`))
}

const stores = (names) => names.map((name, k) => `  store<i64>(r, ${name}, ${at(k)})`).join('\n')

/** The canonical form of weak limbs: w = x + c reaches 2^256 exactly when x >= q, and w - 2^256 is x - q. */
function canonical(names, c) {
  const lines = []
  names.forEach((name, k) => {
    const constant = k < SHORT ? ` + ${hex(c[k])}` : ''
    lines.push(k === 0 ? `  t = ${name}${constant}` : `  t = ${name}${constant} + (t >> 29)`)
    lines.push(k < 8 ? `  const w${k} = t & ${MASK}` : '  const w8 = t & 0xffffff')
  })
  lines.push('  const over = 0 - (t >> 24)')
  names.forEach((name, k) => {
    lines.push(`  store<i64>(r, ${name} ^ ((${name} ^ w${k}) & over), ${at(k)})`)
  })
  return lines.join('\n')
}

const log2 = (value) => (Math.log2(Number(value)) + 0.005).toFixed(2)

function specialForm(q) {
  const short = (value) => {
    const limbs = constantLimbs(value, LIMBS)
    if (limbs.slice(SHORT).some((limb) => limb !== 0n)) throw new Error('2^261 mod q is not short')
    return limbs.slice(0, SHORT)
  }
  const c = short((1n << 256n) % q)
  const d = short((1n << 261n) % q)
  const operands = (e, name, bound, top) => {
    for (let i = 0; i < LIMBS; i++) e.bounds.set(`${name}${i}`, i < 8 ? bound : top)
  }

  const product = new Emitter()
  operands(product, 'a', 1n << 30n, 1n << 26n)
  operands(product, 'b', LIMB, 1n << 25n)
  product.carry(
    'x',
    Array.from({ length: 17 }, (_, k) =>
      Array.from({ length: LIMBS }, (_, i) => i)
        .filter((i) => k - i >= 0 && k - i < LIMBS)
        .map((i) => product.term(`a${i}`, `b${k - i}`)),
    ),
  )
  product.carry('y', foldHigh(product, 'x', 9, d))
  // the top limb keeps what is above: column 8 is not carried away
  const columns = foldHigh(product, 'y', 5, d)
  const last = columns.pop()
  product.carry('z', columns)
  const sum = product.note(product.of('z8') + last.reduce((total, [, b]) => total + b, 0n), 'z8')
  product.lines.push(`  const v8 = z8 + ${last.map(([text]) => text).join(' + ')}`)
  for (let k = 0; k < 8; k++) product.bounds.set(`v${k}`, product.of(`z${k}`))
  product.bounds.set('v8', sum)
  for (let k = 0; k < 8; k++) product.lines.push(`  const v${k} = z${k}`)
  const weakProduct = foldTop(product, 'v', 's', c)

  const small = new Emitter()
  operands(small, 'a', LIMB, 1n << 25n)
  small.bounds.set('g0', LIMB)
  small.bounds.set('g1', LIMB)
  small.carry(
    'x',
    Array.from({ length: 10 }, (_, k) => [
      ...(k < LIMBS ? [small.term(`a${k}`, 'g0')] : []),
      ...(k > 0 ? [small.term(`a${k - 1}`, 'g1')] : []),
    ]),
  )
  const smallColumns = foldHigh(small, 'x', 2, d)
  const smallLast = smallColumns.pop()
  small.carry('z', smallColumns)
  small.lines.push(`  const v8 = z8 + ${smallLast.map(([text]) => text).join(' + ')}`)
  small.bounds.set('v8', small.of('z8') + smallLast.reduce((total, [, b]) => total + b, 0n))
  for (let k = 0; k < 8; k++) {
    small.lines.push(`  const v${k} = z${k}`)
    small.bounds.set(`v${k}`, small.of(`z${k}`))
  }
  const weakSmall = foldTop(small, 'v', 's', c)

  const step = new Emitter()
  const loose = (1n << 46n) + (1n << 30n)
  for (let i = 0; i < LIMBS; i++) step.bounds.set(`a${i}`, i < SHORT ? loose : i < 8 ? LIMB : 1n << 24n)
  operands(step, 'b', LIMB, 1n << 24n)
  step.bounds.set('index', 1n << 16n)
  const stepColumns = Array.from({ length: LIMBS }, (_, k) => [step.term(`a${k}`, 'index'), step.alone(`b${k}`)])
  const stepLast = stepColumns.pop()
  step.carry('x', stepColumns)
  step.lines.push(`  t += ${stepLast.map(([text]) => text).join(' + ')}`, '  const top = t >> 24')
  const top = (step.of('x8') + stepLast.reduce((total, [, b]) => total + b, 0n)) >> 24n
  const folded = Array.from({ length: SHORT }, (_, k) => LIMB + top * c[k])
  if (folded.some((bound) => bound > loose)) throw new Error('a step leaves its own form')

  return `import { requireBelow, requireCanonical, requireLimbs, requireValue } from '../tests/require'

/** r = a b mod q, canonical. Bounds: limbs of a below 2^30, of b below 2^29, a < 2^258, b < 2^257; columns below 2^${log2(product.largest)}. */
export function scalarMul(r: usize, a: usize, b: usize): void {
  requireLimbs(a, 0, 0x40000000)
  requireLimbs(b, 0, 0x20000000)
  requireValue(a, 0, 0x3ffffff)
  requireValue(b, 0, 0x1ffffff)
${loads('a')}
${loads('b')}
  let t: i64 = 0
${product.lines.join('\n')}
${canonical(weakProduct, c)}
  requireCanonical(r)
}

/** r = a small mod q, weak, for a weak a and 0 <= small < 2^58; columns below 2^${log2(small.largest)}. */
export function scalarTimesSmall(r: usize, a: usize, small: i64): void {
  requireLimbs(a, 0, 0x20000000)
  requireValue(a, 0, 0x1ffffff)
  requireBelow(small, 58)
${loads('a')}
  const g0 = small & ${MASK}
  const g1 = small >> 29
  let t: i64 = 0
${small.lines.join('\n')}
${stores(weakSmall)}
  requireLimbs(r, 0, 0x20000000)
  requireValue(r, 0, 0x1000001)
}

/**
 * r = r index + b for 0 <= index < 2^16 and a canonical b, in the form that a step starts from: limbs 0..4 below 2^46 + 2^30, the others below 2^29,
 * the value below 2 q; columns below 2^${log2(step.largest)}. \`scalarNormalise\` ends a row of steps.
 */
export function scalarStep(r: usize, index: i64, b: usize): void {
  requireLimbs(r, 0, ${hex(loose)})
  requireValue(r, 0, 0x1000000)
  requireBelow(index, 16)
  requireCanonical(b)
${loads('a', 'r')}
${loads('b')}
  let t: i64 = 0
${step.lines.slice(0, -2).join('\n')}
${step.lines.slice(-2).join('\n')}
${Array.from({ length: LIMBS }, (_, k) => `  store<i64>(r, ${k < SHORT ? `x${k} + top * ${hex(c[k])}` : k < 8 ? `x${k}` : 't & 0xffffff'}, ${at(k)})`).join('\n')}
}
`
}

/** For orders of a few bits, where products need not be fast. */
const MONTGOMERY = `import { TEMP_SCALAR } from '../memory'
import { R_SQUARED, scalarMontgomery, scalarNormalise } from './multiply'

const PRODUCT: usize = TEMP_SCALAR + 184
const SMALL: usize = TEMP_SCALAR + 256

export function scalarMul(r: usize, a: usize, b: usize): void {
  scalarMontgomery(PRODUCT, a, R_SQUARED)
  scalarMontgomery(PRODUCT, PRODUCT, b)
  scalarNormalise(r, PRODUCT)
}

export function scalarTimesSmall(r: usize, a: usize, small: i64): void {
  memory.fill(SMALL, 0, 72)
  store<i64>(SMALL, small & 0x1fffffff, 0)
  store<i64>(SMALL, small >> 29, 8)
  scalarMul(r, SMALL, a)
}

export function scalarStep(r: usize, index: i64, b: usize): void {
  scalarTimesSmall(r, r, index)
  for (let i: usize = 0; i < 72; i += 8) store<i64>(r + i, load<i64>(r + i) + load<i64>(b + i))
  scalarNormalise(r, r)
}
`

export function scalarProducts({ q }) {
  const head = header(`
Products of scalars modulo the group order q, nine unsigned 29-bit limbs in i64, by folding what is above 2^261 and 2^256. Canonical: below q.
Weak: limbs 0..7 in [0, 2^29), limb 8 at most 2^24 + 1, so that the value is below 2 q. Constant time: no branch, no table.`)
  return head + (q > 1n << 255n ? specialForm(q) : MONTGOMERY)
}
