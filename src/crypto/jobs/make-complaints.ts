import { proveSharedPoints } from '../dleq.ts'
import type { JobDefinition } from './definition.ts'

/** Two multiplications in constant time, one of G, and a hash. */
const MICROS_A_DEALER = 110

export const makeComplaints: JobDefinition<'makeComplaints'> = {
  run: (kernel, { sid, index, encryptionKey, encryptionSecret, dealers, nonces }) =>
    proveSharedPoints(kernel, sid, { index, encryptionKey }, dealers, encryptionSecret, nonces),
  estimateMicros: ({ dealers }) => 10 + MICROS_A_DEALER * dealers.length,
  secretsOf: ({ encryptionSecret, nonces }) => [encryptionSecret, nonces],
  // Complaints are published.
  secretsOfResult: () => [],
}
