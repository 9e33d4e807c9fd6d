/** Rules about what one author signed twice: two headers for one slot, or a view that is not what its author signed elsewhere. */
import { equalBytes } from '../../bytes.ts'
import { VIEW_STAGE_BASE } from '../../wire/message.ts'
import { decodeSignedHeader, type SignedHeader, verifySignedHeader } from '../../wire/signed-header.ts'
import { stagesOf } from '../plan.ts'
import { claims, type Ground, lieIn, readSideMessage, speaksOf } from '../side-messages.ts'
import { planOf } from '../stage.ts'
import { type Case, demand, signedEnvelope, withoutOpenings } from './case.ts'

function groundOf({ context, sid }: Case): Ground {
  const plan = stagesOf(context)
  demand(plan.length > 0, 'this version does not know the stages of the ceremony')
  return { context, sid, plan }
}

function signedHeader(opened: Case, at: number): SignedHeader {
  const bytes = opened.evidence.headers?.[at]
  demand(bytes !== undefined, 'a header is missing')
  const said = decodeSignedHeader(bytes, opened.context.network)
  demand(isSigned(opened, opened.place, said), 'the accused did not sign this header for this ceremony')
  return said
}

function isSigned(opened: Case, place: number, said: SignedHeader): boolean {
  const participant = opened.context.participants[place]
  return participant !== undefined && speaksOf(opened, place, said) && verifySignedHeader(said, participant.publicKey)
}

/** Two different headers for one stage and recipient. Signatures do not count: an author can make many of one header. */
export function equivocation(opened: Case): void {
  withoutOpenings(opened)
  const { envelopes = [], headers = [] } = opened.evidence
  demand(envelopes.length === 0 && headers.length === 2, 'takes two headers')
  const [a, b] = [signedHeader(opened, 0), signedHeader(opened, 1)]
  demand(a.header.stage === b.header.stage, 'the headers are of two stages')
  demand(a.header.to === b.header.to, 'the headers are to two recipients')
  demand(!equalBytes(a.headerHash, b.headerHash), 'the headers are the same')
}

/** A view that is false by itself, or the header of one whose author carried another digest in a stage's message. */
export function badView(opened: Case): void {
  withoutOpenings(opened)
  const { envelopes = [], headers = [] } = opened.evidence
  const ground = groundOf(opened)
  if (envelopes.length === 0) {
    demand(headers.length === 2, 'takes one envelope, or two headers')
    twoDigests(ground, signedHeader(opened, 0), signedHeader(opened, 1))
    return
  }
  demand(envelopes.length === 1 && headers.length === 0, 'takes one envelope, or two headers')
  const envelope = signedEnvelope(opened, 0)
  const read = readSideMessage(ground, envelope)
  demand(read?.type === 'view', 'the envelope is no view, or has another fault')
  const lie = lieIn(ground, read.k, envelope.header, read.view, (place, said) => isSigned(opened, place, said))
  demand(lie !== null, 'the view is what its author signed')
}

function twoDigests({ plan }: Ground, view: SignedHeader, said: SignedHeader): void {
  const k = view.header.stage - VIEW_STAGE_BASE
  demand(planOf(plan, k)?.delivery === 'broadcast', 'the first header is not that of a view')
  demand(claims(plan, said, k), 'the second header is of a stage that does not carry this digest')
  demand(!equalBytes(said.header.previousTranscript, view.header.previousTranscript), 'the header carries the digest of the view')
}

/** A view or abort that is no canonical encoding for this ceremony, went to one node, or carries the wrong digest. */
export function malformedSideMessage(opened: Case): void {
  demand(readSideMessage(groundOf(opened), signedEnvelope(opened, 0)) === null, 'the envelope is well formed')
}
