/**
 * Stinson-Strobl signing: the nonce k is shared among the signers on a polynomial of t coefficients, like the key x, so that
 *
 *     gamma_i = (+-)k_i + (+-)c x_i
 *
 * is a value of such a polynomial too, whose value at zero is the scalar of a Schnorr signature with R = V = k G. The first sign follows the parity of V
 * (BIP-340 only), the second the suite and the key, as in `frost-challenge.ts`. There are no binding factors: what they are for, fixed messages and a nonce
 * that nobody can steer, the ceremony provides before V is known to anybody.
 */
import { assertBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, type Point33, SCALAR_BYTES, type Scalar, type Suite } from '../kernel/contract.ts'
import { type AggregateResult, aggregateBatch, replaceOutOfRange } from './frost-aggregate.ts'
import { encodeIdentifier } from './frost-binding.ts'
import { challenges, isDegenerate, multipliers, nonceSigns } from './frost-challenge.ts'
import { repeatBytes } from './frost-transcript.ts'
import { compressPoints } from './point-encoding.ts'
import { sumScalars } from './polynomial.ts'
import { assertMessageLength } from './suites/index.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'

/** What is signed, and under which nonce points. */
export interface LocalSigning {
  readonly suite: Suite
  readonly groupPublicKey: Point33
  /** one entry a position */
  readonly messages: readonly Uint8Array[]
  /** positions x 64: V as summed, none the identity */
  readonly noncePoints: Batch
}

/** Both sides of the share equation at every position. */
export interface LocalTerms {
  /** positions x 32 */
  readonly challenges: Batch
  /** positions x 32: +-c */
  readonly multipliers: Batch
  /** positions bytes: 1 where k_i and K_i are negated */
  readonly signs: Uint8Array
}

/** H(sid || u16 positions || V of each, compressed): what `ok` says in a Stinson-Strobl signing. No V may be the identity. */
export function hashNoncePoints(sid: Uint8Array, noncePoints: Batch): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.nonceSum, sid, uintBytes(noncePoints.length / POINT_BYTES, 2), compressPoints(noncePoints))
}

/** @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE with `field`: parts that do not belong together are the caller's mistake */
export function localTerms(kernel: Kernel, { suite, groupPublicKey, messages, noncePoints }: LocalSigning): LocalTerms {
  if (messages.length === 0) throw invalidArgument('messages', 'must have at least one message')
  messages.forEach((message, i) => {
    assertBytes(message, `messages[${i}]`)
    assertMessageLength(suite, message.length, `messages[${i}]`)
  })
  assertBytes(noncePoints, 'noncePoints', messages.length * POINT_BYTES)
  if (isDegenerate(noncePoints)) throw invalidArgument('noncePoints', 'must not be the identity')
  const batch = challenges(kernel, suite, noncePoints, groupPublicKey, messages)
  return {
    challenges: batch,
    multipliers: multipliers(kernel, suite, groupPublicKey, encodeIdentifier(1), batch),
    signs: nonceSigns(suite, noncePoints),
  }
}

export interface LocalSecrets {
  /** secret, positions x 32: k_i */
  readonly nonceShares: Batch
  /** secret, x_i */
  readonly share: Scalar
}

/** @returns positions x 32 both; a gamma of zero is as good as any other */
export function signLocally(
  kernel: Kernel,
  signing: LocalSigning,
  { nonceShares, share }: LocalSecrets,
): { readonly signatureShares: Batch; readonly challenges: Batch } {
  const terms = localTerms(kernel, signing)
  assertBytes(share, 'share', SCALAR_BYTES)
  assertBytes(nonceShares, 'nonceShares', signing.messages.length * SCALAR_BYTES)
  const signatureShares = kernel.signatureShares({
    hiding: nonceShares,
    binding: null,
    bindingFactors: null,
    negate: terms.signs,
    multipliers: terms.multipliers,
    share,
  })
  return { signatureShares, challenges: terms.challenges }
}

export interface LocalShares extends Omit<LocalSigning, 'messages'> {
  /** ascending key indices of the signers, t or more: the shares are values of one polynomial there */
  readonly signers: readonly number[]
  /** positions x 32 */
  readonly challenges: Batch
  /** one entry a signer: positions x 32 */
  readonly signatureShares: readonly Batch[]
}

/** Interpolates at zero, and verifies every signature before anybody sees it. */
export function aggregateLocally(kernel: Kernel, input: LocalShares): AggregateResult {
  const { suite, groupPublicKey, noncePoints, signers, signatureShares } = input
  const positions = noncePoints.length / POINT_BYTES
  if (signatureShares.length !== signers.length) throw invalidArgument('signatureShares', 'must have one entry a signer')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  const lambdas = kernel.lagrange(signers)
  const spoilt = new Uint8Array(positions)
  const weighted = signatureShares.map((shares, signer) =>
    kernel.scalarMul(repeatBytes(itemOf(lambdas, signer, SCALAR_BYTES), positions), replaceOutOfRange(shares, spoilt)),
  )
  const sum = sumScalars(kernel, weighted)
  const { signatures, valid } = aggregateBatch(kernel, {
    suite,
    groupPublicKey,
    groupCommitments: noncePoints,
    challenges: input.challenges,
    signatureShares: [sum],
  })
  return { signatures, valid: valid.map((bit, position) => (spoilt[position] === 1 ? 0 : bit)) }
}
