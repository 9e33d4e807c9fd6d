/**
 * The transcript of one ceremony as one node recorded it, for an audit offline: what went to all, as it came, and what a reader needs to judge it.
 * It holds nothing that was sent to one node alone, and no secret.
 *
 * Layout (docs/protocol.md, "Transcript"): the text "quorate transcript 1\n" | context (u32 length) | key: u8 0, or u8 1 | key id 32 | key record
 * (u32 length) | messages: u16 count, each u32 length | in a one-round signing, slots: u8 0, or u8 1 | preprocess digest 32 | u16 count, the pairs of
 * each signer with their u32 length | envelopes: u16 count, each u32 length, ordered by stage number, then by author; of two that
 * one author sent for one stage the one that the node took comes first.
 */
import * as P from 'micro-packed'
import { asciiBytes, equalBytes } from '../../bytes.ts'
import { COMMITMENT_PAIR_BYTES } from '../../crypto/frost-transcript.ts'
import { DIGEST_BYTES } from '../../crypto/transcript.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { bytes32, decodeWith, encodeWith, fixedBytes, listOf, prefixed, record } from '../../wire/codec.ts'
import { type CeremonyContext, decodeContext, hashMessage, positionsOf, sidOf } from '../../wire/context.ts'
import { decodeEnvelope } from '../../wire/envelope.ts'
import { decodeKeyRecord, keyDigest } from '../../wire/key-record.ts'
import { type Envelope, MAX_BATCH, MAX_PARTICIPANTS } from '../../wire/message.ts'
import { isOneRound } from '../plan.ts'
import { Slots } from './slots.ts'

/** The largest key generation has 64 MB of commitments, the largest signing 160 MB of commitments and shares. */
export const MAX_TRANSCRIPT_BYTES = 1 << 28
/** So many of one author and stage: two prove what a third could. */
export const MAX_ENVELOPES_OF_SLOT = 2

/** Opens the key digest in the context of a signing. */
export interface KeyOpening {
  /** 32 bytes */
  readonly keyId: Uint8Array
  readonly record: Uint8Array
}

/** What was made ahead for a one-round signing: opens the T_1 in its messages. */
export interface SlotOpening {
  /** 32 bytes */
  readonly digest: Uint8Array
  /** of each signer in order, messages x 128 */
  readonly pairs: readonly Uint8Array[]
}

export interface TranscriptParts {
  /** the preimage of `sid` */
  readonly context: Uint8Array
  /** null in key generation */
  readonly key: KeyOpening | null
  /** those of a signing, in order; none where they were too large to be kept */
  readonly messages: readonly Uint8Array[]
  /** of a one-round signing; null where this node had none, and in all other ceremonies */
  readonly slots?: SlotOpening | null
  /** in the order of the layout */
  readonly envelopes: readonly Uint8Array[]
}

/** Read, and consistent but for the signatures. */
export interface Transcript {
  readonly contextBytes: Uint8Array
  readonly context: CeremonyContext
  readonly sid: Uint8Array
  readonly key: KeyOpening | null
  readonly messages: readonly Uint8Array[]
  readonly slots: SlotOpening | null
  readonly envelopes: readonly Envelope[]
}

function optional<T>(inner: P.CoderType<T>): P.CoderType<T | null> {
  return P.wrap({
    encodeStream: (w, value: T | null) => {
      w.byte(value === null ? 0 : 1)
      if (value !== null) inner.encodeStream(w, value)
    },
    decodeStream: (r): T | null => {
      const present = r.byte()
      if (present > 1) throw r.err('is neither there nor not')
      return present === 0 ? null : inner.decodeStream(r)
    },
  })
}

const keyCoder = record<KeyOpening>({ keyId: fixedBytes(DIGEST_BYTES), record: bytes32 })
const optionalKey = optional(keyCoder)
const optionalSlots = optional(record<SlotOpening>({ digest: fixedBytes(DIGEST_BYTES), pairs: listOf(bytes32, 1, MAX_PARTICIPANTS) }))
const messages = listOf(bytes32, 0, MAX_BATCH)
const envelopes = listOf(bytes32, 0, 0xffff)
/** The context says whether there are slots. */
const parts: P.CoderType<TranscriptParts> = P.wrap({
  encodeStream: (w, value: TranscriptParts) => {
    bytes32.encodeStream(w, value.context)
    optionalKey.encodeStream(w, value.key)
    messages.encodeStream(w, value.messages)
    if (isOneRound(decodeContext(value.context))) optionalSlots.encodeStream(w, value.slots ?? null)
    envelopes.encodeStream(w, value.envelopes)
  },
  decodeStream: (r): TranscriptParts => {
    const context = bytes32.decodeStream(r)
    const key = optionalKey.decodeStream(r)
    const signed = messages.decodeStream(r)
    const slots = isOneRound(decodeContext(context)) ? optionalSlots.decodeStream(r) : null
    return { context, key, messages: signed, slots, envelopes: envelopes.decodeStream(r) }
  },
})
const coder = prefixed([...asciiBytes('quorate transcript 1\n')], parts)

/** @throws ERR_INVALID_ARGUMENT */
export function encodeTranscript(parts: TranscriptParts): Uint8Array<ArrayBuffer> {
  return encodeWith(coder, parts)
}

/**
 * Everything in it is of one ceremony and in its place: key and messages are those of the context, the envelopes say that they are of its participants.
 * Whether these signed them is not decided here.
 *
 * @throws ERR_MALFORMED with `field`
 */
export function decodeTranscript(bytes: Uint8Array): Transcript {
  try {
    const read = decodeWith(coder, bytes, MAX_TRANSCRIPT_BYTES)
    const context = decodeContext(read.context)
    checkOpenings(context, read)
    const opened = read.envelopes.map((envelope) => decodeEnvelope(envelope, context.network))
    checkPlaces(new Slots(context, read.context), opened)
    return { ...read, slots: read.slots ?? null, contextBytes: read.context, context, sid: sidOf(read.context), envelopes: opened }
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error
    // Whatever some function has against its argument, here it is the file's fault.
    throw new QuorateError('ERR_MALFORMED', { field: error.field ?? 'transcript', message: 'has no place in a transcript', cause: error })
  }
}

function checkOpenings(context: CeremonyContext, { key, messages, slots = null }: TranscriptParts): void {
  if (context.kind === 'keygen') {
    if (key !== null) throw invalidArgument('key', 'is made by this ceremony')
  } else {
    if (key === null || !equalBytes(keyDigest(key.keyId, key.record), context.keyDigest)) throw invalidArgument('key', 'is another')
    const { suite, protocol, minSigners, participants } = decodeKeyRecord(key.record)
    const sameKind = suite === context.suite && protocol === context.protocol && minSigners === context.minSigners
    if (!sameKind || !context.participants.every(({ id }) => participants.includes(id))) throw invalidArgument('key', 'is of another kind')
  }
  const pairBytes = positionsOf(context) * COMMITMENT_PAIR_BYTES
  if (slots !== null && (slots.pairs.length !== context.participants.length || slots.pairs.some(({ length }) => length !== pairBytes))) {
    throw invalidArgument('slots', 'are more or fewer than were used')
  }
  if (messages.length === 0) return
  const named = context.kind === 'sign' ? context.messages : []
  if (messages.length !== named.length) throw invalidArgument('messages', 'are more or fewer than were signed')
  named.forEach(({ length, hash }, i) => {
    const message = messages[i]
    if (message?.length !== length || !equalBytes(hashMessage(message), hash)) throw invalidArgument(`messages[${i}]`, 'is another')
  })
}

function checkPlaces(slots: Slots, envelopes: readonly Envelope[]): void {
  let last = -1
  let ofSlot: Envelope[] = []
  envelopes.forEach((envelope, i) => {
    const slot = slots.of(envelope.header)
    if (slot === null || slot < last) throw invalidArgument(`envelopes[${i}]`, 'is of another ceremony or out of order')
    if (slot > last) ofSlot = []
    const again = ofSlot.some(({ headerHash }) => equalBytes(headerHash, envelope.headerHash))
    if (again || ofSlot.length === MAX_ENVELOPES_OF_SLOT) throw invalidArgument(`envelopes[${i}]`, 'is one too many')
    ofSlot.push(envelope)
    last = slot
  })
}
