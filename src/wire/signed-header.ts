/**
 * A header with its author's signature and without the body: enough to show that somebody said two things, or what a node accepted. Views are
 * made of them, and evidence of equivocation.
 *
 * Layout: header || signature 64, the header being that of an envelope. Inside other bodies a u16 length stands in front.
 */
import * as P from 'micro-packed'
import { assertBytes, copyBytes } from '../bytes.ts'
import { decodeWith } from './codec.ts'
import { headerBytesOf, headerCoder, headerHashOf, refuseSelfAddressed } from './envelope.ts'
import { SIGNATURE_BYTES, verifyIdentitySignature } from './identity.ts'
import type { Envelope, EnvelopeHeader } from './message.ts'
import { MAX_ENVELOPE_OVERHEAD } from './sizes.ts'

export interface SignedHeader {
  readonly header: EnvelopeHeader
  /** what the signature is over; two headers are different exactly if these are */
  readonly headerHash: Uint8Array
  /** 64 bytes, Ed25519 */
  readonly signature: Uint8Array
  /** the whole encoding, an exact-size copy */
  readonly bytes: Uint8Array
}

/** u16 length || a signed header as bytes, inside a view */
export const signedHeaderBytes: P.CoderType<Uint8Array> = P.wrap({
  encodeStream: (w, value: Uint8Array) => {
    P.U16BE.encodeStream(w, value.length)
    w.bytes(value)
  },
  decodeStream: (r) => copyBytes(r.bytes(P.U16BE.decodeStream(r))),
})

/** What an envelope's author signed, without the body: in an envelope, too, the signature stands behind the header. */
export function signedHeaderOf({ header, headerHash, signature, bytes }: Omit<Envelope, 'body'>): SignedHeader {
  return { header, headerHash, signature, bytes: copyBytes(bytes, 0, headerBytesOf(header) + SIGNATURE_BYTES) }
}

/**
 * Structure only: the signature is `verifySignedHeader`'s.
 *
 * @param network the label of the ceremony's context
 * @throws ERR_MALFORMED for anything that is not exactly one header and 64 bytes
 */
export function decodeSignedHeader(bytes: Uint8Array, network: string): SignedHeader {
  assertBytes(bytes, 'bytes')
  const length = Math.max(0, bytes.length - SIGNATURE_BYTES)
  const headerBytes = copyBytes(bytes, 0, length)
  const header = decodeWith(headerCoder, headerBytes, MAX_ENVELOPE_OVERHEAD, refuseSelfAddressed)
  return { header, headerHash: headerHashOf(network, headerBytes), signature: copyBytes(bytes, length), bytes: copyBytes(bytes) }
}

export function verifySignedHeader({ headerHash, signature }: SignedHeader, publicKey: Uint8Array): boolean {
  return verifyIdentitySignature(publicKey, headerHash, signature)
}
