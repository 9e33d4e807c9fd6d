/** The public form of the audit: on the process-wide kernel. */
import { assertBytes, copyBytes } from '../../bytes.ts'
import { sharedKernel } from '../../kernel/shared.ts'
import { copyRoster, type Roster } from '../../wire/roster.ts'
import { type Audit, auditRecorded } from './audit.ts'

/**
 * Replays the transcript of a ceremony and says who broke it, if anyone; each who is named with evidence for `verifyEvidence`. Pure and synchronous: of a
 * large ceremony it takes as long as all its checks.
 *
 * @param roster at least the ceremony's participants
 * @throws ERR_INVALID_ARGUMENT when an argument is not bytes or not a roster; ERR_MALFORMED with `field` for bytes that no node recorded;
 * ERR_UNKNOWN_VALIDATOR with `field` where the roster has another key for a participant, or none
 */
export function auditTranscript(transcript: Uint8Array, roster: Roster): Audit {
  assertBytes(transcript, 'transcript')
  return auditRecorded(sharedKernel(), copyBytes(transcript), copyRoster(roster, 'roster'))
}
