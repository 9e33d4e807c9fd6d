/** Calls that every back end must refuse, made by spoiling one argument of a good call: each with the field that the error has to name. */
import { concatBytes } from '../../src/bytes.ts'
import type { KernelOperation } from '../../src/kernel/contract.ts'
import { createBaselineKernel, type Kernel } from '../../src/kernel/index.ts'
import { encodeXY } from './inputs.ts'
import { FIELD_PRIME, GROUP_ORDER, toBytes } from './noble.ts'

export interface Refusal {
  readonly operation: KernelOperation
  readonly title: string
  readonly args: readonly unknown[]
  readonly field: string
}

type Kind =
  | 'scalars'
  | 'loose scalars'
  | 'points'
  | 'loose points'
  | 'compressed'
  | 'signatures'
  | 'flags'
  | 'scalar'
  | 'count'
  | 'index'
  | 'indices'
  | 'suite'

/** `loose`: a Mask answers for the values, so only types and sizes are refused. */
interface Parameter {
  readonly name: string
  readonly kind: Kind
  /** the first batch sets the count that later batches must have */
  readonly first?: boolean
}

const ITEM_BYTES: Readonly<Partial<Record<Kind, number>>> = {
  scalars: 32,
  'loose scalars': 32,
  points: 64,
  'loose points': 64,
  compressed: 33,
  signatures: 64,
  flags: 1,
}

interface Operation {
  readonly operation: KernelOperation
  readonly parameters: readonly Parameter[]
  readonly good: readonly unknown[]
  /** the arguments are the keys of one object */
  readonly named?: true
}

export const baseline: Kernel = createBaselineKernel()
const SCALARS = concatBytes(toBytes(2n), toBytes(3n), toBytes(GROUP_ORDER - 1n))
const POINTS = baseline.baseMulVar(SCALARS)
const COMPRESSED = baseline.compress(POINTS)
const ITEMS = 3

function parameter(name: string, kind: Kind, first?: true): Parameter {
  return first === undefined ? { name, kind } : { name, kind, first }
}

const scalarsOnly = (operation: 'baseMul' | 'baseMulVar' | 'scalarInvert', name: string): Operation => ({
  operation,
  parameters: [parameter(name, 'scalars', true)],
  good: [SCALARS],
})
const pair = (operation: 'scalarAdd' | 'scalarMul'): Operation => ({
  operation,
  parameters: [parameter('a', 'scalars', true), parameter('b', 'scalars')],
  good: [SCALARS, SCALARS],
})
const product = (operation: 'mul' | 'mulVar'): Operation => ({
  operation,
  parameters: [parameter('points', 'points', true), parameter('scalars', 'scalars')],
  good: [POINTS, SCALARS],
})

export const OPERATIONS: readonly Operation[] = [
  scalarsOnly('baseMul', 'scalars'),
  scalarsOnly('baseMulVar', 'scalars'),
  scalarsOnly('scalarInvert', 'a'),
  pair('scalarAdd'),
  pair('scalarMul'),
  product('mul'),
  product('mulVar'),
  {
    operation: 'msmVar',
    parameters: [parameter('points', 'points', true), parameter('scalars', 'scalars'), parameter('g', 'scalar')],
    good: [POINTS, SCALARS, toBytes(7n)],
  },
  { operation: 'sum', parameters: [parameter('points', 'points', true), parameter('columns', 'count')], good: [POINTS, 1] },
  {
    operation: 'evaluateInExponent',
    parameters: [parameter('commitments', 'points', true), parameter('t', 'index'), parameter('indices', 'indices')],
    good: [POINTS, 3, [1, 2]],
  },
  {
    operation: 'verifyShares',
    parameters: [
      parameter('commitments', 'loose points', true),
      parameter('t', 'index'),
      parameter('index', 'index'),
      parameter('shares', 'loose scalars'),
    ],
    good: [POINTS, 1, 5, SCALARS],
  },
  {
    operation: 'evaluatePolynomial',
    parameters: [parameter('coefficients', 'scalars', true), parameter('indices', 'indices')],
    good: [SCALARS, [1, 2]],
  },
  { operation: 'lagrange', parameters: [parameter('indices', 'indices')], good: [[1, 2]] },
  {
    operation: 'signatureShares',
    named: true,
    parameters: [
      parameter('hiding', 'scalars', true),
      parameter('binding', 'scalars'),
      parameter('bindingFactors', 'scalars'),
      parameter('negate', 'flags'),
      parameter('multipliers', 'scalars'),
      parameter('share', 'scalar'),
    ],
    good: [SCALARS, SCALARS, SCALARS, Uint8Array.of(0, 1, 0), SCALARS, toBytes(9n)],
  },
  {
    operation: 'verifySignatureShares',
    named: true,
    parameters: [
      parameter('shares', 'loose scalars', true),
      parameter('noncePoints', 'loose points'),
      parameter('verifyingShares', 'loose points'),
      parameter('multipliers', 'scalars'),
    ],
    good: [SCALARS, POINTS, POINTS, SCALARS],
  },
  {
    operation: 'verifySignatures',
    named: true,
    parameters: [
      parameter('suite', 'suite'),
      parameter('publicKeys', 'compressed', true),
      parameter('challenges', 'scalars'),
      parameter('signatures', 'signatures'),
    ],
    good: ['bip340', COMPRESSED, SCALARS, POINTS],
  },
  { operation: 'checkPoints', parameters: [parameter('points', 'loose points', true)], good: [POINTS] },
  { operation: 'compress', parameters: [parameter('points', 'points', true)], good: [POINTS] },
  { operation: 'decompress', parameters: [parameter('points', 'compressed', true)], good: [COMPRESSED] },
]

/** The arguments as the operation takes them. */
export function asCall({ named, parameters }: Operation, values: readonly unknown[]): readonly unknown[] {
  return named === undefined ? values : [Object.fromEntries(parameters.map(({ name }, i) => [name, values[i]]))]
}

type Spoilt = readonly [title: string, value: unknown, suffix?: string]

const NOT_BYTES: readonly Spoilt[] = [
  ['null', null],
  ['a string', 'ff'.repeat(96)],
  ['a number', 7],
  ['an array', [1, 2, 3]],
  ['a Uint16Array', new Uint16Array(96)],
  ['a Uint8ClampedArray', new Uint8ClampedArray(96)],
  ['an ArrayBuffer', new ArrayBuffer(96)],
]

function wrongTypes(good: Uint8Array): readonly Spoilt[] {
  const shared = new Uint8Array(new SharedArrayBuffer(good.length))
  shared.set(good)
  return [...NOT_BYTES, ['a Buffer', Buffer.from(good)], ['a view of a SharedArrayBuffer', shared]]
}

const WRONG_INTEGERS: readonly Spoilt[] = [
  Number.NaN,
  0,
  -1,
  1.5,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  '1',
  '',
  null,
  undefined,
  true,
  1n,
  [1],
  {},
].map((value): Spoilt => [`${typeof value} ${String(value)}`, value])

function withItem(batch: Uint8Array, item: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(batch)
  copy.set(item, at * item.length)
  return copy
}

const BAD_SCALARS = [GROUP_ORDER, GROUP_ORDER + 1n, FIELD_PRIME, (1n << 256n) - 1n]
const BAD_POINTS: readonly (readonly [string, Uint8Array])[] = [
  ['off the curve', encodeXY(1n, 1n)],
  ['with x = p', encodeXY(FIELD_PRIME, 1n)],
  ['with x = 0 and y = p, the identity written otherwise', encodeXY(0n, FIELD_PRIME)],
  ['of ones', new Uint8Array(64).fill(255)],
]

function spoilBatch(kind: Kind, good: Uint8Array, first: boolean): readonly Spoilt[] {
  const size = ITEM_BYTES[kind] ?? 1
  const out: Spoilt[] = [...wrongTypes(good), ['no items', new Uint8Array(0)]]
  if (size > 1) out.push(['a byte too many', concatBytes(good, new Uint8Array(1))], ['a byte too few', good.slice(1)])
  if (!first) out.push(['an item too many', concatBytes(good, good.slice(0, size))], ['an item too few', good.slice(size)])
  for (const at of [0, ITEMS - 1]) {
    if (kind === 'scalars')
      for (const n of BAD_SCALARS) out.push([`item ${at} is ${n.toString(16)}`, withItem(good, toBytes(n), at), `[${at}]`])
    if (kind === 'points') for (const [title, p] of BAD_POINTS) out.push([`point ${at} ${title}`, withItem(good, p, at), `[${at}]`])
    if (kind === 'flags') for (const n of [2, 255]) out.push([`flag ${at} is ${n}`, withItem(good, Uint8Array.of(n), at), `[${at}]`])
  }
  return out
}

/** The ways to spoil a value: title, spoilt value, what follows the parameter's name in the field. */
function spoil({ kind, first = false }: Parameter, good: unknown): readonly Spoilt[] {
  switch (kind) {
    case 'count':
      return WRONG_INTEGERS
    case 'index':
      return [...WRONG_INTEGERS, ['65,536', 65_536]]
    case 'indices':
      return [
        ...[null, undefined, 1, '1,2', new Set([1]), Uint16Array.of(1), { 0: 1, length: 1 }].map((v): Spoilt => [`a ${typeof v}`, v]),
        ['no index', []],
        ['holes', new Array(3), '[0]'],
        ['65,536 indices', new Array(65_536).fill(1)],
        ...WRONG_INTEGERS.map(([title, value]): Spoilt => [`an index that is ${title}`, [1, value, 2], '[1]']),
        ['an index of 65,536', [65_536], '[0]'],
      ]
    case 'suite':
      return ['', 'ed25519', 'BIP340', 'toString', '__proto__', null, undefined, 1, ['bip340']].map(
        (v): Spoilt => [`suite ${String(v)}`, v],
      )
    case 'scalar':
      if (!(good instanceof Uint8Array)) throw new TypeError('a scalar is bytes')
      return [
        ...wrongTypes(good),
        ...[0, 31, 33, 64].map((length): Spoilt => [`${length} bytes`, new Uint8Array(length)]),
        ...BAD_SCALARS.map((n): Spoilt => [n.toString(16), toBytes(n)]),
      ]
    default:
      if (!(good instanceof Uint8Array)) throw new TypeError('a batch is bytes')
      return spoilBatch(kind, good, first)
  }
}

function special(): Refusal[] {
  const named = (operation: KernelOperation): Refusal[] =>
    [null, undefined, 7, 'input'].map((value) => ({ operation, title: `${String(value)} for the input`, args: [value], field: 'input' }))
  const shares = { hiding: SCALARS, negate: new Uint8Array(ITEMS), multipliers: SCALARS, share: toBytes(9n) }
  const refusal = (operation: KernelOperation, title: string, args: readonly unknown[], field: string): Refusal => ({
    operation,
    title,
    args,
    field,
  })
  return [
    ...named('signatureShares'),
    ...named('verifySignatureShares'),
    ...named('verifySignatures'),
    refusal('sum', 'points that are no whole rows', [POINTS, 2], 'points'),
    refusal('sum', 'more columns than points', [POINTS, 4], 'points'),
    refusal('evaluateInExponent', 'points that are no whole vectors', [POINTS, 2, [1]], 'commitments'),
    refusal('verifyShares', 'points that are no whole vectors', [POINTS, 2, 1, SCALARS], 'commitments'),
    refusal('verifyShares', 'a share a point', [POINTS, 3, 1, SCALARS], 'shares'),
    refusal('lagrange', 'an index twice', [[3, 1, 3]], 'indices[2]'),
    refusal('scalarInvert', 'a zero', [withItem(SCALARS, toBytes(0n), 1)], 'a[1]'),
    refusal('compress', 'the identity', [withItem(POINTS, new Uint8Array(64), 2)], 'points[2]'),
    refusal('signatureShares', 'binding without factors', [{ ...shares, binding: SCALARS, bindingFactors: null }], 'bindingFactors'),
    refusal('signatureShares', 'factors without binding', [{ ...shares, binding: null, bindingFactors: SCALARS }], 'bindingFactors'),
    refusal(
      'mul',
      'a bad scalar and, before it, a bad point',
      [withItem(POINTS, encodeXY(1n, 1n), 2), SCALARS.map(() => 255)],
      'points[2]',
    ),
    refusal('mul', 'a bad point and a batch of scalars that is too short', [POINTS.map(() => 1), SCALARS.slice(32)], 'scalars'),
  ]
}

export function refusals(): Refusal[] {
  const spoilt = OPERATIONS.flatMap((operation) =>
    operation.parameters.flatMap((one, position) =>
      spoil(one, operation.good[position])
        // `null` switches binding off, and that the other is then not null is refused elsewhere; `g` may be left out.
        .filter(([, value]) => !(value === null && (one.name === 'binding' || one.name === 'bindingFactors')))
        .map(([title, value, suffix = '']) => ({
          operation: operation.operation,
          title: `${one.name}: ${title}`,
          args: asCall(operation, operation.good.with(position, value)),
          field: `${one.name}${suffix}`,
        })),
    ),
  )
  return [...spoilt, ...special()]
}
