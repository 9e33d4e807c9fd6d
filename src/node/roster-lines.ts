/**
 * The public lines that `quorate init` prints, and how they come into a roster: `a <identity key> <nkey>` of a validator, `operator ops <identity key> <nkey>`
 * of an operator, of whom the roster has the nkey alone. Whom a node obeys stands in its own configuration, not in a file that is passed around.
 */
import { isNkey } from '../bus/nats/nkeys.ts'
import { equalBytes, fromHex, toHex } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import { PUBLIC_KEY_BYTES } from '../wire/identity.ts'
import { isRosterId } from '../wire/roster.ts'
import { formatRosterDocument, type RosterDocument } from '../wire/roster-file.ts'

export interface PublicLine {
  readonly kind: 'validator' | 'operator'
  readonly id: string
  readonly publicKey: Uint8Array
  /** null: it meets nobody on a broker, or has credentials of another kind */
  readonly nkey: string | null
}

export function formatPublicLine({ kind, id, publicKey, nkey }: PublicLine): string {
  return [...(kind === 'operator' ? [kind] : []), id, toHex(publicKey), ...(nkey === null ? [] : [nkey])].join(' ')
}

/** @throws ERR_INVALID_ARGUMENT with `field` */
export function parsePublicLine(line: string, field: string): PublicLine {
  const words = line.trim().split(/[ \t]+/)
  // A validator may be called "operator": its line has a key where the other has a name.
  const kind = words[0] === 'operator' && !/^[0-9a-f]{64}$/.test(words[1] ?? '') ? 'operator' : 'validator'
  const [id, key, nkey = null, ...more] = kind === 'operator' ? words.slice(1) : words
  if (!isRosterId(id) || key === undefined || more.length > 0) {
    throw new QuorateError('ERR_INVALID_ARGUMENT', {
      field,
      message: 'must be a line that "quorate init" prints: [operator] ID KEY [NKEY]',
    })
  }
  if (nkey !== null && !isNkey(nkey))
    throw new QuorateError('ERR_INVALID_ARGUMENT', { field, message: 'has an nkey that is none, or mistyped' })
  return { kind, id, publicKey: fromHex(key, field, PUBLIC_KEY_BYTES), nkey }
}

/**
 * A key that is there already under the id must be the same, unless `replace` is set: a roster in which a validator quietly became somebody else is how a
 * group is taken over.
 *
 * @throws ERR_INVALID_ARGUMENT with the id's place as `field`; ERR_CONFIG for what a roster cannot have
 */
export function addToRoster(document: RosterDocument | null, lines: readonly PublicLine[], replace = false): RosterDocument {
  const roster = new Map(document?.roster)
  const nkeys = { validators: new Map(document?.nkeys.validators), operators: new Map(document?.nkeys.operators) }
  for (const { kind, id, publicKey, nkey } of lines) {
    if (kind === 'validator') {
      const known = roster.get(id)
      if (known !== undefined && !equalBytes(known, publicKey) && !replace) throw changed(`validators.${id}`)
      roster.set(id, publicKey)
    }
    if (nkey === null) continue
    const list = nkeys[`${kind}s`]
    const known = list.get(id)
    if (known !== undefined && known !== nkey && !replace) throw changed(`nkeys.${kind}s.${id}`)
    list.set(id, nkey)
  }
  const result = { roster, nkeys }
  if (roster.size === 0) throw new QuorateError('ERR_INVALID_ARGUMENT', { field: 'lines', message: 'a roster needs a validator first' })
  // What it says of the whole, it says before anything is written.
  formatRosterDocument(result)
  return result
}

function changed(field: string): QuorateError {
  return new QuorateError('ERR_INVALID_ARGUMENT', { field, message: 'has another key in the roster; --replace if that is meant' })
}
