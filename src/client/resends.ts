/**
 * Asks again for what a running ceremony waits for: first the author, then everybody, since any holder can forward a broadcast. So a lost message,
 * or one that its author kept from us alone, costs time and not the ceremony.
 */
import type { Effect } from '../ceremony/effects.ts'
import type { CeremonyContext } from '../wire/context.ts'
import type { CeremonyId, ValidatorId } from '../wire/message.ts'
import { sealRequest } from '../wire/request.ts'
import type { NodeSettings } from './node-settings.ts'

/** A third of a stage timeout after the stage was entered, and then every sixth: requests and answers get lost as well. */
const FIRST_ASK = 1 / 3
const INTERVAL = 1 / 6
/** A stage may wait longer than its own timeout, since unused time carries over. */
const ASKS = 12

/**
 * Requests of one round, each of which costs a signature of about 0.05 ms: with thousands of ceremonies open and a peer gone, the rest waits for
 * the next round instead of holding up everything else.
 */
const REQUESTS_PER_ROUND = 256

/** What asking needs of a ceremony. */
export interface Waiting {
  readonly context: Pick<CeremonyContext, 'kind' | 'ceremonyId'>
  readonly sid: Uint8Array
  /** the stage (as in a header) whose messages are waited for; 0: none */
  readonly awaited: number
  /** who has not sent it, in index order */
  missing(): { readonly authors: readonly ValidatorId[]; readonly broadcast: boolean }
}

interface Entry {
  readonly ceremony: Waiting
  readonly stage: number
  readonly since: number
  asks: number
  /** the last author asked for in an ask that takes several rounds; ids are asked for in ascending order */
  last: ValidatorId
}

type ResendSettings = Pick<NodeSettings, 'network' | 'self' | 'identity' | 'stageTimeoutMs'>

export class Resends {
  readonly #settings: ResendSettings
  readonly #waiting = new Map<CeremonyId, Entry>()

  constructor(settings: ResendSettings) {
    this.#settings = settings
  }

  /** After every step of a ceremony: the clock of a stage runs from its first sight. */
  observe(ceremony: Waiting, now: number): void {
    const { ceremonyId } = ceremony.context
    const { awaited: stage } = ceremony
    if (stage === 0) this.#waiting.delete(ceremonyId)
    else if (this.#waiting.get(ceremonyId)?.stage !== stage) {
      this.#waiting.set(ceremonyId, { ceremony, stage, since: now, asks: 0, last: '' })
    }
  }

  /** The requests that are due. */
  due(now: number): Effect[] {
    const effects: Effect[] = []
    for (const entry of this.#waiting.values()) {
      if (effects.length >= REQUESTS_PER_ROUND) break
      if (now >= this.#nextAsk(entry)) this.#ask(entry, effects)
    }
    return effects
  }

  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#waiting.values()) next = Math.min(next, this.#nextAsk(entry))
    return next
  }

  #nextAsk({ since, asks }: Entry): number {
    return asks >= ASKS ? Number.POSITIVE_INFINITY : since + (FIRST_ASK + asks * INTERVAL) * this.#settings.stageTimeoutMs
  }

  #ask(entry: Entry, effects: Effect[]): void {
    const { authors, broadcast } = entry.ceremony.missing()
    const { kind, ceremonyId } = entry.ceremony.context
    const { network, self: from, identity } = this.#settings
    const toAll = broadcast && entry.asks > 0
    for (const author of authors) {
      if (author <= entry.last) continue
      if (effects.length >= REQUESTS_PER_ROUND) return
      const to = toAll ? null : author
      const wanted = { type: 'resend', kind, ceremonyId, sid: entry.ceremony.sid, stage: entry.stage, author } as const
      effects.push({ type: 'send', to, bytes: sealRequest(identity, { network, from, to, wanted }).bytes })
      entry.last = author
    }
    entry.asks += 1
    entry.last = ''
  }
}
