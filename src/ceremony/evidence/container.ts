/**
 * The canonical container of a proof of fault: the preimage of `sid`, the accused, and bytes that the accused signed, with the openings of the
 * digests in them. Nothing else decides a verdict: no local limit, no key store, no other node's word.
 *
 * Layout: version u8 = 1 | fault u8 | accused (u8 length, ascii) | context (u32 length) | envelopes (u16 count, each u32 length)
 * | signed headers (u8 count, each u16 length) | openings (u8 count) | key? | message?, where "?" is a presence byte 0 or 1:
 * opening = stage u8 | previous transcript 32 | entries (u16 count, each 0 || digest 32, or 1 || body (u32 length),
 * or 2 || length of the body u32 || item (u8 length) || path (u8 count, each 32));
 * key = key id 32 | key record (u32 length); message = position u16 | bytes (u32 length).
 */
import * as P from 'micro-packed'
import { asciiBytes, copyBytes, equalBytes } from '../../bytes.ts'
import type { OpenedItem } from '../../crypto/item-tree.ts'
import { DIGEST_BYTES } from '../../crypto/transcript.ts'
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

/** One participant's part in an opening: its body digest, or what this digest is of where the content matters. */
export type OpeningEntry =
  | { readonly type: 'digest'; readonly digest: Uint8Array }
  | { readonly type: 'body'; readonly body: Uint8Array }
  /** the item at the position of the evidence's message */
  | ({ readonly type: 'item' } & OpenedItem)

/** A transcript digest opened, in the order of the participants. */
export interface TranscriptOpening {
  readonly stage: number
  /** the digest before this stage */
  readonly previous: Uint8Array
  readonly entries: readonly OpeningEntry[]
}

export interface EvidenceParts {
  /** whole envelopes, in the order that the fault's rule names */
  readonly envelopes?: readonly Uint8Array[]
  /** headers with signatures but without bodies: for equivocation and views */
  readonly headers?: readonly Uint8Array[]
  /** in the order that the fault's rule names */
  readonly openings?: readonly TranscriptOpening[]
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
const digest = P.bytes(DIGEST_BYTES)
const item = P.struct({ length: P.U32BE, item: P.bytes(P.U8), path: P.array(P.U8, digest) })
const container = P.struct({
  version: P.magicBytes(Uint8Array.of(1)),
  fault: P.U8,
  accused: P.bytes(P.U8),
  context: lengthPrefixed,
  envelopes: P.array(P.U16BE, lengthPrefixed),
  headers: P.array(P.U8, P.bytes(P.U16BE)),
  openings: P.array(
    P.U8,
    P.struct({
      stage: P.U8,
      previous: digest,
      entries: P.array(P.U16BE, P.mappedTag(P.U8, { digest: [0, digest], body: [1, lengthPrefixed], item: [2, item] })),
    }),
  ),
  key: P.optional(P.bool, P.struct({ keyId: digest, record: lengthPrefixed })),
  message: P.optional(P.bool, P.struct({ position: P.U16BE, bytes: lengthPrefixed })),
})

export function makeEvidence(evidence: Evidence): Uint8Array {
  const { key, message } = evidence
  return copyBytes(
    container.encode({
      fault: FAULT_NUMBER[evidence.fault],
      accused: asciiBytes(evidence.accused),
      context: evidence.context,
      envelopes: [...(evidence.envelopes ?? [])],
      headers: [...(evidence.headers ?? [])],
      openings: (evidence.openings ?? []).map(({ stage, previous, entries }) => ({ stage, previous, entries: entries.map(tagged) })),
      key: key && { keyId: key.keyId, record: key.record },
      message: message && { position: message.position, bytes: message.bytes },
    }),
  )
}

type Tagged = P.UnwrapCoder<typeof container>['openings'][number]['entries'][number]

function tagged(entry: OpeningEntry): Tagged {
  switch (entry.type) {
    case 'digest':
      return { TAG: 'digest', data: entry.digest }
    case 'body':
      return { TAG: 'body', data: entry.body }
    case 'item':
      return { TAG: 'item', data: { length: entry.length, item: entry.item, path: [...entry.path] } }
  }
}

function untagged(entry: Tagged): OpeningEntry {
  switch (entry.TAG) {
    case 'digest':
      return { type: 'digest', digest: copyBytes(entry.data) }
    case 'body':
      return { type: 'body', body: copyBytes(entry.data) }
    case 'item':
      return {
        type: 'item',
        length: entry.data.length,
        item: copyBytes(entry.data.item),
        path: entry.data.path.map((hash) => copyBytes(hash)),
      }
  }
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
  const { key, message } = raw
  return {
    fault,
    accused,
    context: copyBytes(raw.context),
    envelopes: raw.envelopes.map((envelope) => copyBytes(envelope)),
    headers: raw.headers.map((header) => copyBytes(header)),
    openings: raw.openings.map(({ stage, previous, entries }) => ({
      stage,
      previous: copyBytes(previous),
      entries: entries.map(untagged),
    })),
    ...(key && { key: { keyId: copyBytes(key.keyId), record: copyBytes(key.record) } }),
    ...(message && { message: { position: message.position, bytes: copyBytes(message.bytes) } }),
  }
}
