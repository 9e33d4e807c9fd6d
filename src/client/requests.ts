/** The instructions that this node's application gives, and the checks on them that need no key. */
import { assertBytes, assertInteger, copyBytes } from '../bytes.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import { assertMessageLength } from '../crypto/suites/index.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertSuite } from '../kernel/arguments.ts'
import type { Suite } from '../kernel/contract.ts'
import { assertCeremonyMark, assertKeyId } from '../keystore/contract.ts'
import type { KeyRecord } from '../wire/key-record.ts'
import { type CeremonyId, MAX_BATCH, MAX_MESSAGE_BYTES, MAX_PARTICIPANTS, type Protocol, type ValidatorId } from '../wire/message.ts'
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
  /** one slot a message, from `firstSlot` on, of a preprocessing of this key among at least these signers; used or unknown ones cost a round more */
  readonly preprocessed?: NamedPreprocessing
  readonly signal?: AbortSignal
}

export interface NamedPreprocessing {
  readonly ceremonyId: CeremonyId
  readonly firstSlot: number
}

export interface PreprocessRequest {
  readonly ceremonyId: CeremonyId
  readonly keyId: KeyId
  readonly signers: readonly ValidatorId[]
  /** slots 0..count-1; 1..1000 */
  readonly count: number
  readonly signal?: AbortSignal
}

/** setTimeout takes no more. */
export const MAX_MILLISECONDS = 2 ** 31 - 1

interface Read<Instruction> {
  readonly instruction: Instruction
  readonly signal: AbortSignal | undefined
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
  /** in any order */
  readonly signers: readonly ValidatorId[]
  readonly messages: readonly Uint8Array[]
  /** what the caller takes the key for, where it says so */
  readonly expected?: { readonly suite?: Suite; readonly protocol?: Protocol }
  readonly preprocessed?: NamedPreprocessing
}

export type PreprocessInstruction = Omit<PreprocessRequest, 'signal'>

/**
 * Each field is read once, so that what was checked is what is used.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR, ERR_NOT_A_PARTICIPANT with `field`
 */
export function readKeygenRequest(request: KeygenRequest, self: ValidatorId, roster: Roster): Read<KeygenInstruction> {
  assertObject(request, 'request')
  const { ceremonyId, minSigners, suite, protocol = 'frost' } = request
  assertCeremonyMark(ceremonyId, 'ceremonyId', 1n)
  const participants = readMembers(request.participants, 'participants', self, roster)
  assertInteger(minSigners, 'minSigners', 1, participants.length)
  assertSuite(suite)
  assertProtocol(protocol)
  const instruction = { ceremonyId, participants: sortValidatorIds(participants), minSigners, suite, protocol }
  return { instruction, signal: signalOf(request) }
}

/** @throws as readKeygenRequest, and ERR_TOO_LARGE for a message above 1 MiB or more than 1,000 messages */
export function readSignRequest(request: SignRequest, self: ValidatorId, roster: Roster): Read<SignInstruction> {
  assertObject(request, 'request')
  const { ceremonyId, keyId } = request
  assertCeremonyMark(ceremonyId, 'ceremonyId', 1n)
  assertKeyId(keyId)
  const signers = readMembers(request.signers, 'signers', self, roster)
  const messages: unknown = request.messages
  if (!Array.isArray(messages) || messages.length === 0) throw invalidArgument('messages', 'must be an array of 1..1000 messages')
  if (messages.length > MAX_BATCH) throw new QuorateError('ERR_TOO_LARGE', { field: 'messages', message: `at most ${MAX_BATCH} messages` })
  const copies = Array.from({ length: messages.length }, (_, i) => {
    const message: unknown = messages[i]
    assertBytes(message, `messages[${i}]`)
    if (message.length > MAX_MESSAGE_BYTES) throw new QuorateError('ERR_TOO_LARGE', { field: `messages[${i}]` })
    return copyBytes(message)
  })
  const preprocessed = readPreprocessed(request.preprocessed, copies.length)
  const instruction = { ceremonyId, keyId, signers, messages: copies, ...preprocessed, expected: expectedOf(request) }
  return { instruction, signal: signalOf(request) }
}

/**
 * A request to sign has no suite and no protocol: the key has. Whoever writes one down all the same, as an untyped caller or a file may, means a key of
 * that kind, and would not be served by a signature of another.
 */
function expectedOf(request: object): { suite?: Suite; protocol?: Protocol } {
  const suite = 'suite' in request ? request.suite : undefined
  const protocol = 'protocol' in request ? request.protocol : undefined
  if (suite !== undefined) assertSuite(suite)
  if (protocol !== undefined) assertProtocol(protocol)
  return { ...(suite !== undefined && { suite }), ...(protocol !== undefined && { protocol }) }
}

/** @throws as readKeygenRequest, and ERR_TOO_LARGE for more than 1,000 slots */
export function readPreprocessRequest(request: PreprocessRequest, self: ValidatorId, roster: Roster): Read<PreprocessInstruction> {
  assertObject(request, 'request')
  const { ceremonyId, keyId, count } = request
  assertCeremonyMark(ceremonyId, 'ceremonyId', 1n)
  assertKeyId(keyId)
  const signers = readMembers(request.signers, 'signers', self, roster)
  assertInteger(count, 'count', 1, Number.MAX_SAFE_INTEGER)
  if (count > MAX_BATCH) throw new QuorateError('ERR_TOO_LARGE', { field: 'count', message: `at most ${MAX_BATCH} slots` })
  return { instruction: { ceremonyId, keyId, signers, count }, signal: signalOf(request) }
}

/** A range that no preprocessing can have is a mistake; one that this node does not have is not. */
function readPreprocessed(named: unknown, messages: number): Pick<SignInstruction, 'preprocessed'> {
  if (named === undefined) return {}
  assertObject(named, 'preprocessed')
  const { ceremonyId, firstSlot } = named as NamedPreprocessing
  assertCeremonyMark(ceremonyId, 'preprocessed.ceremonyId', 1n)
  assertInteger(firstSlot, 'preprocessed.firstSlot', 0, MAX_BATCH - messages)
  return { preprocessed: { ceremonyId, firstSlot } }
}

/**
 * Ids of the roster, copied.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR; `field[i]` is the offending entry
 */
export function readValidators(ids: unknown, field: string, roster: Roster): readonly ValidatorId[] {
  // Index by index, so that holes are seen.
  const copy: unknown = Array.isArray(ids) ? Array.from({ length: Math.min(ids.length, MAX_PARTICIPANTS + 1) }, (_, i) => ids[i]) : ids
  assertValidatorIds(copy, field)
  for (const [i, id] of copy.entries()) {
    if (!roster.has(id)) throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `${field}[${i}]` })
  }
  return copy
}

/** @throws ERR_INVALID_ARGUMENT */
export function signalOf(options: { readonly signal?: AbortSignal }): AbortSignal | undefined {
  assertObject(options, 'options')
  const { signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidArgument('signal', 'must be an AbortSignal')
  return signal
}

/** @throws ERR_INVALID_ARGUMENT */
export function graceOf(options: { readonly graceMs?: number }): number {
  assertObject(options, 'options')
  const { graceMs = 0 } = options
  assertInteger(graceMs, 'graceMs', 0, MAX_MILLISECONDS)
  return graceMs
}

/** The signers against the key. @throws ERR_UNKNOWN_VALIDATOR, ERR_TOO_FEW_SIGNERS */
export function assertSigners(
  signers: readonly ValidatorId[],
  { participants, minSigners }: Pick<KeyRecord, 'participants' | 'minSigners'>,
): void {
  for (const [i, id] of signers.entries()) {
    if (!participants.includes(id)) throw new QuorateError('ERR_UNKNOWN_VALIDATOR', { field: `signers[${i}]` })
  }
  if (signers.length < minSigners) throw new QuorateError('ERR_TOO_FEW_SIGNERS', { field: 'signers' })
}

/** The messages against the suite that the key is pinned to. */
export function assertMessagesFor(suite: Suite, messages: readonly Uint8Array[]): void {
  for (const [i, message] of messages.entries()) assertMessageLength(suite, message.length, `messages[${i}]`)
}

function assertProtocol(value: unknown): asserts value is Protocol {
  if (value !== 'frost' && value !== 'stinson-strobl') throw invalidArgument('protocol', "must be 'frost' or 'stinson-strobl'")
}

function assertObject(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
}

function readMembers(ids: unknown, field: string, self: ValidatorId, roster: Roster): readonly ValidatorId[] {
  const members = readValidators(ids, field, roster)
  if (!members.includes(self)) throw new QuorateError('ERR_NOT_A_PARTICIPANT', { field })
  return members
}
