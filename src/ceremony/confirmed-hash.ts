/** What an `ok` of SharedSecret's last stage must say, made anew from what all published. */
import type { Kernel } from '../kernel/contract.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { keyRecordHash } from '../wire/key-record.ts'
import { recordFromBodies } from './keygen/key-record-of.ts'
import { isStinsonStrobl } from './plan.ts'
import { nonceHashFromBodies } from './signing/nonce-points.ts'

/**
 * @param bodies of stage `Commitments`, one a participant in order
 * @returns the hash of the key record, or of the nonce points; null if none follow from these bodies
 */
export function confirmedHash(kernel: Kernel, context: CeremonyContext, sid: Uint8Array, bodies: readonly Uint8Array[]): Uint8Array | null {
  if (isStinsonStrobl(context)) return nonceHashFromBodies(kernel, context, sid, bodies)
  const record = context.kind === 'keygen' ? recordFromBodies(kernel, context, bodies) : null
  return record === null ? null : keyRecordHash(record)
}
