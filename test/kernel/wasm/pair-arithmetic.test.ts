/**
 * The two-lane field of the fma module against BigInt: random and edge operands in both lanes, differences as operands, and long chains, in which a
 * limb that leaves its bound would show.
 */
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes.ts'
import { KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../../src/kernel/wasm/module.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import '../../helpers/relaxed-simd.ts'

const P = (1n << 256n) - (1n << 32n) - 977n
const K = (1n << 32n) + 977n
const instance = new KernelInstance(compileKernelModule('fma'))
const random = seededRandom(`pair arithmetic ${testSeed()}`)

const mod = (a: bigint): bigint => ((a % P) + P) % P
const bytesOf = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'), 'n')
const numberOf = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)

/** Doubles of values whose stored halves have limbs at their bounds, and values next to 0, p / 2 and p. */
const EDGES: readonly bigint[] = [
  [0n, 1n, 2n, P - 1n, P - 2n, K, K - 1n, K + 1n, P >> 1n, (P + 1n) >> 1n, 1n << 255n, (1n << 255n) - 1n],
  Array.from({ length: 5 }, (_, i) => mod(2n << BigInt(51 * i))),
  Array.from({ length: 5 }, (_, i) => mod(1n << BigInt(51 * i + 50))),
  Array.from({ length: 5 }, (_, i) => mod((1n << BigInt(51 * i + 51)) - 2n)),
  Array.from({ length: 5 }, (_, i) => mod(-(1n << BigInt(51 * i + 51)))),
  // all limbs at +2^50 - 1 or at -2^50
  [-1n, 1n].map((sign) =>
    mod(sign * 2n * Array.from({ length: 5 }, (_, i) => ((1n << 50n) - 1n) << BigInt(51 * i)).reduce((a, b) => a + b)),
  ),
  [-1n, 1n].map((sign) => mod(sign * Array.from({ length: 5 }, (_, i) => 1n << BigInt(51 * i + 51)).reduce((a, b) => a + b))),
].flat()

type Operands = readonly [bigint, bigint, bigint, bigint]

/** name, the module's number, the meaning */
const OPERATIONS: readonly (readonly [string, number, (a: bigint, b: bigint, c: bigint, d: bigint) => bigint])[] = [
  ['a b', 0, (a, b) => a * b],
  ['a^2', 1, (a) => a * a],
  ['a b - c', 2, (a, b, c) => a * b - c],
  ['a^2 - c - d', 3, (a, _, c, d) => a * a - c - d],
  ['3 a^2', 4, (a) => 3n * a * a],
  ['(a - b) c', 5, (a, b, c) => (a - b) * c],
  ['2 a c - d', 6, (a, _, c, d) => 2n * a * c - d],
  ['a, in and out', 7, (a) => a],
]

function run(operation: number, times: number, lanes: readonly [Operands, Operands]): readonly [bigint, bigint] {
  const out = new Uint8Array(64)
  instance.use(64, () => {
    instance.put(...lanes.flat().map(bytesOf))
    expect(instance.exports.pairTest(operation, times)).toBe(1)
    instance.get(out, 0, 64)
  })
  return [numberOf(out.subarray(0, 32)), numberOf(out.subarray(32))]
}

function pick(): bigint {
  const [choice = 0, which = 0] = random(2)
  return choice < 80 ? (EDGES[which % EDGES.length] ?? 0n) : numberOf(random(32)) % P
}

const operands = (): Operands => [pick(), pick(), pick(), pick()]
const PAIRS = 5_500
const CHAINS = 10
const CHAIN_LENGTH = 1_000

describe(`two-lane field arithmetic modulo p against BigInt, ${2 * PAIRS} results an operation`, () => {
  it.each(OPERATIONS)('%s: random and edge operands, and chains', (_, operation, meaning) => {
    const sets: (readonly [Operands, Operands])[] = EDGES.flatMap((a) =>
      EDGES.map((b): [Operands, Operands] => [
        [a, b, b, a],
        [b, a, P - 1n, b],
      ]),
    )
    while (sets.length < PAIRS) sets.push([operands(), operands()])
    for (const lanes of sets) {
      const found = run(operation, 1, lanes)
      lanes.forEach((of, lane) => {
        if (found[lane] !== mod(meaning(...of))) expect.fail(`lane ${lane}: operands ${of.map((x) => x.toString(16)).join(' ')}`)
      })
    }
    for (let i = 0; i < CHAINS; i++) {
      const lanes: [Operands, Operands] = [operands(), operands()]
      const expected = lanes.map(([first, b, c, d]) => {
        let a = first
        for (let k = 0; k < CHAIN_LENGTH; k++) a = mod(meaning(a, b, c, d))
        return a
      })
      expect(run(operation, CHAIN_LENGTH, lanes)).toEqual(expected)
    }
  })

  it('is not in the integer module', () => {
    expect(new KernelInstance(compileKernelModule('integer')).exports.pairTest(0, 1)).toBe(0)
  })
})
