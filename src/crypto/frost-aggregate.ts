/** FROST aggregation (RFC 9591 section 5.3): sums of shares, and the check of every signature before anybody sees it. */
import { assertBytes, concatAll, copyBytes, itemOf } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { countItems } from '../kernel/arguments.ts'
import {
  type Batch,
  COMPRESSED_BYTES,
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
export function replaceOutOfRange(shares: Batch, spoilt: Uint8Array): Uint8Array<ArrayBuffer> {
  const usable = copyBytes(shares)
  for (let position = 0; position < spoilt.length; position++) {
    const share = itemOf(usable, position, SCALAR_BYTES)
    if (isBelowOrder(share)) continue
    share.fill(0)
    spoilt[position] = 1
  }
  return usable
}

/** Signatures that nobody has verified yet. */
interface Assembled {
  readonly positions: number
  readonly signatures: Uint8Array
  /** one byte a position: 1 where a share was outside the field */
  readonly spoilt: Uint8Array
}

function assemble(kernel: Kernel, input: AggregateInput): Assembled {
  const { suite, signatureShares } = input
  const positions = countItems(input.groupCommitments, 'groupCommitments', POINT_BYTES)
  assertBytes(input.groupPublicKey, 'groupPublicKey', COMPRESSED_BYTES)
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
  const { encodeNoncePoint } = rulesOf(suite)
  const signatures = new Uint8Array(positions * size)
  for (let position = 0; position < positions; position++) {
    const noncePoint = encodeNoncePoint(itemOf(input.groupCommitments, position, POINT_BYTES))
    signatures.set(assembleSignature(suite, noncePoint, itemOf(scalars, position, SCALAR_BYTES)), position * size)
  }
  return { positions, signatures, spoilt }
}

export function aggregateBatch(kernel: Kernel, input: AggregateInput): AggregateResult {
  const [result] = aggregateBatches(kernel, [input]) as [AggregateResult]
  return result
}

/** As `aggregateBatch` for many batches, of any keys: the signatures of one suite are verified together, which costs each a third of its verification alone. */
export function aggregateBatches(kernel: Kernel, inputs: readonly AggregateInput[]): AggregateResult[] {
  const assembled = inputs.map((input) => assemble(kernel, input))
  const results = new Array<AggregateResult>(inputs.length)
  for (const suite of new Set(inputs.map((input) => input.suite))) {
    const places = inputs.flatMap((input, i) => (input.suite === suite ? [i] : []))
    const of = places.map((i) => [i, inputs[i], assembled[i]] as [number, AggregateInput, Assembled])
    const mask = kernel.verifySignatures({
      suite,
      publicKeys: concatAll(of.map(([, { groupPublicKey }, { positions }]) => repeatBytes(groupPublicKey, positions))),
      challenges: concatAll(of.map(([, { challenges }]) => challenges)),
      signatures: concatAll(of.map(([, , { signatures }]) => signatures)),
    })
    let from = 0
    for (const [i, { groupPublicKey }, { positions, signatures, spoilt }] of of) {
      const valid = acceptable(suite, groupPublicKey, signatures, spoilt, copyBytes(mask, from, from + positions))
      results[i] = { signatures, valid }
      from += positions
    }
  }
  return results
}

/** The mask without the positions whose equation holds and which are refused all the same. */
function acceptable(suite: Suite, groupPublicKey: Point33, signatures: Uint8Array, spoilt: Uint8Array, mask: Mask): Mask {
  const { accepts } = rulesOf(suite)
  const size = SIGNATURE_BYTES[suite]
  return mask.map((bit, position) => (spoilt[position] !== 1 && accepts(groupPublicKey, itemOf(signatures, position, size)) ? bit : 0))
}
