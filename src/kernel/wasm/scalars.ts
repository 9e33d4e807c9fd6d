/** Scalar arithmetic, polynomials and signature shares. Scalars may be secret: the module does not branch on them. */
import { wipe } from '../../bytes.ts'
import {
  checkEvaluatePolynomial,
  checkScalarPairs,
  checkScalars,
  checkSignatureShares,
  readDistinctIndices,
  zeroScalar,
} from '../arguments.ts'
import { type Batch, type Kernel, SCALAR_BYTES } from '../contract.ts'
import { chunksOf, refused, runItemwise } from './chunks.ts'
import type { KernelInstance } from './instance.ts'
import { refuseBadValues } from './values.ts'

const ITEMS = 4096
const COEFFICIENTS = 32_768
const INDICES = 8192

export type ScalarOperations = Pick<
  Kernel,
  'scalarAdd' | 'scalarMul' | 'scalarInvert' | 'evaluatePolynomial' | 'lagrange' | 'signatureShares'
>

/** Little-endian u32 words, as the module reads indices. */
export function indexBytes(indices: Uint16Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(indices.length * 4)
  const view = new DataView(out.buffer)
  indices.forEach((index, i) => {
    view.setUint32(4 * i, index, true)
  })
  return out
}

export function scalarOperations(instance: KernelInstance): ScalarOperations {
  const { exports } = instance

  function pairs(a: Batch, b: Batch, call: (n: number) => number): Uint8Array<ArrayBuffer> {
    return runItemwise(instance, {
      n: checkScalarPairs(a, b),
      limit: ITEMS,
      inputs: [
        { batch: a, itemBytes: SCALAR_BYTES },
        { batch: b, itemBytes: SCALAR_BYTES },
      ],
      outputItemBytes: SCALAR_BYTES,
      call,
      refuse: () => refuseBadValues(instance, { scalars: a, field: 'a' }, { scalars: b, field: 'b' }),
    })
  }

  function refuseZero(a: Batch): void {
    refuseBadValues(instance, { scalars: a, field: 'a' })
    for (let i = 0; i < a.length / SCALAR_BYTES; i++) {
      let bits = 0
      for (let k = 0; k < SCALAR_BYTES; k++) bits |= a[i * SCALAR_BYTES + k] ?? 0
      if (bits === 0) throw zeroScalar('a', i)
    }
  }

  /** one block of coefficients at some indices; secret in and out */
  function evaluateBlock(coefficients: Batch, indices: Uint16Array): Uint8Array<ArrayBuffer> | null {
    const out = new Uint8Array(indices.length * SCALAR_BYTES)
    return instance.use(out.length, () => {
      instance.put(coefficients, indexBytes(indices))
      if (exports.evaluatePolynomial(coefficients.length / SCALAR_BYTES, indices.length) !== 1) return null
      instance.get(out, 0, out.length)
      return out
    })
  }

  /** a polynomial of any length at one index: blocks from the top, each followed by the value so far as its highest coefficient */
  function evaluateLong(coefficients: Batch, index: Uint16Array): Uint8Array<ArrayBuffer> | null {
    const t = coefficients.length / SCALAR_BYTES
    let value: Uint8Array<ArrayBuffer> | null = null
    for (let end = t; end > 0; ) {
      const start = Math.max(0, end - COEFFICIENTS + 1)
      const block = new Uint8Array((end - start + (value === null ? 0 : 1)) * SCALAR_BYTES)
      block.set(coefficients.subarray(start * SCALAR_BYTES, end * SCALAR_BYTES))
      if (value !== null) {
        block.set(value, (end - start) * SCALAR_BYTES)
        wipe(value)
      }
      value = evaluateBlock(block, index)
      wipe(block)
      if (value === null) return null
      end = start
    }
    return value
  }

  return {
    scalarAdd: (a, b) => pairs(a, b, (n) => exports.scalarAddBatch(n)),
    scalarMul: (a, b) => pairs(a, b, (n) => exports.scalarMulBatch(n)),
    scalarInvert(a) {
      return runItemwise(instance, {
        n: checkScalars(a, 'a'),
        limit: ITEMS,
        inputs: [{ batch: a, itemBytes: SCALAR_BYTES }],
        outputItemBytes: SCALAR_BYTES,
        call: (n) => exports.scalarInvertBatch(n),
        refuse: () => refuseZero(a),
      })
    },
    evaluatePolynomial(coefficients, indexList) {
      const { t, indices } = checkEvaluatePolynomial(coefficients, indexList)
      const out = new Uint8Array(indices.length * SCALAR_BYTES)
      for (const { from, count } of chunksOf(indices.length, t > COEFFICIENTS ? 1 : INDICES)) {
        const block = indices.subarray(from, from + count)
        const values = t > COEFFICIENTS ? evaluateLong(coefficients, block) : evaluateBlock(coefficients, block)
        if (values === null) {
          wipe(out)
          refused(() => refuseBadValues(instance, { scalars: coefficients, field: 'coefficients' }))
        }
        out.set(values, from * SCALAR_BYTES)
        wipe(values)
      }
      return out
    },
    lagrange(indexList) {
      const indices = readDistinctIndices(indexList)
      const out = new Uint8Array(indices.length * SCALAR_BYTES)
      for (const { from, count } of chunksOf(indices.length, INDICES)) {
        instance.use(count * SCALAR_BYTES, () => {
          instance.put(indexBytes(indices))
          exports.lagrange(indices.length, from, count)
          instance.get(out, from * SCALAR_BYTES, count * SCALAR_BYTES)
        })
      }
      return out
    },
    signatureShares(input) {
      const n = checkSignatureShares(input)
      const { hiding, binding, bindingFactors, multipliers, share, negate } = input
      const column = (batch: Batch) => ({ batch, itemBytes: SCALAR_BYTES })
      const bound = binding !== null && bindingFactors !== null
      return runItemwise(instance, {
        n,
        limit: ITEMS,
        inputs: [
          column(hiding),
          ...(bound ? [column(binding), column(bindingFactors)] : []),
          column(multipliers),
          { batch: negate, itemBytes: 1 },
        ],
        shared: [share],
        outputItemBytes: SCALAR_BYTES,
        call: (count) => exports.signatureShares(count, bound ? 1 : 0),
        refuse: () =>
          refuseBadValues(
            instance,
            { scalars: hiding, field: 'hiding' },
            ...(bound
              ? [
                  { scalars: binding, field: 'binding' },
                  { scalars: bindingFactors, field: 'bindingFactors' },
                ]
              : []),
            { scalars: multipliers, field: 'multipliers' },
            { scalars: share, field: 'share', single: true },
          ),
      })
    },
  }
}
