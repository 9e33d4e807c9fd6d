import { signLocally as sign } from '../strobl-sign.ts'
import type { JobDefinition } from './definition.ts'

/** The challenge, with an address or a tagged hash, and the share. */
const MICROS_A_POSITION = 3
/** The message is hashed once, with the challenge. */
const MICROS_A_KIB = 5

export const signLocally: JobDefinition<'signLocally'> = {
  run: (kernel, args) => sign(kernel, args, args),
  estimateMicros({ messages }) {
    const bytes = messages.reduce((sum, message) => sum + message.length, 0)
    return 20 + messages.length * MICROS_A_POSITION + (bytes / 1024) * MICROS_A_KIB
  },
  secretsOf: ({ nonceShares, share }) => [nonceShares, share],
  // Signature shares are published.
  secretsOfResult: () => [],
}
