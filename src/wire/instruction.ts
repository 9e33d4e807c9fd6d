/**
 * An operator's instruction to nodes: the same bytes for all participants, signed with the operator's own key, which is never a validator's.
 *
 * Layout: version u8 | frame u8 = 5 | scheme u8 | network u8+ascii | operator key 32 | kind u8 | ceremonyId u64 | expires u64 | what | signature 64, where what is
 *   keygen      protocol u8 | suite u8 | minSigners u16 | u16 count, ids
 *   preprocess  key id 32 | u16 count, ids | count u16
 *   sign        key id 32 | u16 count, ids | mode as in a context | u16 count, messages u32+bytes
 */
import * as P from 'micro-packed'
import { assertInteger, equalBytes, fromHex, toHex } from '../bytes.ts'
import { TAGS } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { Suite } from '../kernel/contract.ts'
import { ascii, bytes32, ceremonyId, ceremonyKind, fixedBytes, listOf, prefixed, protocol, record, suite, validatorId } from './codec.ts'
import { type ContextMode, contextMode } from './context.ts'
import { IDENTITY_SCHEME, type Identity, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verifyIdentitySignature } from './identity.ts'
import {
  type CeremonyId,
  FRAME,
  MAX_BATCH,
  MAX_MESSAGE_BYTES,
  MAX_PARTICIPANTS,
  type Protocol,
  type ValidatorId,
  WIRE_VERSION,
} from './message.ts'
import { openSigned, type Signed, type SignedForm, sealSigned, signedHash } from './signed-frame.ts'
import { MAX_FRAME_BYTES } from './sizes.ts'
import { assertSortedIds } from './validator-id.ts'

interface Head {
  /** the network label, as in every sid */
  readonly network: string
  /** the key that signs: Ed25519, raw, 32 bytes */
  readonly operator: Uint8Array
  readonly ceremonyId: CeremonyId
  /** milliseconds since 1970-01-01T00:00:00Z: from then on nobody obeys */
  readonly expires: bigint
}

export interface KeygenInstructionContent extends Head {
  readonly kind: 'keygen'
  readonly protocol: Protocol
  readonly suite: Suite
  readonly minSigners: number
  /** sorted */
  readonly participants: readonly ValidatorId[]
}

export interface PreprocessInstructionContent extends Head {
  readonly kind: 'preprocess'
  /** 64 lowercase hex digits */
  readonly keyId: string
  /** sorted */
  readonly signers: readonly ValidatorId[]
  readonly count: number
}

export interface SignInstructionContent extends Head {
  readonly kind: 'sign'
  /** 64 lowercase hex digits */
  readonly keyId: string
  /** sorted */
  readonly signers: readonly ValidatorId[]
  readonly mode: ContextMode
  readonly messages: readonly Uint8Array[]
}

export type InstructionContent = KeygenInstructionContent | PreprocessInstructionContent | SignInstructionContent
export type SignedInstruction = Signed<InstructionContent>

/** With the messages that it holds. */
export const MAX_INSTRUCTION_BYTES = MAX_FRAME_BYTES

const head = { network: ascii, operator: fixedBytes(PUBLIC_KEY_BYTES) }
const timing = record<Pick<Head, 'ceremonyId' | 'expires'>>({ ceremonyId, expires: P.U64BE })
const start = record<Pick<Head, 'network' | 'operator'>>(head)
const ids = listOf(validatorId, 1, MAX_PARTICIPANTS)

/** 32 bytes on the wire, hexadecimal in memory as everywhere else. */
const digest = fixedBytes(DIGEST_BYTES)
const keyId: P.CoderType<string> = P.wrap({
  size: DIGEST_BYTES,
  encodeStream: (w, value: string) => digest.encodeStream(w, fromHex(value, 'keyId', DIGEST_BYTES)),
  decodeStream: (r) => toHex(digest.decodeStream(r)),
})

type Rest<Content> = Omit<Content, 'kind' | keyof Head>
const keygen = record<Rest<KeygenInstructionContent>>({ protocol, suite, minSigners: P.U16BE, participants: ids })
const preprocessing = record<Rest<PreprocessInstructionContent>>({ keyId, signers: ids, count: P.U16BE })
const signing = record<Rest<SignInstructionContent>>({ keyId, signers: ids, mode: contextMode, messages: listOf(bytes32, 1, MAX_BATCH) })

const coder = prefixed<InstructionContent>(
  [WIRE_VERSION, FRAME.instruction, IDENTITY_SCHEME],
  P.wrap({
    encodeStream: (w, value: InstructionContent) => {
      start.encodeStream(w, value)
      ceremonyKind.encodeStream(w, value.kind)
      timing.encodeStream(w, value)
      switch (value.kind) {
        case 'keygen':
          keygen.encodeStream(w, value)
          return
        case 'preprocess':
          preprocessing.encodeStream(w, value)
          return
        case 'sign':
          signing.encodeStream(w, value)
      }
    },
    decodeStream: (r): InstructionContent => {
      const { network, operator } = start.decodeStream(r)
      const kind = ceremonyKind.decodeStream(r)
      const fixed = { network, operator, ...timing.decodeStream(r) }
      switch (kind) {
        case 'keygen':
          return { kind, ...fixed, ...keygen.decodeStream(r) }
        case 'preprocess':
          return { kind, ...fixed, ...preprocessing.decodeStream(r) }
        case 'sign':
          return { kind, ...fixed, ...signing.decodeStream(r) }
      }
    },
  }),
)
const form: SignedForm<InstructionContent> = { tag: TAGS.instruction, coder, maxBytes: MAX_INSTRUCTION_BYTES, check }

/**
 * @param operator whose public key must be the one that the content names
 * @throws ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR or ERR_TOO_LARGE, with `field`
 */
export function sealInstruction(operator: Identity, content: InstructionContent): SignedInstruction {
  const bytes = content.kind === 'sign' ? content.messages.reduce((sum, { length }) => sum + 4 + length, 0) : 0
  if (!equalBytes(operator.publicKey, content.operator)) throw invalidArgument('operator', 'is not the one that signs')
  // All else in an instruction is below 2^17 bytes.
  if (bytes > MAX_INSTRUCTION_BYTES - (1 << 17)) throw new QuorateError('ERR_TOO_LARGE', { field: 'messages' })
  return sealSigned(form, operator, content)
}

/** Structure only: whether its signer may instruct is judged elsewhere. @throws ERR_MALFORMED */
export function decodeInstruction(bytes: Uint8Array): SignedInstruction {
  return openSigned(form, bytes)
}

/** Did the holder of the key that it names sign it? */
export function verifyInstruction(instruction: SignedInstruction): boolean {
  return verifyIdentitySignature(instruction.operator, signedHash(form, instruction), instruction.signature)
}

/** Bytes of an instruction that signs these messages, with the longest names: what a broker must carry. */
export function maxSignInstructionBytes(signers: number, messages: readonly number[]): number {
  const head = 3 + 256 + PUBLIC_KEY_BYTES + 1 + 8 + 8
  const rest = DIGEST_BYTES + 2 + signers * 65 + 11 + 2 + messages.reduce((sum, length) => sum + 4 + length, 0)
  return head + rest + SIGNATURE_BYTES
}

function check(content: InstructionContent): void {
  if (content.kind === 'keygen') {
    assertSortedIds(content.participants, 'participants')
    assertInteger(content.minSigners, 'minSigners', 1, content.participants.length)
    return
  }
  assertSortedIds(content.signers, 'signers')
  if (content.kind === 'preprocess') {
    assertInteger(content.count, 'count', 1, MAX_BATCH)
    return
  }
  const { mode, messages } = content
  for (const [i, { length }] of messages.entries()) {
    if (length > MAX_MESSAGE_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field: `messages[${i}]` })
  }
  if (mode.type === 'one-round') assertInteger(mode.firstSlot, 'mode.firstSlot', 0, MAX_BATCH - messages.length)
}
