/**
 * The backup of one key: what the store has of it, sealed in one file for the validator whose share it is. It does not say that it is true: whoever
 * restores it checks the key itself (the client knows how).
 *
 * Sealed: version u8 = 1 | mark u64 | record length u32 | record | certificates length u32 (0: pending) | certificates. Purpose `backup`, subject
 * the validator. The mark is the highest ceremony id that the validator had used then.
 */
import { concatBytes, copyBytes, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertCeremonyMark, assertStorable, MAX_RECORD_BYTES } from './contract.ts'
import type { ScryptParameters, UnlockSecret } from './key-derivation.ts'
import { openSealed, sealFile } from './seal.ts'

export interface KeyBackup {
  /** secret */
  readonly record: Uint8Array
  /** null: the key was pending */
  readonly certificates: Uint8Array | null
  readonly mark: bigint
}

const VERSION = 1
const HEAD_BYTES = 1 + 8

/** @throws (rejects with) as sealFile */
export async function sealBackup(
  secret: UnlockSecret,
  self: string,
  backup: KeyBackup,
  options: { readonly scrypt?: ScryptParameters } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof backup !== 'object' || backup === null) throw invalidArgument('backup', 'must be an object')
  assertStorable(backup.record, 'backup.record')
  if (backup.certificates !== null) assertStorable(backup.certificates, 'backup.certificates')
  assertCeremonyMark(backup.mark, 'backup.mark', 0n)
  const head = new DataView(new ArrayBuffer(HEAD_BYTES))
  head.setUint8(0, VERSION)
  head.setBigUint64(1, backup.mark)
  const certificates = backup.certificates ?? new Uint8Array(0)
  const content = concatBytes(new Uint8Array(head.buffer), lengthOf(backup.record), backup.record, lengthOf(certificates), certificates)
  try {
    return await sealFile(secret, { purpose: 'backup', subject: self }, content, options)
  } finally {
    wipe(content)
  }
}

/**
 * @returns the parts, not yet checked; the record is secret
 * @throws (rejects with) ERR_PASSPHRASE (another validator's backup too), ERR_MALFORMED
 */
export async function openBackup(secret: UnlockSecret, self: string, file: Uint8Array): Promise<KeyBackup> {
  const content = await openSealed(secret, { purpose: 'backup', subject: self }, file)
  try {
    if (content.length < HEAD_BYTES + 8 || content[0] !== VERSION) throw malformed()
    const numbers = new DataView(content.buffer)
    const recordLength = numbers.getUint32(HEAD_BYTES)
    const recordAt = HEAD_BYTES + 4
    const certificatesAt = recordAt + recordLength + 4
    if (recordLength === 0 || recordLength > MAX_RECORD_BYTES || certificatesAt > content.length) throw malformed()
    const certificatesLength = numbers.getUint32(certificatesAt - 4)
    if (certificatesAt + certificatesLength !== content.length) throw malformed()
    return {
      record: copyBytes(content, recordAt, certificatesAt - 4),
      certificates: certificatesLength === 0 ? null : copyBytes(content, certificatesAt),
      // No secret, though it stands beside one.
      mark: BigInt(numbers.getUint32(1)) * 2n ** 32n + BigInt(numbers.getUint32(5)),
    }
  } finally {
    wipe(content)
  }
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(4))
  out.setUint32(0, bytes.length)
  return new Uint8Array(out.buffer)
}

function malformed(): QuorateError {
  return new QuorateError('ERR_MALFORMED', { field: 'backup', message: 'is not the backup of a key' })
}
