/** Evaluation in the exponent and the check of shares against commitments. */
import { equalBytes, wipe } from '../../bytes.ts'
import { checkEvaluateInExponent, checkVerifyShares } from '../arguments.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../contract.ts'
import { chunksOf, refused } from './chunks.ts'
import { evaluateAll } from './evaluation.ts'
import type { KernelInstance } from './instance.ts'
import type { Multiplications } from './multiples.ts'
import { firstBadPoint, firstBadScalar, refuseBadValues } from './values.ts'

const SHARES = 4096

export type ExponentOperations = Pick<Kernel, 'evaluateInExponent' | 'verifyShares'>

export function exponentOperations(instance: KernelInstance, { baseMul, sum }: Multiplications): ExponentOperations {
  const { exports } = instance

  /** the sum of valid shares: secret, the caller wipes it */
  function sumShares(shares: Batch): Uint8Array<ArrayBuffer> {
    const total = new Uint8Array(SCALAR_BYTES)
    const v = shares.length / SCALAR_BYTES
    for (const { from, count } of chunksOf(v, SHARES)) {
      instance.use(SCALAR_BYTES, () => {
        instance.put(shares.subarray(from * SCALAR_BYTES, (from + count) * SCALAR_BYTES), total)
        exports.scalarSumBatch(count + 1)
        instance.get(total, 0, SCALAR_BYTES)
      })
    }
    return total
  }

  function sumHolds(commitments: Batch, t: number, index: Uint16Array, shares: Batch): boolean {
    const expected = evaluateAll(instance, sum(commitments, t), t, 1, index)
    const total = sumShares(shares)
    const actual = baseMul(total)
    wipe(total)
    return expected !== null && equalBytes(actual, expected)
  }

  return {
    evaluateInExponent(commitments, t, indexList) {
      const { vectors, indices } = checkEvaluateInExponent(commitments, t, indexList)
      return (
        evaluateAll(instance, commitments, t, vectors, indices) ??
        refused(() => refuseBadValues(instance, { points: commitments, field: 'commitments' }))
      )
    },
    verifyShares(commitments, t, index, shares) {
      const vectors = checkVerifyShares(commitments, t, index, shares)
      const at = Uint16Array.of(index)
      const out = new Uint8Array(vectors)
      const allValid = firstBadPoint(instance, commitments) < 0 && firstBadScalar(instance, shares) < 0
      if (allValid && sumHolds(commitments, t, at, shares)) return out.fill(1)
      const vector = (i: number) => commitments.subarray(i * t * POINT_BYTES, (i + 1) * t * POINT_BYTES)
      const share = (i: number) => shares.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES)
      // what is not a valid encoding is 0 and stays out of the evaluation of the others
      const sound: number[] = []
      for (let i = 0; i < vectors; i++) {
        if (allValid || (firstBadPoint(instance, vector(i)) < 0 && firstBadScalar(instance, share(i)) < 0)) sound.push(i)
      }
      if (sound.length === 0) return out
      const soundVectors = allValid ? commitments : gather(sound, t * POINT_BYTES, vector)
      const soundShares = allValid ? new Uint8Array(shares) : gather(sound, SCALAR_BYTES, share)
      const expected = evaluateAll(instance, soundVectors, t, sound.length, at) ?? refused(() => {})
      const actual = baseMul(soundShares)
      wipe(soundShares)
      sound.forEach((i, k) => {
        const bytes = [k * POINT_BYTES, (k + 1) * POINT_BYTES] as const
        out[i] = equalBytes(actual.subarray(...bytes), expected.subarray(...bytes)) ? 1 : 0
      })
      return out
    },
  }
}

function gather(items: readonly number[], itemBytes: number, item: (i: number) => Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(items.length * itemBytes)
  items.forEach((i, k) => {
    out.set(item(i), k * itemBytes)
  })
  return out
}
