/**
 * A key as a node tells an operator about it is believed only with every participant's certificate over it, under the roster: whoever can make those up has
 * all the participants' identities. So a single node cannot have an operator take another group key, or another threshold, for the key's.
 */
import { concatBytes, copyBytes, fromHex } from '../../bytes.ts'
import { KeyMaterial } from '../../ceremony/key-material.ts'
import { QuorateError } from '../../errors.ts'
import type { Suite } from '../../kernel/contract.ts'
import { encodeContext } from '../../wire/context.ts'
import { decodeEnvelope } from '../../wire/envelope.ts'
import { encodeKeyRecord } from '../../wire/key-record.ts'
import type { Protocol, ValidatorId } from '../../wire/message.ts'
import type { Roster } from '../../wire/roster.ts'
import type { KeyBody } from '../report-bodies.ts'

export interface ProvenKey {
  readonly keyId: string
  readonly suite: Suite
  readonly protocol: Protocol
  readonly minSigners: number
  readonly participants: readonly ValidatorId[]
  readonly groupPublicKey: Uint8Array
  /** what the sid of a signing binds */
  readonly digest: Uint8Array
}

/** @returns the key, or why it is not proven */
export function provenKey(told: KeyBody, keyId: string, { network, roster }: { network: string; roster: Roster }): ProvenKey | string {
  if (told.keyId !== keyId) return 'it tells of another key'
  const stranger = told.participants.find((id) => !roster.has(id))
  if (stranger !== undefined) return `the roster has no ${stranger}, whose certificate would have to be checked`
  try {
    return prove(told, { network, roster })
  } catch (error) {
    if (error instanceof QuorateError) return `what it tells is malformed (${error.message})`
    throw error
  }
}

function prove(told: KeyBody, { network, roster }: { network: string; roster: Roster }): ProvenKey | string {
  const { suite, protocol, minSigners, participants, keyId } = told
  const publicKeyOf = (id: ValidatorId): Uint8Array => copyBytes(roster.get(id) ?? new Uint8Array())
  const contextBytes = encodeContext({
    kind: 'keygen',
    network,
    ceremonyId: BigInt(told.keygenCeremonyId),
    protocol,
    suite,
    minSigners,
    participants: participants.map((id) => ({ id, publicKey: publicKeyOf(id) })),
  })
  const recordBytes = encodeKeyRecord({
    suite,
    protocol,
    minSigners,
    groupPublicKey: fromHex(told.groupPublicKey, 'groupPublicKey'),
    participants,
    verifyingShares: concatBytes(...participants.map((id) => fromHex(told.verifyingShares[id], 'verifyingShares'))),
  })
  const certificates = participants.map((id) => fromHex(told.certificates[id], `certificates.${id}`))
  const first = certificates[0] ?? new Uint8Array()
  // The digest of the transcript is not known here: that of the first certificate must be the one of all.
  const transcript = decodeEnvelope(first, network).header.previousTranscript
  // As a node holds it, without the share.
  const key = new KeyMaterial({ contextBytes, recordBytes, transcript, share: new Uint8Array(), ok: first })
  if (key.keyId !== keyId) return 'its id is not the one of that key generation under this roster'
  const unproven = participants.find((id, place) => !key.certifies(id, certificates[place] ?? new Uint8Array()))
  if (unproven !== undefined) return `it shows no valid certificate of ${unproven}`
  return { keyId, suite, protocol, minSigners, participants, groupPublicKey: key.record.groupPublicKey, digest: key.digest }
}
