/**
 * The signed messages of one ceremony: what this node sent and what it accepted, to answer requests and to show its view. While the ceremony
 * runs all of them; after its end only what can still help somebody (`finish`): our own, and the last stage's, whose author may have left
 * somebody out whom nobody else that is done could help. It gives out stored bytes and computes nothing.
 */
import { equalBytes } from '../bytes.ts'
import { ABORT_STAGE, type CeremonyKind, type Envelope, type ValidatorId } from '../wire/message.ts'
import type { Wanted } from '../wire/request.ts'
import { type SignedHeader, signedHeaderOf } from '../wire/signed-header.ts'
import type { Recording } from './transcript/recording.ts'

/** Not one: the answer may be lost like the message before it. A request is small, so many more would make a flood of few. */
export const ANSWERS_PER_ASKER = 6

/** What an entry takes beside its bytes: its objects and hashes, roughly. */
const ENTRY_BYTES = 512

export interface ArchiveOwner {
  readonly kind: CeremonyKind
  readonly sid: Uint8Array
  readonly self: ValidatorId
  /** in index order */
  readonly participants: readonly ValidatorId[]
  /** takes what we send to all, beside what the ceremony hears */
  readonly recording?: Recording
}

export type Resend = Extract<Wanted, { readonly type: 'resend' }>

/** An envelope without its body, which is in `bytes` as well. */
type Entry = Omit<Envelope, 'body'>

export class Archive {
  readonly #owner: ArchiveOwner
  /** stage number -> author -> broadcast envelope; views and aborts too */
  readonly #broadcasts = new Map<number, Map<ValidatorId, Entry>>()
  /** stage number -> recipient -> our own private envelope */
  readonly #given = new Map<number, Map<ValidatorId, Entry>>()
  /** stage number -> author -> private envelope to us: for its header, never to be given away */
  readonly #taken = new Map<number, Map<ValidatorId, Entry>>()
  /** asker -> stage and author -> answers so far */
  readonly #answers = new Map<ValidatorId, Map<string, number>>()
  #finished = false

  constructor(owner: ArchiveOwner) {
    this.#owner = owner
  }

  /** Our own message, as it leaves. */
  sent(envelope: Envelope): void {
    const { stage, to, from } = envelope.header
    this.#owner.recording?.note(envelope)
    if (to === null) put(this.#broadcasts, stage, from, envelope)
    else put(this.#given, stage, to, envelope)
  }

  /** A message that holds a slot (our own broadcast may be given again); an abort only if the ceremony ended by it. */
  accepted(envelope: Envelope): void {
    const { stage, to, from } = envelope.header
    put(to === null ? this.#broadcasts : this.#taken, stage, from, envelope)
  }

  /** What a participant signed for a stage, to all or to us. */
  header(stage: number, author: ValidatorId): SignedHeader | null {
    const entry = this.#broadcasts.get(stage)?.get(author) ?? this.#taken.get(stage)?.get(author)
    return entry === undefined ? null : signedHeaderOf(entry)
  }

  /** The broadcast headers of a stage in index order; null unless all are there. */
  headers(stage: number): readonly SignedHeader[] | null {
    const accepted = this.#broadcasts.get(stage)
    const all: SignedHeader[] = []
    for (const id of this.#owner.participants) {
      const entry = accepted?.get(id)
      if (entry === undefined) return null
      all.push(signedHeaderOf(entry))
    }
    return all
  }

  /** The broadcast envelopes of a stage as bytes, by author. */
  broadcasts(stage: number): ReadonlyMap<ValidatorId, Uint8Array> {
    return new Map([...(this.#broadcasts.get(stage) ?? [])].map(([author, { bytes }]) => [author, bytes]))
  }

  /**
   * The bytes for somebody who misses a message: the message if it is ours or went to all, and if the ceremony failed, the abort that says so.
   * A few times for one asker, stage and author, and for participants alone.
   */
  answer(wanted: Resend, asker: ValidatorId): readonly Uint8Array[] {
    const answers = this.#find(wanted, asker)
    if (answers.length === 0) return []
    const counts = this.#answers.get(asker) ?? new Map<string, number>()
    counts.set(slotOf(wanted), (counts.get(slotOf(wanted)) ?? 0) + 1)
    this.#answers.set(asker, counts)
    return answers
  }

  /** Whether there would be an answer: before its signature, a request is worth no more than that. */
  answers(wanted: Resend, asker: ValidatorId): boolean {
    return this.#find(wanted, asker).length > 0
  }

  /** Whether a message in our name is one that we sent. */
  sentBySelf({ header: { stage, to }, headerHash }: Pick<Envelope, 'header' | 'headerHash'>): boolean {
    const entry = to === null ? this.#broadcasts.get(stage)?.get(this.#owner.self) : this.#given.get(stage)?.get(to)
    return entry !== undefined && equalBytes(entry.headerHash, headerHash)
  }

  /** The ceremony has ended: from now on this is its tail. @param lastStage the number of the ceremony's last stage */
  finish(lastStage: number): void {
    this.#finished = true
    this.#taken.clear()
    const { self } = this.#owner
    for (const [stage, entries] of this.#broadcasts) {
      if (stage === lastStage || stage === ABORT_STAGE) continue
      for (const author of entries.keys()) if (author !== self) entries.delete(author)
    }
  }

  /** Roughly what it holds. */
  get bytes(): number {
    let total = 0
    for (const stages of [this.#broadcasts, this.#given, this.#taken]) {
      for (const entries of stages.values()) for (const { bytes } of entries.values()) total += bytes.length + ENTRY_BYTES
    }
    return total
  }

  /** Our own, or that of the peer by which we ended. */
  #abort(): Entry | undefined {
    const aborts = this.#broadcasts.get(ABORT_STAGE)
    return aborts?.get(this.#owner.self) ?? aborts?.values().next().value
  }

  #find(wanted: Resend, asker: ValidatorId): readonly Uint8Array[] {
    const { kind, sid, self, participants } = this.#owner
    const { stage, author } = wanted
    if (wanted.kind !== kind || !equalBytes(wanted.sid, sid)) return []
    if (asker === self || asker === author || !participants.includes(asker) || !participants.includes(author)) return []
    if ((this.#answers.get(asker)?.get(slotOf(wanted)) ?? 0) >= ANSWERS_PER_ASKER) return []
    const message = this.#broadcasts.get(stage)?.get(author) ?? (author === self ? this.#given.get(stage)?.get(asker) : undefined)
    const abort = this.#finished ? this.#abort() : undefined
    return [message, abort === message ? undefined : abort].flatMap((entry) => entry?.bytes ?? [])
  }
}

function slotOf({ stage, author }: Resend): string {
  return `${stage} ${author}`
}

function put(stages: Map<number, Map<ValidatorId, Entry>>, stage: number, id: ValidatorId, envelope: Envelope): void {
  const { header, headerHash, signature, bytes } = envelope
  const entries = stages.get(stage) ?? new Map<ValidatorId, Entry>()
  // The first one holds the slot, here as there.
  if (!entries.has(id)) entries.set(id, { header, headerHash, signature, bytes })
  stages.set(stage, entries)
}
