/** A dealer's secret values for all the others, each encrypted to its recipient. */
import { wipe } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { SCALAR_BYTES } from '../../kernel/contract.ts'
import { evaluateForEach } from '../polynomial.ts'
import { encryptShares, openChannels, wipeChannels } from '../share-encryption.ts'
import type { JobDefinition } from './definition.ts'

export const dealShares: JobDefinition<'dealShares'> = {
  run(kernel, { sid, index, positions, minSigners, coefficients, encryptionSecret, encryptionKey, recipients }) {
    if (coefficients.length !== positions * minSigners * SCALAR_BYTES) {
      throw invalidArgument('coefficients', 'must be positions x minSigners x 32 bytes')
    }
    if (recipients.some((recipient) => recipient.index === index)) throw invalidArgument('recipients', 'must not hold the dealer')
    const channels = openChannels(kernel, sid, { index, encryptionKey }, encryptionSecret, recipients, 'out')
    const [ownShares = new Uint8Array(0), ...values] = evaluateForEach(kernel, coefficients, minSigners, [
      index,
      ...recipients.map((recipient) => recipient.index),
    ])
    try {
      const ciphertexts = channels.map((channel, i) => {
        const plaintext = values[i]
        if (plaintext === undefined) throw invalidArgument('recipients', 'must have one value each')
        return encryptShares(channel, plaintext)
      })
      return { ciphertexts, ownShares }
    } finally {
      wipe(...values)
      wipeChannels(channels)
    }
  },

  estimateMicros({ positions, minSigners, recipients }) {
    // A constant-time multiplication, a hash and an encryption a recipient; a Horner step of scalars a coefficient and recipient.
    return recipients.length * (60 + positions * (2 + 0.05 * minSigners)) + 10
  },

  secretsOf({ coefficients, encryptionSecret }) {
    return [coefficients, encryptionSecret]
  },

  secretsOfResult({ ownShares }) {
    return [ownShares]
  },
}
