/**
 * The preimage of a `sid`: everything that two nodes must agree on before they start, in one canonical encoding. Two nodes that were instructed
 * differently have different sids and find out in the first stage. Evidence carries these bytes, so that it can be judged offline.
 *
 * Layout: kind u8 | network u8+ascii | ceremonyId u64 | protocol u8 | suite u8 | minSigners u16 | u16 count, a participant: id u8+ascii, scheme u8,
 * publicKey 32 | and then, in preprocessing: keyDigest 32 | count u16; in signing: keyDigest 32 | mode | u16 count, a message: length u32, hash 32.
 * mode: 1 u8, or 2 u8 | ceremonyId u64 | firstSlot u16.
 */
import * as P from 'micro-packed'
import { assertInteger } from '../bytes.ts'
import { TAGS, taggedHash } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { Suite } from '../kernel/contract.ts'
import {
  ascii,
  ceremonyId,
  ceremonyKind,
  decodeWith,
  encodeWith,
  fixedBytes,
  listOf,
  prefixed,
  protocol,
  record,
  suite,
  validatorId,
} from './codec.ts'
import { IDENTITY_SCHEME, PUBLIC_KEY_BYTES } from './identity.ts'
import {
  type CeremonyId,
  type CeremonyKind,
  MAX_BATCH,
  MAX_BATCH_COEFFICIENTS,
  MAX_MESSAGE_BYTES,
  MAX_PARTICIPANTS,
  type Protocol,
  type ValidatorId,
} from './message.ts'
import { MAX_REVEALED_BYTES, revealedBytes } from './sizes.ts'
import { assertSortedIds } from './validator-id.ts'

export interface ContextParticipant {
  readonly id: ValidatorId
  /** the identity key, raw Ed25519, 32 bytes; the roster says whether it is the right one */
  readonly publicKey: Uint8Array
}

interface ContextBase {
  /** 1..255 characters of printable ASCII: test and production never share a label */
  readonly network: string
  readonly kind: CeremonyKind
  readonly ceremonyId: CeremonyId
  readonly protocol: Protocol
  readonly suite: Suite
  /** t of the key */
  readonly minSigners: number
  /** sorted by id; in signing and preprocessing the signers */
  readonly participants: readonly ContextParticipant[]
}

export interface KeygenContext extends ContextBase {
  readonly kind: 'keygen'
}

export interface PreprocessContext extends ContextBase {
  readonly kind: 'preprocess'
  /** 32 bytes: `keyDigest` of key-record.ts */
  readonly keyDigest: Uint8Array
  /** nonce pairs a node, slots 0..count-1; 1..1000 */
  readonly count: number
}

/** Where the nonces of a signing come from: made in it, or in an earlier preprocessing, one slot a message. */
export type ContextMode =
  | { readonly type: 'two-round' }
  | { readonly type: 'one-round'; readonly ceremonyId: CeremonyId; readonly firstSlot: number }

/** One message to be signed. */
export interface MessageDigest {
  readonly length: number
  /** `hashMessage` of it, 32 bytes */
  readonly hash: Uint8Array
}

export interface SignContext extends ContextBase {
  readonly kind: 'sign'
  /** 32 bytes: `keyDigest` of key-record.ts */
  readonly keyDigest: Uint8Array
  readonly mode: ContextMode
  /** 1..1000, in order */
  readonly messages: readonly MessageDigest[]
}

export type CeremonyContext = KeygenContext | PreprocessContext | SignContext

/** What the suite signs: a hash, fixed by the on-chain verifiers. */
const EVM_MESSAGE_BYTES = 32

/** More than any context has: 1,000 participants with long ids and 1,000 messages are 135 kB. */
export const MAX_CONTEXT_BYTES = 1 << 18

const digest = fixedBytes(DIGEST_BYTES)
const participant = record<ContextParticipant>({
  id: validatorId,
  publicKey: prefixed([IDENTITY_SCHEME], fixedBytes(PUBLIC_KEY_BYTES)),
})
const base = record<ContextBase>({
  kind: ceremonyKind,
  network: ascii,
  ceremonyId,
  protocol,
  suite,
  minSigners: P.U16BE,
  participants: listOf(participant, 1, MAX_PARTICIPANTS),
})

const MODE_NUMBER = { 'two-round': 1, 'one-round': 2 } as const
const slots = record<{ readonly ceremonyId: CeremonyId; readonly firstSlot: number }>({ ceremonyId, firstSlot: P.U16BE })
export const contextMode: P.CoderType<ContextMode> = P.wrap({
  encodeStream: (w, value: ContextMode) => {
    w.byte(MODE_NUMBER[value.type])
    if (value.type === 'one-round') slots.encodeStream(w, value)
  },
  decodeStream: (r): ContextMode => {
    const number = r.byte()
    if (number === MODE_NUMBER['two-round']) return { type: 'two-round' }
    if (number !== MODE_NUMBER['one-round']) throw r.err('is not a known mode')
    return { type: 'one-round', ...slots.decodeStream(r) }
  },
})
const preprocessing = record<Pick<PreprocessContext, 'keyDigest' | 'count'>>({ keyDigest: digest, count: P.U16BE })
const signing = record<Pick<SignContext, 'keyDigest' | 'mode' | 'messages'>>({
  keyDigest: digest,
  mode: contextMode,
  messages: listOf(record<MessageDigest>({ length: P.U32BE, hash: digest }), 1, MAX_BATCH),
})

const context: P.CoderType<CeremonyContext> = P.wrap({
  encodeStream: (w, value: CeremonyContext) => {
    base.encodeStream(w, value)
    switch (value.kind) {
      case 'keygen':
        return
      case 'preprocess':
        preprocessing.encodeStream(w, value)
        return
      case 'sign':
        signing.encodeStream(w, value)
    }
  },
  decodeStream: (r): CeremonyContext => {
    const { kind, ...rest } = base.decodeStream(r)
    switch (kind) {
      case 'keygen':
        return { kind, ...rest }
      case 'preprocess':
        return { kind, ...rest, ...preprocessing.decodeStream(r) }
      case 'sign':
        return { kind, ...rest, ...signing.decodeStream(r) }
    }
  },
})

/**
 * @throws ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR, ERR_TOO_FEW_SIGNERS, ERR_PROTOCOL_MISMATCH or ERR_TOO_LARGE, with `field`
 */
export function encodeContext(c: CeremonyContext): Uint8Array<ArrayBuffer> {
  return encodeWith(context, c, checkContext)
}

/** @throws ERR_MALFORMED for anything that `encodeContext` would not give */
export function decodeContext(bytes: Uint8Array): CeremonyContext {
  return decodeWith(context, bytes, MAX_CONTEXT_BYTES, checkContext)
}

/** The id that everything of a ceremony is bound to, 32 bytes. A keygen's is the id of its key. */
export function sidOf(contextBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.sid, contextBytes)
}

/** 32 bytes that stand for a message in the preimage, so that evidence need not carry a megabyte. */
export function hashMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.message, message)
}

export function messageDigest(message: Uint8Array): MessageDigest {
  return { length: message.length, hash: hashMessage(message) }
}

/** The batch size b: bodies carry one item a position. */
export function positionsOf(c: CeremonyContext): number {
  switch (c.kind) {
    case 'keygen':
      return 1
    case 'preprocess':
      return c.count
    case 'sign':
      return c.messages.length
  }
}

function checkContext(c: CeremonyContext): void {
  const ids = c.participants.map(({ id }) => id)
  assertSortedIds(ids, 'participants')
  assertInteger(c.minSigners, 'minSigners', 1, MAX_PARTICIPANTS)
  if (c.minSigners > ids.length) throw new QuorateError('ERR_TOO_FEW_SIGNERS', { field: 'minSigners' })
  switch (c.kind) {
    case 'keygen':
      return
    case 'preprocess':
      if (c.protocol !== 'frost') throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'protocol' })
      assertInteger(c.count, 'count', 1, MAX_BATCH)
      return
    case 'sign':
      checkSigning(c)
  }
}

function checkSigning(c: SignContext): void {
  c.messages.forEach(({ length }, i) => {
    const field = `messages[${i}]`
    if (length > MAX_MESSAGE_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field })
    if (c.suite === 'evm' && length !== EVM_MESSAGE_BYTES) throw invalidArgument(field, 'must have 32 bytes in this suite')
  })
  switch (c.mode.type) {
    case 'two-round':
      if (c.protocol === 'stinson-strobl' && c.messages.length * c.minSigners > MAX_BATCH_COEFFICIENTS) {
        throw new QuorateError('ERR_TOO_LARGE', { field: 'messages', message: `messages x minSigners exceeds ${MAX_BATCH_COEFFICIENTS}` })
      }
      if (
        c.protocol === 'stinson-strobl' &&
        revealedBytes({ participants: c.participants.length, minSigners: c.minSigners, positions: c.messages.length }) > MAX_REVEALED_BYTES
      ) {
        throw new QuorateError('ERR_TOO_LARGE', {
          field: 'messages',
          message: 'a signature share gone wrong could not be proven in one message',
        })
      }
      return
    case 'one-round':
      if (c.protocol !== 'frost') throw new QuorateError('ERR_PROTOCOL_MISMATCH', { field: 'protocol' })
      assertInteger(c.mode.firstSlot, 'mode.firstSlot', 0, MAX_BATCH - c.messages.length)
  }
}
