/**
 * The envelope: one signed message of a ceremony. What its author signs is the tagged hash of the network label and the header, which holds the
 * digest of the body; sender identity comes from that signature alone, and two envelopes are different exactly if their header hashes are. The
 * label does not travel: every node knows its own, and a message of another network fails as a signature.
 *
 * Layout (docs/protocol.md, "Envelope"):
 *   version u8 | frame u8 | scheme u8 | kind u8 | ceremonyId u64 | sid 32 | stage u8 | from u8+ascii | to u8+ascii (0: broadcast) |
 *   previousTranscript 32 | bodyDigest 32 | signature 64 | body u32+bytes
 */
import * as P from 'micro-packed'
import { assertBytes, copyBytes, equalBytes } from '../bytes.ts'
import { TAGS, taggedHash } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { signedBodyDigest } from './body-digest.ts'
import {
  ascii,
  bytes32,
  ceremonyId,
  ceremonyKind,
  decodeWith,
  encodeWith,
  fixedBytes,
  prefixed,
  recipient,
  record,
  validatorId,
} from './codec.ts'
import {
  IDENTITY_SCHEME,
  type Identity,
  SIGNATURE_BYTES,
  signHash,
  verifyIdentitySignature,
  verifyIdentitySignatureAsync,
} from './identity.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, FIRST_STAGE, FRAME, MAX_STAGE, VIEW_STAGE_BASE, WIRE_VERSION } from './message.ts'
import { MAX_BODY_BYTES, MAX_ENVELOPE_OVERHEAD, MAX_FRAME_BYTES } from './sizes.ts'

export { MAX_ENVELOPE_OVERHEAD } from './sizes.ts'

export type FrameNumber = (typeof FRAME)[keyof typeof FRAME]

/** Bytes of a header, without ids: all of the layout before `signature`. */
const HEADER_BYTES_WITHOUT_IDS = 4 + 8 + DIGEST_BYTES + 1 + 1 + 1 + DIGEST_BYTES + DIGEST_BYTES
/** version, frame, scheme, kind, ceremony id, sid and stage stand before it */
const FROM_LENGTH_AT = 4 + 8 + DIGEST_BYTES + 1
const BODY_LENGTH_BYTES = 4

const stageNumber: P.CoderType<number> = P.validate(P.U8, (stage) => {
  if (!isStageNumber(stage)) throw new Error('is not a stage, view or abort')
  return stage
})

type SignedHeaderAndBody = EnvelopeHeader & Pick<Envelope, 'signature' | 'body'>

const PREFIX = [WIRE_VERSION, FRAME.envelope, IDENTITY_SCHEME]
const header = {
  kind: ceremonyKind,
  ceremonyId,
  sid: fixedBytes(DIGEST_BYTES),
  stage: stageNumber,
  from: validatorId,
  to: recipient,
  previousTranscript: fixedBytes(DIGEST_BYTES),
  bodyDigest: fixedBytes(DIGEST_BYTES),
}
/** The bytes that an author signs, beside the network label. */
export const headerCoder = prefixed(PREFIX, record<EnvelopeHeader>(header))
const envelopeCoder = prefixed(PREFIX, record<SignedHeaderAndBody>({ ...header, signature: fixedBytes(SIGNATURE_BYTES), body: bytes32 }))

const networkCoder = record<{ readonly network: string }>({ network: ascii })

/** 1..15 stages, 0x41..0x4f views, 0x7f abort. */
export function isStageNumber(stage: number): boolean {
  if (!Number.isInteger(stage)) return false
  if (stage === ABORT_STAGE) return true
  const k = stage > VIEW_STAGE_BASE ? stage - VIEW_STAGE_BASE : stage
  return k >= FIRST_STAGE && k <= MAX_STAGE
}

/** How many bytes of an envelope are its header. */
export function headerBytesOf({ from, to }: Pick<EnvelopeHeader, 'from' | 'to'>): number {
  return HEADER_BYTES_WITHOUT_IDS + from.length + (to?.length ?? 0)
}

/**
 * The bytes that `headerHash` covers, beside the network label.
 *
 * @throws ERR_INVALID_ARGUMENT with `field` for a header that has no encoding
 */
export function encodeHeader(h: EnvelopeHeader): Uint8Array<ArrayBuffer> {
  return encodeWith(headerCoder, h, refuseSelfAddressed)
}

/**
 * H(network u8+ascii || header). The sid binds the network too, but only for who knows its preimage: without the label here, a stage-1 message of
 * a test network would be a valid message of "another sid" in production, where the same identity may have the same ceremony id.
 */
export function headerHashOf(network: string, headerBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.header, encodeWith(networkCoder, { network }), headerBytes)
}

/**
 * Signs. Every array of the result is a copy.
 *
 * @param network the label of every sid: 1..255 characters of printable ASCII
 * @throws ERR_INVALID_ARGUMENT for a label or header that has no encoding, ERR_TOO_LARGE for a body that no ceremony has
 */
export function sealEnvelope(
  identity: Identity,
  network: string,
  unsigned: Omit<EnvelopeHeader, 'bodyDigest'>,
  body: Uint8Array,
): Envelope {
  assertBytes(body, 'body')
  if (body.length > MAX_BODY_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field: 'body' })
  const h: EnvelopeHeader = {
    kind: unsigned.kind,
    ceremonyId: unsigned.ceremonyId,
    sid: copyBytes(unsigned.sid),
    stage: unsigned.stage,
    from: unsigned.from,
    to: unsigned.to,
    previousTranscript: copyBytes(unsigned.previousTranscript),
    bodyDigest: signedBodyDigest(unsigned, body),
  }
  const headerHash = headerHashOf(network, encodeHeader(h))
  const signature = signHash(identity, headerHash)
  const bytes = encodeWith(envelopeCoder, { ...h, signature, body })
  return { header: h, headerHash, signature, body: copyBytes(body), bytes }
}

/**
 * Structure only: the signature and the body digest are `verifyEnvelope`'s.
 *
 * @param network our own label, or the one in the context of the ceremony: an envelope of another network decodes, and then fails to verify
 * @throws ERR_TOO_LARGE above MAX_FRAME_BYTES; ERR_MALFORMED for anything that is not exactly one envelope; ERR_INVALID_ARGUMENT for a label
 * that has no encoding
 */
export function decodeEnvelope(bytes: Uint8Array, network: string): Envelope {
  return decodeOwnEnvelope(copyBytes(assertFrame(bytes)), network)
}

/** As `decodeEnvelope`, of bytes that are the caller's alone: the envelope keeps them. */
export function decodeOwnEnvelope(bytes: Uint8Array, network: string): Envelope {
  assertFrame(bytes)
  const { signature, body, kind, ceremonyId, sid, stage, from, to, previousTranscript, bodyDigest } = decodeWith(
    envelopeCoder,
    bytes,
    MAX_FRAME_BYTES,
    refuseSelfAddressed,
  )
  const header = { kind, ceremonyId, sid, stage, from, to, previousTranscript, bodyDigest }
  const headerHash = headerHashOf(network, bytes.subarray(0, headerBytesOf(header)))
  return { header, headerHash, signature, body, bytes }
}

function assertFrame(bytes: Uint8Array): Uint8Array {
  assertBytes(bytes, 'bytes')
  if (bytes.length > MAX_FRAME_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field: 'bytes' })
  return bytes
}

/** Did the holder of this key sign this header for this network, and is this the body that the header names? A false answer blames nobody. */
export function verifyEnvelope(envelope: Envelope, publicKey: Uint8Array): boolean {
  // defence: message-signed
  return verifyIdentitySignature(publicKey, envelope.headerHash, envelope.signature) && hasSignedBody(envelope)
}

/** As `verifyEnvelope`, the signature checked off the calling thread. */
export async function verifyEnvelopeAsync(envelope: Envelope, publicKey: Uint8Array): Promise<boolean> {
  return (await verifyIdentitySignatureAsync(publicKey, envelope.headerHash, envelope.signature)) && hasSignedBody(envelope)
}

/** The number of the frame, or null for too few bytes, another version, or a frame that this version does not have. */
export function peekFrame(bytes: Uint8Array): { readonly frame: FrameNumber } | null {
  if (bytes.length < 2 || bytes[0] !== WIRE_VERSION) return null
  const frame = Object.values(FRAME).find((number) => number === bytes[1])
  return frame === undefined ? null : { frame }
}

/**
 * The header and the length of the body, without touching the body: so that a large frame can be refused before it is copied. Null where no header
 * can be read.
 */
export function peekHeader(bytes: Uint8Array): { readonly header: EnvelopeHeader; readonly bodyBytes: number } | null {
  const from = bytes[FROM_LENGTH_AT] ?? 0
  const to = bytes[FROM_LENGTH_AT + 1 + from] ?? 0
  const headerBytes = HEADER_BYTES_WITHOUT_IDS + from + to
  const bodyBytes = bytes.length - headerBytes - SIGNATURE_BYTES - BODY_LENGTH_BYTES
  if (bodyBytes < 0) return null
  try {
    const header = decodeWith(headerCoder, copyBytes(bytes, 0, headerBytes), MAX_ENVELOPE_OVERHEAD, refuseSelfAddressed)
    return { header, bodyBytes }
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'ERR_MALFORMED') return null
    throw error
  }
}

/** After the signature: whoever has no key cannot make us hash large bodies. */
function hasSignedBody(envelope: Envelope): boolean {
  return equalBytes(signedBodyDigest(envelope.header, envelope.body), envelope.header.bodyDigest)
}

/** @throws ERR_INVALID_ARGUMENT for a header that is addressed to its author */
export function refuseSelfAddressed(h: { readonly from: string; readonly to: string | null }): void {
  if (h.from === h.to) throw invalidArgument('to', 'must not be the author')
}
