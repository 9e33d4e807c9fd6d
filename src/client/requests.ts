/** The instructions that this node's application gives, and the checks on them that need no key. */
import { assertBytes, assertInteger, copyBytes } from '../bytes.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import { assertMessageLength } from '../crypto/suites/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { SIGNATURE_BYTES, type Suite } from '../kernel/contract.ts'
import { assertCeremonyMark, assertKeyId } from '../keystore/contract.ts'
import { type CeremonyId, MAX_BATCH, MAX_MESSAGE_BYTES, type Protocol, type ValidatorId } from '../wire/message.ts'
import type { Roster } from '../wire/roster.ts'
import { assertValidatorIds, sortValidatorIds } from '../wire/validator-id.ts'

export interface KeygenRequest {
  readonly ceremonyId: CeremonyId
  readonly participants: readonly ValidatorId[]
  readonly minSigners: number
  readonly suite: Suite
  /** default 'frost' */
  readonly protocol?: Protocol
  readonly signal?: AbortSignal
}

/** 1..1000 messages, each 0..1 MiB (evm exactly 32 bytes). The order of `signers` does not matter. */
export interface SignRequest {
  readonly ceremonyId: CeremonyId
  readonly keyId: KeyId
  readonly signers: readonly ValidatorId[]
  readonly messages: readonly Uint8Array[]
  readonly signal?: AbortSignal
}

/** A checked copy: nothing that the caller still holds. */
export interface KeygenInstruction {
  readonly ceremonyId: CeremonyId
  /** sorted */
  readonly participants: readonly ValidatorId[]
  readonly minSigners: number
  readonly suite: Suite
  readonly protocol: Protocol
}

export interface SignInstruction {
  readonly ceremonyId: CeremonyId
  readonly keyId: KeyId
  /** sorted */
  readonly signers: readonly ValidatorId[]
  readonly messages: readonly Uint8Array[]
}

/** @throws ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR, ERR_NOT_A_PARTICIPANT with `field` */
export function readKeygenRequest(request: KeygenRequest, self: ValidatorId, roster: Roster): KeygenInstruction {
  assertObject(request)
  assertCeremonyMark(request.ceremonyId, 'ceremonyId', 1n)
  assertMembers(request.participants, 'participants', self, roster)
  assertInteger(request.minSigners, 'minSigners', 1, request.participants.length)
  assertSuite(request.suite)
  const protocol = request.protocol ?? 'frost'
  // Keys pinned to Stinson-Strobl could be made, but not used: refused until its signing stages exist.
  if (protocol !== 'frost') throw invalidArgument('protocol', "must be 'frost'")
  assertSignal(request.signal)
  const { ceremonyId, minSigners, suite } = request
  return { ceremonyId, participants: sortValidatorIds(request.participants), minSigners, suite, protocol }
}

/** @throws as readKeygenRequest, and ERR_TOO_LARGE for a message above 1 MiB or more than 1,000 messages */
export function readSignRequest(request: SignRequest, self: ValidatorId, roster: Roster): SignInstruction {
  assertObject(request)
  assertCeremonyMark(request.ceremonyId, 'ceremonyId', 1n)
  assertKeyId(request.keyId)
  assertMembers(request.signers, 'signers', self, roster)
  const messages: unknown = request.messages
  if (!Array.isArray(messages) || messages.length === 0) throw invalidArgument('messages', 'must be an array of 1..1000 messages')
  if (messages.length > MAX_BATCH) throw new QuorateError('ERR_TOO_LARGE', { field: 'messages', message: `at most ${MAX_BATCH} messages` })
  const copies = messages.map((message: unknown, i) => {
    assertBytes(message, `messages[${i}]`)
    if (message.length > MAX_MESSAGE_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field: `messages[${i}]` })
    return copyBytes(message)
  })
  if ('preprocessed' in request && request.preprocessed !== undefined) {
    throw invalidArgument('preprocessed', 'is not available in this version')
  }
  assertSignal(request.signal)
  return { ceremonyId: request.ceremonyId, keyId: request.keyId, signers: sortValidatorIds(request.signers), messages: copies }
}

/** The messages against the suite that the key is pinned to. */
export function assertMessagesFor(suite: Suite, messages: readonly Uint8Array[]): void {
  for (const [i, message] of messages.entries()) assertMessageLength(suite, message.length, `messages[${i}]`)
}

function assertObject(request: unknown): void {
  if (typeof request !== 'object' || request === null) throw invalidArgument('request', 'must be an object')
}

function assertSuite(suite: unknown): void {
  if (typeof suite !== 'string' || !Object.hasOwn(SIGNATURE_BYTES, suite)) {
    throw invalidArgument('suite', `must be one of ${Object.keys(SIGNATURE_BYTES).join(', ')}`)
  }
}

function assertSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidArgument('signal', 'must be an AbortSignal')
}

export function assertMembers(ids: unknown, field: string, self: ValidatorId, roster: Roster): void {
  assertValidatorIds(ids, field)
  for (const [i, id] of ids.entries()) {
    if (!roster.has(id)) throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `${field}[${i}]` })
  }
  if (!ids.includes(self)) throw new QuorateError('ERR_NOT_A_PARTICIPANT', { field })
}
