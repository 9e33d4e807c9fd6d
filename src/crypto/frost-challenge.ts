/**
 * From the group commitments R to challenges, and the signs that a suite puts on both sides of the share equation
 *
 *     z_i G == (+-)(D_i + rho_i E_i) + (+-) lambda_i c Y_i
 *
 * The first sign follows the parity of R (BIP-340 only). The second is one for all signers: minus for `evm` (s = k - c x), and minus for BIP-340
 * when the group key as given has odd y, since the shares then belong to the negated key. It is folded into the multiplier, so that neither a
 * secret share nor a verifying share is ever rewritten, and signing and blame cannot disagree about it.
 */
import { itemOf } from '../bytes.ts'
import { type Batch, type Kernel, POINT_BYTES, type Point33, SCALAR_BYTES, type Scalar, type Suite } from '../kernel/contract.ts'
import { columnOf, repeatBytes } from './frost-transcript.ts'
import { MINUS_ONE } from './group-order.ts'
import { hasOddY, isIdentity } from './point-encoding.ts'
import { reduceWide, rulesOf, WIDE_BYTES } from './suites/index.ts'

/**
 * R = sum D_i + sum rho_i E_i at every position (RFC 9591 section 4.5).
 *
 * @param hiding signers x positions x 64; `binding` and `factors` in the same order
 * @returns positions x 64; an R may be the identity
 */
export function groupCommitments(kernel: Kernel, hiding: Batch, binding: Batch, factors: Batch, positions: number): Batch {
  const rows = new Uint8Array(hiding.length + positions * POINT_BYTES)
  rows.set(hiding)
  for (let position = 0; position < positions; position++) {
    const bound = kernel.msmVar(columnOf(binding, position, positions, POINT_BYTES), columnOf(factors, position, positions, SCALAR_BYTES))
    rows.set(bound, hiding.length + position * POINT_BYTES)
  }
  return kernel.sum(rows, positions)
}

/** Whether some R is the identity, which no suite can encode. */
export function isDegenerate(commitments: Batch): boolean {
  for (let i = 0; i < commitments.length / POINT_BYTES; i++) if (isIdentity(itemOf(commitments, i, POINT_BYTES))) return true
  return false
}

/** One challenge a position, positions x 32: computed from R, Y and the message at hand, never taken from a peer. */
export function challenges(
  kernel: Kernel,
  suite: Suite,
  commitments: Batch,
  groupPublicKey: Point33,
  messages: readonly Uint8Array[],
): Batch {
  const { encodeNoncePoint, challenge } = rulesOf(suite)
  const wide = new Uint8Array(messages.length * WIDE_BYTES)
  messages.forEach((message, position) => {
    const noncePoint = encodeNoncePoint(itemOf(commitments, position, POINT_BYTES))
    wide.set(challenge(noncePoint, groupPublicKey, message), position * WIDE_BYTES)
  })
  return reduceWide(kernel, wide)
}

/** One byte a position: 1 where nonces and nonce points are negated. */
export function nonceSigns(suite: Suite, commitments: Batch): Uint8Array<ArrayBuffer> {
  const { evenPoints } = rulesOf(suite)
  const signs = new Uint8Array(commitments.length / POINT_BYTES)
  for (let i = 0; i < signs.length; i++) signs[i] = evenPoints && hasOddY(itemOf(commitments, i, POINT_BYTES)) ? 1 : 0
  return signs
}

/**
 * +-lambda_i c_k for every signer given and every position.
 *
 * @param lambdas signers x 32
 * @returns signers x positions x 32
 */
export function multipliers(kernel: Kernel, suite: Suite, groupPublicKey: Point33, lambdas: Batch, challengeBatch: Batch): Batch {
  const { evenPoints, subtractsChallenge } = rulesOf(suite)
  const signers = lambdas.length / SCALAR_BYTES
  const positions = challengeBatch.length / SCALAR_BYTES
  const negative = subtractsChallenge || (evenPoints && hasOddY(groupPublicKey))
  const signed = negative ? kernel.scalarMul(lambdas, repeatBytes(MINUS_ONE, signers)) : lambdas
  const spread = new Uint8Array(signers * positions * SCALAR_BYTES)
  for (let signer = 0; signer < signers; signer++) {
    const lambda: Scalar = itemOf(signed, signer, SCALAR_BYTES)
    spread.set(repeatBytes(lambda, positions), signer * positions * SCALAR_BYTES)
  }
  return kernel.scalarMul(spread, repeatBytes(challengeBatch, signers))
}
