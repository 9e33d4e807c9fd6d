/**
 * Aborts: what a node says when its ceremony fails, and what it makes of what a peer says. A proof convinces everybody alike; anything else is the
 * word of its author, and is passed on as that.
 */
import { equalBytes } from '../bytes.ts'
import type { AbortBody, AbortReason } from '../wire/abort.ts'
import type { CeremonyContext } from '../wire/context.ts'
import type { ValidatorId } from '../wire/message.ts'
import { MAX_ENVELOPE_OVERHEAD, MAX_EVIDENCE_BYTES, maxAbortBytes } from '../wire/sizes.ts'
import { parseEvidence } from './evidence/container.ts'
import type { Blame, Failure, FailureReason, Fault, Missing } from './outcome.ts'
import { shapeOf } from './plan.ts'
import type { Judge } from './program.ts'
import type { StagePlan } from './stage.ts'

/** Type and count; a length before each piece. */
const FIXED_BYTES = 1 + 2
const LENGTH_BYTES = 4

/** Faults that come to light only by comparing what several nodes saw. */
const FOUND_BY_DISPUTE: ReadonlySet<Fault> = new Set(['equivocation', 'bad-view'])

export type Heard =
  /** `ignored` pieces of evidence did not verify, or came after one that did not */
  | { readonly type: 'proven'; readonly blamed: readonly Blame[]; readonly ignored: number }
  | { readonly type: 'nothing'; readonly ignored: number }
  /** proof against ourselves: our key was used elsewhere, or our code is wrong */
  | { readonly type: 'accused' }
  | { readonly type: 'claim'; readonly reason: FailureReason; readonly missing: readonly Missing[] }
  /** everybody finds this alike, or its author lies */
  | { readonly type: 'degenerate' }

/** What blames mean for the reason of a failure. */
export function reasonFor(blamed: readonly Blame[]): FailureReason {
  return blamed.every(({ fault }) => FOUND_BY_DISPUTE.has(fault)) ? 'dispute' : 'fault'
}

/** The largest abort of a ceremony: larger ones are dropped unread. */
export function abortLimit(context: CeremonyContext, plan: readonly StagePlan[]): number {
  const largestStageBody = Math.max(...plan.map(({ maxBodyBytes }) => maxBodyBytes))
  const longestMessage = context.kind === 'sign' ? Math.max(...context.messages.map(({ length }) => length)) : 0
  return maxAbortBytes({ ...shapeOf(context), largestStageBody, longestMessage })
}

/** Our own abort: one proof for each culprit as far as they fit, and the bus carries them; else the reason and whom we missed. */
export function abortFor({ reason, blamed, missing }: Failure, maxBytes: number, carried?: () => number): AbortBody {
  const named = new Set<ValidatorId>()
  const evidence: Uint8Array[] = []
  let room = Math.min(maxBytes, (carried?.() ?? maxBytes + MAX_ENVELOPE_OVERHEAD) - MAX_ENVELOPE_OVERHEAD) - FIXED_BYTES
  for (const { validator, evidence: piece } of blamed) {
    const size = LENGTH_BYTES + piece.length
    if (named.has(validator) || piece.length > MAX_EVIDENCE_BYTES || size > room) continue
    named.add(validator)
    evidence.push(piece)
    room -= size
  }
  if (evidence.length > 0) return { type: 'evidence', evidence }
  return { type: 'reason', reason: reason === 'fault' ? 'internal' : reason, missing: missing.map(({ validator }) => validator) }
}

/** What a peer's abort says to us. */
export function hearAbort(
  abort: AbortBody,
  from: ValidatorId,
  { sid, self, judge }: { readonly sid: Uint8Array; readonly self: ValidatorId; readonly judge: Judge },
): Heard {
  if (abort.type === 'reason') {
    if (abort.missing.length > 0) {
      return { type: 'claim', reason: ours(abort.reason), missing: abort.missing.map((validator) => ({ validator, reportedBy: from })) }
    }
    if (abort.reason === 'degenerate') return { type: 'degenerate' }
    return { type: 'claim', reason: stoppedBy(abort.reason), missing: [{ validator: from, reportedBy: self }] }
  }
  const blamed = new Map<ValidatorId, Blame>()
  let ignored = 0
  for (const [i, evidence] of abort.evidence.entries()) {
    // defence: abort-evidence
    const verdict = judge(evidence)
    if (!verdict.valid || !equalBytes(verdict.sid, sid) || blamed.has(verdict.validator)) {
      // Who tells the truth has proven every piece, one against each: the rest is not worth the time, which may be 0.1 s a piece.
      ignored = abort.evidence.length - i
      break
    }
    const { validator, fault } = verdict
    if (validator === self) return { type: 'accused' }
    const position = parseEvidence(evidence).message?.position
    blamed.set(validator, { validator, fault, evidence, ...(position === undefined ? {} : { message: position }) })
  }
  if (blamed.size === 0) return { type: 'nothing', ignored }
  // Ids have one order, by ASCII code, and it is the participants'.
  const sorted = [...blamed.values()].sort((a, b) => (a.validator < b.validator ? -1 : 1))
  return { type: 'proven', blamed: sorted, ignored }
}

/** Why we end when a peer says whom it missed: what it waited in vain for, we shall. */
function ours(reason: AbortReason): FailureReason {
  switch (reason) {
    case 'dispute':
    case 'instructed-differently':
      return reason
    default:
      return 'timeout'
  }
}

/** Why we end when a peer just stopped. That it has confirmed, or failed by itself, is not so of us. */
function stoppedBy(reason: AbortReason): FailureReason {
  return reason === 'dispute' || reason === 'instructed-differently' ? reason : 'aborted'
}
