/**
 * Views and aborts, by the rules of their ceremony. The runtime acts on what is read here, and evidence of a malformed one is judged by the same
 * function, so that the two cannot disagree.
 */
import { equalBytes } from '../bytes.ts'
import { nextTranscript } from '../crypto/transcript.ts'
import { QuorateError } from '../errors.ts'
import { type AbortBody, decodeAbort } from '../wire/abort.ts'
import type { CeremonyContext } from '../wire/context.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, VIEW_STAGE_BASE } from '../wire/message.ts'
import type { SignedHeader } from '../wire/signed-header.ts'
import { decodeView, type ViewBody } from '../wire/view.ts'
import { isOneRound } from './plan.ts'
import { broadcastBefore, planOf, type StagePlan } from './stage.ts'

/** What a side message is read against. */
export interface Ground {
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly plan: readonly StagePlan[]
}

export type SideMessage =
  | { readonly type: 'view' /** the broadcast stage that it shows */; readonly k: number; readonly view: ViewBody }
  | { readonly type: 'abort'; readonly abort: AbortBody }

/** Whether this participant signed this header: of what it says, only the author and the ceremony are looked at. */
export type IsSigned = (place: number, said: SignedHeader) => boolean

export function isSideStage(stage: number): boolean {
  return stage > VIEW_STAGE_BASE
}

/** Null: malformed, which its author's signature proves. */
export function readSideMessage(ground: Ground, { header, body }: Pick<Envelope, 'header' | 'body'>): SideMessage | null {
  if (header.to !== null) return null
  try {
    return header.stage === ABORT_STAGE ? readAbort(ground, header, body) : readView(ground, header, body)
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'ERR_MALFORMED') return null
    throw error
  }
}

function readAbort({ context, sid }: Ground, { from, previousTranscript }: EnvelopeHeader, body: Uint8Array): SideMessage | null {
  if (!equalBytes(previousTranscript, sid)) return null
  const abort = decodeAbort(body, context.participants.length)
  const others = new Set(context.participants.map(({ id }) => id))
  others.delete(from)
  return abort.type === 'reason' && !abort.missing.every((id) => others.has(id)) ? null : { type: 'abort', abort }
}

function readView({ context, plan }: Ground, { stage }: EnvelopeHeader, body: Uint8Array): SideMessage | null {
  const k = stage - VIEW_STAGE_BASE
  // Where no digest is made nobody has a view to show.
  if (isOneRound(context) || planOf(plan, k)?.delivery !== 'broadcast') return null
  return { type: 'view', k, view: decodeView(body, context.participants.length, context.network) }
}

/**
 * What is false in a view by itself, or null: its headers must be what the participants broadcast at stage `k` of this ceremony, each over the
 * view's own T_(k-1), and their digests must give the T_k that its author signed.
 */
export function lieIn({ context, sid }: Ground, k: number, header: EnvelopeHeader, view: ViewBody, isSigned: IsSigned): string | null {
  const { accepted, previous } = view
  const digests = accepted.map((said) => said.header.bodyDigest)
  // defence: view-digest
  if (!equalBytes(nextTranscript(sid, k, previous, digests), header.previousTranscript)) return 'its headers give another digest'
  const forged = context.participants.find((_, place) => {
    const said = accepted[place]
    if (said === undefined || said.header.stage !== k || said.header.to !== null) return true
    // defence: view-headers
    return !equalBytes(said.header.previousTranscript, previous) || !isSigned(place, said)
  })
  return forged === undefined ? null : `${forged.id} did not broadcast the header that it shows`
}

/**
 * Whether a view has a reason to exist: a header of a later stage or of another's view, signed, addressed as it should be, that carries another T_k than
 * the view. No fault if it has none: it is dropped.
 */
export function hasDiffering({ context, plan }: Ground, k: number, header: EnvelopeHeader, view: ViewBody, isSigned: IsSigned): boolean {
  const { differing } = view
  const { from, to, stage, previousTranscript } = differing.header
  const place = context.participants.findIndex(({ id }) => id === from)
  if (place < 0 || !claims(plan, differing, k) || equalBytes(previousTranscript, header.previousTranscript)) return false
  const toAll = isSideStage(stage) || planOf(plan, stage)?.delivery === 'broadcast'
  return toAll === (to === null) && isSigned(place, differing)
}

/** Whether what a header carries is its author's T_k: it is of a stage that follows on broadcast stage k, or of a view of k. */
export function claims(plan: readonly StagePlan[], { header: { stage } }: SignedHeader, k: number): boolean {
  if (stage === VIEW_STAGE_BASE + k) return true
  return planOf(plan, stage) !== undefined && broadcastBefore(plan, stage)?.number === k
}

/** The part of `IsSigned` that needs no arithmetic. */
export function speaksOf({ context, sid }: Pick<Ground, 'context' | 'sid'>, place: number, { header }: SignedHeader): boolean {
  return (
    header.from === context.participants[place]?.id &&
    header.kind === context.kind &&
    header.ceremonyId === context.ceremonyId &&
    equalBytes(header.sid, sid)
  )
}
