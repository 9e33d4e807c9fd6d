/** A dealer's secret values for all the others, each encrypted to its recipient; and, from the sums alone, everybody's verifying shares. */
import { wipe, wipeOnThrow } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, SCALAR_BYTES } from '../../kernel/contract.ts'
import { evaluateForEach } from '../polynomial.ts'
import { encryptShares, openChannels, type ShareChannel, sharedPointsOf } from '../share-encryption.ts'
import type { JobDefinition } from './definition.ts'

/** One ciphertext a channel; wipes the values. */
function encryptAll(channels: readonly ShareChannel[], values: readonly Batch[]): Uint8Array[] {
  try {
    return channels.map((channel, i) => {
      const plaintext = values[i]
      if (plaintext === undefined) throw invalidArgument('recipients', 'must have one value each')
      return encryptShares(channel, plaintext)
    })
  } finally {
    wipe(...values)
  }
}

/**
 * One vector at the indices 1..n by forward differences: t additions an index, and about 4.5 t^2 before the first; or by Horner's rule, some seven
 * additions a commitment and index.
 */
function evaluationMicros(t: number, indices: number): number {
  return 0.185 * t * Math.min(indices + 4.5 * t, 7 * indices)
}

export const dealShares: JobDefinition<'dealShares'> = {
  run(kernel, { sid, index, positions, minSigners, coefficients, encryptionSecret, encryptionKey, recipients, verify }) {
    if (coefficients.length !== positions * minSigners * SCALAR_BYTES) {
      throw invalidArgument('coefficients', 'must be positions x minSigners x 32 bytes')
    }
    if (recipients.some((recipient) => recipient.index === index)) throw invalidArgument('recipients', 'must not hold the dealer')
    const indices = [index, ...recipients.map((recipient) => recipient.index)]
    const verifyingShares =
      verify === null ? new Uint8Array(0) : kernel.evaluateInExponent(verify.sumCommitments, minSigners, verify.indices)
    const sharedPoints = sharedPointsOf(kernel, encryptionSecret, recipients)
    return wipeOnThrow([sharedPoints], () => {
      const channels = openChannels(kernel, sid, { index, encryptionKey }, recipients, sharedPoints, 'out')
      const [ownShares = new Uint8Array(0), ...values] = evaluateForEach(kernel, coefficients, minSigners, indices)
      return wipeOnThrow([ownShares], () => ({ ciphertexts: encryptAll(channels, values), ownShares, sharedPoints, verifyingShares }))
    })
  },

  estimateMicros({ positions, minSigners, recipients, verify }) {
    // A constant-time multiplication, a hash and an encryption a recipient; a Horner step of scalars a coefficient and recipient.
    const dealing = recipients.length * (55 + positions * (2 + 0.01 * minSigners)) + 10
    return dealing + (verify === null ? 0 : positions * evaluationMicros(minSigners, verify.indices.length))
  },

  secretsOf({ coefficients, encryptionSecret }) {
    return [coefficients, encryptionSecret]
  },

  secretsOfResult({ ownShares, sharedPoints }) {
    return [ownShares, sharedPoints]
  },
}
