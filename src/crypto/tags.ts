/**
 * The one registry of hash tags, and the tagged hash over them. Every hash of the protocol's own goes through `taggedHash`, so that no byte
 * string made for one purpose can be taken for another; the exceptions are hashes that a standard fixes (RFC 9591, BIP-340, keccak256).
 *
 * The construction is BIP-340's: SHA-256(SHA-256(tag) || SHA-256(tag) || data).
 */
import { asciiBytes, concatBytes } from '../bytes.ts'
import { invalidArgument } from '../errors.ts'
import { sha256 } from './sha256.ts'

/** All distinct and none a prefix of another; a test checks it. A changed meaning or encoding takes a new version, never the old tag. */
export const TAGS = {
  /** what a ceremony is about: network, kind, id, protocol, suite, participants, messages */
  sid: 'quorate/v1/sid',
  /** one message to be signed, as it stands in the preimage of a sid */
  message: 'quorate/v1/message',
  /** the body of an envelope, as it stands in its signed header */
  body: 'quorate/v1/body',
  /** the same for a body of items that can be shown singly: its length and the root of its tree */
  bodyTree: 'quorate/v1/tree-of-body',
  /** one item of such a body */
  bodyLeaf: 'quorate/v1/leaf-of-body',
  /** two hashes side by side in its tree */
  bodyNode: 'quorate/v1/node-of-body',
  /** network label and header of a stage envelope, view or abort: what an identity key signs, and the only thing that can be evidence */
  header: 'quorate/v1/header',
  /** a request (resend, certificates) and its answer: signed, but never evidence */
  request: 'quorate/v1/request',
  /** ReadyToKeygen: signed, but never evidence */
  ready: 'quorate/v1/ready',
  /** the nonce of a ReadyToKeygen that answers another */
  readyAnswer: 'quorate/v1/answer-to-ready',
  /** an instruction that an operator key signed */
  instruction: 'quorate/v1/instruction',
  /** what a node reports to operators: signed, but never evidence */
  report: 'quorate/v1/report',
  /** T_k of a broadcast stage */
  transcript: 'quorate/v1/transcript',
  /** T_1 of a one-round signing, whose nonce commitments came from preprocessing */
  preprocessTranscript: 'quorate/v1/preprocess-transcript',
  /** all pairs of a preprocessing ceremony: what its `ok` confirms */
  preprocessDigest: 'quorate/v1/preprocess-digest',
  /** stage 1 of SharedSecret */
  hashCommitment: 'quorate/v1/hash-commitment',
  /** the Fiat-Shamir challenge of the proof of knowledge of a constant term */
  proofOfKnowledge: 'quorate/v1/proof-of-knowledge',
  /** the weights of the random combination in which many proofs of knowledge are checked */
  proofWeights: 'quorate/v1/weights-of-proofs',
  /** the weights of the combination in which many signature shares are checked */
  shareWeights: 'quorate/v1/weights-of-shares',
  /** the AEAD key of one dealer's share to one recipient */
  shareKey: 'quorate/v1/share-key',
  /** the Fiat-Shamir challenge of a complaint's proof of equal logarithms */
  dleq: 'quorate/v1/dleq',
  /** suite, protocol, threshold, group key, every index, id and verifying share: what a certificate confirms */
  keyRecord: 'quorate/v1/key-record',
  /** key id, group key, every index, id and verifying share, as they stand in the sid of a signing */
  keyDigest: 'quorate/v1/key-digest',
  /** the nonce points V of all positions: what `ok` confirms in a Stinson-Strobl signing */
  nonceSum: 'quorate/v1/nonce-sum',
  /** local: what a signing's nonces are derived from, bound to the ceremony and the place in it */
  nonceRandomness: 'quorate/v1/fresh-nonce',
  /** local: what all secrets of a Stinson-Strobl signing are drawn from, bound to the ceremony and hedged with the share */
  hedgedDraw: 'quorate/v1/hedged-draw',
} as const

export type Tag = (typeof TAGS)[keyof typeof TAGS]

const prefixes = new Map<Tag, Uint8Array>()

/** SHA-256(tag) || SHA-256(tag) */
function prefixOf(tag: Tag): Uint8Array {
  const known = prefixes.get(tag)
  if (known !== undefined) return known
  const digest = sha256([asciiBytes(tag)])
  const made = concatBytes(digest, digest)
  prefixes.set(tag, made)
  return made
}

/**
 * SHA-256(SHA-256(tag) || SHA-256(tag) || parts...), 32 bytes. The parts are simply joined: the caller makes the encoding unambiguous, with
 * items of fixed width (`uintBytes`, points, scalars, digests) or `lengthPrefixed` ones. Parts may be secret: nothing of them is kept.
 */
export function taggedHash(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return sha256([prefixOf(tag), ...parts])
}

/**
 * `value` in `width` bytes, big-endian.
 *
 * @throws ERR_INVALID_ARGUMENT unless an integer in 0..2^(8 width) - 1 (a `number` must be a safe one)
 */
export function uintBytes(value: number | bigint, width: 1 | 2 | 4 | 8): Uint8Array<ArrayBuffer> {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw invalidArgument('value', 'must be an integer')
  let rest = BigInt(value)
  if (rest < 0n || rest >= 1n << BigInt(8 * width)) throw invalidArgument('value', `must fit in ${width} bytes`)
  const out = new Uint8Array(width)
  for (let i = width - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return out
}

/** u32 length || bytes: for an item of variable length within a hash. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 + bytes.length)
  out.set(uintBytes(bytes.length, 4))
  out.set(bytes, 4)
  return out
}
