/**
 * Reads the functions of assembly/field/pair-arithmetic.ts and computes with all values of their operands at once: each value is a sum of unknown
 * integers with an interval (linear-forms.ts). It fails unless every operation is exact or a rounding whose remainder is computed next, every bit
 * pattern that is summed comes from one known binade, and no sum of patterns that is shifted can cross a multiple of 2^64. It knows nothing of the
 * generator or of its bounds.
 *
 * A rounding leaves a new unknown H with result = middle + unit H, whatever H is, and a remainder within half a unit; a shift leaves a new unknown
 * for the quotient and one for what the mask keeps.
 */
import ts from 'typescript'
import {
  binadeOf,
  constantOf,
  type Form,
  integer,
  integersOf,
  intervalOf,
  isRepresentable,
  minus,
  ofNumber,
  plus,
  shifted,
  times,
  type Unknown,
  unknown,
} from './linear-forms.ts'

/** `bits`: a constant, whose use tells what it is; `number`: in both lanes; `integer`: before it is taken modulo 2^64. */
type Value =
  | { readonly kind: 'bits'; readonly bits: bigint }
  | { readonly kind: 'number'; readonly form: Form }
  | { readonly kind: 'integer'; readonly form: Form }

/** The product and a constant were rounded to the constant + unit (times 2^64) H; the remainder is product - unit H. */
interface Rounding {
  readonly high: Unknown
  readonly unit: bigint
  readonly product: Form
  readonly remainder: Unknown
}

export interface PairFunction {
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: readonly ts.Statement[]
}

export interface PairSource {
  readonly constants: readonly bigint[]
  readonly functions: ReadonlyMap<string, PairFunction>
}

export function readPairSource(text: string): PairSource {
  const file = ts.createSourceFile('pair-arithmetic.ts', text, ts.ScriptTarget.ES2023)
  const list = /memory\.data<u64>\(\[([^\]]*)\]/.exec(text)?.[1] ?? ''
  const functions = file.statements.filter(ts.isFunctionDeclaration).map((statement): [string, PairFunction] => {
    const name = statement.name?.text ?? ''
    const parameters = statement.parameters.map((parameter) => parameter.name.getText(file))
    return [name, { name, parameters, body: [...(statement.body?.statements ?? [])] }]
  })
  return { constants: [...list.matchAll(/0x[0-9a-f]+/g)].map(([word]) => BigInt(word)), functions: new Map(functions) }
}

const view = new DataView(new ArrayBuffer(8))
function numberOf(bits: bigint): number {
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

const WORD = 1n << 64n

function fail(why: string): never {
  throw new Error(why)
}

/** of a quotient by a positive number */
function ceiling(n: bigint, by: bigint): bigint {
  const quotient = n / by
  return quotient * by < n ? quotient + 1n : quotient
}

/** One run of a function over operands `name` -> their five limbs. */
export class PairProof {
  readonly #source: PairSource
  readonly #operands: ReadonlyMap<string, readonly Unknown[]>
  readonly #values = new Map<string, Value>()
  readonly #stored: Form[] = []
  readonly #roundings: Rounding[] = []
  /** of a product of two unknowns, by their names */
  readonly #products = new Map<string, Unknown>()
  /** of an integer that is shifted: its quotient, and the integer less its multiple of 2^64 */
  readonly #quotients = new Map<Form, { readonly by: bigint; readonly quotient: Unknown; readonly word: Form }>()
  #count = 0

  constructor(source: PairSource, operands: ReadonlyMap<string, readonly Unknown[]>) {
    this.#source = source
    this.#operands = operands
  }

  /** The five limbs that the function stores. */
  run(name: string): readonly Form[] {
    const of = this.#source.functions.get(name) ?? fail(`there is no ${name}`)
    for (const statement of of.body) {
      try {
        this.#statement(statement)
      } catch (cause) {
        throw new Error(`${name}: ${String(cause)}`, { cause })
      }
    }
    if (this.#stored.length !== 5) fail(`${name} stores ${this.#stored.length} limbs`)
    return this.#stored
  }

  /** The unknown that stands for a product, of a square's for i <= j. */
  product(a: Unknown, b: Unknown): Unknown {
    const key = [a.name, b.name].sort().join(' ')
    const known = this.#products.get(key)
    if (known !== undefined) return known
    const ends = [a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most]
    const [least, most] = [ends.reduce((x, y) => (x < y ? x : y)), ends.reduce((x, y) => (x > y ? x : y))]
    const made = { name: key, least, most }
    this.#products.set(key, made)
    return made
  }

  #fresh(what: string, least: bigint, most: bigint, means?: Form): Unknown {
    const name = `${what}${this.#count++}`
    return means === undefined ? { name, least, most } : { name, least, most, means }
  }

  #statement(statement: ts.Statement): void {
    if (ts.isVariableStatement(statement)) {
      const [declared] = statement.declarationList.declarations
      if (declared?.initializer === undefined || !ts.isIdentifier(declared.name)) fail('a declaration without a value')
      this.#values.set(declared.name.text, this.#value(declared.initializer))
      return
    }
    if (!ts.isExpressionStatement(statement)) fail('an unknown statement')
    const { expression } = statement
    if (ts.isBinaryExpression(expression) && ts.isIdentifier(expression.left)) {
      if (expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) fail('an unknown assignment')
      this.#values.set(expression.left.text, this.#value(expression.right))
      return
    }
    const [operation, operands] = this.#call(expression)
    if (operation !== 'v128.store') fail(`${operation} as a statement`)
    const [to, value, offset] = operands
    if (to === undefined || value === undefined || offset === undefined || !ts.isIdentifier(to)) fail('an unknown store')
    const form = this.#value(value)
    if (to.text === 'TEMP_PAIR') return
    if (to.text !== 'r' || Number(this.#literal(offset)) !== 16 * this.#stored.length) fail('stores out of order')
    this.#stored.push(this.#number(form))
  }

  #call(expression: ts.Expression): readonly [string, readonly ts.Expression[]] {
    if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) fail('an unknown expression')
    const { expression: room, name } = expression.expression
    return [`${ts.isIdentifier(room) ? room.text : ''}.${name.text}`, expression.arguments]
  }

  #literal(expression: ts.Expression): bigint {
    return ts.isNumericLiteral(expression) ? BigInt(expression.text) : fail('not a literal')
  }

  #value(expression: ts.Expression): Value {
    if (ts.isIdentifier(expression)) return this.#values.get(expression.text) ?? fail(`${expression.text} has no value`)
    const [operation, operands] = this.#call(expression)
    const at = (i: number): ts.Expression => operands[i] ?? fail(`${operation} without operand ${i}`)
    const number = (i: number): Form => this.#number(this.#value(at(i)))
    const whole = (i: number): Form => this.#integer(this.#value(at(i)))
    switch (operation) {
      case 'v128.load':
        return this.#load(at(0), Number(this.#literal(at(1))))
      case 'f64x2.add':
        return this.#exact(plus(number(0), number(1)))
      case 'f64x2.sub':
        return this.#exact(minus(number(0), number(1)))
      case 'f64x2.relaxed_madd':
        return this.#multiplyAdd(number(0), number(1), number(2))
      case 'i64x2.add':
        return { kind: 'integer', form: plus(whole(0), whole(1)) }
      case 'i64x2.shr_u':
        return { kind: 'integer', form: unknown(this.#divided(whole(0), this.#literal(at(1))).quotient) }
      case 'v128.and':
        return this.#masked(whole(0), this.#value(at(1)))
      case 'v128.or':
        return this.#asNumber(whole(0), this.#value(at(1)))
      default:
        return fail(`${operation} is unknown`)
    }
  }

  #load(from: ts.Expression, offset: number): Value {
    const name = ts.isIdentifier(from) ? from.text : fail('an unknown address')
    if (name === 'CONSTANTS') {
      const [first, second] = [this.#source.constants[offset / 8], this.#source.constants[offset / 8 + 1]]
      return first !== undefined && first === second ? { kind: 'bits', bits: first } : fail(`no constant at ${offset}`)
    }
    // r may be any operand
    if (offset < 16 * this.#stored.length) fail('a limb is loaded after it was stored')
    const limb = this.#operands.get(name)?.[offset / 16] ?? fail(`no limb of ${name} at ${offset}`)
    return { kind: 'number', form: unknown(limb) }
  }

  #number(value: Value): Form {
    if (value.kind === 'integer') return fail('a pattern is used as a number')
    return value.kind === 'bits' ? ofNumber(numberOf(value.bits)) : value.form
  }

  /** The bits as an integer: those of a number that stays within one binade count its units. */
  #integer(value: Value): Form {
    if (value.kind === 'bits') return integer(value.bits)
    if (value.kind === 'integer') return value.form
    const exponent = binadeOf(intervalOf(value.form)) ?? fail('a number that is summed by its bits may leave its binade')
    const fraction = minus(value.form, constantOf(1n << BigInt(exponent + 64)))
    return plus(shifted(fraction, 52 - exponent), integer(BigInt(exponent + 1023) << 52n))
  }

  #exact(form: Form): Value {
    return isRepresentable(form) ? { kind: 'number', form } : fail('a sum may need more than 53 bits')
  }

  #productForm(x: Form, y: Form): Form {
    if (x.terms.size === 0) return times(y, x.constant)
    if (y.terms.size === 0) return times(x, y.constant)
    const [[a, ca] = fail('no term'), [b, cb] = fail('no term')] = [[...x.terms][0], [...y.terms][0]]
    if (x.terms.size !== 1 || y.terms.size !== 1 || x.constant !== 0n || y.constant !== 0n) fail('a product of sums')
    return times(times(unknown(this.product(a, b)), ca), cb)
  }

  #multiplyAdd(x: Form, y: Form, addend: Form): Value {
    const product = this.#productForm(x, y)
    const sum = plus(product, addend)
    // the remainder of a rounding, computed with the same product
    for (const { high, unit, product: rounded, remainder } of this.#roundings) {
      const left = minus(product, rounded)
      if (addend.terms.get(high) !== -unit || left.terms.size > 0 || left.constant !== 0n) continue
      return this.#exact(plus(unknown(remainder), plus(minus(sum, product), times(unknown(high), unit))))
    }
    if (isRepresentable(sum)) return { kind: 'number', form: sum }
    if (addend.terms.size > 0) fail('a sum is rounded that is not a product and a constant')
    const exponent = binadeOf(intervalOf(sum)) ?? fail('a rounded product may leave its binade')
    const unit = 1n << BigInt(exponent - 52 + 64)
    if (addend.constant % unit !== 0n) fail('the middle of a binade is no multiple of its unit')
    // an integer, as is then the remainder
    integersOf(product)
    const { least, most } = intervalOf(product)
    const high = this.#fresh('H', -ceiling(-least, unit), ceiling(most, unit))
    const half = unit >> 65n
    const remainder = this.#fresh('R', -half, half, minus(product, times(unknown(high), unit)))
    this.#roundings.push({ high, unit, product, remainder })
    return { kind: 'number', form: plus(addend, times(unknown(high), unit)) }
  }

  #divided(form: Form, by: bigint): { readonly quotient: Unknown; readonly word: Form } {
    const known = this.#quotients.get(form)
    if (known !== undefined) return known.by === by ? known : fail('two shifts of one value')
    const { least, most } = integersOf(form)
    const turns = -ceiling(-least, WORD)
    const [low, high] = [least - turns * WORD, most - turns * WORD]
    if (high >= WORD) fail('a sum of patterns may cross a multiple of 2^64')
    const word = minus(form, integer(turns * WORD))
    const made = { by, quotient: this.#fresh('Q', low >> by, high >> by), word }
    this.#quotients.set(form, made)
    return made
  }

  #masked(form: Form, mask: Value): Value {
    if (mask.kind !== 'bits') fail('an unknown mask')
    const by = BigInt(mask.bits.toString(2).length)
    if (mask.bits !== (1n << by) - 1n) fail('a mask with holes')
    const { quotient, word } = this.#divided(form, by)
    const means = minus(word, times(unknown(quotient), 1n << (64n + by)))
    return { kind: 'integer', form: unknown(this.#fresh('M', 0n, mask.bits, means)) }
  }

  /** or with the bits of 2^52 makes a number of an integer below it. */
  #asNumber(form: Form, exponent: Value): Value {
    if (exponent.kind !== 'bits' || numberOf(exponent.bits) !== 2 ** 52) fail('an unknown exponent')
    const { least, most } = integersOf(form)
    if (least < 0n || most >= 1n << 52n) fail('an integer does not fit below an exponent')
    return this.#exact(plus(form, ofNumber(2 ** 52)))
  }
}
