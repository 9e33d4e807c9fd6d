/**
 * What a group's nodes said to each other, as a broker's user that hears everything wrote it down: each validly signed header once, in the order in
 * which it was first heard, with the life of its author that it fell into. A life is the time of one process of a node.
 */
import { toHex } from '../../src/bytes.ts'
import { decodeEnvelope, peekFrame, verifyEnvelope } from '../../src/wire/envelope.ts'
import { type Envelope, FRAME, type ValidatorId } from '../../src/wire/message.ts'
import type { Roster } from '../../src/wire/roster.ts'

export interface Said {
  readonly envelope: Envelope
  /** how many processes the author had had before; null: somebody else forwarded it */
  readonly life: number | null
}

/** quorate.v1.<group>.<from>.<kind>[.<to>] */
export interface SubjectParts {
  readonly from: string
  readonly kind: string
  readonly to: string | null
}

export function partsOf(subject: string): SubjectParts | null {
  const [quorate, version, group, from, kind, to, ...more] = subject.split('.')
  if (quorate !== 'quorate' || version !== 'v1' || group === undefined || from === undefined || kind === undefined) return null
  return more.length > 0 ? null : { from, kind, to: to ?? null }
}

/** `said` is null for what is no new message of a ceremony. */
type Listener = (subject: SubjectParts, said: Said | null, bytes: Uint8Array) => void

export class TrafficRecord {
  readonly said: Said[] = []
  /** all messages by kind, what nobody signed included */
  readonly heard: Record<string, number> = {}
  /** messages of ceremonies that are no envelope of this group: junk, other frames, altered ones */
  unread = 0
  readonly #network: string
  readonly #roster: Roster
  readonly #seen = new Set<string>()
  readonly #lives = new Map<ValidatorId, number>()
  readonly #listeners = new Set<Listener>()

  constructor(network: string, roster: Roster) {
    this.#network = network
    this.#roster = roster
  }

  /** From now on what `author` says is said by a new process. */
  startLife(author: ValidatorId): void {
    this.#lives.set(author, this.lifeOf(author) + 1)
  }

  lifeOf(author: ValidatorId): number {
    return this.#lives.get(author) ?? 0
  }

  /** Called with each message. Returns the function that ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  hear(subject: string, bytes: Uint8Array): void {
    const parts = partsOf(subject) ?? { from: '', kind: 'other', to: null }
    this.heard[parts.kind] = (this.heard[parts.kind] ?? 0) + 1
    const said = parts.kind === 'p2p' ? this.#saidBy(parts.from, bytes) : null
    for (const listener of this.#listeners) listener(parts, said, bytes)
  }

  #saidBy(sender: string, bytes: Uint8Array): Said | null {
    const envelope = peekFrame(bytes)?.frame === FRAME.envelope ? this.#read(bytes) : null
    const hash = envelope === null ? '' : toHex(envelope.headerHash)
    // A header that came from somebody else first, or again, is one header.
    if (this.#seen.has(hash)) return null
    const key = envelope === null ? undefined : this.#roster.get(envelope.header.from)
    if (envelope === null || key === undefined || !verifyEnvelope(envelope, key)) {
      this.unread++
      return null
    }
    this.#seen.add(hash)
    const { from } = envelope.header
    const said = { envelope, life: sender === from ? this.lifeOf(from) : null }
    this.said.push(said)
    return said
  }

  #read(bytes: Uint8Array): Envelope | null {
    try {
      return decodeEnvelope(new Uint8Array(bytes), this.#network)
    } catch {
      return null
    }
  }
}
