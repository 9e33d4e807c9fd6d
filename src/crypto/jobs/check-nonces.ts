import { concatAll } from '../../bytes.ts'
import { POINT_BYTES } from '../../kernel/contract.ts'
import { badSignersOf } from '../frost-transcript.ts'
import type { JobDefinition } from './definition.ts'

/** One equation of the curve, and copies. */
const MICROS_A_POINT = 0.2

export const checkNonces: JobDefinition<'checkNonces'> = {
  run: (kernel, { commitments }) => ({ culprits: badSignersOf(kernel, concatAll(commitments), commitments.length) }),
  estimateMicros: ({ commitments }) => 5 + commitments.reduce((points, { length }) => points + length / POINT_BYTES, 0) * MICROS_A_POINT,
  secretsOf: () => [],
  secretsOfResult: () => [],
}
