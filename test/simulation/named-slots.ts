/** Which of the sids in a conversation are those of one-round signings, and the slots that they name: what the ledger has to be told. */
import { toHex } from '../../src/bytes.ts'
import type { Envelope } from '../../src/wire/message.ts'
import type { NamedSlots } from './ledger.ts'

/**
 * A signing over slots has two sids: the one in which somebody made nonces begins with a stage 1, and the other uses slots.
 *
 * @param named by the id of the signing
 */
export function slotsNamedIn(
  envelopes: readonly Envelope[],
  named: ReadonlyMap<bigint, NamedSlots>,
): (sid: Uint8Array) => NamedSlots | undefined {
  const begun = new Set(envelopes.filter(({ header }) => header.stage === 1).map(({ header }) => toHex(header.sid)))
  const ids = new Map(envelopes.map(({ header }) => [toHex(header.sid), header.ceremonyId]))
  return (sid) => (begun.has(toHex(sid)) ? undefined : named.get(ids.get(toHex(sid)) ?? 0n))
}
