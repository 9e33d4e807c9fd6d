/** The kernel's operations on secrets call no export of the module but those that run in constant time. */
import { describe, expect, it } from 'vitest'
import { concatAll } from '../../../src/bytes.ts'
import type { Kernel, KernelOperation } from '../../../src/kernel/contract.ts'
import { kernelOver } from '../../../src/kernel/wasm/index.ts'
import { type KernelExports, KernelInstance } from '../../../src/kernel/wasm/instance.ts'
import { compileKernelModule } from '../../../src/kernel/wasm/module.ts'
import { SECRET_EXPORTS } from './secret-exports.ts'

type Operations = Omit<Kernel, 'info'>

const instance = new KernelInstance(await compileKernelModule())
const called = new Set<string>()
const recording = new Proxy(instance.exports, {
  get(target, name: keyof KernelExports & string) {
    called.add(name)
    return target[name]
  },
})
Object.defineProperty(instance, 'exports', { value: recording })
const kernel = kernelOver(instance)

/** What `run` calls of the module: read at the call, so that an operation that keeps an export for later is made anew first. */
function exportsOf(run: (operations: Operations) => unknown): string[] {
  called.clear()
  try {
    run(kernelOver(instance))
  } catch {
    // a refusal calls what looks for the bad value
  }
  return [...called].sort()
}

const scalar = (value: number): Uint8Array => Uint8Array.of(...new Uint8Array(31), value)
const scalars = (...values: readonly number[]): Uint8Array => concatAll(values.map(scalar))
const TOO_LARGE = new Uint8Array(32).fill(255)
const points = kernel.baseMul(scalars(3, 5, 7, 11))
const two = points.subarray(0, 128)
const nonces = { hiding: scalars(1, 2), binding: scalars(3, 4), bindingFactors: scalars(5, 6) }
const common = { negate: Uint8Array.of(0, 1), multipliers: scalars(8, 9), share: scalar(10) }

/** Looks for a point off the curve, when an operation was refused. */
const LOOKS = ['firstBadPoint']
const NONE = /^$/

type Runs = readonly ((operations: Operations) => unknown)[]
const CASES: readonly (readonly [KernelOperation, Runs, RegExp])[] = [
  ['baseMul', [(k) => k.baseMul(scalars(1, 2)), (k) => k.baseMul(scalars(1, 2, 3, 4, 5, 6)), (k) => k.baseMul(TOO_LARGE)], NONE],
  ['mul', [(k) => k.mul(two, scalars(1, 2)), (k) => k.mul(two, concatAll([scalar(1), TOO_LARGE]))], NONE],
  ['evaluatePolynomial', [(k) => k.evaluatePolynomial(scalars(1, 2, 3), [1, 2]), (k) => k.evaluatePolynomial(TOO_LARGE, [1])], NONE],
  ['scalarAdd', [(k) => k.scalarAdd(scalars(1, 2), scalars(3, 4)), (k) => k.scalarAdd(TOO_LARGE, scalar(1))], NONE],
  ['scalarMul', [(k) => k.scalarMul(scalars(1, 2), scalars(3, 4)), (k) => k.scalarMul(TOO_LARGE, scalar(1))], NONE],
  ['scalarInvert', [(k) => k.scalarInvert(scalars(1, 2)), (k) => k.scalarInvert(scalars(1, 0))], NONE],
  [
    'signatureShares',
    [
      (k) => k.signatureShares({ ...nonces, ...common }),
      (k) => k.signatureShares({ ...nonces, ...common, binding: null, bindingFactors: null }),
      (k) => k.signatureShares({ ...nonces, ...common, share: TOO_LARGE }),
    ],
    NONE,
  ],
  [
    'verifyShares',
    [(k) => k.verifyShares(points, 2, 1, scalars(8, 18)), (k) => k.verifyShares(points, 2, 1, scalars(8, 1))],
    // the commitments, which are public
    /^(?:evaluate\w+|sumColumns)$/,
  ],
]

describe('an operation on secrets calls only exports for secrets', () => {
  it.each(CASES)('%s', (_, runs, publicParts) => {
    const allowed = new Set<string>([...SECRET_EXPORTS, ...LOOKS])
    for (const run of runs) {
      const names = exportsOf(run)
      expect(names).toContain('wipe')
      expect(names.filter((name) => !allowed.has(name) && !publicParts.test(name))).toEqual([])
    }
  })

  it('the record tells operations in variable time apart', () => {
    expect(exportsOf((k) => k.baseMulVar(scalar(1)))).toContain('baseMulVar')
    expect(exportsOf((k) => k.mulVar(two, scalars(1, 2)))).toContain('mulVar')
    expect(exportsOf((k) => k.msmVar(two, scalars(1, 2)))).toContain('msmVar')
  })
})
