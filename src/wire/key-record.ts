/**
 * The key record: the public facts of a key, normalised for its suite, in one canonical encoding. Its hash is what the certificates confirm, and
 * together with the key id it goes into the `sid` of every signing with the key.
 *
 * Layout: suite u8 | protocol u8 | minSigners u16 | groupPublicKey 33 | u16 count, a participant: id u8+ascii, verifying share 33. An index is
 * the 1-based place in this list, for ever.
 */
import * as P from 'micro-packed'
import { assertBytes, assertInteger, concatBytes, itemOf } from '../bytes.ts'
import { TAGS, taggedHash } from '../crypto/tags.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { invalidArgument } from '../errors.ts'
import { COMPRESSED_BYTES, type Suite } from '../kernel/contract.ts'
import { decodeWith, encodeWith, fixedBytes, listOf, protocol, record, suite, validatorId } from './codec.ts'
import { MAX_PARTICIPANTS, type Protocol, type ValidatorId } from './message.ts'
import { assertValidatorIds, compareValidatorIds } from './validator-id.ts'

export interface KeyRecord {
  readonly suite: Suite
  readonly protocol: Protocol
  readonly minSigners: number
  /** Y, 33 bytes */
  readonly groupPublicKey: Uint8Array
  /** sorted; a validator's index is its place + 1 */
  readonly participants: readonly ValidatorId[]
  /** n x 33: Y_j in the same order */
  readonly verifyingShares: Uint8Array
}

/** Head, and 1,000 participants with ids of 64 characters. */
export const MAX_KEY_RECORD_BYTES = 1 + 1 + 2 + COMPRESSED_BYTES + 2 + MAX_PARTICIPANTS * (65 + COMPRESSED_BYTES)

/** SEC 1, section 2.3.3: 0x02 or 0x03 || x. Whether x is on the curve is the kernel's business. */
const compressedPoint: P.CoderType<Uint8Array> = P.validate(fixedBytes(COMPRESSED_BYTES), (point) => {
  if (point[0] !== 2 && point[0] !== 3) throw new Error('is not a compressed point')
  return point
})

/** As it travels: each verifying share beside its id. */
type Encoded = Omit<KeyRecord, 'participants' | 'verifyingShares'> & { readonly participants: readonly Participant[] }
type Participant = { readonly id: ValidatorId; readonly verifyingShare: Uint8Array }

const coder = record<Encoded>({
  suite,
  protocol,
  minSigners: P.U16BE,
  groupPublicKey: compressedPoint,
  participants: listOf(record<Participant>({ id: validatorId, verifyingShare: compressedPoint }), 1, MAX_PARTICIPANTS),
})

/** @throws ERR_INVALID_ARGUMENT or ERR_DUPLICATE_VALIDATOR, with `field` */
export function encodeKeyRecord(key: KeyRecord): Uint8Array<ArrayBuffer> {
  assertValidatorIds(key.participants, 'participants')
  assertBytes(key.verifyingShares, 'verifyingShares', key.participants.length * COMPRESSED_BYTES)
  const participants = key.participants.map((id, i) => ({ id, verifyingShare: itemOf(key.verifyingShares, i, COMPRESSED_BYTES) }))
  const { suite, protocol, minSigners, groupPublicKey } = key
  return encodeWith(coder, { suite, protocol, minSigners, groupPublicKey, participants }, check)
}

/** @throws ERR_MALFORMED */
export function decodeKeyRecord(bytes: Uint8Array): KeyRecord {
  const { participants, ...head } = decodeWith(coder, bytes, MAX_KEY_RECORD_BYTES, check)
  return {
    ...head,
    participants: participants.map(({ id }) => id),
    verifyingShares: concatBytes(...participants.map(({ verifyingShare }) => verifyingShare)),
  }
}

/** What a certificate confirms. */
export function keyRecordHash(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.keyRecord, bytes)
}

/**
 * What binds a signing to a key.
 *
 * @param keyId 32 bytes: the keygen's sid
 */
export function keyDigest(keyId: Uint8Array, keyRecordBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  assertBytes(keyId, 'keyId', DIGEST_BYTES)
  return taggedHash(TAGS.keyDigest, keyId, keyRecordBytes)
}

function check(value: Encoded): void {
  const ids = value.participants.map(({ id }) => id)
  assertValidatorIds(ids, 'participants')
  ids.forEach((id, i) => {
    const before = ids[i - 1]
    if (before !== undefined && compareValidatorIds(before, id) > 0) throw invalidArgument(`participants[${i}]`, 'must be sorted by id')
  })
  assertInteger(value.minSigners, 'minSigners', 1, ids.length)
}
