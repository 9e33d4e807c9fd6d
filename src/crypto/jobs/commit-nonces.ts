import { makeNonceBatches, makeNonces, NONCE_PAIR_BYTES } from '../frost-nonces.ts'
import type { JobDefinition } from './definition.ts'

/** Two hashes and two secret base multiplications. */
const MICROS_A_POSITION = 33

export const commitNonces: JobDefinition<'commitNonces'> = {
  run: (kernel, { suite, share, randomness }) => makeNonces(kernel, suite, share, randomness),
  runMany: makeNonceBatches,
  estimateMicros: ({ randomness }) => 20 + (randomness.length / NONCE_PAIR_BYTES) * MICROS_A_POSITION,
  secretsOf: ({ share, randomness }) => [share, randomness],
  secretsOfResult: ({ nonces }) => [nonces],
}
