/** FROST aggregation (RFC 9591 section 5.3): sums of shares, and the check of every signature before anybody sees it. */
import { assertBytes, copyBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { countItems } from '../kernel/arguments.ts'
import {
  type Batch,
  type Kernel,
  type Mask,
  POINT_BYTES,
  type Point33,
  SCALAR_BYTES,
  SIGNATURE_BYTES,
  type Suite,
} from '../kernel/contract.ts'
import { repeatBytes } from './frost-transcript.ts'
import { isBelowOrder } from './group-order.ts'
import { sumScalars } from './polynomial.ts'
import { assembleSignature, rulesOf } from './suites/index.ts'

export interface AggregateInput {
  readonly suite: Suite
  readonly groupPublicKey: Point33
  /** positions x 64: R, none the identity */
  readonly groupCommitments: Batch
  /** positions x 32 */
  readonly challenges: Batch
  /** one entry a signer: positions x 32 */
  readonly signatureShares: readonly Batch[]
}

export interface AggregateResult {
  /** positions x SIGNATURE_BYTES[suite]; what `valid` does not mark must not leave the node */
  readonly signatures: Uint8Array
  readonly valid: Mask
}

/** Shares of the right length with values outside the field, which the kernel would refuse as a whole, spoil only their own position. */
function replaceOutOfRange(shares: Batch, spoilt: Uint8Array): Uint8Array<ArrayBuffer> {
  const usable = copyBytes(shares)
  for (let position = 0; position < spoilt.length; position++) {
    const share = itemOf(usable, position, SCALAR_BYTES)
    if (isBelowOrder(share)) continue
    share.fill(0)
    spoilt[position] = 1
  }
  return usable
}

export function aggregateBatch(kernel: Kernel, input: AggregateInput): AggregateResult {
  const { suite, groupPublicKey, signatureShares } = input
  const positions = countItems(input.groupCommitments, 'groupCommitments', POINT_BYTES)
  assertBytes(input.challenges, 'challenges', positions * SCALAR_BYTES)
  if (signatureShares.length === 0) throw invalidArgument('signatureShares', 'must have at least one entry')
  signatureShares.forEach((shares, i) => {
    assertBytes(shares, `signatureShares[${i}]`, positions * SCALAR_BYTES)
  })
  const spoilt = new Uint8Array(positions)
  const scalars = sumScalars(
    kernel,
    signatureShares.map((shares) => replaceOutOfRange(shares, spoilt)),
  )
  const size = SIGNATURE_BYTES[suite]
  const { encodeNoncePoint, accepts } = rulesOf(suite)
  const signatures = new Uint8Array(positions * size)
  for (let position = 0; position < positions; position++) {
    const noncePoint = encodeNoncePoint(itemOf(input.groupCommitments, position, POINT_BYTES))
    signatures.set(assembleSignature(suite, noncePoint, itemOf(scalars, position, SCALAR_BYTES)), position * size)
  }
  const publicKeys = repeatBytes(groupPublicKey, positions)
  const valid = kernel.verifySignatures({ suite, publicKeys, challenges: input.challenges, signatures })
  return {
    signatures,
    valid: valid.map((bit, position) => (spoilt[position] !== 1 && accepts(groupPublicKey, itemOf(signatures, position, size)) ? bit : 0)),
  }
}
