/** What the dealers sent to one participant: decrypted, and its encoding checked. */
import { itemOf, wipeOnThrow } from '../../bytes.ts'
import { invalidArgument } from '../../errors.ts'
import { type Batch, type Kernel, SCALAR_BYTES } from '../../kernel/contract.ts'
import { isBelowOrder } from '../group-order.ts'
import { decryptShares, openChannels } from '../share-encryption.ts'
import { TAG_BYTES } from '../xchacha20-poly1305.ts'
import { type ReceivedShares, SHARE_FAULT } from './contract.ts'

/** Key, hash and decryption. */
export const MICROS_A_DEALER = 10

/** Each dealer's values for us (secret, positions x 32), or null where the ciphertext does not open: one of another size merely does not. */
export function decryptAll(
  kernel: Kernel,
  { sid, index, positions, sharedPoints, encryptionKey, dealers }: ReceivedShares,
): (Batch | null)[] {
  dealers.forEach((dealer, i) => {
    if (dealer.index === index) throw invalidArgument(`dealers[${i}].index`, 'must not be our own')
  })
  const channels = openChannels(kernel, sid, { index, encryptionKey }, dealers, sharedPoints, 'in')
  const plaintexts: Batch[] = []
  return wipeOnThrow(plaintexts, () =>
    channels.map((channel, i) => {
      const ciphertext = dealers[i]?.ciphertext
      if (ciphertext?.length !== positions * SCALAR_BYTES + TAG_BYTES) return null
      const values = decryptShares(channel, ciphertext)
      if (values !== null) plaintexts.push(values)
      return values
    }),
  )
}

/** What decides before any arithmetic: no plaintext, or one that holds a number of q or more. One SHARE_FAULT a dealer. */
export function encodingFaults(received: readonly (Batch | null)[], positions: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(received, (values) => {
    if (values === null) return SHARE_FAULT.undecryptable
    for (let position = 0; position < positions; position++) {
      if (!isBelowOrder(itemOf(values, position, SCALAR_BYTES))) return SHARE_FAULT.wrongShare
    }
    return SHARE_FAULT.none
  })
}
