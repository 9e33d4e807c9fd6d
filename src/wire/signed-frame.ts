/** Frames that end with a signature over all before it, under a tag of their own, and are never evidence: requests and answers, instructions, reports. */
import type * as P from 'micro-packed'
import { assertBytes, concatBytes, copyBytes } from '../bytes.ts'
import { type Tag, taggedHash } from '../crypto/tags.ts'
import { decodeWith, encodeWith, malformed } from './codec.ts'
import { type Identity, SIGNATURE_BYTES, signHash } from './identity.ts'

/** What came with a signature that covers all before it. */
export type Signed<Content> = Content & {
  readonly signature: Uint8Array
  /** the whole encoding, an exact-size copy */
  readonly bytes: Uint8Array
}

export interface SignedForm<Content> {
  readonly tag: Tag
  /** of all before the signature */
  readonly coder: P.CoderType<Content>
  /** of all, with the signature */
  readonly maxBytes: number
  /** throws a QuorateError for content that encodes but has no meaning */
  readonly check: (content: Content) => void
}

/** @throws ERR_INVALID_ARGUMENT with `field`, and what the form's check throws */
export function sealSigned<Content>(form: SignedForm<Content>, identity: Identity, content: Content): Signed<Content> {
  const signed = encodeWith(form.coder, content, form.check)
  const signature = signHash(identity, taggedHash(form.tag, signed))
  return { ...content, signature, bytes: concatBytes(signed, signature) }
}

/** Structure only: whose signature it is, is another question. @throws ERR_MALFORMED */
export function openSigned<Content>({ coder, maxBytes, check }: SignedForm<Content>, bytes: Uint8Array): Signed<Content> {
  assertBytes(bytes, 'bytes')
  if (bytes.length > maxBytes) throw malformed(undefined, `has ${bytes.length} bytes, more than ${maxBytes}`)
  const end = Math.max(0, bytes.length - SIGNATURE_BYTES)
  const content = decodeWith(coder, copyBytes(bytes, 0, end), maxBytes, check)
  return { ...content, signature: copyBytes(bytes, end), bytes: copyBytes(bytes) }
}

/** What the signature is over. */
export function signedHash({ tag }: Pick<SignedForm<unknown>, 'tag'>, { bytes }: Signed<unknown>): Uint8Array {
  return taggedHash(tag, bytes.subarray(0, bytes.length - SIGNATURE_BYTES))
}
