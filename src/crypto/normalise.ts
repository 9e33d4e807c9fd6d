/**
 * Brings a fresh key into the one form that its suite signs with, once, before the key record is made: `bip340` wants a group key of even y
 * (BIP-340, section "Public Key Conversion"), on-chain verifiers of `evm` signatures want x(Y) <= (q - 1) / 2, RFC 9591 takes any key. Share,
 * group key and verifying shares are all multiplied by the same public factor, so they stay shares of one key.
 */
import { concatBytes, copyBytes, itemOf, wipe } from '../bytes.ts'
import { type Batch, type Kernel, POINT_BYTES, type Point64, SCALAR_BYTES, type Scalar, type Suite } from '../kernel/contract.ts'
import { MINUS_ONE } from './group-order.ts'
import { hasLowX, hasOddY, negatePoint } from './point-encoding.ts'

/** One key's arithmetic: what must be scaled together. */
export interface NormalisableKey {
  /** secret */
  readonly share: Scalar
  /** Y, not the identity */
  readonly groupPoint: Point64
  /** any number of points, none is possible */
  readonly verifyingShares: Batch
}

/** The public half of a key in its suite's form. */
export interface NormalisedPoints {
  readonly groupPoint: Point64
  readonly verifyingShares: Batch
  /** what all was multiplied by; null for 1 */
  readonly multiplier: Scalar | null
}

function negatePoints(points: Batch): Batch {
  const out = copyBytes(points)
  for (let offset = 0; offset < out.length; offset += POINT_BYTES) negatePoint(out.subarray(offset, offset + POINT_BYTES))
  return out
}

/**
 * Multiplies by the smallest positive k that brings x(k Y) into the lower half. About every second point is there, so k is 2 on average and
 * the points are multiplied by adding: k - 1 additions cost less than one multiplication until k is near 200.
 */
function lowerX(kernel: Kernel, groupPoint: Point64, verifyingShares: Batch): NormalisedPoints {
  const points = concatBytes(groupPoint, verifyingShares)
  const columns = points.length / POINT_BYTES
  let scaled: Batch = points
  let factor = 1
  let multiple: Point64 = groupPoint
  while (!hasLowX(multiple)) {
    scaled = kernel.sum(concatBytes(scaled, points), columns)
    multiple = itemOf(scaled, 0, POINT_BYTES)
    factor++
  }
  const multiplier = new Uint8Array(SCALAR_BYTES)
  new DataView(multiplier.buffer).setUint32(SCALAR_BYTES - 4, factor)
  return { groupPoint: copyBytes(multiple), verifyingShares: copyBytes(scaled, POINT_BYTES), multiplier }
}

/**
 * What everybody can compute of the suite's form, in memory of its own: evidence about a key record needs no share.
 *
 * @param groupPoint Y, not the identity
 * @throws ERR_INVALID_ARGUMENT for points off the curve
 */
export function normalisePoints(kernel: Kernel, suite: Suite, groupPoint: Point64, verifyingShares: Batch): NormalisedPoints {
  const same = (): NormalisedPoints => ({
    groupPoint: copyBytes(groupPoint),
    verifyingShares: copyBytes(verifyingShares),
    multiplier: null,
  })
  switch (suite) {
    case 'secp256k1-sha256':
      return same()
    case 'bip340':
      return hasOddY(groupPoint)
        ? { groupPoint: negatePoints(groupPoint), verifyingShares: negatePoints(verifyingShares), multiplier: MINUS_ONE }
        : same()
    case 'evm':
      return lowerX(kernel, groupPoint, verifyingShares)
  }
}

/**
 * The same key in its suite's form, in memory of its own; the given share is wiped, since it is a share of a key that nobody will use.
 *
 * @throws ERR_INVALID_ARGUMENT for points off the curve or a share of q or more
 */
export function normaliseKey(kernel: Kernel, suite: Suite, key: NormalisableKey): NormalisableKey {
  try {
    const { groupPoint, verifyingShares, multiplier } = normalisePoints(kernel, suite, key.groupPoint, key.verifyingShares)
    const share = multiplier === null ? copyBytes(key.share) : kernel.scalarMul(multiplier, key.share)
    return { share, groupPoint, verifyingShares }
  } finally {
    wipe(key.share)
  }
}
