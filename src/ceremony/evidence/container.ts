/**
 * The canonical container of a proof of fault: the preimage of `sid`, the accused, and bytes that the accused signed, with the openings of the
 * digests in them. Nothing else decides a verdict: no local limit, no key store, no other node's word.
 *
 * Layout: version u8 = 1 | fault u8 | accused (u8 length, ascii) | context (u32 length) | envelopes (u16 count, each u32 length)
 * | signed headers (u8 count, each u16 length) | opening? | key? | message?, where "?" is a presence byte 0 or 1:
 * opening = stage u8 | previous transcript 32 | entries (u16 count, each 0 || digest 32 or 1 || body (u32 length));
 * key = key id 32 | key record (u32 length); message = position u16 | bytes (u32 length).
 */
import * as P from 'micro-packed'
import { asciiBytes, copyBytes, equalBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { ValidatorId } from '../../wire/message.ts'
import { isValidatorId } from '../../wire/validator-id.ts'
import type { Fault } from '../outcome.ts'

const FAULT_NUMBER: Readonly<Record<Fault, number>> = {
  'bad-hash-opening': 1,
  'bad-commitment-count': 2,
  'bad-point': 3,
  'bad-proof': 4,
  'bad-share': 5,
  'false-complaint': 6,
  'bad-signature-share': 7,
  'bad-certificate': 8,
  equivocation: 9,
  'bad-view': 10,
  malformed: 11,
}
const FAULTS = new Map(Object.entries(FAULT_NUMBER).map(([fault, number]) => [number, fault as Fault]))

/** A transcript digest opened: each participant's body digest, or the body itself where its content matters. */
export interface TranscriptOpening {
  readonly stage: number
  /** the digest before this stage */
  readonly previous: Uint8Array
  readonly entries: readonly (
    | { readonly type: 'digest'; readonly digest: Uint8Array }
    | { readonly type: 'body'; readonly body: Uint8Array }
  )[]
}

export interface EvidenceParts {
  /** whole envelopes, in the order that the fault's rule names */
  readonly envelopes?: readonly Uint8Array[]
  /** headers with signatures but without bodies: for equivocation and views */
  readonly headers?: readonly Uint8Array[]
  readonly opening?: TranscriptOpening
  /** opens the key digest in a signing's context */
  readonly key?: { readonly keyId: Uint8Array; readonly record: Uint8Array }
  /** opens a message digest in a signing's context */
  readonly message?: { readonly position: number; readonly bytes: Uint8Array }
}

export interface Evidence extends EvidenceParts {
  readonly fault: Fault
  readonly accused: ValidatorId
  /** the preimage of `sid` */
  readonly context: Uint8Array
}

const lengthPrefixed = P.bytes(P.U32BE)
const container = P.struct({
  version: P.magicBytes(Uint8Array.of(1)),
  fault: P.U8,
  accused: P.bytes(P.U8),
  context: lengthPrefixed,
  envelopes: P.array(P.U16BE, lengthPrefixed),
  headers: P.array(P.U8, P.bytes(P.U16BE)),
  opening: P.optional(
    P.bool,
    P.struct({
      stage: P.U8,
      previous: P.bytes(32),
      entries: P.array(P.U16BE, P.mappedTag(P.U8, { digest: [0, P.bytes(32)], body: [1, lengthPrefixed] })),
    }),
  ),
  key: P.optional(P.bool, P.struct({ keyId: P.bytes(32), record: lengthPrefixed })),
  message: P.optional(P.bool, P.struct({ position: P.U16BE, bytes: lengthPrefixed })),
})

export function makeEvidence(evidence: Evidence): Uint8Array {
  const { opening, key, message } = evidence
  return copyBytes(
    container.encode({
      fault: FAULT_NUMBER[evidence.fault],
      accused: asciiBytes(evidence.accused),
      context: evidence.context,
      envelopes: [...(evidence.envelopes ?? [])],
      headers: [...(evidence.headers ?? [])],
      opening: opening && {
        stage: opening.stage,
        previous: opening.previous,
        entries: opening.entries.map((entry) =>
          entry.type === 'digest' ? { TAG: 'digest' as const, data: entry.digest } : { TAG: 'body' as const, data: entry.body },
        ),
      },
      key: key && { keyId: key.keyId, record: key.record },
      message: message && { position: message.position, bytes: message.bytes },
    }),
  )
}

/** @throws ERR_MALFORMED unless the bytes are exactly what `makeEvidence` gives for the result */
export function parseEvidence(bytes: Uint8Array): Evidence {
  const evidence = decode(bytes)
  if (!equalBytes(makeEvidence(evidence), bytes)) throw new QuorateError('ERR_MALFORMED', { field: 'evidence' })
  return evidence
}

function decode(bytes: Uint8Array): Evidence {
  let raw: ReturnType<typeof container.decode>
  try {
    raw = container.decode(bytes)
  } catch {
    throw new QuorateError('ERR_MALFORMED', { field: 'evidence' })
  }
  const fault = FAULTS.get(raw.fault)
  const accused = String.fromCharCode(...raw.accused)
  if (fault === undefined) throw new QuorateError('ERR_MALFORMED', { field: 'evidence.fault' })
  if (!isValidatorId(accused)) throw new QuorateError('ERR_MALFORMED', { field: 'evidence.accused' })
  const { opening, key, message } = raw
  return {
    fault,
    accused,
    context: copyBytes(raw.context),
    envelopes: raw.envelopes.map((envelope) => copyBytes(envelope)),
    headers: raw.headers.map((header) => copyBytes(header)),
    ...(opening && {
      opening: {
        stage: opening.stage,
        previous: copyBytes(opening.previous),
        entries: opening.entries.map((entry) =>
          entry.TAG === 'digest'
            ? { type: 'digest' as const, digest: copyBytes(entry.data) }
            : { type: 'body' as const, body: copyBytes(entry.data) },
        ),
      },
    }),
    ...(key && { key: { keyId: copyBytes(key.keyId), record: copyBytes(key.record) } }),
    ...(message && { message: { position: message.position, bytes: copyBytes(message.bytes) } }),
  }
}
