import { signBatch } from '../frost-sign.ts'
import { signBatches } from '../frost-sign-many.ts'
import type { JobDefinition } from './definition.ts'

/** One binding factor, two checks and encodings, one term of the multi-scalar multiplication. */
const MICROS_A_COMMITMENT = 25
/** Challenge, share, Lagrange coefficient. */
const MICROS_A_POSITION = 60
/** The message is hashed twice: for the binding factors and for the challenge. */
const MICROS_A_KIB = 10

export const signShares: JobDefinition<'signShares'> = {
  run: (kernel, args) => signBatch(kernel, args, args),
  runMany: signBatches,
  estimateMicros({ signers, messages }) {
    const bytes = messages.reduce((sum, message) => sum + message.length, 0)
    return messages.length * (MICROS_A_POSITION + signers.length * MICROS_A_COMMITMENT) + (bytes / 1024) * MICROS_A_KIB
  },
  secretsOf: ({ share, nonces }) => [share, nonces],
  // Signature shares are published.
  secretsOfResult: () => [],
}
