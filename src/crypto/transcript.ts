/**
 * The digests by which nodes find out that they see the same ceremony. T_0 = sid; each broadcast stage k gives
 * T_k = H(sid, k, T_(k-1), every participant's body digest in index order), and every later envelope carries the T_k that its author saw.
 */
import { assertBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { TAGS, taggedHash, uintBytes } from './tags.ts'

/** Bytes of a sid, a body digest, a transcript digest, a blind. */
export const DIGEST_BYTES = 32

/** The digest of an envelope's body as it travels; it stands in the signed header, unless the body's items can be shown singly (`ItemTree`). */
export function bodyDigest(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.body, body)
}

/**
 * T_k: H(sid || u8 stage || previous || u16 count || digests).
 *
 * @param stage the stage's number on the wire, 1..255
 * @param previous T_(k-1)
 * @param bodyDigests one a participant, in index order
 * @throws ERR_INVALID_ARGUMENT for a digest that is not 32 bytes, or no digests
 */
export function nextTranscript(
  sid: Uint8Array,
  stage: number,
  previous: Uint8Array,
  bodyDigests: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  assertBytes(sid, 'sid', DIGEST_BYTES)
  assertBytes(previous, 'previous', DIGEST_BYTES)
  if (bodyDigests.length === 0) throw invalidArgument('bodyDigests', 'must have at least one digest')
  bodyDigests.forEach((digest, i) => {
    assertBytes(digest, `bodyDigests[${i}]`, DIGEST_BYTES)
  })
  return taggedHash(TAGS.transcript, sid, uintBytes(stage, 1), previous, uintBytes(bodyDigests.length, 2), ...bodyDigests)
}

/** What the `ok` of a preprocessing confirms: H(sid || T_1), both of the preprocessing. Every pair of every signer is in that T_1. */
export function preprocessDigest(sid: Uint8Array, transcript: Uint8Array): Uint8Array<ArrayBuffer> {
  assertBytes(sid, 'sid', DIGEST_BYTES)
  assertBytes(transcript, 'transcript', DIGEST_BYTES)
  return taggedHash(TAGS.preprocessDigest, sid, transcript)
}

/**
 * T_1 of a one-round signing, which has no first stage: H(sid || preprocess digest || u16 signers || d_1 || ... || d_s), so that every nonce pair is
 * bound by signer and message.
 *
 * @param sid the signing's
 * @param pairDigests one a signer in index order: the body digest that its slots would have as stage 1 of this signing
 * @throws ERR_INVALID_ARGUMENT for a digest that is not 32 bytes, or no digests
 */
export function preprocessTranscript(sid: Uint8Array, digest: Uint8Array, pairDigests: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  assertBytes(sid, 'sid', DIGEST_BYTES)
  assertBytes(digest, 'digest', DIGEST_BYTES)
  if (pairDigests.length === 0) throw invalidArgument('pairDigests', 'must have at least one digest')
  pairDigests.forEach((pairs, i) => {
    assertBytes(pairs, `pairDigests[${i}]`, DIGEST_BYTES)
  })
  return taggedHash(TAGS.preprocessTranscript, sid, digest, uintBytes(pairDigests.length, 2), ...pairDigests)
}

/**
 * What stage 1 of SharedSecret publishes: H(sid || u16 index || rest || blind), where the author's stage-2 body is `blind || rest`. The rest has a
 * variable length but is the only such part, so that the encoding stays unambiguous.
 *
 * The index makes it worthless to a copier, and the blind hides a body of little entropy.
 *
 * @throws ERR_INVALID_ARGUMENT for a sid or blind that is not 32 bytes, or an index outside u16
 */
export function hashCommitment(sid: Uint8Array, index: number, blind: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  assertBytes(sid, 'sid', DIGEST_BYTES)
  assertBytes(blind, 'blind', DIGEST_BYTES)
  return taggedHash(TAGS.hashCommitment, sid, uintBytes(index, 2), rest, blind)
}
