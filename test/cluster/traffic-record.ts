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
  readonly #listeners = new Set<(said: Said) => void>()

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

  /** Called with each new entry of `said`. Returns the function that ends it. */
  listen(listener: (said: Said) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  hear(subject: string, bytes: Uint8Array): void {
    const parts = partsOf(subject)
    const kind = parts?.kind ?? 'other'
    this.heard[kind] = (this.heard[kind] ?? 0) + 1
    if (kind !== 'p2p') return
    const envelope = peekFrame(bytes)?.frame === FRAME.envelope ? this.#read(bytes) : null
    if (envelope === null) {
      this.unread++
      return
    }
    const hash = toHex(envelope.headerHash)
    // A header that came from somebody else first, or again, is one header.
    if (this.#seen.has(hash)) return
    const { from } = envelope.header
    const key = this.#roster.get(from)
    if (key === undefined || !verifyEnvelope(envelope, key)) {
      this.unread++
      return
    }
    this.#seen.add(hash)
    const said = { envelope, life: parts?.from === from ? this.lifeOf(from) : null }
    this.said.push(said)
    for (const listener of this.#listeners) listener(said)
  }

  #read(bytes: Uint8Array): Envelope | null {
    try {
      return decodeEnvelope(new Uint8Array(bytes), this.#network)
    } catch {
      return null
    }
  }
}
