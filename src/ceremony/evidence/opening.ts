/** Openings of a transcript digest that the accused signed, for the rules that look into other participants' bodies. */
import { equalBytes } from '../../bytes.ts'
import { bodyDigest, nextTranscript } from '../../crypto/transcript.ts'
import { type Case, demand } from './case.ts'
import type { OpeningEntry, TranscriptOpening } from './container.ts'

/** One part of an opening: the body, where it is shown whole, and the digest. */
function openEntry(entry: OpeningEntry): { readonly body: Uint8Array | null; readonly digest: Uint8Array } {
  demand(entry.type !== 'item', 'an item is in the opening')
  return entry.type === 'body' ? { body: entry.body, digest: bodyDigest(entry.body) } : { body: null, digest: entry.digest }
}

/** The only opening of the evidence; without a message. */
export function onlyOpening({ evidence }: Case): TranscriptOpening {
  const [opening, ...others] = evidence.openings ?? []
  demand(opening !== undefined && others.length === 0, 'takes one opening')
  demand(evidence.message === undefined, 'takes no message')
  return opening
}

/** The bodies that an opening shows, by place, null where it shows a digest; and the transcript digest that it opens. */
export function openTranscript(
  { context, sid }: Case,
  opening: TranscriptOpening,
  stage: number,
): { readonly bodies: readonly (Uint8Array | null)[]; readonly transcript: Uint8Array } {
  demand(opening.stage === stage, 'the opening is of another stage')
  demand(opening.entries.length === context.participants.length, 'the opening is of another length')
  const opened = opening.entries.map(openEntry)
  const digests = opened.map(({ digest }) => digest)
  return { bodies: opened.map(({ body }) => body), transcript: nextTranscript(sid, stage, opening.previous, digests) }
}

/** As `openTranscript`, of a digest that stands in a header. */
export function openSigned(opened: Case, opening: TranscriptOpening, stage: number, signed: Uint8Array): readonly (Uint8Array | null)[] {
  const { bodies, transcript } = openTranscript(opened, opening, stage)
  demand(equalBytes(transcript, signed), 'the accused saw another transcript')
  return bodies
}
