/** What an application hands to an operator's client, checked before anybody is asked. */
import { assertBytes, assertInteger } from '../../bytes.ts'
import { signalOf } from '../../client/requests.ts'
import { invalidArgument } from '../../errors.ts'
import { assertCeremonyMark, assertKeyId } from '../../keystore/contract.ts'
import { isNetworkLabel } from '../../wire/codec.ts'
import { assertIdentity } from '../../wire/identity.ts'
import { assertRoster, isRosterId } from '../../wire/roster.ts'
import type { OperatorBus } from './contract.ts'
import type { OperatorOptions, Terms } from './desk.ts'

const BUS_METHODS: readonly (keyof OperatorBus)[] = ['ensureStreams', 'instruct', 'lastInstruction', 'lastOutcome', 'ask', 'onReport']
const MAX_MILLISECONDS = 2 ** 31 - 1

/** @throws ERR_INVALID_ARGUMENT, and what a roster can be refused for */
export function assertOperatorOptions(options: OperatorOptions): void {
  assertObject(options, 'options')
  if (!isNetworkLabel(options.network)) throw invalidArgument('network', 'must be 1..255 printable ASCII characters')
  if (!isRosterId(options.name)) throw invalidArgument('name', 'must be 1..64 of [A-Za-z0-9_-]')
  assertIdentity(options.identity, 'identity')
  assertRoster(options.roster, 'roster')
  assertObject(options.bus, 'bus')
  for (const method of BUS_METHODS) {
    if (typeof Reflect.get(options.bus, method) !== 'function') throw invalidArgument('bus', `has no method ${method}`)
  }
  const { onEvent } = options
  if (onEvent !== undefined && typeof onEvent !== 'function') throw invalidArgument('onEvent', 'must be a function')
  assertTimes(options, ['askMs', 'settleMs'])
}

/** @throws ERR_INVALID_ARGUMENT */
export function assertTerms(terms: Terms, field: string): void {
  assertObject(terms, field)
  if (terms.ceremonyId !== undefined) assertCeremonyMark(terms.ceremonyId, 'ceremonyId', 1n)
  assertTimes(terms, ['expiresMs', 'waitMs'])
  signalOf(terms)
}

/** @throws ERR_INVALID_ARGUMENT */
export function assertKeyOrder(order: Terms & { readonly keyId: string }): void {
  assertTerms(order, 'order')
  assertKeyId(order.keyId)
}

/** @throws ERR_INVALID_ARGUMENT */
export function assertMessages(messages: readonly Uint8Array[]): void {
  const list: unknown = messages
  if (!Array.isArray(list) || list.length === 0) throw invalidArgument('messages', 'must be an array of at least one')
  for (const [i, message] of messages.entries()) assertBytes(message, `messages[${i}]`)
}

function assertTimes(from: object, names: readonly string[]): void {
  for (const name of names) {
    const value: unknown = Reflect.get(from, name)
    if (value !== undefined) assertInteger(value, name, 1, MAX_MILLISECONDS)
  }
}

export function assertObject(value: unknown, field: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw invalidArgument(field, 'must be an object')
}
