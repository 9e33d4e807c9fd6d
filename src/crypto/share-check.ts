/**
 * Which dealers' shares fit their own commitments: value G == sum_k C_k j^k, each by itself. `Kernel.verifyShares` tries the sum of all first, and takes
 * all for good if that holds: right where only the sum is used, but not where each dealer is judged, since errors can cancel.
 */
import { concatAll, itemOf, wipe } from '../bytes.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { GROUP_ORDER } from './group-order.ts'

/** What one dealer committed to and sent. */
export interface DealtShare {
  /** positions x t x 64 */
  readonly commitments: Batch
  /** secret where its recipient has not shown it; positions x 32; one of q or more fits nothing */
  readonly values: Batch
}

/**
 * One call a position, so that evaluations share their inversions. With it goes a share of q, which is no scalar: then the kernel judges every item
 * singly.
 *
 * @param index the recipient's
 * @returns one a dealer: whether its share fits at every position
 */
export function fittingShares(
  kernel: Kernel,
  dealt: readonly DealtShare[],
  positions: number,
  minSigners: number,
  index: number,
): boolean[] {
  const fits = dealt.map(() => true)
  for (let position = 0; position < positions && dealt.length > 0; position++) {
    const vectors = dealt.map(({ commitments }) => itemOf(commitments, position, minSigners * POINT_BYTES))
    const shares = concatAll([...dealt.map(({ values }) => itemOf(values, position, SCALAR_BYTES)), GROUP_ORDER])
    try {
      const valid = kernel.verifyShares(concatAll([...vectors, ...vectors.slice(0, 1)]), minSigners, index, shares)
      for (let i = 0; i < dealt.length; i++) if (valid[i] !== 1) fits[i] = false
    } finally {
      wipe(shares)
    }
  }
  return fits
}
