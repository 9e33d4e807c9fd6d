import { SCALAR_BYTES } from '../../kernel/contract.ts'
import { aggregateBatch } from '../frost-aggregate.ts'
import type { JobDefinition } from './definition.ts'

/** One verification. */
const MICROS_A_POSITION = 70
const MICROS_A_SHARE = 0.5

export const aggregate: JobDefinition<'aggregate'> = {
  run: (kernel, args) => aggregateBatch(kernel, args),
  estimateMicros: ({ challenges, signatureShares }) =>
    (challenges.length / SCALAR_BYTES) * (MICROS_A_POSITION + signatureShares.length * MICROS_A_SHARE),
  secretsOf: () => [],
  secretsOfResult: () => [],
}
