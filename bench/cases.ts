/** What is measured: one call a case, on inputs that both kernels are given alike. Ids are stable: group/operation/parameters. */
import { createHash } from 'node:crypto'
import type { Kernel } from 'quorate/kernel'

export interface Case {
  readonly id: string
  /** results a call gives: times are divided by it */
  readonly items: number
  run(kernel: Kernel): Uint8Array
}

const POINTS = 64
const COEFFICIENTS = 8

/** Deterministic, below the group order: the first byte is zero. Public test inputs, no secrets. */
function scalars(label: string, count: number): Uint8Array {
  const out = new Uint8Array(32 * count)
  for (let i = 0; i < count; i++) {
    out.set(createHash('sha256').update(`quorate bench/${label}/${i}`).digest(), 32 * i)
    out[32 * i] = 0
  }
  return out
}

/** @param kernel makes the inputs; the points are checked by every kernel that takes them */
export function kernelCases(kernel: Kernel): readonly Case[] {
  const one = scalars('one', 1)
  const many = scalars('many', POINTS)
  const points = kernel.baseMulVar(many)
  const point = points.slice(0, 64)
  const compressed = kernel.compress(points)
  const commitments = points.slice(0, 64 * COEFFICIENTS)
  const coefficients = many.slice(0, 32 * COEFFICIENTS)
  const indices = Array.from({ length: COEFFICIENTS }, (_, i) => i + 1)
  return [
    { id: 'scalar/mul', items: POINTS, run: (k) => k.scalarMul(many, many) },
    { id: 'scalar/invert', items: POINTS, run: (k) => k.scalarInvert(many) },
    { id: 'point/base-mul', items: 1, run: (k) => k.baseMul(one) },
    { id: 'point/base-mul-var', items: 1, run: (k) => k.baseMulVar(one) },
    { id: 'point/mul', items: 1, run: (k) => k.mul(point, one) },
    { id: 'point/mul-var', items: 1, run: (k) => k.mulVar(point, one) },
    { id: 'point/decompress', items: POINTS, run: (k) => k.decompress(compressed).points },
    { id: `point/sum/n=${POINTS}`, items: 1, run: (k) => k.sum(points, 1) },
    { id: `msm/n=${POINTS}`, items: 1, run: (k) => k.msmVar(points, many) },
    { id: `polynomial/evaluate/t=${COEFFICIENTS}`, items: COEFFICIENTS, run: (k) => k.evaluatePolynomial(coefficients, indices) },
    {
      id: `polynomial/in-exponent/t=${COEFFICIENTS}`,
      items: COEFFICIENTS,
      run: (k) => k.evaluateInExponent(commitments, COEFFICIENTS, indices),
    },
    { id: `polynomial/lagrange/t=${COEFFICIENTS}`, items: COEFFICIENTS, run: (k) => k.lagrange(indices) },
  ]
}
