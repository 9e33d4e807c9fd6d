/**
 * Proofs of equal logarithms (Chaum, Pedersen, CRYPTO 1992): a complainer j shows that S is the Diffie-Hellman point of its encryption key P_j and
 * the dealer's P_i, so that anybody can open the dealer's box. The challenge holds the ceremony, both parties in their roles and the whole
 * statement, as strong Fiat-Shamir demands: a proof serves no other pair, direction or ceremony.
 *
 *   A1 = r G,  A2 = r P_i,  c = H(sid || u16 i || u16 j || P_i || P_j || S || A1 || A2) mod q, points 33 bytes,  z = r + c p_j
 *   check  z G == A1 + c P_j  and  z P_i == A2 + c S
 *
 * It shows S and nothing else of p_j: with z and c drawn first, anybody could make such a transcript for a given S.
 */
import { concatAll, concatBytes, equalBytes, itemOf, wipe } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, type Point64, SCALAR_BYTES, type Scalar } from '../kernel/contract.ts'
import { digestToScalar, isBelowOrder, MINUS_ONE } from './group-order.ts'
import type { EncryptionPeer } from './share-encryption.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'

/** A1 (64) || A2 (64) || z (32). */
export const DLEQ_PROOF_BYTES = 2 * POINT_BYTES + SCALAR_BYTES

/** Who shows whose Diffie-Hellman point. */
export interface SharedPointClaim {
  readonly sid: Uint8Array
  /** i and P_i */
  readonly dealer: EncryptionPeer
  /** j and P_j */
  readonly complainer: EncryptionPeer
}

/** A Diffie-Hellman point, published, and the proof that it is one. */
export interface ProvenSharedPoint {
  /** S = p_j P_i */
  readonly sharedPoint: Point64
  /** A1 (64) || A2 (64) || z (32) */
  readonly proof: Uint8Array
}

/** The challenge to all points of the claim, none of which may be the identity. */
function challengeOf(kernel: Kernel, { sid, dealer, complainer }: SharedPointClaim, sharedPoint: Point64, noncePoints: Batch): Scalar {
  const points = kernel.compress(concatBytes(dealer.encryptionKey, complainer.encryptionKey, sharedPoint, noncePoints))
  return digestToScalar(taggedHash(TAGS.dleq, sid, uintBytes(dealer.index, 2), uintBytes(complainer.index, 2), points))
}

/**
 * The Diffie-Hellman points with some dealers, each with its proof, in their order.
 *
 * @param complainer us
 * @param secret secret: our p_j
 * @param nonces secret, dealers x 32, each in 1..q-1 and used once: the r. A nonce in two proofs gives p_j away
 * @throws ERR_INVALID_ARGUMENT when a key is not a point other than the identity, or for another number of nonces
 */
export function proveSharedPoints(
  kernel: Kernel,
  sid: Uint8Array,
  complainer: EncryptionPeer,
  dealers: readonly EncryptionPeer[],
  secret: Scalar,
  nonces: Batch,
): ProvenSharedPoint[] {
  const count = dealers.length
  if (nonces.length !== count * SCALAR_BYTES) throw invalidArgument('nonces', 'must be dealers x 32 bytes')
  const keys = concatAll(dealers.map(({ encryptionKey }) => encryptionKey))
  const secrets = concatAll(dealers.map(() => secret))
  try {
    const sharedPoints = kernel.mul(keys, secrets)
    const firstNoncePoints = kernel.baseMul(nonces)
    const secondNoncePoints = kernel.mul(keys, nonces)
    const statements = dealers.map((dealer, i) => {
      const sharedPoint = itemOf(sharedPoints, i, POINT_BYTES)
      const noncePoints = concatBytes(itemOf(firstNoncePoints, i, POINT_BYTES), itemOf(secondNoncePoints, i, POINT_BYTES))
      return { sharedPoint, noncePoints, challenge: challengeOf(kernel, { sid, dealer, complainer }, sharedPoint, noncePoints) }
    })
    const responses = respond(kernel, concatAll(statements.map(({ challenge }) => challenge)), secrets, nonces)
    return statements.map(({ sharedPoint, noncePoints }, i) => ({
      sharedPoint: concatBytes(sharedPoint),
      proof: concatBytes(noncePoints, itemOf(responses, i, SCALAR_BYTES)),
    }))
  } finally {
    wipe(secrets)
  }
}

/** r + c p_j; the product is as secret as p_j, since the challenge is public. */
function respond(kernel: Kernel, challenges: Batch, secrets: Batch, nonces: Batch): Batch {
  const products = kernel.scalarMul(challenges, secrets)
  try {
    return kernel.scalarAdd(nonces, products)
  } finally {
    wipe(products)
  }
}

/**
 * Whether the proof holds: false too for any point of it that is off the curve or the identity, or a z of q or more. The keys of dealer and
 * complainer must have been checked (on the curve, not the identity).
 */
export function holdsSharedPoint(kernel: Kernel, claim: SharedPointClaim, { sharedPoint, proof }: ProvenSharedPoint): boolean {
  if (sharedPoint.length !== POINT_BYTES || proof.length !== DLEQ_PROOF_BYTES) return false
  const noncePoints = proof.subarray(0, 2 * POINT_BYTES)
  const response = proof.slice(2 * POINT_BYTES)
  const validPoints = kernel.checkPoints(concatBytes(sharedPoint, noncePoints)).every((valid) => valid === 1)
  if (!validPoints || !isBelowOrder(response)) return false
  const { dealer, complainer } = claim
  const minusChallenge = kernel.scalarMul(MINUS_ONE, challengeOf(kernel, claim, sharedPoint, noncePoints))
  const first = kernel.msmVar(complainer.encryptionKey, minusChallenge, response)
  if (!equalBytes(first, itemOf(noncePoints, 0, POINT_BYTES))) return false
  const second = kernel.msmVar(concatBytes(dealer.encryptionKey, sharedPoint), concatBytes(response, minusChallenge))
  return equalBytes(second, itemOf(noncePoints, 1, POINT_BYTES))
}
