/**
 * ReadyToKeygen: "I have subscribed, you may instruct me now". Signed under a tag of its own; no part of any ceremony, never evidence.
 *
 * Layout: version u8 | frame u8 = 4 | scheme u8 | network u8+ascii | from u8+ascii | nonce 16 | signature 64. The signature is over the tagged
 * hash of all before it.
 */
import { copyBytes } from '../bytes.ts'
import { TAGS, taggedHash } from '../crypto/tags.ts'
import { ascii, decodeWith, encodeWith, fixedBytes, prefixed, record, validatorId } from './codec.ts'
import { IDENTITY_SCHEME, type Identity, SIGNATURE_BYTES, signHash, verifyIdentitySignature } from './identity.ts'
import { FRAME, type ValidatorId, WIRE_VERSION } from './message.ts'

export const READY_NONCE_BYTES = 16

export interface ReadyContent {
  /** the network label, as in every sid */
  readonly network: string
  readonly from: ValidatorId
  /** 16 random bytes, drawn at start: tells a restarted node from a repeated message */
  readonly nonce: Uint8Array
}

export interface ReadyMessage extends ReadyContent {
  readonly signature: Uint8Array
  /** the whole encoding, an exact-size copy */
  readonly bytes: Uint8Array
}

const PREFIX = [WIRE_VERSION, FRAME.readyToKeygen, IDENTITY_SCHEME]
const content = { network: ascii, from: validatorId, nonce: fixedBytes(READY_NONCE_BYTES) }
const contentCoder = prefixed(PREFIX, record<ReadyContent>(content))
const readyCoder = prefixed(PREFIX, record<Omit<ReadyMessage, 'bytes'>>({ ...content, signature: fixedBytes(SIGNATURE_BYTES) }))

export const MAX_READY_BYTES = 3 + 256 + 65 + READY_NONCE_BYTES + SIGNATURE_BYTES

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function sealReady(identity: Identity, { network, from, nonce }: ReadyContent): ReadyMessage {
  const signature = signHash(identity, hashOf(encodeWith(contentCoder, { network, from, nonce })))
  const bytes = encodeWith(readyCoder, { network, from, nonce, signature })
  return { network, from, nonce: copyBytes(nonce), signature, bytes }
}

/** @throws ERR_MALFORMED */
export function decodeReady(bytes: Uint8Array): ReadyMessage {
  return { ...decodeWith(readyCoder, bytes, MAX_READY_BYTES), bytes: copyBytes(bytes) }
}

export function verifyReady(message: ReadyMessage, publicKey: Uint8Array): boolean {
  const signed = message.bytes.subarray(0, message.bytes.length - SIGNATURE_BYTES)
  return verifyIdentitySignature(publicKey, hashOf(signed), message.signature)
}

/**
 * The nonce of an announcement that answers another of the same identity: only a process that runs now, and has the key, can have signed it after it
 * heard a nonce that is new.
 */
export function answerNonce(nonce: Uint8Array): Uint8Array {
  return copyBytes(taggedHash(TAGS.readyAnswer, nonce), 0, READY_NONCE_BYTES)
}

function hashOf(signed: Uint8Array): Uint8Array {
  return taggedHash(TAGS.ready, signed)
}
