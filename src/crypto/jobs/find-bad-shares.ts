import { findBadShares as judgeShares } from '../frost-blame.ts'
import type { JobDefinition } from './definition.ts'

/** One binding factor, one place in the sum R, and one sum of three multiples: what a false share costs. */
const MICROS_A_SHARE = 100
/** The message is hashed twice, as in signing. */
const MICROS_A_KIB = 10

export const findBadShares: JobDefinition<'findBadShares'> = {
  // defence: every-share-checked
  run: (kernel, args) => ({ invalid: judgeShares(kernel, args, args) }),
  estimateMicros({ signers, messages }) {
    const bytes = messages.reduce((sum, message) => sum + message.length, 0)
    return messages.length * signers.length * MICROS_A_SHARE + (bytes / 1024) * MICROS_A_KIB
  },
  secretsOf: () => [],
  secretsOfResult: () => [],
}
