/**
 * What work is expected to cost, in microseconds on the WebAssembly kernel: only to choose between a thread and the calling thread, so a factor
 * of two is close enough. Jobs estimate themselves; the single operations are here.
 */
import { COMPRESSED_BYTES, type KernelOperation, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { definitionOf } from './executor.ts'
import type { KernelChoice } from './options.ts'
import type { Work } from './work.ts'

/** bn.js against WebAssembly, roughly, over all operations. */
const BASELINE_FACTOR = 40

const MICROS: Readonly<Record<KernelOperation, (...args: readonly unknown[]) => number>> = {
  baseMul: (scalars) => 20 * items(scalars, SCALAR_BYTES),
  baseMulVar: (scalars) => 10 * items(scalars, SCALAR_BYTES),
  mul: (points) => 50 * items(points, POINT_BYTES),
  mulVar: (points) => 40 * items(points, POINT_BYTES),
  msmVar: (points) => 20 + 10 * items(points, POINT_BYTES),
  sum: (points) => 0.5 * items(points, POINT_BYTES),
  evaluateInExponent: (commitments, _t, indices) => 2 * items(commitments, POINT_BYTES) * count(indices),
  // The sum over the vectors and one evaluation: a failing check costs more, and is rare.
  verifyShares: (commitments, t) => 20 + 0.5 * items(commitments, POINT_BYTES) + 2 * (typeof t === 'number' ? t : 0),
  evaluatePolynomial: (coefficients, indices) => 0.1 * items(coefficients, SCALAR_BYTES) * count(indices),
  lagrange: (indices) => 10 + 0.1 * count(indices) ** 2,
  signatureShares: (input) => 1 + items(field(input, 'hiding'), SCALAR_BYTES),
  verifySignatureShares: (input) => 60 * items(field(input, 'shares'), SCALAR_BYTES),
  verifySignatures: (input) => 60 * items(field(input, 'publicKeys'), COMPRESSED_BYTES),
  checkPoints: (points) => 0.2 * items(points, POINT_BYTES),
  compress: (points) => 0.2 * items(points, POINT_BYTES),
  decompress: (points) => 6 * items(points, COMPRESSED_BYTES),
  scalarAdd: (a) => 0.2 * items(a, SCALAR_BYTES),
  scalarMul: (a) => 0.3 * items(a, SCALAR_BYTES),
  scalarInvert: (a) => 10 * items(a, SCALAR_BYTES),
}

/** Also for arguments that the work will refuse: those cost nothing. */
export function estimateMicros(work: Work, kernel: KernelChoice): number {
  const micros = estimate(work)
  return kernel === 'baseline' ? BASELINE_FACTOR * micros : micros
}

function estimate(work: Work): number {
  switch (work.type) {
    case 'ping':
      return 0
    case 'operation':
      return MICROS[work.name](...work.args)
    case 'job':
      try {
        return definitionOf(work.name).estimateMicros(work.args)
      } catch {
        return 0
      }
  }
}

function items(batch: unknown, itemBytes: number): number {
  return batch instanceof Uint8Array ? batch.length / itemBytes : 0
}

function count(indices: unknown): number {
  return Array.isArray(indices) ? indices.length : 0
}

function field(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined
}
