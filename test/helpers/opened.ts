/** What the client's inbox checks off its thread, at once. */
import type { Opened } from '../../src/client/inbox.ts'
import { TAGS, taggedHash } from '../../src/crypto/tags.ts'
import { verifyEnvelope } from '../../src/wire/envelope.ts'
import { SIGNATURE_BYTES, verifyIdentitySignature } from '../../src/wire/identity.ts'

export function isSigned({ message, publicKey }: Opened): boolean {
  if (message.type === 'envelope') return verifyEnvelope(message.envelope, publicKey)
  const { bytes, signature } = message.type === 'request' ? message.request : message.answer
  return verifyIdentitySignature(publicKey, taggedHash(TAGS.request, bytes.subarray(0, bytes.length - SIGNATURE_BYTES)), signature)
}
