import { SCALAR_BYTES } from '../../kernel/contract.ts'
import { aggregateBatch, aggregateBatches } from '../frost-aggregate.ts'
import type { JobDefinition } from './definition.ts'

/** The verification of one signature, and of each further one with it. */
const MICROS_FOR_ONE = 50
const MICROS_A_POSITION = 20
const MICROS_A_SHARE = 0.5

export const aggregate: JobDefinition<'aggregate'> = {
  run: (kernel, args) => aggregateBatch(kernel, args),
  runMany: aggregateBatches,
  estimateMicros: ({ challenges, signatureShares }) =>
    MICROS_FOR_ONE + (challenges.length / SCALAR_BYTES) * (MICROS_A_POSITION + signatureShares.length * MICROS_A_SHARE),
  secretsOf: () => [],
  secretsOfResult: () => [],
}
