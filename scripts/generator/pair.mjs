/**
 * The base field on two lanes of 64-bit floating-point numbers with a fused multiply-add: x = sum x_i 2^(51 i), five centred integer limbs.
 * The generator proves, while it writes each line, that every sum is exact and that no bit pattern leaves its binade.
 */
import { header } from './columns.mjs'

const K = (1n << 32n) + 977n
const WORD = 1n << 64n

const view = new DataView(new ArrayBuffer(8))
/** The bit pattern of a floating-point number. */
function bits(x) {
  view.setFloat64(0, x)
  return view.getBigUint64(0)
}

/** Middles of binades: sums with a value that stays within have units of 2^51, 2^52 and 1, and as bit patterns they count those units. */
const HIGH = 3 * 2 ** 102
const HIGH_WIDE = 3 * 2 ** 103
const LOW = 1.5 * 2 ** 52
const NARROW_RANGE = 1n << 102n
const WIDE_RANGE = 1n << 103n

/** The largest |limb| of a reduced element, and of the difference of two. */
const SLACK = 1n << 39n
const REDUCED = [(1n << 50n) + SLACK, 1n << 50n, 1n << 50n, 1n << 50n, 1n << 51n]
const DIFFERENCE = REDUCED.map((limb) => 2n * limb)

/** Added before an unsigned shift, which leaves 2^11 of it in the carry; half a unit centres the limb. */
const BIAS = 1n << 62n
const CARRY_BIAS = 1n << 11n
const HALF = 1n << 50n

function assertAtMost(value, most, what) {
  if (value > most) throw new Error(`${what} may reach ${Number(value)}, more than 2^${Math.log2(Number(most))}`)
}

/** Constants come from memory: as immediates they cost an engine without a constant pool several instructions each. */
const table = new Map()
function constant(pattern) {
  const value = ((pattern % WORD) + WORD) % WORD
  if (!table.has(value)) table.set(value, table.size)
  return `v128.load(CONSTANTS, ${16 * table.get(value)})`
}
const number = (x) => constant(bits(x))

/** 1/3 mod 2^64 */
const THIRD = 0xaaaaaaaaaaaaaaabn

class Body {
  lines = []
  /** per column: bound of the value, bit patterns of constants summed in so far (before and after the doubling), whether it has begun */
  columns = Array.from({ length: 8 }, () => ({ bound: 0n, before: 0n, after: 0n, begun: false }))
  doubled = false

  line(text) {
    this.lines.push(`  ${text}`)
  }

  add(k, expression, pattern, bound) {
    const column = this.columns[k]
    column.bound += bound
    column[this.doubled ? 'after' : 'before'] += pattern
    this.line(column.begun ? `c${k} = i64x2.add(c${k}, ${expression})` : `let c${k} = i64x2.add(@FIRST${k}@, ${expression})`)
    column.begun = true
  }

  /** x y into columns i + j and i + j + 1; `bound` of |x y| */
  product(x, y, i, j, bound) {
    const id = `${i}${j}`
    const high = `h${id}`
    if (i === 4 && j === 4) {
      // its low part is added as a number: no constant, so that all of 2^103 is allowed
      assertAtMost(bound, WIDE_RANGE, `product ${id}`)
      this.line(`const ${high} = f64x2.relaxed_madd(${x}, ${y}, ${number(HIGH_WIDE)})`)
      this.line(`const minus44 = f64x2.sub(${number(HIGH_WIDE)}, ${high})`)
      this.line(`const l44 = f64x2.relaxed_madd(${x}, ${y}, minus44)`)
      return
    }
    if (bound > NARROW_RANGE) {
      // units of 2^52: the high part counts twice; the constant of the low part takes a step of its own
      assertAtMost(bound, WIDE_RANGE, `product ${id}`)
      this.line(`const ${high} = f64x2.relaxed_madd(${x}, ${y}, ${number(HIGH_WIDE)})`)
      this.line(`const l${id} = f64x2.relaxed_madd(${x}, ${y}, f64x2.add(f64x2.sub(${number(HIGH_WIDE)}, ${high}), ${number(LOW)}))`)
      this.add(i + j, `l${id}`, bits(LOW), 1n << 51n)
      this.add(i + j + 1, high, bits(HIGH_WIDE), bound >> 52n)
      this.add(i + j + 1, high, bits(HIGH_WIDE), bound >> 52n)
      return
    }
    this.line(`const ${high} = f64x2.relaxed_madd(${x}, ${y}, high)`)
    this.line(`const l${id} = f64x2.relaxed_madd(${x}, ${y}, f64x2.sub(both, ${high}))`)
    this.add(i + j, `l${id}`, bits(LOW), 1n << 50n)
    if (i + j < 7) this.add(i + j + 1, high, bits(HIGH), (bound >> 51n) + 1n)
  }

  /** factor x into columns k and k + 1; `bound` of |factor x| */
  fold(x, factor, k, bound) {
    assertAtMost(bound, NARROW_RANGE, `fold into column ${k}`)
    this.line(`const u${k} = f64x2.relaxed_madd(${x}, ${factor}, high)`)
    this.line(`const v${k} = f64x2.relaxed_madd(${x}, ${factor}, f64x2.sub(both, u${k}))`)
    this.add(k, `v${k}`, bits(LOW), 1n << 50n)
    this.add(k + 1, `u${k}`, bits(HIGH), (bound >> 51n) + 1n)
  }

  /** Column k to a centred limb and a carry; returns the bound of the carry. */
  split(k, limb, carry) {
    const column = this.columns[k]
    if (carry !== null) {
      this.line(`c${k} = i64x2.add(c${k}, ${carry.name})`)
      column.bound += carry.bound
    }
    assertAtMost(column.bound, 1n << 61n, `column ${k}`)
    this.line(`const q${k} = i64x2.shr_u(c${k}, 51)`)
    this.line(`const ${limb} = f64x2.sub(v128.or(v128.and(c${k}, mask), exponent), centre)`)
    return { name: `q${k}`, bound: (column.bound >> 51n) + 1n }
  }

  /** What a column must begin with, so that it ends as value + `wanted` when the patterns of all constants are counted. */
  begin(k, wanted, times) {
    const { before, after } = this.columns[k]
    let first = (((wanted - after) % WORD) + WORD) % WORD
    if (times % 2n === 0n) {
      if (first % 2n === 1n) throw new Error('an odd constant cannot be halved')
      first /= 2n
    }
    if (times === 6n) first *= THIRD
    return constant(first - before)
  }

  text() {
    const times = this.times
    const wanted = [BIAS + HALF, ...Array(3).fill(BIAS + HALF - CARRY_BIAS), BIAS + (1n << 51n) - CARRY_BIAS]
    wanted.push(BIAS + HALF, BIAS + HALF - CARRY_BIAS, BIAS + HALF - CARRY_BIAS)
    let text = this.lines.join('\n')
    for (let k = 0; k < 8; k++) text = text.replace(`@FIRST${k}@`, this.begin(k, wanted[k], k < 5 ? times : 1n))
    return text
  }
}

/**
 * From the product columns to the stored result `times` a b - sum minus, times being 2 or 6. `products` writes them, a row at a time with a store
 * between rows: engines that schedule by data flow alone would begin all rows at once and spill.
 */
function reduction(products, minus, times) {
  const body = new Body()
  body.times = times
  body.line(`const high = ${number(HIGH)}`)
  body.line(`const both = ${number(HIGH + LOW)}`)
  if (HIGH + LOW - HIGH !== LOW) throw new Error('the sum of the constants is not exact')
  const bounds = products(body)
  // product 44's high part, a multiple of 2^52 in column 8: as 2^255 = K / 2 it is K / 2 times an even number in column 4
  body.fold('minus44', number(-Number(K) / 2 ** 52), 4, (K * (bounds.product44 >> 51n)) / 2n)
  body.line(`const mask = ${constant((1n << 51n) - 1n)}`)
  body.line(`const exponent = ${number(2 ** 52)}`)
  body.line(`const centre = ${number(2 ** 52 + 2 ** 50)}`)
  const q5 = body.split(5, 'g0', null)
  const q6 = body.split(6, 'g1', q5)
  const q7 = body.split(7, 'g2', q6)
  // column 8 stays a number: low part of 44, high parts of 34 and 43 (their constants taken off each: the sum of both could leave the binade), carry
  const g3 = (1n << 51n) + 2n * ((bounds.product34 >> 51n) + 1n) + q7.bound
  assertAtMost(g3, 1n << 53n, 'column 8')
  const last = `f64x2.add(l44, f64x2.sub(v128.or(q7, exponent), ${number(2 ** 52 + Number(CARRY_BIAS))}))`
  const [first, second] = bounds.high34
  const sum = second === undefined ? `f64x2.sub(${first}, high)` : `f64x2.add(f64x2.sub(${first}, high), f64x2.sub(${second}, high))`
  body.line(`const g3 = f64x2.relaxed_madd(${sum}, ${number(2 ** -51)}, ${last})`)
  for (let k = 0; k < 5; k++) {
    if (times === 6n) body.line(`const d${k} = i64x2.add(c${k}, c${k})`)
    body.line(times === 6n ? `c${k} = i64x2.add(i64x2.add(d${k}, d${k}), d${k})` : `c${k} = i64x2.add(c${k}, c${k})`)
    body.columns[k].bound *= times
  }
  body.doubled = true
  for (const name of minus) {
    for (let k = 0; k < 5; k++) body.add(k, `f64x2.sub(${number(LOW)}, v128.load(${name}, ${16 * k}))`, bits(LOW), REDUCED[k])
  }
  const factor = (K * times) / 2n
  const folding = number(Number(factor))
  for (const k of [0, 1, 2]) body.fold(`g${k}`, folding, k, factor << 50n)
  body.fold('g3', folding, 3, factor * g3)
  let carry = body.split(0, 'r0', null)
  for (const k of [1, 2, 3]) carry = body.split(k, `r${k}`, carry)
  // what column 4 holds above 2^52 is a multiple of 2^256 = K: it goes to limb 0, which is the only one with slack
  body.line(`c4 = i64x2.add(c4, ${carry.name})`)
  const top = ((body.columns[4].bound + carry.bound) >> 52n) + 1n
  assertAtMost(top * K, SLACK, 'the fold into limb 0')
  body.line(`const top = f64x2.sub(v128.or(i64x2.shr_u(c4, 52), exponent), ${number(2 ** 52 + Number(BIAS >> 52n))})`)
  body.line(`const r4 = f64x2.sub(v128.or(v128.and(c4, ${constant((1n << 52n) - 1n)}), exponent), ${number(2 ** 52 + 2 ** 51)})`)
  body.line(`v128.store(r, f64x2.relaxed_madd(top, ${number(Number(K))}, r0), 0)`)
  for (let k = 1; k < 5; k++) body.line(`v128.store(r, r${k}, ${16 * k})`)
  return body.text()
}

const max = (a, b) => (a > b ? a : b)
const loads = (name) => (body) => {
  for (let j = 0; j < 5; j++) body.line(`const ${name}${j} = v128.load(${name}, ${16 * j})`)
}
const barrier = (body, i) => {
  if (i < 4) body.line(`v128.store(TEMP_PAIR, c${i}, ${16 * i})`)
}

function product(name, doc, minus) {
  const body = reduction(
    (body) => {
      const bound = (i, j) => max(REDUCED[i] * DIFFERENCE[j], DIFFERENCE[i] * REDUCED[j])
      loads('b')(body)
      for (let i = 0; i < 5; i++) {
        body.line(`const a${i} = v128.load(a, ${16 * i})`)
        for (let j = 0; j < 5; j++) body.product(`a${i}`, `b${j}`, i, j, bound(i, j))
        barrier(body, i)
      }
      return { product34: bound(3, 4), product44: bound(4, 4), high34: ['h34', 'h43'] }
    },
    minus,
    2n,
  )
  return emit(name, ['r', 'a', 'b', ...minus], doc, checks('  requirePairProduct(a, b, 200)', minus) + body)
}

function square(name, doc, minus, times = 2n) {
  const body = reduction(
    (body) => {
      loads('a')(body)
      for (let i = 0; i < 5; i++) {
        body.product(`a${i}`, `a${i}`, i, i, REDUCED[i] ** 2n)
        if (i < 4) body.line(`const e${i} = f64x2.add(a${i}, a${i})`)
        for (let j = i + 1; j < 5; j++) body.product(`e${i}`, `a${j}`, i, j, 2n * REDUCED[i] * REDUCED[j])
        barrier(body, i)
      }
      return { product34: REDUCED[3] * REDUCED[4], product44: REDUCED[4] ** 2n, high34: ['h34'] }
    },
    minus,
    times,
  )
  return emit(name, ['r', 'a', ...minus], doc, checks('  requirePairMagnitude(a, 100)', minus) + body)
}

/** What the bounds of the operands rest on, checked at run time in a build for tests. */
function checks(first, minus) {
  return [first, ...minus.map((name) => `  requirePairMagnitude(${name}, 100)`), ''].join('\n')
}

function emit(name, parameters, doc, body) {
  return `/** ${doc} */
export function ${name}(${parameters.map((x) => `${x}: usize`).join(', ')}): void {
${body}
}
`
}

function linear(name, doc, parameters, expression) {
  const lines = Array.from({ length: 5 }, (_, i) => `  v128.store(r, ${expression(i)}, ${16 * i})`)
  return emit(name, ['r', ...parameters], doc, lines.join('\n'))
}

export function pairArithmetic() {
  table.clear()
  const load = (name, i) => `v128.load(${name}, ${16 * i})`
  const functions = [
    product('pairMul', 'r = a b, for m(a) m(b) <= 2', []),
    product('pairMulSub', 'r = a b - c, for m(a) m(b) <= 2 and a reduced c', ['c']),
    square('pairSqr', 'r = a^2, a reduced', []),
    square('pairSqrSub2', 'r = a^2 - c - s, all reduced', ['c', 's']),
    square('pairSqrTriple', 'r = 3 a^2, a reduced', [], 6n),
    linear('pairSub', 'r = a - b, m(r) = m(a) + m(b)', ['a', 'b'], (i) => `f64x2.sub(${load('a', i)}, ${load('b', i)})`),
    linear('pairDouble', 'r = 2 a, m(r) = 2 m(a)', ['a'], (i) => `f64x2.add(${load('a', i)}, ${load('a', i)})`),
    linear('pairCopy', 'r = a', ['a'], (i) => load('a', i)),
  ]
  const words = [...table.keys()].map((value) => `0x${value.toString(16)}`)
  const rows = words.map((word) => `  ${word}, ${word},`)
  return `${header(`
The base field on two lanes, for public values: five limbs of 16 bytes, the first number of each belonging to one element and the second to
another. x is stored as x / 2 mod p = sum x_i 2^(51 i) in integer-valued numbers; the stored form of a b is twice the product of the stored forms, and as
2^255 = (2^32 + 977) / 2 what is above column 4 folds by a whole factor.
m(x) = 1 for a *reduced* element: |x_1|, |x_2|, |x_3| <= 2^50, |x_4| <= 2^51, |x_0| <= 2^50 + 2^39; the difference of two has m = 2.
A product of limbs up to 2^102 is h + l with h = fma(a, b, 3 2^102), a multiple of 2^51, and l = fma(a, b, 3 2^102 + 3 2^51 - h), both exact by one
rounding; their bit patterns count units and are summed as integers, less the patterns of the constants. Products of limbs 0 and 4 can exceed
2^102 by the slack of limb 0 and are split at 2^52. r may alias any operand. An engine whose multiply-add rounds twice must not run this.`)}import { requirePairMagnitude, requirePairProduct } from '../tests/require'

import { TEMP_PAIR } from '../memory'

const CONSTANTS: usize = memory.data<u64>([
${rows.join('\n')}
], 16)

${functions.join('\n')}`
}
