/**
 * A key from the store is believed only if its parts belong together. A flipped bit in a share would otherwise sign, and the signature share
 * would convict its honest owner with evidence that verifies.
 */
import { equalBytes, itemOf, wipe } from '../bytes.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import { compressPoint } from '../crypto/point-encoding.ts'
import { QuorateError } from '../errors.ts'
import { COMPRESSED_BYTES } from '../kernel/contract.ts'
import type { AsyncKernel } from '../pool/index.ts'
import type { ValidatorId } from '../wire/message.ts'

/** @throws (rejects with) ERR_STORE */
export async function assertSoundKey(key: KeyMaterial, self: ValidatorId, kernel: AsyncKernel): Promise<void> {
  assertOwnKey(key, self)
  await assertShare(key, self, kernel).catch(damaged)
}

/** The same without the share: what others are told of the key comes from its own keygen, and is what we confirmed. @throws ERR_STORE */
export function assertOwnKey(key: KeyMaterial, self: ValidatorId): void {
  try {
    assertConsistent(key, self)
  } catch (error) {
    damaged(error)
  }
}

function assertConsistent(key: KeyMaterial, self: ValidatorId): void {
  const { context, record } = key
  const [owner, certificate] = key.ownCertificate()
  const sameTerms = record.suite === context.suite && record.protocol === context.protocol && record.minSigners === context.minSigners
  const sameParticipants =
    record.participants.length === context.participants.length &&
    record.participants.every((id, place) => id === context.participants[place]?.id)
  if (!sameTerms || !sameParticipants) throw broken('is not the one of its keygen')
  if (owner !== self || !key.certifies(self, certificate)) throw broken('does not fit our own confirmation')
}

async function assertShare(key: KeyMaterial, self: ValidatorId, kernel: AsyncKernel): Promise<void> {
  const share = key.share()
  try {
    const point = await kernel.baseMul(share)
    const verifyingShare = itemOf(key.record.verifyingShares, key.record.participants.indexOf(self), COMPRESSED_BYTES)
    if (!equalBytes(compressPoint(point), verifyingShare)) throw broken('holds a share that does not fit its verifying share')
  } finally {
    wipe(share)
  }
}

/** An envelope that does not decode, a share of q or more. */
function damaged(error: unknown): never {
  if (!(error instanceof QuorateError)) throw error
  if (error.code === 'ERR_MALFORMED' || error.code === 'ERR_INVALID_ARGUMENT') throw broken('is damaged')
  throw error
}

function broken(message: string): QuorateError {
  return new QuorateError('ERR_STORE', { field: 'record', message })
}
