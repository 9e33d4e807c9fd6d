/**
 * The roster's file: `{"validators":{"a":"<64 hex>"}}`, and after it, where the validators meet on a broker, the keys that open that broker to them and
 * to their operators: `"nkeys":{"validators":{"a":"U..."},"operators":{"ops":"U..."}}`. No ceremony knows of those.
 *
 * JSON, read by a reader of its own, because `JSON.parse` keeps the last of two equal members silently and gives `__proto__` a meaning. Other members,
 * repeated ids, upper case hex and escapes are refused.
 */
import { fromHex, toHex } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import { PUBLIC_KEY_BYTES } from './identity.ts'
import type { ValidatorId } from './message.ts'
import { assertRoster, isRosterId, MAX_ROSTER, type Roster } from './roster.ts'
import { sortValidatorIds } from './validator-id.ts'

/** Public keys of broker users by name. */
export type Nkeys = ReadonlyMap<string, string>

export interface RosterDocument {
  readonly roster: Roster
  readonly nkeys: { readonly validators: Nkeys; readonly operators: Nkeys }
}

/** A full roster of long ids with their broker keys and generous white space. */
const MAX_FILE_CHARACTERS = 1 << 22

/** A user's public key: base32 without padding of a prefix byte, 32 bytes and a checksum of two, which is the broker's to judge. */
const NKEY = /^U[A-Z2-7]{55}$/

/** The tokens of the file: no escapes are needed for ids and keys, so none are read, and one text has one meaning. */
const TOKEN = /[ \t\r\n]*(?:([{}:,])|"([ !#-[\]-~]{0,255})")/y

/** The part of the file that ceremonies are about. @throws ERR_CONFIG with `field` */
export function parseRosterFile(text: string): Roster {
  return parseRosterDocument(text).roster
}

/** @throws ERR_CONFIG with `field` */
export function parseRosterDocument(text: string): RosterDocument {
  try {
    return readDocument(text)
  } catch (error) {
    if (!(error instanceof QuorateError) || error.code === 'ERR_CONFIG') throw error
    const details = error.field === undefined ? {} : { field: error.field }
    throw new QuorateError('ERR_CONFIG', { ...details, message: 'is not a valid roster entry', cause: error })
  }
}

function readDocument(text: unknown): RosterDocument {
  if (typeof text !== 'string' || text.length > MAX_FILE_CHARACTERS) throw configError('must be a text of at most 4 MiB')
  const tokens = new Tokens(text)
  tokens.expect('{')
  if (tokens.string() !== 'validators') throw configError('must begin with the member "validators"')
  tokens.expect(':')
  const roster = readEntries(tokens, 'validators', (key, field) => fromHex(key, field, PUBLIC_KEY_BYTES))
  const nkeys = tokens.comma() ? readNkeys(tokens) : { validators: new Map(), operators: new Map() }
  tokens.expect('}')
  tokens.end()
  assertRoster(roster, 'validators')
  assertNkeys({ roster, nkeys })
  return { roster, nkeys }
}

function readNkeys(tokens: Tokens): RosterDocument['nkeys'] {
  if (tokens.string() !== 'nkeys') throw configError('may have the one member "nkeys" after "validators"')
  tokens.expect(':')
  tokens.expect('{')
  const lists = { validators: new Map<string, string>(), operators: new Map<string, string>() }
  do {
    const name = tokens.string()
    if (name !== 'validators' && name !== 'operators') throw configError('may have the members "validators" and "operators"', 'nkeys')
    if (lists[name].size > 0) throw configError('is there twice', `nkeys.${name}`)
    tokens.expect(':')
    lists[name] = readEntries(tokens, `nkeys.${name}`, (key) => key)
  } while (tokens.comma())
  tokens.expect('}')
  return lists
}

function readEntries<Key>(tokens: Tokens, field: string, read: (key: string, field: string) => Key): Map<ValidatorId, Key> {
  const entries = new Map<ValidatorId, Key>()
  tokens.expect('{')
  do {
    const id = tokens.string()
    if (!isRosterId(id)) throw configError(`entry ${entries.size + 1} has no valid validator id`, field)
    if (entries.has(id)) throw configError('is there twice', `${field}.${id}`)
    if (entries.size === MAX_ROSTER) throw configError(`must have at most ${MAX_ROSTER} entries`, field)
    tokens.expect(':')
    entries.set(id, read(tokens.string(), `${field}.${id}`))
  } while (tokens.comma())
  tokens.expect('}')
  return entries
}

/**
 * A broker key stands for one name, and a name for one party: whoever was a validator and an operator, or two validators, could publish as both.
 *
 * @throws ERR_CONFIG
 */
function assertNkeys({ roster, nkeys }: RosterDocument): void {
  const owners = new Map<string, string>()
  for (const [kind, list] of Object.entries(nkeys)) {
    for (const [id, key] of list) {
      const field = `nkeys.${kind}.${id}`
      if (!isRosterId(id)) throw configError('has an entry without a valid id', `nkeys.${kind}`)
      if (!NKEY.test(key)) throw configError('must be the public nkey of a user: U and 55 characters of base32', field)
      if (kind === 'validators' && !roster.has(id)) throw configError('is not among the validators', field)
      if (kind === 'operators' && roster.has(id)) throw configError('is the name of a validator', field)
      const owner = owners.get(key)
      if (owner !== undefined) throw configError(`has the same key as ${owner}`, field)
      owners.set(key, id)
    }
  }
}

/** The text that `parseRosterFile` reads: sorted by id, two spaces, a final newline. @throws as assertRoster */
export function formatRosterFile(roster: Roster): string {
  return formatRosterDocument({ roster, nkeys: { validators: new Map(), operators: new Map() } })
}

/** @throws as assertRoster, and ERR_CONFIG for what `parseRosterDocument` would refuse of the nkeys */
export function formatRosterDocument(document: RosterDocument): string {
  const { roster, nkeys } = document
  assertRoster(roster, 'roster')
  assertNkeys(document)
  const members = [`  "validators": ${block(roster, toHex, '  ')}`]
  const lists = Object.entries(nkeys).filter(([, list]) => list.size > 0)
  if (lists.length > 0) {
    const texts = lists.map(([kind, list]) => `    "${kind}": ${block(list, (key) => key, '    ')}`)
    members.push(`  "nkeys": {\n${texts.join(',\n')}\n  }`)
  }
  return `{\n${members.join(',\n')}\n}\n`
}

function block<Key>(entries: ReadonlyMap<string, Key>, print: (key: Key) => string, indent: string): string {
  const lines = sortValidatorIds([...entries.keys()]).flatMap((id) => {
    const key = entries.get(id)
    return key === undefined ? [] : [`${indent}  "${id}": "${print(key)}"`]
  })
  return `{\n${lines.join(',\n')}\n${indent}}`
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
