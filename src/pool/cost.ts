/**
 * What work is expected to cost, in microseconds on the WebAssembly kernel: only to choose between a thread and the calling thread, so a factor
 * of two is close enough. Jobs estimate themselves; the single operations are here.
 */
import { COMPRESSED_BYTES, type KernelOperation, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { definitionOf } from './executor.ts'
import type { KernelChoice } from './options.ts'
import type { SingleWork } from './work.ts'

/** bn.js against WebAssembly, roughly, over all operations. */
const BASELINE_FACTOR = 40

/**
 * Calibrated by bench/decisions/cost-model.ts (Node 20.20, integer kernel, the least times of a busy machine): a call and what it does once, then so much
 * an item.
 */
const MICROS: Readonly<Record<KernelOperation, (...args: readonly unknown[]) => number>> = {
  baseMul: (scalars) => 10 + 10.5 * items(scalars, SCALAR_BYTES),
  baseMulVar: (scalars) => 10 + 9 * items(scalars, SCALAR_BYTES),
  mul: (points) => 10 + 43 * items(points, POINT_BYTES),
  mulVar: (points) => 10 + 36 * items(points, POINT_BYTES),
  // Shared doublings for few points, buckets for many.
  msmVar: (points) => (items(points, POINT_BYTES) < 16 ? 30 + 15 * items(points, POINT_BYTES) : 150 + 7 * items(points, POINT_BYTES)),
  sum: (points) => 5 + 0.28 * items(points, POINT_BYTES),
  evaluateInExponent: (commitments, _t, indices) => 10 + 2.2 * items(commitments, POINT_BYTES) * count(indices),
  // The sum over the vectors and one evaluation: a failing check costs more, and is rare.
  verifyShares: (commitments, t) => 30 + 0.4 * items(commitments, POINT_BYTES) + 2.2 * (typeof t === 'number' ? t : 0),
  evaluatePolynomial: (coefficients, indices) => 2 + 0.01 * items(coefficients, SCALAR_BYTES) * count(indices),
  lagrange: (indices) => 3 + 0.25 * count(indices) + 0.0035 * count(indices) ** 2,
  signatureShares: (input) => 3 + 0.5 * items(field(input, 'hiding'), SCALAR_BYTES),
  // Many right ones are checked by one sum, wrong ones singly.
  verifySignatureShares: (input) => 20 + 40 * items(field(input, 'shares'), SCALAR_BYTES),
  verifySignatures: (input) => 40 + 20 * items(field(input, 'publicKeys'), COMPRESSED_BYTES),
  checkPoints: (points) => 2 + 0.11 * items(points, POINT_BYTES),
  compress: (points) => 2 + 0.16 * items(points, POINT_BYTES),
  decompress: (points) => 2 + 5.5 * items(points, COMPRESSED_BYTES),
  scalarAdd: (a) => 2 + 0.07 * items(a, SCALAR_BYTES),
  scalarMul: (a) => 2 + 0.1 * items(a, SCALAR_BYTES),
  scalarInvert: (a) => 5 + 0.17 * items(a, SCALAR_BYTES),
}

/** Also for arguments that the work will refuse: those cost nothing. */
export function estimateMicros(work: SingleWork, kernel: KernelChoice): number {
  const micros = estimate(work)
  return kernel === 'baseline' ? BASELINE_FACTOR * micros : micros
}

function estimate(work: SingleWork): number {
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
