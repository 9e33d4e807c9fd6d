/**
 * The two-lane field is right for every operand within its bounds: a proof by pair-proof.ts over the checked-in functions, from the bounds of reduced
 * limbs alone, that every sum is exact, every bit pattern in its binade, the result what it should be modulo p, and its limbs reduced again, so that
 * chains of any length stay within.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expanded, type Form, integersOf, minus, plus, times, type Unknown, unknown } from './linear-forms.ts'
import { PairProof, readPairSource } from './pair-proof.ts'

const P = (1n << 256n) - (1n << 32n) - 977n
const text = readFileSync(new URL('../../../assembly/field/pair-arithmetic.ts', import.meta.url), 'utf8')

/** The largest |limb| of a reduced element. */
const REDUCED = [(1n << 50n) + (1n << 39n), 1n << 50n, 1n << 50n, 1n << 50n, 1n << 51n]
const PLACES = [0, 1, 2, 3, 4]

/** Five limbs within `magnitude` times the bounds of reduced ones. */
function limbs(name: string, magnitude: bigint, bounds: readonly bigint[]): readonly Unknown[] {
  return bounds.map((bound, i) => ({ name: `${name}${i}`, least: -magnitude * bound, most: magnitude * bound }))
}

type Magnitudes = Readonly<Record<string, bigint>>

interface Claim {
  readonly name: string
  readonly magnitudes: Magnitudes
  /** the result is factor times the product of the stored halves, minus these */
  readonly factor: bigint
  readonly minus: readonly string[]
}

const claim = (name: string, magnitudes: Magnitudes, factor: bigint, ...subtracted: string[]): Claim => ({
  name,
  magnitudes,
  factor,
  minus: subtracted,
})
const CLAIMS: readonly Claim[] = [
  claim('pairMul', { a: 2n, b: 1n }, 2n),
  claim('pairMul', { a: 1n, b: 2n }, 2n),
  claim('pairMulSub', { a: 2n, b: 1n, c: 1n }, 2n, 'c'),
  claim('pairMulSub', { a: 1n, b: 2n, c: 1n }, 2n, 'c'),
  claim('pairSqr', { a: 1n }, 2n),
  claim('pairSqrSub2', { a: 1n, c: 1n, s: 1n }, 2n, 'c', 's'),
  claim('pairSqrTriple', { a: 1n }, 6n),
]

const ONE = 1n << 64n
const weigh = (forms: readonly Form[]): Form =>
  forms.map((form, i) => times(form, ONE << BigInt(51 * i))).reduce((sum, form) => plus(sum, form))

/** Runs the proof; the names of what does not hold of the result. */
function failures({ name, magnitudes, factor, minus: subtracted }: Claim, source = text, bounds: readonly bigint[] = REDUCED): string[] {
  const operands = new Map(Object.entries(magnitudes).map(([operand, magnitude]) => [operand, limbs(operand, magnitude, bounds)]))
  const proof = new PairProof(readPairSource(source), operands)
  const result = proof.run(name)
  const failed = PLACES.filter((i) => {
    const { least, most } = integersOf(result[i] as Form)
    return least < -(REDUCED[i] ?? 0n) || most > (REDUCED[i] ?? 0n)
  }).map((i) => `limb ${i} is not reduced`)
  const a = operands.get('a') ?? []
  const b = operands.get('b') ?? a
  let wanted = weigh(
    PLACES.map((i) => weigh(PLACES.map((j) => times(unknown(proof.product(a[i] as Unknown, b[j] as Unknown)), factor * ONE)))),
  )
  for (const operand of subtracted) wanted = minus(wanted, weigh((operands.get(operand) ?? []).map(unknown)))
  if (expanded(minus(weigh(result), wanted), P).size > 0) failed.push('the result is another modulo p')
  return failed
}

describe('the two-lane field, for all operands within its bounds', () => {
  it.each(CLAIMS)('$name, magnitudes $magnitudes: exact, right modulo p, and reduced', (one) => {
    expect(failures(one)).toEqual([])
  })

  it.each([
    ['pairSub', { a: 1n, b: 1n }, (a: bigint, b: bigint) => a + b],
    ['pairDouble', { a: 1n }, (a: bigint) => 2n * a],
    ['pairCopy', { a: 1n }, (a: bigint) => a],
  ] as const)('%s: exact, and the bounds add', (name, magnitudes: Magnitudes, bound) => {
    const operands = new Map(Object.entries(magnitudes).map(([operand, magnitude]) => [operand, limbs(operand, magnitude, REDUCED)]))
    for (const [i, form] of new PairProof(readPairSource(text), operands).run(name).entries()) {
      const most = bound(REDUCED[i] ?? 0n, REDUCED[i] ?? 0n)
      expect(integersOf(form)).toEqual({ least: -most, most })
    }
  })

  it('functions are these and no more', () => {
    const proved = [...CLAIMS.map(({ name }) => name), 'pairSub', 'pairDouble', 'pairCopy']
    expect([...readPairSource(text).functions.keys()].sort()).toEqual([...new Set(proved)].sort())
  })
})

/** Changes of the source, where each is wrong, and how the proof sees it. */
const FAULTS: readonly (readonly [string, string, (source: string) => string, RegExp])[] = [
  [
    'the sum of two high parts with both constants, which may leave its binade',
    'pairMul',
    (source) => source.replaceAll('f64x2.add(f64x2.sub(h34, high), f64x2.sub(h43, high))', 'f64x2.sub(f64x2.add(h34, h43), wide)'),
    /more than 53 bits/,
  ],
  [
    'a product of limbs 0 and 4 split like the others',
    'pairMul',
    (source) => source.replaceAll(/(const h04 = .*), v128\.load\(CONSTANTS, 32\)\)/g, '$1, high)'),
    /a rounded product may leave its binade/,
  ],
  [
    'a low part without its constant',
    'pairSqr',
    (source) => source.replaceAll('a2, f64x2.sub(both, h22)', 'a2, f64x2.sub(high, h22)'),
    /summed by its bits may leave its binade/,
  ],
  [
    'a column that begins elsewhere',
    'pairMul',
    (source) => source.replace('let c5 = i64x2.add(v128.load(CONSTANTS, 288)', 'let c5 = i64x2.add(v128.load(CONSTANTS, 80)'),
    /another modulo p/,
  ],
  ['a carry left out', 'pairMul', (source) => source.replaceAll('  c2 = i64x2.add(c2, q1)\n', ''), /another modulo p/],
  [
    'a high part in the wrong column',
    'pairMul',
    (source) => source.replaceAll('c5 = i64x2.add(c5, h22)', 'c6 = i64x2.add(c6, h22)'),
    /another modulo p/,
  ],
  ['no fold into limb 0', 'pairMul', (source) => source.replaceAll(/f64x2\.relaxed_madd\(top, .*, r0\)/g, 'r0'), /another modulo p/],
  [
    'a subtrahend added',
    'pairMulSub',
    (source) =>
      source.replaceAll('f64x2.sub(v128.load(CONSTANTS, 48), v128.load(c, 16))', 'f64x2.add(v128.load(CONSTANTS, 48), v128.load(c, 16))'),
    /another modulo p/,
  ],
  [
    'a limb stored before the operands were read',
    'pairMul',
    (source) => source.replace('  const a4 = v128.load(a, 64)', '  v128.store(r, b0, 0)\n  const a4 = v128.load(a, 0)'),
    /loaded after it was stored/,
  ],
]

describe('the proof refuses', () => {
  it.each(FAULTS)('%s', (_, name, change, why) => {
    const wide = 'const wide = v128.load(CONSTANTS, 32)'
    const changed = change(text.replaceAll('  const high =', `  ${wide}\n  const high =`))
    const one = CLAIMS.find((candidate) => candidate.name === name)
    expect(change(text)).not.toBe(text)
    let message: string
    try {
      message = failures(one as Claim, changed).join('; ')
    } catch (error) {
      message = String(error)
    }
    expect(message).toMatch(why)
  })

  it.each(PLACES)('operands beyond the bound of limb %i, where the bound is all that there is room for', (place) => {
    // limb 0 has room left: see the slack of its products with limb 4
    const beyond = REDUCED.map((bound, i) => (i === place ? bound + (place === 0 ? 1n << 50n : 1n) : bound))
    const refused = CLAIMS.filter((one) => {
      try {
        return failures(one, text, beyond).length > 0
      } catch {
        return true
      }
    })
    expect(refused.length, `limb ${place}`).toBeGreaterThan(0)
  })
})
