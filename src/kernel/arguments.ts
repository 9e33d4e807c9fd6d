/**
 * The checks of arguments that every back end shares: types, sizes, counts and index lists, and the wording of the errors about values.
 * What depends on the numbers inside the bytes (scalars below q, points on the curve) each back end checks in its own arithmetic, after
 * these checks and before it writes anything. The rules, so that all back ends refuse the same thing in the same words:
 *
 * - Arguments are checked in the order of the operation's parameters (of the input's keys as declared in `contract.ts`), all structure first, then
 *   all values; the first fault is thrown. A fault of item i of a batch is field `name[i]`; of a whole batch, or of a single scalar, `name`.
 * - 64 zero bytes are the identity and a valid point everywhere but in `compress` and `checkPoints`. Zero is a valid scalar everywhere
 *   but in `scalarInvert` (a sum of honest shares may be zero; who must refuse zero does so where the scalar has a meaning).
 * - Where a Mask is returned, an item whose points, shares or signature are not valid encodings is 0 and harms no other item; `verifyShares` then
 *   skips the sum and judges every item singly. `multipliers` and `challenges`, which the caller computed itself, throw like everywhere else.
 * - `lagrange` alone wants distinct indices.
 *
 * May import only `errors` and `bytes`.
 */
import { assertBytes, assertInteger } from '../bytes.ts'
import { invalidArgument, type QuorateError } from '../errors.ts'
import {
  COMPRESSED_BYTES,
  MAX_INDEX,
  POINT_BYTES,
  SCALAR_BYTES,
  SIGNATURE_BYTES,
  type SignatureSharesInput,
  type Suite,
  type VerifySignatureSharesInput,
  type VerifySignaturesInput,
} from './contract.ts'

/** Bounds a row; the batch, being whole rows, bounds it further. */
const MAX_COLUMNS = 0xffff_ffff

/** Distinct memory from the caller's array: nobody can change the list between its check and its use. */
export type IndexList = Uint16Array<ArrayBuffer>

/** The number of items of a batch. @throws ERR_INVALID_ARGUMENT unless a plain Uint8Array of n >= 1 whole items */
export function countItems(batch: unknown, field: string, itemBytes: number): number {
  assertBytes(batch, field)
  if (batch.length === 0) throw invalidArgument(field, 'must have at least one item')
  if (batch.length % itemBytes !== 0) throw invalidArgument(field, `must be a multiple of ${itemBytes} bytes, has ${batch.length}`)
  return batch.length / itemBytes
}

/** A batch of exactly `count` items, for an argument that goes with an earlier one. */
export function assertItems(batch: unknown, field: string, itemBytes: number, count: number): asserts batch is Uint8Array<ArrayBuffer> {
  const has = countItems(batch, field, itemBytes)
  if (has !== count) throw invalidArgument(field, `must have ${count} items, has ${has}`)
}

/** A non-empty array of integers in 1..65535, copied. `name[i]` is the field of a bad entry. */
export function readIndices(indices: unknown, field = 'indices'): IndexList {
  if (!Array.isArray(indices)) throw invalidArgument(field, 'must be an array of integers')
  const list: readonly unknown[] = indices
  if (list.length === 0) throw invalidArgument(field, 'must have at least one index')
  // There are no more indices than this; a sparse array of 2^32 - 1 holes must not make us allocate 8 GB.
  if (list.length > MAX_INDEX) throw invalidArgument(field, `must have at most ${MAX_INDEX} indices`)
  const out = new Uint16Array(list.length)
  for (let i = 0; i < list.length; i++) {
    const index = list[i]
    assertInteger(index, `${field}[${i}]`, 1, MAX_INDEX)
    out[i] = index
  }
  return out
}

/** As `readIndices`; an index that repeats an earlier one is refused at its own place. */
export function readDistinctIndices(indices: unknown, field = 'indices'): IndexList {
  const list = readIndices(indices, field)
  const seen = new Set<number>()
  list.forEach((index, i) => {
    if (seen.has(index)) throw invalidArgument(`${field}[${i}]`, `repeats the index ${index}`)
    seen.add(index)
  })
  return list
}

/** baseMul, baseMulVar, scalarInvert: the number of scalars. */
export function checkScalars(scalars: unknown, field = 'scalars'): number {
  return countItems(scalars, field, SCALAR_BYTES)
}

/** checkPoints, compress: the number of 64-byte points. */
export function checkPointBatch(points: unknown): number {
  return countItems(points, 'points', POINT_BYTES)
}

/** decompress: the number of 33-byte points. */
export function checkCompressedBatch(points: unknown): number {
  return countItems(points, 'points', COMPRESSED_BYTES)
}

/** mul, mulVar: the number of pairs. */
export function checkMul(points: unknown, scalars: unknown): number {
  const n = countItems(points, 'points', POINT_BYTES)
  assertItems(scalars, 'scalars', SCALAR_BYTES, n)
  return n
}

/** msmVar: the number of pairs, without the term of g. */
export function checkMsm(points: unknown, scalars: unknown, g: unknown): number {
  const n = checkMul(points, scalars)
  if (g !== undefined) assertBytes(g, 'g', SCALAR_BYTES)
  return n
}

/** sum: the number of rows. */
export function checkSum(points: unknown, columns: unknown): number {
  const n = countItems(points, 'points', POINT_BYTES)
  assertInteger(columns, 'columns', 1, MAX_COLUMNS)
  if (n % columns !== 0) throw invalidArgument('points', `must be whole rows of ${columns} points, has ${n} points`)
  return n / columns
}

/** The number of vectors of t points. */
function countVectors(commitments: unknown, t: unknown): number {
  const n = countItems(commitments, 'commitments', POINT_BYTES)
  assertInteger(t, 't', 1, MAX_INDEX)
  if (n % t !== 0) throw invalidArgument('commitments', `must be whole vectors of ${t} points, has ${n} points`)
  return n / t
}

/** evaluateInExponent: the number of vectors and the indices. */
export function checkEvaluateInExponent(
  commitments: unknown,
  t: unknown,
  indices: unknown,
): { readonly vectors: number; readonly indices: IndexList } {
  return { vectors: countVectors(commitments, t), indices: readIndices(indices) }
}

/** verifyShares: the number of vectors. */
export function checkVerifyShares(commitments: unknown, t: unknown, index: unknown, shares: unknown): number {
  const vectors = countVectors(commitments, t)
  assertInteger(index, 'index', 1, MAX_INDEX)
  assertItems(shares, 'shares', SCALAR_BYTES, vectors)
  return vectors
}

/** evaluatePolynomial: the number of coefficients and the indices. */
export function checkEvaluatePolynomial(coefficients: unknown, indices: unknown): { readonly t: number; readonly indices: IndexList } {
  return { t: checkScalars(coefficients, 'coefficients'), indices: readIndices(indices) }
}

/** scalarAdd, scalarMul: the number of pairs. */
export function checkScalarPairs(a: unknown, b: unknown): number {
  const n = countItems(a, 'a', SCALAR_BYTES)
  assertItems(b, 'b', SCALAR_BYTES, n)
  return n
}

function assertInput(input: unknown): void {
  if (typeof input !== 'object' || input === null) throw invalidArgument('input', 'must be an object')
}

/** signatureShares: the number of items. `binding` and `bindingFactors` are both null (Stinson-Strobl) or both batches (FROST). */
export function checkSignatureShares(input: SignatureSharesInput): number {
  assertInput(input)
  const n = countItems(input.hiding, 'hiding', SCALAR_BYTES)
  if (input.binding !== null) assertItems(input.binding, 'binding', SCALAR_BYTES, n)
  if ((input.bindingFactors === null) !== (input.binding === null)) {
    throw invalidArgument('bindingFactors', 'must be null exactly when binding is null')
  }
  if (input.bindingFactors !== null) assertItems(input.bindingFactors, 'bindingFactors', SCALAR_BYTES, n)
  assertItems(input.negate, 'negate', 1, n)
  // The parity of the group's nonce point: public, so a branch on it tells nothing.
  for (let i = 0; i < n; i++) if ((input.negate[i] ?? 2) > 1) throw invalidArgument(`negate[${i}]`, 'must be 0 or 1')
  assertItems(input.multipliers, 'multipliers', SCALAR_BYTES, n)
  assertBytes(input.share, 'share', SCALAR_BYTES)
  return n
}

/** verifySignatureShares: the number of items. */
export function checkVerifySignatureShares(input: VerifySignatureSharesInput): number {
  assertInput(input)
  const n = countItems(input.shares, 'shares', SCALAR_BYTES)
  assertItems(input.noncePoints, 'noncePoints', POINT_BYTES, n)
  assertItems(input.verifyingShares, 'verifyingShares', POINT_BYTES, n)
  assertItems(input.multipliers, 'multipliers', SCALAR_BYTES, n)
  return n
}

export function assertSuite(suite: unknown, field = 'suite'): asserts suite is Suite {
  if (typeof suite !== 'string' || !Object.hasOwn(SIGNATURE_BYTES, suite)) {
    throw invalidArgument(field, `must be one of ${Object.keys(SIGNATURE_BYTES).join(', ')}`)
  }
}

/** verifySignatures: the number of items. */
export function checkVerifySignatures(input: VerifySignaturesInput): number {
  assertInput(input)
  assertSuite(input.suite)
  const n = countItems(input.publicKeys, 'publicKeys', COMPRESSED_BYTES)
  assertItems(input.challenges, 'challenges', SCALAR_BYTES, n)
  assertItems(input.signatures, 'signatures', SIGNATURE_BYTES[input.suite], n)
  return n
}

/** Item i of a batch of scalars (no i: a single scalar) is q or more. The value, perhaps a secret, is not in the error. */
export function scalarOutOfRange(field: string, i?: number): QuorateError {
  return invalidArgument(i === undefined ? field : `${field}[${i}]`, 'must be below the group order')
}

/** scalarInvert: item i is zero. */
export function zeroScalar(field: string, i: number): QuorateError {
  return invalidArgument(`${field}[${i}]`, 'must not be zero')
}

/** Item i of a batch of points has a coordinate of p or more or is not on the curve. */
export function notOnCurve(field: string, i: number): QuorateError {
  return invalidArgument(`${field}[${i}]`, 'must be a point of secp256k1')
}

/** compress: item i is the identity. */
export function identityPoint(field: string, i: number): QuorateError {
  return invalidArgument(`${field}[${i}]`, 'must not be the identity')
}
