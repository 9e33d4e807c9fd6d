/** The public form of the judgement of evidence: on the process-wide kernel. */

import { assertBytes, copyBytes } from '../../bytes.ts'
import { sharedKernel } from '../../kernel/shared.ts'
import { copyRoster, type Roster } from '../../wire/roster.ts'
import { type EvidenceVerdict, judgeEvidence } from './verify.ts'

/**
 * Decides from bytes alone: no network, no key store. Pure, synchronous, never throws on bad evidence bytes.
 *
 * @param roster at least the ceremony's participants
 * @throws ERR_INVALID_ARGUMENT when an argument is not bytes or not a roster
 */
export function verifyEvidence(evidence: Uint8Array, roster: Roster): EvidenceVerdict {
  assertBytes(evidence, 'evidence')
  return judgeEvidence(sharedKernel(), copyBytes(evidence), copyRoster(roster, 'roster'))
}
