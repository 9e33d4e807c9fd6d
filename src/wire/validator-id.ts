/** The names of validators: safe in file names, bus subjects and logs, and ordered the same everywhere. */
import { invalidArgument, QuorateError } from '../errors.ts'
import { MAX_PARTICIPANTS, type ValidatorId } from './message.ts'

const VALIDATOR_ID = /^[A-Za-z0-9_-]{1,64}$/

export function isValidatorId(x: unknown): x is ValidatorId {
  return typeof x === 'string' && VALIDATOR_ID.test(x)
}

/** ASCII order: `<` on strings compares code units, which for these characters are the ASCII codes. Never `localeCompare`. */
export function compareValidatorIds(a: ValidatorId, b: ValidatorId): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * 1..1000 different ids, in any order.
 *
 * @throws ERR_INVALID_ARGUMENT (not a list, empty, a bad id), ERR_TOO_LARGE, ERR_DUPLICATE_VALIDATOR; `field[i]` is the offending entry
 */
export function assertValidatorIds(list: unknown, field: string): asserts list is readonly ValidatorId[] {
  if (!Array.isArray(list)) throw invalidArgument(field, 'must be an array of validator ids')
  const entries: readonly unknown[] = list
  if (entries.length === 0) throw invalidArgument(field, 'must not be empty')
  if (entries.length > MAX_PARTICIPANTS) {
    throw new QuorateError('ERR_TOO_LARGE', { field, message: `must have at most ${MAX_PARTICIPANTS} validators` })
  }
  const seen = new Set<ValidatorId>()
  for (let i = 0; i < entries.length; i++) {
    const id = entries[i]
    if (!isValidatorId(id)) throw invalidArgument(`${field}[${i}]`, 'must be 1..64 of A-Z, a-z, 0-9, _ and -')
    if (seen.has(id)) throw new QuorateError('ERR_DUPLICATE_VALIDATOR', { field: `${field}[${i}]` })
    seen.add(id)
  }
}

/** A sorted copy. */
export function sortValidatorIds(ids: readonly ValidatorId[]): ValidatorId[] {
  return [...ids].sort(compareValidatorIds)
}

/** The one order that an encoding admits. @throws as assertValidatorIds, and ERR_INVALID_ARGUMENT for another order */
export function assertSortedIds(list: unknown, field: string): asserts list is readonly ValidatorId[] {
  assertValidatorIds(list, field)
  list.forEach((id, i) => {
    const before = list[i - 1]
    if (before !== undefined && compareValidatorIds(before, id) > 0) throw invalidArgument(`${field}[${i}]`, 'must be sorted by id')
  })
}
