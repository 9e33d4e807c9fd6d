/**
 * Sums of unknown integers with fractions of two as coefficients, and the interval such a sum lies in: what pair-proof.ts computes with in place of
 * numbers. Coefficients and bounds are fractions n / 2^64.
 */
const POINT = 64n
const ONE = 1n << POINT

/** An unknown integer in [least, most]; `means` the sum that it was introduced for, where it stands for one. */
export interface Unknown {
  readonly name: string
  readonly least: bigint
  readonly most: bigint
  readonly means?: Form
}

/** constant + sum of coefficient times unknown, numbers times 2^64 */
export interface Form {
  readonly constant: bigint
  readonly terms: ReadonlyMap<Unknown, bigint>
}

/** times 2^64 */
export interface Interval {
  readonly least: bigint
  readonly most: bigint
}

export const constantOf = (scaled: bigint): Form => ({ constant: scaled, terms: new Map() })
export const integer = (n: bigint): Form => constantOf(n << POINT)
export const unknown = (of: Unknown): Form => ({ constant: 0n, terms: new Map([[of, ONE]]) })

/** Of a number that is n / 2^64. */
export function ofNumber(x: number): Form {
  const scaled = x * 2 ** 64
  if (!Number.isInteger(scaled) || scaled / 2 ** 64 !== x) throw new Error(`${x} is no fraction over 2^64`)
  return constantOf(BigInt(scaled))
}

export function plus(a: Form, b: Form): Form {
  const terms = new Map(a.terms)
  for (const [of, coefficient] of b.terms) {
    const sum = (terms.get(of) ?? 0n) + coefficient
    if (sum === 0n) terms.delete(of)
    else terms.set(of, sum)
  }
  return { constant: a.constant + b.constant, terms }
}

function exactly(product: bigint): bigint {
  if (product % ONE !== 0n) throw new Error('a coefficient is no fraction over 2^64')
  return product / ONE
}

/** factor: times 2^64 */
export function times(a: Form, factor: bigint): Form {
  return {
    constant: exactly(a.constant * factor),
    terms: new Map([...a.terms].map(([of, coefficient]) => [of, exactly(coefficient * factor)])),
  }
}

export const minus = (a: Form, b: Form): Form => plus(a, times(b, -ONE))

/** 2^exponent a, a negative exponent too */
export function shifted(a: Form, exponent: number): Form {
  return times(a, exponent < 0 ? ONE >> BigInt(-exponent) : ONE << BigInt(exponent))
}

export function intervalOf(a: Form): Interval {
  let [least, most] = [a.constant, a.constant]
  for (const [of, coefficient] of a.terms) {
    const ends = [coefficient * of.least, coefficient * of.most] as const
    least += coefficient < 0n ? ends[1] : ends[0]
    most += coefficient < 0n ? ends[0] : ends[1]
  }
  return { least, most }
}

/** The interval in integers; the form must take no other values. */
export function integersOf(a: Form): Interval {
  for (const n of [a.constant, ...a.terms.values()]) exactly(n)
  const { least, most } = intervalOf(a)
  return { least: exactly(least), most: exactly(most) }
}

/** Every value is a multiple of 2^this: counted from 2^-64. */
function granularity(a: Form): number {
  const all = [a.constant, ...a.terms.values()].reduce((sum, n) => sum | n, 0n)
  if (all === 0n) return 1024
  let zeros = 0
  for (let rest = all; (rest & 1n) === 0n; rest >>= 1n) zeros++
  return zeros
}

/** A number of 53 bits holds every value of the form: it is a multiple of 2^g and at most 2^(g + 53). */
export function isRepresentable(a: Form): boolean {
  const { least, most } = intervalOf(a)
  const limit = 1n << BigInt(granularity(a) + 53)
  return least >= -limit && most <= limit
}

/** e, where all values lie in [2^e, 2^(e + 1)], the upper end included; null if there is none. */
export function binadeOf({ least, most }: Interval): number | null {
  if (least <= 0n) return null
  const exponent = least.toString(2).length - 1
  return most <= 1n << BigInt(exponent + 1) ? exponent - Number(POINT) : null
}

/** The form with every unknown replaced that stands for a sum, its numbers modulo p. */
export function expanded(a: Form, p: bigint): ReadonlyMap<Unknown | null, bigint> {
  const inverse = powerOfHalf(Number(POINT), p)
  const sums = new Map<Unknown | null, bigint>()
  const add = (of: Unknown | null, coefficient: bigint): void => {
    sums.set(of, ((((sums.get(of) ?? 0n) + coefficient) % p) + p) % p)
  }
  const walk = (form: Form, factor: bigint): void => {
    add(null, factor * form.constant * inverse)
    for (const [of, coefficient] of form.terms) {
      const product = (factor * coefficient * inverse) % p
      if (of.means === undefined) add(of, product)
      else walk(of.means, product)
    }
  }
  walk(a, 1n)
  return new Map([...sums].filter(([, coefficient]) => coefficient !== 0n))
}

function powerOfHalf(exponent: number, p: bigint): bigint {
  let out = 1n
  for (let i = 0; i < exponent; i++) out = (out * ((p + 1n) / 2n)) % p
  return out
}
