/**
 * The conformance suite's machinery: a case is one call of one operation with its arguments; the baseline's answer to it is computed once, and every other
 * back end must give the same bytes. The cases are in `cases/`, the back ends in `backends.ts`.
 */
import { expect } from 'vitest'
import { equalBytes, toHex } from '../../src/bytes.ts'
import type { KernelOperation } from '../../src/kernel/contract.ts'
import { createBaselineKernel, type Kernel } from '../../src/kernel/index.ts'
import { seededRandom } from '../helpers/random.ts'
import { multiplicationCases } from './cases/multiply.ts'
import { pointCases } from './cases/points.ts'
import { polynomialCases } from './cases/polynomials.ts'
import { scalarCases } from './cases/scalars.ts'
import { signatureCases } from './cases/signatures.ts'
import { Chooser, PointSource } from './inputs.ts'

/** A kernel or the pool's promises of the same operations. */
export type AnyKernel = {
  readonly [P in KernelOperation]: (...args: Parameters<Kernel[P]>) => ReturnType<Kernel[P]> | Promise<ReturnType<Kernel[P]>>
}

export interface Backend {
  readonly name: string
  readonly kernel: AnyKernel
  close(): Promise<void>
}

export interface CaseOf<P extends KernelOperation> {
  readonly operation: P
  readonly title: string
  /** how many results the call gives: items of a batch, columns of a sum, shares or signatures checked; one for a sum of multiples */
  readonly items: number
  readonly args: Parameters<Kernel[P]>
}

export type Case = { [P in KernelOperation]: CaseOf<P> }[KernelOperation]

export interface CaseSource {
  readonly choose: Chooser
  readonly points: PointSource
  /** 1 in `npm test`, 10 in the campaign */
  readonly scale: number
}

/** Results an operation must be compared in at scale 1; of verifySignatures 1,000 a suite. */
export const REQUIRED_ITEMS: Readonly<Record<KernelOperation, number>> = {
  scalarAdd: 10_000,
  scalarMul: 10_000,
  scalarInvert: 10_000,
  evaluatePolynomial: 10_000,
  lagrange: 10_000,
  signatureShares: 10_000,
  sum: 10_000,
  checkPoints: 10_000,
  compress: 10_000,
  decompress: 10_000,
  baseMul: 1_000,
  baseMulVar: 1_000,
  mul: 1_000,
  mulVar: 1_000,
  msmVar: 1_000,
  evaluateInExponent: 1_000,
  verifyShares: 1_000,
  verifySignatureShares: 1_000,
  verifySignatures: 3_000,
}

const OPERATIONS = Object.keys(REQUIRED_ITEMS).filter((name): name is KernelOperation => Object.hasOwn(REQUIRED_ITEMS, name))

/** Their answer is, or ends with, one byte an item. */
export const MASK_OPERATIONS: ReadonlySet<KernelOperation> = new Set([
  'verifyShares',
  'verifySignatureShares',
  'verifySignatures',
  'checkPoints',
  'decompress',
])

const FAMILIES = {
  'scalars and points': [scalarCases, pointCases, polynomialCases],
  'multiples and signatures': [multiplicationCases, signatureCases],
} as const

/** The suite in two halves, so that two cores share it. */
export type Half = keyof typeof FAMILIES

export const HALVES = Object.keys(FAMILIES) as readonly Half[]

const SECOND_HALF: ReadonlySet<KernelOperation> = new Set([
  'baseMul',
  'baseMulVar',
  'mul',
  'mulVar',
  'msmVar',
  'verifySignatureShares',
  'verifySignatures',
])

export function operationsOf(half: Half): KernelOperation[] {
  return OPERATIONS.filter((operation) => SECOND_HALF.has(operation) === (half === 'multiples and signatures'))
}

/** From the seed and the half alone: a half gives the same cases whether or not the other runs. */
export function conformanceCases(seed: string, scale: number, half: Half): Case[] {
  const choose = new Chooser(seededRandom(`kernel conformance ${seed} ${half}`))
  const source = { choose, points: new PointSource(choose), scale }
  return FAMILIES[half].flatMap((family) => family(source))
}

/** Calls the operation of a case; typed at the case's making. */
export function call(kernel: AnyKernel, { operation, args }: Pick<Case, 'operation' | 'args'>): unknown {
  const method: unknown = kernel[operation]
  if (typeof method !== 'function') throw new TypeError(`the kernel has no ${operation}`)
  return method.apply(kernel, args)
}

/** Every byte array inside arguments or a result, in order. */
export function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (Array.isArray(value)) return value.flatMap(bytesIn)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bytesIn)
  return []
}

/** By the arguments, then by what is computed: `mul` and `mulVar` share arguments and answer. */
const answers = new WeakMap<readonly unknown[], Map<string, readonly Uint8Array[]>>()
const baseline = createBaselineKernel()

/** The baseline's answer, computed at the first asking and kept for all back ends. */
export function expectedAnswer(one: Case): readonly Uint8Array[] {
  const ofArguments = answers.get(one.args) ?? new Map<string, readonly Uint8Array[]>()
  answers.set(one.args, ofArguments)
  const what = one.operation.replace(/Var$/, '')
  const answer = ofArguments.get(what) ?? bytesIn(call(baseline, one))
  ofArguments.set(what, answer)
  return answer
}

/** One case on one back end: the same bytes, all of them, exact-size, and the arguments as they were. */
export async function checkCase(backend: Backend, one: Case): Promise<void> {
  const label = `${backend.name}: ${one.operation}: ${one.title}`
  const expected = expectedAnswer(one)
  const before = bytesIn(one.args).map((bytes) => new Uint8Array(bytes))
  const actual = bytesIn(await call(backend.kernel, one))
  expect(actual.length, label).toBe(expected.length)
  actual.forEach((bytes, i) => {
    expect(Object.getPrototypeOf(bytes) === Uint8Array.prototype, `${label}: a plain Uint8Array`).toBe(true)
    expect(bytes.buffer.byteLength, `${label}: memory of its own, exact-size`).toBe(bytes.length)
    const want = expected[i] ?? new Uint8Array(0)
    if (!equalBytes(bytes, want)) expect.fail(`${label}: ${firstDifference(bytes, want)}`)
  })
  const after = bytesIn(one.args)
  expect(
    before.every((bytes, i) => equalBytes(bytes, after[i] ?? new Uint8Array(0))),
    `${label}: arguments unchanged`,
  ).toBe(true)
}

function firstDifference(actual: Uint8Array, expected: Uint8Array): string {
  if (actual.length !== expected.length) return `has ${actual.length} bytes instead of ${expected.length}`
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  const row = at - (at % 32)
  return `differs at byte ${at}: ${toHex(actual.subarray(row, row + 32))} instead of ${toHex(expected.subarray(row, row + 32))}`
}
