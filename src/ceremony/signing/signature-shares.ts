/** What the shares of all signers come to, whichever protocol made them: signatures, or faults with their proofs. */

import { copyBytes } from '../../bytes.ts'
import type { BadShare } from '../../crypto/frost-blame.ts'
import { SIGNATURE_BYTES, type Suite } from '../../kernel/contract.ts'
import type { Envelope } from '../../wire/message.ts'
import type { EvidenceParts } from '../evidence/container.ts'
import type { Received } from '../stage.ts'
import { type ProvenFault, required } from '../step.ts'

/** `signatures[i]` is over `messages[i]` */
export type Signatures = readonly Uint8Array[]

/** Of one array with all signatures of a batch, each in an array of its own. */
export function signaturesIn(suite: Suite, bytes: Uint8Array): Signatures {
  const size = SIGNATURE_BYTES[suite]
  return Array.from({ length: bytes.length / size }, (_, i) => copyBytes(bytes, i * size, (i + 1) * size))
}

/** One fault for each bad share, proven by the envelope that it came in. */
export function faultsOf(
  invalid: readonly BadShare[],
  shares: ReadonlyMap<number, Received<Uint8Array>>,
  evidence: { parts(position: number, share: Envelope): EvidenceParts },
): readonly ProvenFault[] {
  return invalid.map(({ signer, position }) => ({
    place: signer,
    fault: 'bad-signature-share',
    message: position,
    parts: () => evidence.parts(position, required(shares.get(signer)).envelope),
  }))
}
