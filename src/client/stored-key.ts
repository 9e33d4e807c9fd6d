/**
 * Whether a key that comes from outside, such as a backup, is this node's own and whole: everything that a ceremony would believe of it later is
 * checked before it is stored.
 */
import { concatAll, equalBytes, itemOf } from '../bytes.ts'
import type { KeyInfo } from '../ceremony/key-info.ts'
import { decodeCertificates, KeyMaterial } from '../ceremony/key-material.ts'
import { compressPoint } from '../crypto/point-encoding.ts'
import { QuorateError } from '../errors.ts'
import { POINT_BYTES } from '../kernel/contract.ts'
import type { AsyncKernel } from '../pool/index.ts'
import type { ValidatorId } from '../wire/message.ts'
import type { Roster } from '../wire/roster.ts'
import { assertSoundKey } from './key-check.ts'

export interface Surroundings {
  readonly self: ValidatorId
  readonly network: string
  readonly roster: Roster
  readonly kernel: AsyncKernel
}

/**
 * @param record secret; not kept
 * @param certificates null for a pending key
 * @throws (rejects with) ERR_STORE with field `record` or `certificates`: it does not decode, the share does not fit the verifying share
 *   (x_j G == Y_j), a verifying share does not fit the group key, a certificate is missing or not valid; or it is of another network, or the
 *   roster has another identity key for a participant
 */
export async function verifyStoredKey(record: Uint8Array, certificates: Uint8Array | null, around: Surroundings): Promise<KeyInfo> {
  const key = decode(record)
  try {
    const { context } = key
    if (context.network !== around.network) throw broken('record', `is of the network "${context.network}"`)
    for (const { id, publicKey } of context.participants) {
      const known = around.roster.get(id)
      if (known === undefined) throw broken('record', `has the participant ${id}, who is not in the roster`)
      if (!equalBytes(known, publicKey)) throw broken('record', `was made with another identity key of ${id} than the roster has`)
    }
    await assertSoundKey(key, around.self, around.kernel)
    await assertVerifyingShares(key, around.kernel)
    if (certificates !== null) assertCertificates(key, certificates)
    return key.info(certificates)
  } finally {
    key.wipe()
  }
}

function decode(record: Uint8Array): KeyMaterial {
  try {
    return KeyMaterial.decode(record)
  } catch (cause) {
    throw new QuorateError('ERR_STORE', { field: 'record', message: 'is damaged', cause })
  }
}

function assertCertificates(key: KeyMaterial, encoded: Uint8Array): void {
  const { participants } = key.record
  const certificates = ((): ReadonlyMap<ValidatorId, Uint8Array> => {
    try {
      return decodeCertificates(encoded, participants)
    } catch (cause) {
      throw new QuorateError('ERR_STORE', { field: 'certificates', message: 'are damaged', cause })
    }
  })()
  for (const id of participants) {
    const certificate = certificates.get(id)
    if (certificate === undefined || !key.certifies(id, certificate)) throw broken('certificates', `have none of ${id} that is valid`)
  }
}

/** Sum of lambda_i Y_i == Y over as many sets of minSigners as it takes for each participant to be in one. */
async function assertVerifyingShares(key: KeyMaterial, kernel: AsyncKernel): Promise<void> {
  const { participants, minSigners, verifyingShares, groupPublicKey } = key.record
  const { points, valid } = await kernel.decompress(verifyingShares)
  if (valid.includes(0)) throw broken('record', 'holds a verifying share that is no point')
  for (let from = 0; from < participants.length; from += minSigners) {
    const first = Math.min(from, participants.length - minSigners)
    const indices = Array.from({ length: minSigners }, (_, i) => first + i + 1)
    const chosen = concatAll(indices.map((index) => itemOf(points, index - 1, POINT_BYTES)))
    const sum = await kernel.msmVar(chosen, await kernel.lagrange(indices))
    if (sum.every((byte) => byte === 0) || !equalBytes(compressPoint(sum), groupPublicKey)) {
      throw broken('record', 'holds verifying shares that do not add up to its group key')
    }
  }
}

function broken(field: string, message: string): QuorateError {
  return new QuorateError('ERR_STORE', { field, message })
}
