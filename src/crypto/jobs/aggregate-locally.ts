import { SCALAR_BYTES } from '../../kernel/contract.ts'
import { aggregateLocally as aggregate } from '../strobl-sign.ts'
import type { JobDefinition } from './definition.ts'

/** The verification of one signature, and of each further one with it. */
const MICROS_FOR_ONE = 50
const MICROS_A_POSITION = 11
/** A multiplication and an addition of scalars. */
const MICROS_A_SHARE = 0.35

export const aggregateLocally: JobDefinition<'aggregateLocally'> = {
  run: (kernel, args) => aggregate(kernel, args),
  estimateMicros: ({ challenges, signatureShares, signers }) =>
    MICROS_FOR_ONE +
    // Lagrange coefficients.
    0.25 * signers.length +
    0.0035 * signers.length ** 2 +
    (challenges.length / SCALAR_BYTES) * (MICROS_A_POSITION + signatureShares.length * MICROS_A_SHARE),
  secretsOf: () => [],
  secretsOfResult: () => [],
}
