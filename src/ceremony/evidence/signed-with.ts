/** What a signing's sid binds besides the ceremony itself, opened: the key, and one message. The indices of the participants follow. */
import { concatBytes, equalBytes } from '../../bytes.ts'
import { hashMessage, type SignContext } from '../../wire/context.ts'
import { decodeKeyRecord, type KeyRecord, keyDigest } from '../../wire/key-record.ts'
import { signerIndices } from '../signing/signers.ts'
import { type Case, demand } from './case.ts'

/** The record of the key that the ceremony signs with; its points are good. */
export function openKey({ context, evidence, kernel }: Case): KeyRecord {
  const { key } = evidence
  demand(key !== undefined, 'an opening is missing')
  demand(
    context.kind !== 'keygen' && equalBytes(keyDigest(key.keyId, key.record), context.keyDigest),
    'the key is not the one of the ceremony',
  )
  const record = decodeKeyRecord(key.record)
  demand(
    record.suite === context.suite && record.protocol === context.protocol && record.minSigners === context.minSigners,
    'the key is of another kind',
  )
  demand(
    context.participants.every(({ id }) => record.participants.includes(id)),
    'a signer has no share of the key',
  )
  demand(
    kernel.decompress(concatBytes(record.groupPublicKey, record.verifyingShares)).valid.every((valid) => valid === 1),
    'the key has a bad point',
  )
  return record
}

export function openMessage({ evidence }: Case, context: SignContext): { readonly position: number; readonly bytes: Uint8Array } {
  const { message } = evidence
  demand(message !== undefined, 'an opening is missing')
  const named = context.messages[message.position]
  demand(named !== undefined, 'the message position is out of range')
  demand(
    named.length === message.bytes.length && equalBytes(named.hash, hashMessage(message.bytes)),
    'the message is not the one of the ceremony',
  )
  return message
}

/** The indices of the participants in SharedSecret, by place: in key generation they follow from the places, in signing from the key. */
export function openIndices(opened: Case): readonly number[] {
  const { context, evidence } = opened
  if (context.kind === 'sign') return signerIndices(context, openKey(opened))
  demand(evidence.key === undefined, 'takes no key')
  return context.participants.map((_, place) => place + 1)
}
