/** What single messages of a transcript prove, and pairs of them: junk under a valid signature, two things said in one place, lies about what was seen. */
import { equalBytes, toHex } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { type AbortBody, decodeAbort } from '../../wire/abort.ts'
import { decodeEnvelope } from '../../wire/envelope.ts'
import { ABORT_STAGE, type Envelope, FIRST_STAGE, type ValidatorId, VIEW_STAGE_BASE } from '../../wire/message.ts'
import { type SignedHeader, signedHeaderOf, verifySignedHeader } from '../../wire/signed-header.ts'
import { decodeView } from '../../wire/view.ts'
import { sharedSecretOf, stagesOf } from '../plan.ts'
import type { Court } from './court.ts'
import type { Transcript } from './file.ts'

/** What the author of an abort says, and cannot prove. */
export interface Claim {
  readonly validator: ValidatorId
  readonly reason: Extract<AbortBody, { type: 'reason' }>['reason']
  readonly missing: readonly ValidatorId[]
}

/** Hears the evidence that aborts hold. @returns what the others say */
export function hearAborts({ context, envelopes }: Transcript, court: Court): readonly Claim[] {
  const claims: Claim[] = []
  for (const { header, body } of envelopes) {
    if (header.stage !== ABORT_STAGE) continue
    const abort = orNull(() => decodeAbort(body, context.participants.length))
    if (abort?.type === 'evidence') for (const evidence of abort.evidence) court.hear(evidence)
    if (abort?.type === 'reason') claims.push({ validator: header.from, reason: abort.reason, missing: abort.missing })
  }
  return claims
}

/** Bodies that are none, messages that went the wrong way, first messages without the sid: of stages, views and aborts alike. */
export function accuseOfJunk({ context, sid, envelopes }: Transcript, court: Court): void {
  const plans = stagesOf(context)
  for (const { header, body, bytes } of envelopes) {
    const plan = plans.find(({ number }) => number === header.stage)
    const decoded = plan?.decode(body)
    const misaddressed = (plan?.delivery === 'private') !== (header.to !== null)
    const started = header.stage !== FIRST_STAGE || equalBytes(header.previousTranscript, sid)
    // A message of a stage that looks sound is not worth a trial; what looks otherwise, and every view and abort, is the rule's to judge.
    if (decoded?.ok === true && !misaddressed && started) continue
    const fault = decoded?.ok === false && !misaddressed ? decoded.fault : 'malformed'
    court.accuse({ place: placeOf(context.participants, header.from), fault, parts: { envelopes: [bytes] } })
  }
}

/** Two signed headers of one author for one stage and recipient, wherever they stand in the transcript. */
export function accuseOfEquivocation({ context: { participants } }: Transcript, headers: readonly SignedHeader[], court: Court): void {
  const bySlot = new Map<string, SignedHeader[]>()
  for (const signed of headers) {
    const { stage, from, to } = signed.header
    const slot = `${stage} ${from} ${to ?? '*'}`
    const held = bySlot.get(slot) ?? []
    if (held.length < 2 && !held.some(({ headerHash }) => equalBytes(headerHash, signed.headerHash))) bySlot.set(slot, [...held, signed])
  }
  for (const [first, second] of bySlot.values()) {
    if (first === undefined || second === undefined) continue
    court.accuse({
      place: placeOf(participants, first.header.from),
      fault: 'equivocation',
      parts: { headers: [first.bytes, second.bytes] },
    })
  }
}

/** Views that are wrong in themselves, or beside what their author says of the same stage elsewhere. */
export function accuseOfLies({ context, envelopes }: Transcript, headers: readonly SignedHeader[], court: Court): void {
  for (const view of envelopes) {
    const { from, stage } = view.header
    if (!isView(stage)) continue
    const place = placeOf(context.participants, from)
    if (court.accuse({ place, fault: 'bad-view', parts: { envelopes: [view.bytes] } })) continue
    const shown = signedHeaderOf(view)
    const said = headers.filter(({ header }) => header.from === from && header.stage < VIEW_STAGE_BASE)
    for (const { bytes } of said) {
      if (court.accuse({ place, fault: 'bad-view', parts: { headers: [shown.bytes, bytes] } })) break
    }
  }
}

/** Every header of this ceremony that its author signed: of the messages, and of those quoted in views and complaints. */
export function signedHeadersIn({ context, sid, envelopes }: Transcript): readonly SignedHeader[] {
  const keys = new Map(context.participants.map(({ id, publicKey }) => [id, publicKey]))
  const signed = envelopes.map(signedHeaderOf)
  // All views of a stage quote the same headers, but for the one that matters.
  const seen = new Set(signed.map(({ bytes }) => toHex(bytes)))
  for (const quoted of envelopes.flatMap((envelope) => [...headersInView(context, envelope), ...headersInComplaints(context, envelope)])) {
    const { header, bytes } = quoted
    const key = keys.get(header.from)
    const here = header.kind === context.kind && header.ceremonyId === context.ceremonyId && equalBytes(header.sid, sid)
    if (!here || key === undefined || seen.has(toHex(bytes))) continue
    seen.add(toHex(bytes))
    if (verifySignedHeader(quoted, key)) signed.push(quoted)
  }
  return signed
}

function headersInView({ participants, network }: Transcript['context'], { header, body }: Envelope): readonly SignedHeader[] {
  if (!isView(header.stage)) return []
  const view = orNull(() => decodeView(body, participants.length, network))
  return view === null ? [] : [...view.accepted, view.differing]
}

function headersInComplaints(context: Transcript['context'], { header, body }: Envelope): readonly SignedHeader[] {
  const confirm = sharedSecretOf(context)?.confirm
  const decoded = header.stage === confirm?.number ? confirm.decode(body) : null
  if (decoded?.ok !== true || decoded.body.type !== 'complaints') return []
  return decoded.body.complaints.flatMap(({ envelope }) => {
    const embedded = orNull(() => decodeEnvelope(envelope, context.network))
    return embedded === null ? [] : [signedHeaderOf(embedded)]
  })
}

function isView(stage: number): boolean {
  return stage > VIEW_STAGE_BASE && stage !== ABORT_STAGE
}

export function placeOf(participants: Transcript['context']['participants'], validator: ValidatorId): number {
  return participants.findIndex(({ id }) => id === validator)
}

/** Null for bytes that are no encoding: what is at fault with them is judged elsewhere. */
function orNull<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    if (error instanceof QuorateError && (error.code === 'ERR_MALFORMED' || error.code === 'ERR_TOO_LARGE')) return null
    throw error
  }
}
