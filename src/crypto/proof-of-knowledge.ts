/**
 * Schnorr proofs that a dealer knows the constant term a_0 of what it commits to. Without them the last dealer could choose its C_0 as a
 * function of the others' (rogue key). The challenge holds the ceremony, the author and the place in the batch, so that a proof serves no other
 * party, ceremony or position, and the whole statement (C_0 and R), as strong Fiat-Shamir demands.
 *
 *   R = r G,  c = H(sid || u16 index || u16 position || C_0 (33) || R (33)) mod q,  z = r + c a_0,  check z G == R + c C_0
 */
import { concatAll, concatBytes, itemOf, wipe } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { type Batch, COMPRESSED_BYTES, type Kernel, type Mask, POINT_BYTES, type Point64, SCALAR_BYTES } from '../kernel/contract.ts'
import { digestToScalar, isBelowOrder, isZero, MINUS_ONE } from './group-order.ts'
import { sumOfBatch } from './polynomial.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'
import { weightScalars } from './weights.ts'

/** R (64) || z (32). */
export const PROOF_BYTES = POINT_BYTES + SCALAR_BYTES

/** One claim: dealer `index` of ceremony `sid` knows the logarithm of the constant term of its polynomial at `position`. */
export interface ProofStatement {
  readonly sid: Uint8Array
  readonly index: number
  readonly position: number
  /** C_0 */
  readonly constantTerm: Point64
  /** R (64) || z (32) */
  readonly proof: Uint8Array
}

function challengeOf(sid: Uint8Array, index: number, position: number, constantTerm33: Uint8Array, nonce33: Uint8Array): Uint8Array {
  return digestToScalar(taggedHash(TAGS.proofOfKnowledge, sid, uintBytes(index, 2), uintBytes(position, 2), constantTerm33, nonce33))
}

/**
 * The proofs of one dealer for all its positions.
 *
 * @param secrets secret, positions x 32: the a_0
 * @param nonces secret, positions x 32, each in 1..q-1 and used once: the r
 * @param constantTerms positions x 64: the C_0 = a_0 G
 * @param noncePoints positions x 64: the R = r G
 * @returns positions x 96: R || z
 */
export function proveKnowledge(
  kernel: Kernel,
  sid: Uint8Array,
  index: number,
  secrets: Batch,
  nonces: Batch,
  constantTerms: Batch,
  noncePoints: Batch,
): Batch {
  const positions = secrets.length / SCALAR_BYTES
  const compressed = kernel.compress(concatBytes(constantTerms, noncePoints))
  const challenges = new Uint8Array(secrets.length)
  for (let position = 0; position < positions; position++) {
    const constantTerm = itemOf(compressed, position, COMPRESSED_BYTES)
    const noncePoint = itemOf(compressed, positions + position, COMPRESSED_BYTES)
    challenges.set(challengeOf(sid, index, position, constantTerm, noncePoint), position * SCALAR_BYTES)
  }
  const products = kernel.scalarMul(challenges, secrets)
  const responses = addAndWipe(kernel, nonces, products)
  const proofs = new Uint8Array(positions * PROOF_BYTES)
  for (let position = 0; position < positions; position++) {
    proofs.set(itemOf(noncePoints, position, POINT_BYTES), position * PROOF_BYTES)
    proofs.set(itemOf(responses, position, SCALAR_BYTES), position * PROOF_BYTES + POINT_BYTES)
  }
  return proofs
}

/** r + c a_0; the products are as secret as the a_0, since the challenges are public. */
function addAndWipe(kernel: Kernel, nonces: Batch, products: Batch): Batch {
  try {
    return kernel.scalarAdd(nonces, products)
  } finally {
    wipe(products)
  }
}

/** The statements in the columns that the check works on. */
interface ProofColumns {
  readonly constantTerms: Batch
  readonly noncePoints: Batch
  readonly responses: Batch
  readonly challenges: Batch
}

function columnsOf(kernel: Kernel, statements: readonly ProofStatement[]): ProofColumns {
  const constantTerms = concatAll(statements.map((statement) => statement.constantTerm))
  const noncePoints = concatAll(statements.map((statement) => statement.proof.subarray(0, POINT_BYTES)))
  const responses = concatAll(statements.map((statement) => statement.proof.subarray(POINT_BYTES)))
  const compressed = kernel.compress(concatBytes(constantTerms, noncePoints))
  const challenges = concatAll(
    statements.map(({ sid, index, position }, i) => {
      const constantTerm = itemOf(compressed, i, COMPRESSED_BYTES)
      return challengeOf(sid, index, position, constantTerm, itemOf(compressed, statements.length + i, COMPRESSED_BYTES))
    }),
  )
  return { constantTerms, noncePoints, responses, challenges }
}

/**
 * The weights depend on a fresh seed and, in case the seed were known, on every statement (a challenge is a hash of its
 * statement) and response.
 */
function weightsOf(weightSeed: Uint8Array, { challenges, responses }: ProofColumns): Batch {
  return weightScalars(taggedHash(TAGS.proofWeights, weightSeed, challenges, responses), challenges.length / SCALAR_BYTES)
}

/** sum w_i R_i + sum (w_i c_i) C_i0 - (sum w_i z_i) G == O */
function combinationHolds(kernel: Kernel, columns: ProofColumns, weightSeed: Uint8Array): boolean {
  const weights = weightsOf(weightSeed, columns)
  const weightedResponses = sumOfBatch(kernel, kernel.scalarMul(weights, columns.responses))
  const generatorScalar = kernel.scalarMul(MINUS_ONE, weightedResponses)
  const points = concatBytes(columns.noncePoints, columns.constantTerms)
  const scalars = concatBytes(weights, kernel.scalarMul(weights, columns.challenges))
  return isZero(kernel.msmVar(points, scalars, generatorScalar))
}

/** The statements whose response is a scalar: the others are invalid without arithmetic. */
function inRange(statements: readonly ProofStatement[]): number[] {
  const places: number[] = []
  statements.forEach(({ proof }, i) => {
    if (proof.length !== PROOF_BYTES) throw invalidArgument(`statements[${i}].proof`, `must have ${PROOF_BYTES} bytes`)
    if (isBelowOrder(proof.subarray(POINT_BYTES))) places.push(i)
  })
  return places
}

/**
 * Checks many proofs: all together by one random combination, and each for itself only if that fails. The points must have been checked
 * (on the curve, not the identity).
 *
 * @param weightSeed 32 bytes that no dealer knew when it made its proof, or null to check each for itself (deterministic, for evidence)
 * @returns one byte a statement: 1 valid
 * @throws ERR_INVALID_ARGUMENT for a point that was not checked, or a proof of another size
 */
export function verifyProofs(kernel: Kernel, statements: readonly ProofStatement[], weightSeed: Uint8Array | null): Mask {
  const valid = new Uint8Array(statements.length)
  const places = inRange(statements)
  const candidates = places.flatMap((place) => statements[place] ?? [])
  if (candidates.length === 0) return valid
  const columns = columnsOf(kernel, candidates)
  if (weightSeed !== null && candidates.length > 1 && combinationHolds(kernel, columns, weightSeed)) {
    for (const i of places) valid[i] = 1
    return valid
  }
  // z G == R + c C_0 has the form of a signature share's check.
  const mask = kernel.verifySignatureShares({
    shares: columns.responses,
    noncePoints: columns.noncePoints,
    verifyingShares: columns.constantTerms,
    multipliers: columns.challenges,
  })
  places.forEach((place, i) => {
    valid[place] = mask[i] ?? 0
  })
  return valid
}
