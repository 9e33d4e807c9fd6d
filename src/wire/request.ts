/**
 * Requests and their answers: a node asks for a message that it misses, or for the certificates of a pending key. Signed under a tag of their own,
 * they have no stage, take no slot and are never evidence. A resend is answered by the missing envelope itself; only certificates have an
 * answer frame.
 *
 * Layout of a request: version u8 | frame u8 = 2 | scheme u8 | network u8+ascii | from id | to id, or u8 0: all | what | signature 64, where what is
 *   u8 1 | kind u8 | ceremonyId u64 | sid 32 | stage u8 | author id      a message again: a stage's, a view or an abort
 *   u8 2 | ceremonyId u64 | key id 32                                    certificates
 * Layout of an answer: version u8 | frame u8 = 3 | scheme u8 | network u8+ascii | from id | to id | key id 32 | u16 count, envelopes u32+bytes
 *   | signature 64
 */
import * as P from 'micro-packed'
import { assertBytes, concatBytes, copyBytes } from '../bytes.ts'
import { TAGS, taggedHash } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument } from '../errors.ts'
import {
  ascii,
  bytes32,
  ceremonyId,
  ceremonyKind,
  decodeWith,
  encodeWith,
  fixedBytes,
  listOf,
  malformed,
  oneOf,
  prefixed,
  recipient,
  record,
  validatorId,
} from './codec.ts'
import { isStageNumber } from './envelope.ts'
import { IDENTITY_SCHEME, type Identity, SIGNATURE_BYTES, signHash, verifyIdentitySignatureAsync } from './identity.ts'
import { type CeremonyId, type CeremonyKind, FRAME, MAX_PARTICIPANTS, type ValidatorId, WIRE_VERSION } from './message.ts'
import { MAX_CONFIRM_OK_ENVELOPE } from './sizes.ts'

/** What is asked for. */
export type Wanted =
  | {
      readonly type: 'resend'
      readonly kind: CeremonyKind
      readonly ceremonyId: CeremonyId
      readonly sid: Uint8Array
      /** as in an envelope's header: a stage, a view or an abort */
      readonly stage: number
      /** whose message is missing */
      readonly author: ValidatorId
    }
  | {
      readonly type: 'certificates'
      /** of the key generation */
      readonly ceremonyId: CeremonyId
      /** 32 bytes: the key generation's sid */
      readonly keyId: Uint8Array
    }

export interface RequestContent {
  /** the network label, as in every sid */
  readonly network: string
  readonly from: ValidatorId
  /** null: whoever has it */
  readonly to: ValidatorId | null
  readonly wanted: Wanted
}

export interface AnswerContent {
  readonly network: string
  readonly from: ValidatorId
  readonly to: ValidatorId
  /** 32 bytes */
  readonly keyId: Uint8Array
  /** 1..n envelopes, stage `Confirm` of the key generation, in index order: those that the sender has */
  readonly certificates: readonly Uint8Array[]
}

/** What came with a signature that covers all before it. */
export type Signed<Content> = Content & {
  readonly signature: Uint8Array
  /** the whole encoding, an exact-size copy */
  readonly bytes: Uint8Array
}
export type SignedRequest = Signed<RequestContent>
export type SignedAnswer = Signed<AnswerContent>

const digest = fixedBytes(DIGEST_BYTES)
const stage = P.validate(P.U8, (number) => {
  if (!isStageNumber(number)) throw new Error('is not a stage, view or abort')
  return number
})
const requestCoder = prefixed(
  [WIRE_VERSION, FRAME.request, IDENTITY_SCHEME],
  record<RequestContent>({
    network: ascii,
    from: validatorId,
    to: recipient,
    wanted: oneOf<Wanted>({
      resend: [1, record({ kind: ceremonyKind, ceremonyId, sid: digest, stage, author: validatorId })],
      certificates: [2, record({ ceremonyId, keyId: digest })],
    }),
  }),
)
const answerCoder = prefixed(
  [WIRE_VERSION, FRAME.answer, IDENTITY_SCHEME],
  record<AnswerContent>({
    network: ascii,
    from: validatorId,
    to: validatorId,
    keyId: digest,
    certificates: listOf(bytes32, 1, MAX_PARTICIPANTS),
  }),
)

/** With the longest label and ids. */
export const MAX_REQUEST_BYTES = 3 + 256 + 65 + 65 + (1 + 1 + 8 + DIGEST_BYTES + 1 + 65) + SIGNATURE_BYTES
export const MAX_ANSWER_BYTES = 3 + 256 + 65 + 65 + DIGEST_BYTES + 2 + MAX_PARTICIPANTS * (4 + MAX_CONFIRM_OK_ENVELOPE) + SIGNATURE_BYTES

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealRequest(identity: Identity, content: RequestContent): SignedRequest {
  return { ...content, ...seal(identity, encodeWith(requestCoder, content, refuseOwn)) }
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealAnswer(identity: Identity, content: AnswerContent): SignedAnswer {
  return { ...content, ...seal(identity, encodeWith(answerCoder, content, refuseOwn)) }
}

/** @throws ERR_MALFORMED */
export function decodeRequest(bytes: Uint8Array): SignedRequest {
  return open(requestCoder, bytes, MAX_REQUEST_BYTES)
}

/** Structure only: whether the envelopes are certificates is judged elsewhere. @throws ERR_MALFORMED */
export function decodeAnswer(bytes: Uint8Array): SignedAnswer {
  return open(answerCoder, bytes, MAX_ANSWER_BYTES)
}

/** Did the holder of this key ask, or answer, this? The signature is checked off the calling thread. */
export function verifySignedAsync({ bytes, signature }: Signed<unknown>, publicKey: Uint8Array): Promise<boolean> {
  return verifyIdentitySignatureAsync(publicKey, hashOf(bytes.subarray(0, bytes.length - SIGNATURE_BYTES)), signature)
}

function seal(identity: Identity, content: Uint8Array): Pick<Signed<unknown>, 'signature' | 'bytes'> {
  const signature = signHash(identity, hashOf(content))
  return { signature, bytes: concatBytes(content, signature) }
}

function open<Content extends Addressed>(coder: P.CoderType<Content>, bytes: Uint8Array, maxBytes: number): Signed<Content> {
  assertBytes(bytes, 'bytes')
  if (bytes.length > maxBytes) throw malformed(undefined, `has ${bytes.length} bytes, more than ${maxBytes}`)
  const end = Math.max(0, bytes.length - SIGNATURE_BYTES)
  const content = decodeWith(coder, copyBytes(bytes, 0, end), maxBytes, refuseOwn)
  return { ...content, signature: copyBytes(bytes, end), bytes: copyBytes(bytes) }
}

interface Addressed {
  readonly from: ValidatorId
  readonly to: ValidatorId | null
}

function refuseOwn({ from, to }: Addressed): void {
  if (from === to) throw invalidArgument('to', 'must not be the author')
}

function hashOf(signed: Uint8Array): Uint8Array {
  return taggedHash(TAGS.request, signed)
}
