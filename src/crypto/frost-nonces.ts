/** FROST round one (RFC 9591 sections 4.1 and 5.1): hedged nonces and their commitments, many positions at once. */
import { assertBytes, copyBytes, itemOf, toHex, wipe } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { countItems } from '../kernel/arguments.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES, type Scalar, type Suite } from '../kernel/contract.ts'
import { isIdentity } from './point-encoding.ts'
import { hashesOf, reduceWide, WIDE_BYTES } from './suites/index.ts'

/** hiding (32) || binding (32), both scalars: of the randomness, and of the nonces */
export const NONCE_PAIR_BYTES = 2 * SCALAR_BYTES

export interface NonceBatch {
  /** secret, positions x 64: hiding || binding */
  readonly nonces: Batch
  /** positions x 128: D || E */
  readonly commitments: Batch
}

/** What the nonces of one batch are made from. */
export interface NonceSource {
  readonly suite: Suite
  /** secret */
  readonly share: Scalar
  /** secret, positions x 64; the caller wipes it */
  readonly randomness: Batch
}

/**
 * nonce = H3(randomness || share), twice a position. The share is a hedge: a source that is only predictable, and not repeating, still gives
 * nonces that nobody else can compute.
 *
 * @param share secret
 * @param randomness secret, positions x 64; the caller wipes it
 * @throws ERR_INVALID_ARGUMENT with field `randomness` when it repeats a block: a nonce used twice gives the share away
 */
export function makeNonces(kernel: Kernel, suite: Suite, share: Scalar, randomness: Batch): NonceBatch {
  const [made] = makeNonceBatches(kernel, [{ suite, share, randomness }]) as [NonceBatch]
  return made
}

/** As `makeNonces` for many batches, with one call for all multiples of G: of the time of a small batch half is the call's. */
export function makeNonceBatches(kernel: Kernel, sources: readonly NonceSource[]): NonceBatch[] {
  for (const { share, randomness } of sources) {
    assertBytes(share, 'share', SCALAR_BYTES)
    countItems(randomness, 'randomness', NONCE_PAIR_BYTES)
  }
  const all = hedge(kernel, sources)
  const batches: NonceBatch[] = []
  const secrets: Batch[] = [all]
  try {
    const points = kernel.baseMul(all)
    let offset = 0
    for (const { randomness } of sources) {
      const end = offset + randomness.length
      const nonces = copyBytes(all, offset, end)
      secrets.push(nonces)
      const commitments = copyBytes(points, 2 * offset, 2 * end)
      refuseRepeats(commitments)
      batches.push({ nonces, commitments })
      offset = end
    }
  } catch (error) {
    wipe(...secrets)
    throw error
  }
  wipe(all)
  return batches
}

/** H3(block || share) for each block of the randomness, mod q, all batches end to end. */
function hedge(kernel: Kernel, sources: readonly NonceSource[]): Batch {
  const blocks = sources.reduce((sum, { randomness }) => sum + randomness.length / SCALAR_BYTES, 0)
  const wide = new Uint8Array(blocks * WIDE_BYTES)
  let offset = 0
  try {
    for (const { suite, share, randomness } of sources) {
      const { h3 } = hashesOf(suite)
      for (let i = 0; i < randomness.length / SCALAR_BYTES; i++, offset += WIDE_BYTES) {
        const hash = h3.hash(itemOf(randomness, i, SCALAR_BYTES), share)
        wide.set(hash, offset)
        wipe(hash)
      }
    }
    return reduceWide(kernel, wide)
  } finally {
    wipe(wide)
  }
}

/**
 * Judged on the public points: equal points are equal nonces. A zero nonce (probability 2^-256) has no encodable commitment.
 *
 * @throws ERR_INVALID_ARGUMENT with field `randomness`
 */
export function refuseRepeats(commitments: Batch): void {
  const seen = new Set<string>()
  for (let i = 0; i < commitments.length / POINT_BYTES; i++) {
    const point = itemOf(commitments, i, POINT_BYTES)
    seen.add(toHex(point))
    if (isIdentity(point) || seen.size !== i + 1) throw invalidArgument('randomness', 'must not repeat a block')
  }
}
