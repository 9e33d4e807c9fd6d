/**
 * The roster: which identity key belongs to which validator. It is configuration; nothing on the wire changes it. It may hold more validators
 * than any ceremony uses.
 */
import { types } from 'node:util'
import { assertBytes, copyBytes, fromHex, toHex } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { isAcceptablePublicKey, PUBLIC_KEY_BYTES } from './identity.ts'
import type { ValidatorId } from './message.ts'
import { isValidatorId, sortValidatorIds } from './validator-id.ts'

export type Roster = ReadonlyMap<ValidatorId, Uint8Array>

/** Ten times the largest ceremony. */
const MAX_ROSTER = 10_000
/** A full roster of long ids with generous white space. */
const MAX_FILE_CHARACTERS = 1 << 21

/** Legal as an id, but in the JSON of a roster it would set a prototype in a careless reader: no roster has it, so that no ceremony does. */
const FORBIDDEN_ID = '__proto__'

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
    if (!isValidatorId(id) || id === FORBIDDEN_ID) throw invalidArgument(field, 'has a key that is not a validator id')
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

/** The tokens of the file: no escapes are needed for ids and hex, so none are read, and one text has one meaning. */
const TOKEN = /[ \t\r\n]*(?:([{}:,])|"([ !#-[\]-~]{0,255})")/y

/**
 * `{"validators":{"a":"<64 hex>"}}`: JSON, read by a reader of its own, because `JSON.parse` keeps the last of two equal members silently and
 * gives `__proto__` a meaning. Other members, repeated ids, upper case hex and escapes are refused.
 *
 * @throws ERR_CONFIG with `field`
 */
export function parseRosterFile(text: string): Roster {
  try {
    return readRoster(text)
  } catch (error) {
    if (!(error instanceof QuorateError) || error.code === 'ERR_CONFIG') throw error
    const details = error.field === undefined ? {} : { field: error.field }
    throw new QuorateError('ERR_CONFIG', { ...details, message: 'is not a valid roster entry', cause: error })
  }
}

function readRoster(text: unknown): Roster {
  if (typeof text !== 'string' || text.length > MAX_FILE_CHARACTERS) throw configError('must be a text of at most 2 MiB')
  const tokens = new Tokens(text)
  const roster = new Map<ValidatorId, Uint8Array>()
  tokens.expect('{')
  if (tokens.string() !== 'validators') throw configError('must have the one member "validators"')
  tokens.expect(':')
  tokens.expect('{')
  do {
    const id = tokens.string()
    if (!isValidatorId(id)) throw configError(`entry ${roster.size + 1} has no valid validator id`, 'validators')
    if (roster.has(id)) throw configError('is there twice', `validators.${id}`)
    if (roster.size === MAX_ROSTER) throw configError(`must have at most ${MAX_ROSTER} entries`, 'validators')
    tokens.expect(':')
    roster.set(id, fromHex(tokens.string(), `validators.${id}`, PUBLIC_KEY_BYTES))
  } while (tokens.comma())
  tokens.expect('}')
  tokens.expect('}')
  tokens.end()
  assertRoster(roster, 'validators')
  return roster
}

class Tokens {
  readonly #text: string
  #offset = 0

  constructor(text: string) {
    this.#text = text
  }

  expect(mark: string): void {
    if (this.#next()?.[1] !== mark) throw configError(`"${mark}" expected at character ${this.#offset}`)
  }

  string(): string {
    const text = this.#next()?.[2]
    if (text === undefined) throw configError(`a plain string expected at character ${this.#offset}`)
    return text
  }

  /** Reads on over a comma; stays before anything else. */
  comma(): boolean {
    const before = this.#offset
    if (this.#next()?.[1] === ',') return true
    this.#offset = before
    return false
  }

  end(): void {
    if (/[^ \t\r\n]/.test(this.#text.slice(this.#offset))) throw configError(`nothing expected after character ${this.#offset}`)
  }

  #next(): RegExpExecArray | null {
    TOKEN.lastIndex = this.#offset
    const match = TOKEN.exec(this.#text)
    if (match !== null) this.#offset = TOKEN.lastIndex
    return match
  }
}

function configError(message: string, field = 'roster'): QuorateError {
  return new QuorateError('ERR_CONFIG', { field, message })
}

/** The text that `parseRosterFile` reads: sorted by id, two spaces, a final newline. @throws as assertRoster */
export function formatRosterFile(roster: Roster): string {
  assertRoster(roster, 'roster')
  const entries = sortValidatorIds([...roster.keys()]).map((id) => `    "${id}": "${toHex(roster.get(id) ?? new Uint8Array())}"`)
  return `{\n  "validators": {\n${entries.join(',\n')}\n  }\n}\n`
}
