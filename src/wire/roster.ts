/**
 * The roster: which identity key belongs to which validator. It is configuration; nothing on the wire changes it. It may hold more validators
 * than any ceremony uses.
 */
import { types } from 'node:util'
import { assertBytes, copyBytes, toHex } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { isAcceptablePublicKey, PUBLIC_KEY_BYTES } from './identity.ts'
import type { ValidatorId } from './message.ts'
import { isValidatorId } from './validator-id.ts'

export type Roster = ReadonlyMap<ValidatorId, Uint8Array>

/** Ten times the largest ceremony. */
export const MAX_ROSTER = 10_000
/** Legal as an id, but in the JSON of a roster it would set a prototype in a careless reader: no roster has it, so that no ceremony does. */
const FORBIDDEN_ID = '__proto__'

export function isRosterId(x: unknown): x is ValidatorId {
  return isValidatorId(x) && x !== FORBIDDEN_ID
}

/**
 * A Map of 1..10000 valid ids to acceptable identity keys, no two ids with one key: whoever held two ids would be counted as two signers.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_TOO_LARGE or ERR_DUPLICATE_VALIDATOR; `field` names the entry
 */
export function assertRoster(x: unknown, field: string): asserts x is Roster {
  if (!types.isMap(x)) throw invalidArgument(field, 'must be a Map of validator ids to public keys')
  if (x.size === 0) throw invalidArgument(field, 'must not be empty')
  if (x.size > MAX_ROSTER) throw new QuorateError('ERR_TOO_LARGE', { field, message: `must have at most ${MAX_ROSTER} validators` })
  const owners = new Map<string, string>()
  for (const [id, key] of x as ReadonlyMap<unknown, unknown>) {
    if (!isRosterId(id)) throw invalidArgument(field, 'has a key that is not a validator id')
    const entry = `${field}.${id}`
    assertBytes(key, entry, PUBLIC_KEY_BYTES)
    if (!isAcceptablePublicKey(key)) throw invalidArgument(entry, 'must be a canonical Ed25519 public key that is not of small order')
    const owner = owners.get(toHex(key))
    if (owner !== undefined) throw new QuorateError('ERR_DUPLICATE_VALIDATOR', { field: entry, message: `has the same key as ${owner}` })
    owners.set(toHex(key), id)
  }
}

/** A checked deep copy, so that the caller's later changes have no effect. @throws as assertRoster */
export function copyRoster(x: unknown, field: string): Roster {
  assertRoster(x, field)
  const copy = new Map<ValidatorId, Uint8Array>()
  for (const [id, key] of x) copy.set(id, copyBytes(key))
  assertRoster(copy, field)
  return copy
}
