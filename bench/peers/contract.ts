/**
 * What another implementation can be measured at. Each operation takes the same bytes, brings them into the form that suits the implementation
 * best before anything is timed, and leaves out what it does not offer.
 */
import type { Batch, Kernel, Scalar } from 'quorate/kernel'
import type { Implementation } from '../json.ts'
import type { Contender } from '../model.ts'
import type { DkgInputs } from '../suites/dkg-inputs.ts'
import type { SigningInputs } from '../suites/frost-inputs.ts'

export type Prepared = Omit<Contender, 'impl'>

export interface SignedMessage {
  /** x-only */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface PeerOperations {
  /** a chain of multiplications in the base field, x <- x b, from a and b of 32 bytes: all give a b^n */
  fieldMul(a: Uint8Array, b: Uint8Array, times: number): Prepared
  fieldSqr(a: Uint8Array, times: number): Prepared
  /** k_i G, affine */
  baseMul(scalars: Batch): Prepared
  baseMulVar(scalars: Batch): Prepared
  /** k_i P_i, affine; points n x 64 */
  mul(points: Batch, scalars: Batch): Prepared
  mulVar(points: Batch, scalars: Batch): Prepared
  /** P_i + Q_i, affine */
  add(left: Batch, right: Batch): Prepared
  /** n x 33 -> n x 64 */
  decompress(compressed: Batch): Prepared
  /** sum k_i P_i, affine */
  msm(points: Batch, scalars: Batch): Prepared
  /** v polynomials, v x t x 64, at one small index: v x 64 */
  evaluateInExponent(commitments: Batch, t: number, index: number): Prepared
  /** one byte a signature: 1 valid */
  verifyBip340(signed: readonly SignedMessage[]): Prepared
}

export type OperationName = keyof PeerOperations

/** Whole ceremonies, on the same keys, polynomials and nonces as ours. `kernel` makes inputs. */
export interface PeerCeremonies {
  /** all rounds at one participant: share (32), group key (33), verifying shares (n x 33) */
  dkg(kernel: Kernel, inputs: DkgInputs): Prepared
  /** the signature share (32) */
  sign(inputs: SigningInputs): Prepared
  /** the signature (65), verified */
  aggregate(inputs: SigningInputs): Prepared
  /** both: the work of one node after round one */
  signAndAggregate(inputs: SigningInputs): Prepared
  /** from round one on: nonces, share and aggregate of the first `messages` of the batch, one by one; the signatures */
  signMessages(inputs: SigningInputs, messages: number): Prepared
  /** an aggregation that fails: the places of those whose shares are wrong, a byte each */
  blame(inputs: SigningInputs, shares: readonly Uint8Array[]): Prepared
}

export interface Peer {
  readonly impl: Implementation
  /** package and version, for the record */
  readonly versions: Readonly<Record<string, string>>
  readonly operations: Partial<PeerOperations>
  readonly ceremonies?: PeerCeremonies
}

/** The parts of a batch. */
export function split(batch: Batch, size: number): Uint8Array[] {
  return Array.from({ length: batch.length / size }, (_, i) => batch.slice(i * size, (i + 1) * size))
}

/**
 * An operation that takes one item a call: the inputs take turns, so that no branch predictor learns one scalar by heart.
 *
 * @param one what is timed
 * @param bytes its outcome as 64 bytes, or as what the operation's result consists of
 */
export function oneByOne<I, O>(inputs: readonly I[], one: (input: I) => O, bytes: (output: O) => Uint8Array): Prepared {
  const [first] = inputs
  if (first === undefined) throw new RangeError('no inputs')
  let turn = 0
  return {
    items: 1,
    run: () => {
      turn = turn + 1 === inputs.length ? 0 : turn + 1
      return one(inputs[turn] ?? first)
    },
    result: () => Buffer.concat(inputs.map((input) => bytes(one(input)))),
  }
}

/** A pair of items a call. */
export function pairs<A, B>(left: readonly A[], right: readonly B[]): (readonly [A, B])[] {
  return left.flatMap((a, i) => {
    const b = right[i]
    return b === undefined ? [] : [[a, b] as const]
  })
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

export function fromNumber(value: bigint): Scalar {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
}

/** 0x04 || x || y, as most implementations take a point. */
export function uncompressed(point: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Uint8Array.of(4), point]))
}

/** 65 bytes without their first. */
export function coordinates(point: Uint8Array): Uint8Array {
  return point.subarray(1)
}

/** A point of 64 bytes as 33. */
export function pointBytes(point: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(33)
  compressed[0] = 2 + ((point[63] ?? 0) & 1)
  compressed.set(point.subarray(0, 32), 1)
  return compressed
}
