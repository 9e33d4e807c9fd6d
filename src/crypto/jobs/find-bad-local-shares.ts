import { findBadLocalShares as judgeShares } from '../strobl-blame.ts'
import type { JobDefinition } from './definition.ts'

/** A sum of two multiples, one of them of G. */
const MICROS_A_SHARE = 60
/** A place in the sum over the dealers. */
const MICROS_A_COMMITMENT = 0.3
/** A Horner step in the exponent. */
const MICROS_A_STEP = 0.4
/** The challenge. */
const MICROS_A_KIB = 5

export const findBadLocalShares: JobDefinition<'findBadLocalShares'> = {
  // defence: every-local-share-checked
  run: (kernel, args) => ({ invalid: judgeShares(kernel, args, args) }),
  estimateMicros({ signers, messages, minSigners }) {
    const bytes = messages.reduce((sum, message) => sum + message.length, 0)
    const items = messages.length * signers.length
    return items * (MICROS_A_SHARE + minSigners * (MICROS_A_COMMITMENT + MICROS_A_STEP)) + (bytes / 1024) * MICROS_A_KIB
  },
  secretsOf: () => [],
  secretsOfResult: () => [],
}
