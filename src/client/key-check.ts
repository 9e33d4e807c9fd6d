/**
 * A key from the store is believed only if its parts belong together. A flipped bit in a share would otherwise sign, and the signature share
 * would convict its honest owner with evidence that verifies.
 */
import { copyBytes, equalBytes, itemOf, wipe } from '../bytes.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import { compressPoint } from '../crypto/point-encoding.ts'
import { QuorateError } from '../errors.ts'
import { COMPRESSED_BYTES } from '../kernel/contract.ts'
import type { AsyncKernel } from '../pool/index.ts'
import type { ValidatorId } from '../wire/message.ts'

/** @throws (rejects with) ERR_STORE */
export async function assertSoundKey(key: KeyMaterial, self: ValidatorId, kernel: AsyncKernel): Promise<void> {
  const { context, record } = key
  const [owner, certificate] = key.ownCertificate()
  const sameTerms = record.suite === context.suite && record.protocol === context.protocol && record.minSigners === context.minSigners
  const sameParticipants =
    record.participants.length === context.participants.length &&
    record.participants.every((id, place) => id === context.participants[place]?.id)
  if (!sameTerms || !sameParticipants) throw broken('the record is not the one of its keygen')
  if (owner !== self || !key.certifies(self, certificate)) throw broken('our own confirmation does not fit the record')
  const share = key.share()
  try {
    const point = await kernel.baseMul(share)
    const verifyingShare = itemOf(record.verifyingShares, record.participants.indexOf(self), COMPRESSED_BYTES)
    if (!equalBytes(compressPoint(copyBytes(point)), verifyingShare)) throw broken('the share does not fit its verifying share')
  } catch (error) {
    // A share of q or more is refused by the kernel.
    if (error instanceof QuorateError && error.code === 'ERR_INVALID_ARGUMENT') throw broken('the share is no scalar')
    throw error
  } finally {
    wipe(share)
  }
}

function broken(message: string): QuorateError {
  return new QuorateError('ERR_STORE', { field: 'record', message })
}
