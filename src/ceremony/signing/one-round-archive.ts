/**
 * What a signing over slots gives to others. Beside what its two ceremonies have: whoever asks a node that has fallen back for a one-round share that
 * it does not have gets its beginning of the second ceremony; and whoever falls back where a node has finished in one round gets all its shares.
 * Kept after the end, so it holds messages and digests, and neither the ceremonies nor what they signed.
 */
import { equalBytes } from '../../bytes.ts'
import { ABORT_STAGE, type Envelope, type EnvelopeHeader, FIRST_STAGE, STAGE_NUMBER, type ValidatorId } from '../../wire/message.ts'
import { ANSWERS_PER_ASKER, type Archive, type Resend } from '../archive.ts'
import type { Answers } from '../running-ceremony.ts'

const SHARES = STAGE_NUMBER.oneRoundFrost.SignatureShare

export interface OneRoundArchiveOptions {
  readonly self: ValidatorId
  readonly participants: readonly ValidatorId[]
  readonly sid: Uint8Array
  readonly first: Archive
  /** the sid of the same signing in two rounds */
  readonly secondSid: () => Uint8Array
}

type How = 'answers' | 'answer'

export class OneRoundArchive implements Answers {
  readonly #options: OneRoundArchiveOptions
  #second: Archive | null = null
  #end: 'signed-in-one-round' | 'otherwise' | null = null
  /** who has begun the second ceremony */
  readonly #heard = new Set<ValidatorId>()
  /** how often each got the one-round shares for asking */
  readonly #given = new Map<ValidatorId, number>()

  constructor(options: OneRoundArchiveOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#options.first.bytes + (this.#second?.bytes ?? 0)
  }

  /** We have begun the second ceremony too. */
  fallBack(second: Archive): void {
    this.#second = second
  }

  finish(end: 'signed-in-one-round' | 'otherwise'): void {
    this.#end = end
  }

  /** A verified message of the second ceremony. */
  hear({ from, stage }: EnvelopeHeader): void {
    if (stage === FIRST_STAGE) this.#heard.add(from)
  }

  /** At the end: who has fallen back where we have finished in one round, and what each is given. */
  owed(): readonly { readonly to: ValidatorId; readonly messages: readonly Uint8Array[] }[] {
    return this.#end === 'signed-in-one-round' ? [...this.#heard].map((to) => ({ to, messages: this.#sharesFor(to) })) : []
  }

  answers(wanted: Resend, asker: ValidatorId): boolean {
    return this.#find(wanted, asker, 'answers').length > 0
  }

  answer(wanted: Resend, asker: ValidatorId): readonly Uint8Array[] {
    return this.#find(wanted, asker, 'answer')
  }

  sentBySelf(envelope: Pick<Envelope, 'header' | 'headerHash'>): boolean {
    return this.#options.first.sentBySelf(envelope) || this.#second?.sentBySelf(envelope) === true
  }

  answersLate({ kind, sid, stage, from, to }: EnvelopeHeader): boolean {
    if (kind !== 'sign' || stage !== FIRST_STAGE || to !== null || this.#end !== 'signed-in-one-round') return false
    return !this.#heard.has(from) && this.#isOther(from) && this.#isOfSecond(sid)
  }

  answerLate(header: EnvelopeHeader): readonly Uint8Array[] {
    if (!this.answersLate(header)) return []
    this.#heard.add(header.from)
    return this.#sharesFor(header.from)
  }

  #isOfSecond(sid: Uint8Array): boolean {
    return !equalBytes(sid, this.#options.sid) && equalBytes(sid, this.#options.secondSid())
  }

  #isOther(id: ValidatorId): boolean {
    return id !== this.#options.self && this.#options.participants.includes(id)
  }

  /** For `answers` it matters only whether there is something. */
  #find(wanted: Resend, asker: ValidatorId, how: How): readonly Uint8Array[] {
    const { first, sid, secondSid, self } = this.#options
    const second = this.#second
    if (wanted.kind !== 'sign' || !this.#isOther(asker)) return []
    if (equalBytes(wanted.sid, sid)) {
      const found = give(first, wanted, asker, how)
      if (found.length > 0 || second === null || wanted.stage !== SHARES) return found
      return give(second, { ...wanted, sid: secondSid(), stage: FIRST_STAGE, author: self }, asker, how)
    }
    if (!this.#isOfSecond(wanted.sid)) return []
    const found = second === null ? [] : give(second, wanted, asker, how)
    if (this.#end === null || found.length > 0) return found
    if (this.#end === 'signed-in-one-round') return this.#sharesOnRequest(asker, how)
    // It never came to the second here, or the second ended by what ended the first.
    return give(first, { ...wanted, sid, stage: ABORT_STAGE, author: self }, asker, how)
  }

  #sharesOnRequest(asker: ValidatorId, how: How): readonly Uint8Array[] {
    const given = this.#given.get(asker) ?? 0
    if (given >= ANSWERS_PER_ASKER) return []
    if (how === 'answer') this.#given.set(asker, given + 1)
    return this.#sharesFor(asker)
  }

  /** Every share but the recipient's own. */
  #sharesFor(to: ValidatorId): readonly Uint8Array[] {
    return [...this.#options.first.broadcasts(SHARES)].flatMap(([author, bytes]) => (author === to ? [] : [bytes]))
  }
}

function give(archive: Archive, wanted: Resend, asker: ValidatorId, how: How): readonly Uint8Array[] {
  if (how === 'answer') return archive.answer(wanted, asker)
  return archive.answers(wanted, asker) ? [wanted.sid] : []
}
