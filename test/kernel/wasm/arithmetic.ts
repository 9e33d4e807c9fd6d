/**
 * Single field and scalar operations of the module against BigInt: operands drawn at random and from the edges of the representation, in `npm test`
 * and, ten times as many, in the campaign.
 */
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes.ts'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../../src/kernel/wasm/module.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'

const P = (1n << 256n) - (1n << 32n) - 977n
const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n
const instance = new KernelInstance(await compileKernelModule())
const random = seededRandom(`wasm arithmetic ${testSeed()}`)

function mod(a: bigint, m: bigint): bigint {
  const r = a % m
  return r < 0n ? r + m : r
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let b = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P
    b = (b * b) % P
  }
  return result
}

const bytesOf = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'), 'n')
const numberOf = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)

/** Limbs of all ones and all zeros, values next to p, the fold's constants. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  P - 1n,
  P - 2n,
  976n,
  977n,
  978n,
  (1n << 32n) + 976n,
  (1n << 32n) + 977n,
  P >> 1n,
  (P + 1n) >> 1n,
].concat(
  Array.from({ length: 9 }, (_, i) => 1n << BigInt(29 * i)),
  Array.from({ length: 9 }, (_, i) => (1n << BigInt(29 * i)) - 1n),
  Array.from({ length: 8 }, (_, i) => P - (1n << BigInt(29 * i + 28))),
)

function pick(): bigint {
  const [choice = 0, which = 0] = random(2)
  return choice < 80 ? (EDGES[which % EDGES.length] ?? 0n) : numberOf(random(32)) % P
}

type Operands = readonly [bigint, bigint, bigint, bigint]

function fieldTest(operation: number, times: number, operands: Operands): bigint {
  const out = new Uint8Array(32)
  instance.use(32, () => {
    instance.put(...operands.map(bytesOf))
    instance.exports.fieldTest(operation, times)
    instance.get(out, 0, 32)
  })
  return numberOf(out)
}

const HALF = (P + 1n) / 2n
/** name, the module's number, the meaning */
const OPERATIONS: readonly (readonly [string, number, (a: bigint, b: bigint, c: bigint, d: bigint) => bigint])[] = [
  ['a b', 0, (a, b) => a * b],
  ['a^2', 1, (a) => a * a],
  ['a b - c', 2, (a, b, c) => a * b - c],
  ['a^2 - c - d', 3, (a, _, c, d) => a * a - c - d],
  ['a^2 - 2 c', 4, (a, _, c) => a * a - 2n * c],
  ['a^2 - c - 2 d', 5, (a, _, c, d) => a * a - c - 2n * d],
  ['3 a^2', 6, (a) => 3n * a * a],
  ['a / 2', 10, (a) => a * HALF],
  ['a + b', 11, (a, b) => a + b],
  ['a - b', 12, (a, b) => a - b],
  ['(a - b)(c - d)', 13, (a, b, c, d) => (a - b) * (c - d)],
  ['-a', 14, (a) => -a],
]

/** `count` operand sets an operation: all edges first, then random and edge values mixed. */
function operandSets(count: number): Operands[] {
  const sets = EDGES.flatMap((a): Operands[] => [
    [a, P - 1n, P - 1n, P - 1n],
    [a, a, a, a],
    [a, P - 1n, 0n, P - 1n],
  ])
  while (sets.length < count) sets.push([pick(), pick(), pick(), pick()])
  return sets
}

function values(count: number): bigint[] {
  return [...EDGES, ...Array.from({ length: count - EDGES.length }, pick)]
}

const CHAINS = 20
const CHAIN_LENGTH = 60
/** One value in so many is also checked by exponentiation, which is slow and needs no other property. */
const SAMPLE = 50

function fail(operands: readonly bigint[]): never {
  return expect.fail(`operands ${operands.map((x) => x.toString(16)).join(' ')}`)
}

function fieldOperations(count: number): void {
  it.each(OPERATIONS)('%s: random and edge operands, and chains', (_, operation, meaning) => {
    for (const of of operandSets(count)) {
      if (fieldTest(operation, 1, of) !== mod(meaning(...of), P)) fail(of)
    }
    for (let i = 0; i < CHAINS; i++) {
      const of: Operands = [pick(), pick(), pick(), pick()]
      let a = of[0]
      for (let k = 0; k < CHAIN_LENGTH; k++) a = mod(meaning(a, of[1], of[2], of[3]), P)
      expect(fieldTest(operation, CHAIN_LENGTH, of)).toBe(a)
    }
  })

  it.each([
    ['constant time', 7],
    ['variable time', 8],
  ] as const)('1 / a, %s: its product with a is 1, and 1 / 0 is 0', (_, operation) => {
    values(count).forEach((a, i) => {
      const inverse = fieldTest(operation, 1, [a, 0n, 0n, 0n])
      if (inverse >= P || (a * inverse) % P !== (a === 0n ? 0n : 1n)) fail([a])
      if (i % SAMPLE === 0) expect(inverse).toBe(power(a, P - 2n))
    })
  })

  it('square roots: of v^2 it is v or -v; of -v^2, which is no square as p = 3 mod 4, its square is v^2 and not the operand', () => {
    values(count).forEach((v, i) => {
      const square = (v * v) % P
      // Half of them squares: every item is one root.
      const a = i % 2 === 0 ? square : mod(-square, P)
      const root = fieldTest(9, 1, [a, 0n, 0n, 0n])
      if (root >= P || (root * root) % P !== square) fail([a])
      if (i % SAMPLE < 2) {
        expect(root).toBe(power(a, (P + 1n) / 4n))
        // Euler's criterion
        if (square !== 0n) expect(power(a, (P - 1n) / 2n)).toBe(i % 2 === 0 ? 1n : P - 1n)
      }
    })
  })
}

function scalarOperations(count: number): void {
  const edges = [0n, 1n, 2n, Q - 1n, Q - 2n, LAMBDA, Q - LAMBDA, (1n << 256n) - Q, Q >> 1n, 1n << 255n, 1n << 128n, (1n << 128n) - 1n]
  const scalars = (): bigint[] => [...edges, ...Array.from({ length: count - edges.length }, () => numberOf(random(32)) % Q)]
  const run = (k: bigint, operation: number, length: number): Uint8Array<ArrayBuffer> => {
    const out = new Uint8Array(length)
    instance.use(length, () => {
      instance.put(bytesOf(k))
      instance.exports.scalarTest(operation)
      instance.get(out, 0, length)
    })
    return out
  }

  it('GLV: k = k1 + k2 lambda with halves below 2^128', () => {
    for (const k of scalars()) {
      const view = new DataView(run(k, 0, 48).buffer)
      const half = (at: number): bigint => {
        const magnitude = view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n)
        const sign = view.getBigInt64(at + 16, true)
        if (sign !== 0n && sign !== -1n) fail([k])
        return sign === 0n ? magnitude : -magnitude
      }
      if (mod(half(0) + half(24) * LAMBDA, Q) !== k) fail([k])
    }
  })

  it('q - k', () => {
    for (const k of scalars()) if (numberOf(run(k, 1, 32)) !== Q - k) fail([k])
  })
}

/** Declares the tests, each with `count` results an operation. */
export function arithmeticTests(count: number): void {
  describe(`field arithmetic modulo p against BigInt, ${count} results an operation`, () => fieldOperations(count))
  describe(`scalar arithmetic modulo q against BigInt, ${count} results an operation`, () => scalarOperations(count))
}
