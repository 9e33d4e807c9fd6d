/** What every rule about evidence starts from: the ceremony, the accused, and what the accused signed. */
import { equalBytes } from '../../bytes.ts'
import type { Kernel } from '../../kernel/contract.ts'
import { type CeremonyContext, decodeContext, sidOf } from '../../wire/context.ts'
import { decodeEnvelope, verifyEnvelope } from '../../wire/envelope.ts'
import type { Envelope } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { Evidence } from './container.ts'

/** What the rules share. */
export interface Case {
  readonly kernel: Kernel
  readonly evidence: Evidence
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly place: number
  readonly publicKey: Uint8Array
}

/** A rule refused: the reason is for the reader, never an accusation. */
export class NotProven extends Error {}

export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new NotProven(reason)
}

/** @throws NotProven when the accused is no participant, or the roster has other keys; ERR_MALFORMED for a context that has no meaning */
export function openCase(kernel: Kernel, evidence: Evidence, roster: Roster): Case {
  const context = decodeContext(evidence.context)
  const place = context.participants.findIndex(({ id }) => id === evidence.accused)
  const participant = context.participants[place]
  demand(participant !== undefined, 'the accused is not a participant')
  for (const { id, publicKey } of context.participants) {
    const known = roster.get(id)
    demand(known !== undefined && equalBytes(known, publicKey), `the roster has another key for ${id}`)
  }
  return { kernel, evidence, context, sid: sidOf(evidence.context), place, publicKey: participant.publicKey }
}

/** The envelope at this place in the container, signed by the accused for this ceremony. */
export function signedEnvelope({ evidence, context, sid, publicKey }: Case, at: number): Envelope {
  const bytes = evidence.envelopes?.[at]
  demand(bytes !== undefined, 'an envelope is missing')
  const envelope = decodeEnvelope(bytes, context.network)
  const { header } = envelope
  demand(header.from === evidence.accused, 'the envelope is from somebody else')
  demand(
    header.kind === context.kind && header.ceremonyId === context.ceremonyId && equalBytes(header.sid, sid),
    'the envelope is from another ceremony',
  )
  demand(verifyEnvelope(envelope, publicKey), 'the accused did not sign this envelope')
  return envelope
}

export function onlyEnvelopes({ evidence }: Case, count: number): void {
  demand((evidence.envelopes ?? []).length === count, `takes ${count} envelope(s)`)
  demand((evidence.headers ?? []).length === 0, 'takes no headers')
}

export function withoutOpenings(opened: Case): void {
  withoutTranscripts(opened)
  demand(opened.evidence.key === undefined, 'takes no openings')
}

/** As `withoutOpenings`, where the key may be needed to know an index. */
export function withoutTranscripts({ evidence }: Case): void {
  demand((evidence.openings ?? []).length === 0 && evidence.message === undefined, 'takes no openings')
}
