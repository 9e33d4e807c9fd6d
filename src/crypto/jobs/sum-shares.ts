/** The sum of what dealers sent us. Errors of two of them may cancel in it, and then do no harm: only the sum is used. */
import { wipe } from '../../bytes.ts'
import { type Batch, type Kernel, SCALAR_BYTES } from '../../kernel/contract.ts'
import { sumScalars } from '../polynomial.ts'
import { type ReceivedShares, SHARE_FAULT } from './contract.ts'
import type { JobDefinition } from './definition.ts'
import { decryptAll, encodingFaults, MICROS_A_DEALER } from './received-shares.ts'

/**
 * @param own secret, positions x 32: added to the others'
 * @returns secret, positions x 32; null when a ciphertext does not open or holds a number of q or more
 */
export function sumReceived(kernel: Kernel, args: ReceivedShares, own: Batch): Batch | null {
  const received = decryptAll(kernel, args)
  try {
    if (encodingFaults(received, args.positions).some((fault) => fault !== SHARE_FAULT.none)) return null
    return sumScalars(kernel, [own, ...received.flatMap((values) => values ?? [])])
  } finally {
    for (const values of received) if (values !== null) wipe(values)
  }
}

export const sumShares: JobDefinition<'sumShares'> = {
  run: (kernel, args) => ({ shares: sumReceived(kernel, args, new Uint8Array(args.positions * SCALAR_BYTES)) }),
  estimateMicros: ({ dealers }) => MICROS_A_DEALER * dealers.length,
  secretsOf: ({ sharedPoints }) => [sharedPoints],
  secretsOfResult: ({ shares }) => (shares === null ? [] : [shares]),
}
