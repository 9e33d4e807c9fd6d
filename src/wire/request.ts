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
import { TAGS } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument } from '../errors.ts'
import { ascii, bytes32, ceremonyId, ceremonyKind, fixedBytes, listOf, oneOf, prefixed, recipient, record, validatorId } from './codec.ts'
import { isStageNumber } from './envelope.ts'
import { IDENTITY_SCHEME, type Identity, SIGNATURE_BYTES, verifyIdentitySignatureAsync } from './identity.ts'
import { type CeremonyId, type CeremonyKind, FRAME, MAX_PARTICIPANTS, type ValidatorId, WIRE_VERSION } from './message.ts'
import { openSigned, type Signed, type SignedForm, sealSigned, signedHash } from './signed-frame.ts'
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
export const MAX_ANSWER_BYTES = answerBytes(MAX_PARTICIPANTS)

/** With so many certificates. */
export function answerBytes(certificates: number): number {
  return 3 + 256 + 65 + 65 + DIGEST_BYTES + 2 + certificates * (4 + MAX_CONFIRM_OK_ENVELOPE) + SIGNATURE_BYTES
}

const requestForm: SignedForm<RequestContent> = { tag: TAGS.request, coder: requestCoder, maxBytes: MAX_REQUEST_BYTES, check: refuseOwn }
const answerForm: SignedForm<AnswerContent> = { tag: TAGS.request, coder: answerCoder, maxBytes: MAX_ANSWER_BYTES, check: refuseOwn }

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealRequest(identity: Identity, content: RequestContent): SignedRequest {
  return sealSigned(requestForm, identity, content)
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealAnswer(identity: Identity, content: AnswerContent): SignedAnswer {
  return sealSigned(answerForm, identity, content)
}

/** @throws ERR_MALFORMED */
export function decodeRequest(bytes: Uint8Array): SignedRequest {
  return openSigned(requestForm, bytes)
}

/** Structure only: whether the envelopes are certificates is judged elsewhere. @throws ERR_MALFORMED */
export function decodeAnswer(bytes: Uint8Array): SignedAnswer {
  return openSigned(answerForm, bytes)
}

/** Did the holder of this key ask, or answer, this? The signature is checked off the calling thread. */
export function verifySignedAsync(signed: Signed<unknown>, publicKey: Uint8Array): Promise<boolean> {
  return verifyIdentitySignatureAsync(publicKey, signedHash(requestForm, signed), signed.signature)
}

function refuseOwn({ from, to }: { readonly from: ValidatorId; readonly to: ValidatorId | null }): void {
  if (from === to) throw invalidArgument('to', 'must not be the author')
}
