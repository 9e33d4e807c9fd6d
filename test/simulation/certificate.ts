/** What makes a certificate, said once more and apart from the code that decides it: a control leaves parts of that code out. */
import { equalBytes } from '../../src/bytes.ts'
import type { KeyMaterial } from '../../src/ceremony/key-material.ts'
import { encodeConfirm } from '../../src/wire/bodies.ts'
import { signedBodyDigest } from '../../src/wire/body-digest.ts'
import { decodeEnvelope } from '../../src/wire/envelope.ts'
import { verifyIdentitySignature } from '../../src/wire/identity.ts'
import type { ValidatorId } from '../../src/wire/message.ts'
import { NETWORK } from './network.ts'

const CONFIRM = 4

export function isCertificate(key: KeyMaterial, validator: ValidatorId, bytes: Uint8Array): boolean {
  const { header, headerHash, signature, body } = decodeEnvelope(bytes, NETWORK)
  const own = decodeEnvelope(key.ownCertificate()[1], NETWORK).header
  const participant = key.context.participants.find(({ id }) => id === validator)
  return (
    participant !== undefined &&
    header.from === validator &&
    header.to === null &&
    header.kind === 'keygen' &&
    header.stage === CONFIRM &&
    header.ceremonyId === key.context.ceremonyId &&
    equalBytes(header.sid, key.keyIdBytes) &&
    equalBytes(header.previousTranscript, own.previousTranscript) &&
    equalBytes(body, encodeConfirm({ type: 'ok', recordHash: key.recordHash })) &&
    equalBytes(header.bodyDigest, signedBodyDigest(header, body)) &&
    verifyIdentitySignature(participant.publicKey, headerHash, signature)
  )
}
