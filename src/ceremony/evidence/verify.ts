/**
 * Judges evidence from its bytes and the roster alone. One rule a fault; each rule looks only at what the accused signed, and at openings of
 * digests that the accused signed or that the sid fixes.
 */
import { type ErrorCode, QuorateError } from '../../errors.ts'
import type { Kernel } from '../../kernel/contract.ts'
import type { CeremonyId, CeremonyKind, ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { Fault } from '../outcome.ts'
import { type Case, NotProven, openCase } from './case.ts'
import { badCertificate } from './certificate-rule.ts'
import { badShare, falseComplaint } from './complaint-rules.ts'
import { parseEvidence } from './container.ts'
import { badCommitmentCount, badHashOpening, badPoint, badProof, malformed } from './dealing-rules.ts'
import { badView, equivocation } from './dispute-rules.ts'
import { badSignatureShare } from './signature-share-rule.ts'

export type EvidenceVerdict =
  | {
      readonly valid: true
      readonly validator: ValidatorId
      readonly fault: Fault
      readonly kind: CeremonyKind
      readonly ceremonyId: CeremonyId
      readonly sid: Uint8Array
    }
  | { readonly valid: false; readonly reason: string }
const NOT_EVIDENCE: ReadonlySet<ErrorCode> = new Set(['ERR_MALFORMED', 'ERR_TOO_LARGE', 'ERR_INVALID_ARGUMENT'])
const rules: Readonly<Record<Fault, (opened: Case) => void>> = {
  malformed,
  'bad-commitment-count': badCommitmentCount,
  'bad-hash-opening': badHashOpening,
  'bad-point': badPoint,
  'bad-proof': badProof,
  'bad-signature-share': badSignatureShare,
  'bad-share': badShare,
  'false-complaint': falseComplaint,
  'bad-certificate': badCertificate,
  equivocation,
  'bad-view': badView,
}

/** Pure and synchronous; never throws on bad evidence bytes. */
export function judgeEvidence(kernel: Kernel, bytes: Uint8Array, roster: Roster): EvidenceVerdict {
  try {
    const evidence = parseEvidence(bytes)
    const opened = openCase(kernel, evidence, roster)
    rules[evidence.fault](opened)
    const { kind, ceremonyId } = opened.context
    return { valid: true, validator: evidence.accused, fault: evidence.fault, kind, ceremonyId, sid: opened.sid }
  } catch (error) {
    if (error instanceof NotProven) return { valid: false, reason: error.message }
    // Every argument here is outside data, so a value that some function refuses is bad evidence and not a mistake of the caller.
    if (error instanceof QuorateError && NOT_EVIDENCE.has(error.code)) {
      return { valid: false, reason: `${error.field ?? 'evidence'} is not a canonical encoding` }
    }
    throw error
  }
}
