/**
 * What a secret operation executes does not depend on its secrets: the module that runs, with a recorder put into it (trace.ts), takes the same
 * branches and touches the same addresses in the same order for every one of many structured and random secrets.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { concatAll, fromHex } from '../../../src/bytes.ts'
import { createBaselineKernel } from '../../../src/kernel/index.ts'
import { seededRandom, testSeed } from '../../helpers/random.ts'
import { buildTestKernel } from '../test-kernels.ts'
import '../../helpers/relaxed-simd.ts'
import { MODULES, moduleBytes } from './modules.ts'
import { SECRET_EXPORTS, type SecretExport } from './secret-exports.ts'
import { type TracedModule, traced } from './trace.ts'

const Q = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const random = seededRandom(`traces ${testSeed()}`)

const bytesOf = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(64, '0'), 'n')
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const randomScalar = (): bigint => (numberOf(random(32)) % (Q - 1n)) + 1n

/** Secrets with a structure that a leak would show: ends of the range, low and high weight, halves alone, the endomorphism's neighbourhood. */
const STRUCTURED: readonly bigint[] = [
  1n,
  2n,
  Q - 1n,
  Q - 2n,
  (Q - 1n) / 2n,
  1n << 255n,
  1n << 128n,
  (1n << 128n) - 1n,
  (1n << 255n) - 1n,
  Q - (1n << 128n),
  0x5555555555555555555555555555555555555555555555555555555555555555n,
  0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaan,
  0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n,
  (1n << 256n) - Q,
]
const RANDOM = 6

/** One filling of `count` secret scalars for each run: all zero, all one structured value, a mixture, random. */
function fillings(count: number, zero: boolean): bigint[][] {
  const all = (value: bigint) => Array.from({ length: count }, () => value)
  return [
    ...(zero ? [all(0n)] : []),
    ...STRUCTURED.map(all),
    Array.from({ length: count }, (_, i) => STRUCTURED[(5 * i) % STRUCTURED.length] ?? 1n),
    ...Array.from({ length: RANDOM }, () => Array.from({ length: count }, randomScalar)),
  ]
}

interface Operation {
  /** how many secret scalars an input holds */
  readonly secrets: number
  /** whether zero is a legal secret */
  readonly zero: boolean
  /** the whole input from its secrets; everything else is the same in every run */
  readonly input: (secrets: readonly Uint8Array[]) => readonly Uint8Array[]
  readonly counts: readonly number[]
}

const PUBLIC_SCALARS = Array.from({ length: 8 }, () => bytesOf(randomScalar()))
const POINTS = createBaselineKernel().baseMul(concatAll(PUBLIC_SCALARS.slice(0, 3)))
const INDICES = Uint8Array.of(1, 0, 0, 0, 9, 0, 0, 0, 0, 128, 0, 0)

const plain = (n: number, secrets = n, zero = true): Operation => ({ secrets, zero, counts: [n], input: (list) => list })

const OPERATIONS: Readonly<Record<SecretExport, Readonly<Record<string, Operation>>>> = {
  baseMul: { 'one by one': plain(2), 'a batch': plain(9), 'more than one group': plain(66) },
  mul: { 'three points': { secrets: 3, zero: true, counts: [3], input: (list) => [POINTS, ...list] } },
  evaluatePolynomial: { 'at three indices': { secrets: 4, zero: true, counts: [4, 3], input: (list) => [...list, INDICES] } },
  signatureShares: {
    'two nonces': {
      // hiding, binding, factors, multipliers, signs, share
      secrets: 5,
      zero: true,
      counts: [2, 1],
      input: ([h1, h2, b1, b2, share]) =>
        [h1, h2, b1, b2, ...PUBLIC_SCALARS.slice(0, 4), Uint8Array.of(0, 1), share].flatMap((part) => part ?? []),
    },
    'one nonce': {
      secrets: 3,
      zero: true,
      counts: [2, 0],
      input: ([h1, h2, share]) => [h1, h2, ...PUBLIC_SCALARS.slice(0, 2), Uint8Array.of(0, 1), share].flatMap((part) => part ?? []),
    },
  },
  scalarAddBatch: { 'three pairs': plain(3, 6) },
  scalarMulBatch: { 'three pairs': plain(3, 6) },
  scalarSumBatch: { 'five scalars': plain(5) },
  scalarInvertBatch: { 'one scalar': plain(1, 1, false), 'five scalars': plain(5, 5, false) },
  firstBadScalar: { 'five scalars, all good': plain(5) },
  wipe: { 'what an operation left': { secrets: 3, zero: true, counts: [96, 192], input: (list) => list } },
}

/** An export for public points that is also given Diffie-Hellman points (share-encryption.ts): valid ones, and never the identity. */
const ALSO: readonly (readonly [string, string, Operation])[] = [
  [
    'compress',
    'three points of secret scalars',
    { secrets: 3, zero: false, counts: [3], input: (list) => [createBaselineKernel().baseMul(concatAll(list))] },
  ],
]

describe.each(MODULES)('J18: the module %s executes the same whatever the secrets', (name) => {
  let module: TracedModule
  let input: number
  beforeAll(async () => {
    module = await traced(moduleBytes(name))
    module.call('initialise')
    input = Number(module.call('inputAddress'))
  }, 60_000)

  const cases: (readonly [string, string, Operation])[] = SECRET_EXPORTS.flatMap((operation) =>
    Object.entries(OPERATIONS[operation]).map(([title, of]) => [operation, title, of] as const),
  )

  it.each([...cases, ...ALSO])('%s: %s', (operation, _, { secrets, zero, counts, input: inputOf }) => {
    const traces = fillings(secrets, zero).map((filling) => {
      const bytes = concatAll(inputOf(filling.map(bytesOf)))
      new Uint8Array(module.memory.buffer, input, bytes.length).set(bytes)
      if (operation === 'wipe') module.call('baseMul', secrets)
      let result: unknown
      const trace = module.trace(() => {
        result = module.call(operation, ...counts)
      })
      if (operation === 'firstBadScalar') expect(result).toBe(-1)
      else if (operation !== 'wipe') expect(result).toBe(1)
      module.call('wipe', bytes.length, 65 * 64)
      return trace
    })
    const [first] = traces
    expect(first?.events).toBeGreaterThan(operation === 'wipe' ? 5 : 100)
    traces.forEach((trace, i) => {
      expect(trace, `filling ${i}`).toEqual(first)
    })
  })

  it('the recorder sees that public operations do not', () => {
    const one = (k: bigint) => {
      const trace = module.trace(() => {
        new Uint8Array(module.memory.buffer, input, 32).set(bytesOf(k))
        module.call('baseMulVar', 1)
      })
      module.call('wipe', 32, 64)
      return trace
    }
    expect(one(5n)).toEqual(one(5n))
    expect(one(5n).hash).not.toBe(one(Q - 3n).hash)
  })
})

describe('a function that leaks its secret', async () => {
  const module = await traced((await buildTestKernel('leaks')).wasm)
  const input = Number(module.call('inputAddress'))

  function differs(name: string): boolean {
    const traces = [0x1111n, 0x2222n, 0x4444n, 0x7777n].map((secret) =>
      module.trace(() => {
        new Uint8Array(module.memory.buffer, input, 64).set(concatAll([bytesOf(secret), bytesOf(secret)]))
        module.call(name, 2)
      }),
    )
    return new Set(traces.map(({ hash, events }) => `${events} ${hash}`)).size > 1
  }

  it.each([
    'leakBranch',
    'leakAddress',
    'leakWriteAddress',
    'leakLoopCount',
    'leakLength',
    'leakThroughCall',
    'leakThroughMemory',
    'leakThroughGlobal',
    'leakNextRound',
  ])('%s is found by its trace', (name) => {
    expect(differs(name)).toBe(true)
  })

  it.each([
    ['clean', 'nothing leaks'],
    ['leakSelect', 'a selection reads both operands: the walk of data-flow.test.ts finds it'],
    ['leakDivision', 'the time of one instruction is not recorded: the walk finds it'],
  ])('%s leaves the same trace: %s', (name) => {
    expect(differs(name)).toBe(false)
  })
})
