/** What a dealer publishes in stage `Commitments`: Feldman commitments, an encryption key and proofs of knowledge. */
import { concatBytes, copyBytes, itemOf, wipe } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, type Kernel, POINT_BYTES, SCALAR_BYTES } from '../../kernel/contract.ts'
import { proveKnowledge } from '../proof-of-knowledge.ts'
import type { Dealing, JobArgs } from './contract.ts'
import type { JobDefinition } from './definition.ts'

/** Every `t`-th item: the constant terms of position-major polynomials or commitments. */
function constantTermsOf(batch: Batch, positions: number, minSigners: number, itemSize: number): Batch {
  const out = new Uint8Array(positions * itemSize)
  for (let position = 0; position < positions; position++) {
    out.set(itemOf(batch, position * minSigners, itemSize), position * itemSize)
  }
  return out
}

/**
 * The dealing from its points, for whoever multiplied them elsewhere.
 *
 * @param points the multiples of G by coefficients, proof nonces and encryption secret, in this order
 */
export function dealingOf(kernel: Kernel, args: JobArgs<'dealCommitments'>, points: Batch): Dealing {
  const { sid, index, positions, minSigners, coefficients, proofNonces } = args
  const secrets = constantTermsOf(coefficients, positions, minSigners, SCALAR_BYTES)
  try {
    const noncesAt = positions * minSigners * POINT_BYTES
    const keyAt = noncesAt + positions * POINT_BYTES
    const commitments = copyBytes(points, 0, noncesAt)
    const noncePoints = copyBytes(points, noncesAt, keyAt)
    const constantTerms = constantTermsOf(commitments, positions, minSigners, POINT_BYTES)
    const proofs = proveKnowledge(kernel, sid, index, secrets, proofNonces, constantTerms, noncePoints)
    return { index, encryptionKey: copyBytes(points, keyAt), commitments, proofs }
  } finally {
    wipe(secrets)
  }
}

export const dealCommitments: JobDefinition<'dealCommitments'> = {
  run(kernel, args) {
    const { positions, minSigners, coefficients, proofNonces, encryptionSecret } = args
    if (coefficients.length !== positions * minSigners * SCALAR_BYTES) {
      throw invalidArgument('coefficients', 'must be positions x minSigners x 32 bytes')
    }
    if (proofNonces.length !== positions * SCALAR_BYTES) throw invalidArgument('proofNonces', 'must be positions x 32 bytes')
    const scalars = concatBytes(coefficients, proofNonces, encryptionSecret)
    try {
      return dealingOf(kernel, args, kernel.baseMul(scalars))
    } finally {
      wipe(scalars)
    }
  },

  estimateMicros({ positions, minSigners }) {
    // A constant-time base multiplication each, and a hash a proof.
    return 10 + 10.5 * (positions * minSigners + positions + 1) + 5 * positions
  },

  secretsOf({ coefficients, proofNonces, encryptionSecret }) {
    return [coefficients, proofNonces, encryptionSecret]
  },

  secretsOfResult() {
    return []
  },
}
