/**
 * Certificates that come after the ceremony: keys that are pending here collect them from late confirmations and from answers, and become active
 * when all are there; whoever else collects is answered from what this node has, in memory or in its store. Without I/O: the store is asked by
 * an effect (`recall`), and `recalled` is its answer.
 */
import { toHex } from '../bytes.ts'
import type { DropReason, Effect } from '../ceremony/effects.ts'
import type { KeyId } from '../ceremony/key-info.ts'
import type { KeyMaterial } from '../ceremony/key-material.ts'
import { peekHeader } from '../wire/envelope.ts'
import { type Envelope, type EnvelopeHeader, STAGE_NUMBER, type ValidatorId } from '../wire/message.ts'
import { type SignedAnswer, sealAnswer, sealRequest } from '../wire/request.ts'
import type { AnswerBudget } from './answer-budget.ts'
import type { NodeSettings } from './node-settings.ts'
import { PendingKey } from './pending-key.ts'

/** Keys that one peer may ask about in a stage timeout: each may cost a look into the store. */
const KEYS_PER_ASKER = 64
/** Requests of one round, over all keys: a signature each. */
const REQUESTS_PER_ROUND = 256
/** How often the store is asked to make a key active before somebody has a new reason to want it. */
const ACTIVATIONS = 3

/** What the store has of a key, in public: its share is wiped. */
export interface RecalledKey {
  readonly key: KeyMaterial
  /** of all participants; null while it is pending */
  readonly certificates: ReadonlyMap<ValidatorId, Uint8Array> | null
}

type PendingSettings = Pick<NodeSettings, 'network' | 'self' | 'identity' | 'stageTimeoutMs'>

/** A look into the store that is under way. */
interface Recall {
  readonly askers: Set<ValidatorId>
  /** confirmations of a ceremony of ours that has just failed; null if none has */
  confirmations: ReadonlyMap<ValidatorId, Uint8Array> | null
}

export class PendingKeys {
  readonly #settings: PendingSettings
  readonly #budget: AnswerBudget
  readonly #pending = new Map<KeyId, PendingKey>()
  readonly #recalls = new Map<KeyId, Recall>()
  /** activations that the store works on */
  readonly #activating = new Set<KeyId>()
  /** complete, but the store refused: how often, and when to try again */
  readonly #refused = new Map<KeyId, { readonly times: number; readonly retry: number }>()
  /** asker -> key -> when it may ask again */
  readonly #answered = new Map<ValidatorId, Map<KeyId, number>>()

  constructor(settings: PendingSettings, budget: AnswerBudget) {
    this.#settings = settings
    this.#budget = budget
  }

  get count(): number {
    return this.#pending.size
  }

  /** Our ceremony failed after our own confirmation; `confirmations` are those that it had accepted. */
  unconfirmed(keyId: KeyId, confirmations: ReadonlyMap<ValidatorId, Uint8Array>): Effect[] {
    return this.#recall(keyId, (recall) => {
      recall.confirmations = confirmations
    })
  }

  /** Somebody here wants to use a key that is not active: a reason to ask for its certificates again. */
  wanted(keyId: KeyId, now: number): Effect[] {
    const pending = this.#pending.get(keyId)
    if (pending === undefined) return this.#recall(keyId)
    pending.askAgain(now)
    this.#refused.delete(keyId)
    return [...this.#activate(keyId, pending), ...this.due(now)]
  }

  /** A peer has started: it may have what it did not have, or not answer, before. */
  ready(validator: ValidatorId, now: number): Effect[] {
    for (const pending of this.#pending.values()) pending.askAgain(now, validator)
    return this.due(now)
  }

  /** The store's answer: what it has of the key, or null for nothing that can be read. */
  recalled(keyId: KeyId, found: RecalledKey | null, now: number): Effect[] {
    const recall = this.#recalls.get(keyId)
    this.#recalls.delete(keyId)
    if (found === null || found.certificates !== null) this.#forget(keyId)
    if (found === null) return []
    const { key, certificates } = found
    const askers = recall?.askers ?? new Set<ValidatorId>()
    if (certificates !== null) {
      // The ceremony was over before the store was done with making it active.
      const ready: Effect[] = recall?.confirmations == null ? [] : [{ type: 'event', event: { type: 'keyReady', keyId } }]
      return [...ready, ...this.#answers(key, [...certificates.values()], askers, now)]
    }
    const { self, stageTimeoutMs } = this.#settings
    const pending = this.#pending.get(keyId) ?? new PendingKey(key, self, stageTimeoutMs, now)
    this.#pending.set(keyId, pending)
    for (const [validator, bytes] of recall?.confirmations ?? []) pending.collect(validator, bytes)
    const activation = this.#refused.has(keyId) ? [] : this.#activate(keyId, pending)
    return [...this.#answers(key, pending.certificates, askers, now), ...activation, ...this.due(now)]
  }

  /** A node asks for the certificates of a key: it is answered once a stage timeout, from memory or after a look into the store. */
  request(keyId: KeyId, from: ValidatorId, now: number): Effect[] {
    if (this.refuses(keyId, from, now) !== null) return [{ type: 'dropped', reason: 'duplicate' }]
    const asked = this.#answered.get(from) ?? new Map<KeyId, number>()
    asked.set(keyId, now + this.#settings.stageTimeoutMs)
    this.#answered.set(from, asked)
    const pending = this.#pending.get(keyId)
    if (pending !== undefined) return this.#answers(pending.key, pending.certificates, [from], now)
    return this.#recall(keyId, ({ askers }) => askers.add(from))
  }

  /** Null, or why a request is not worth the verification of its signature. */
  refuses(keyId: KeyId, from: ValidatorId, now: number): DropReason | null {
    const asked = this.#answered.get(from)
    if (asked === undefined) return null
    if ((asked.get(keyId) ?? Number.NEGATIVE_INFINITY) > now) return 'duplicate'
    return asked.size >= KEYS_PER_ASKER ? 'early-budget' : null
  }

  /** Whether this peer was asked for certificates of this key and has not answered. */
  expects(keyId: KeyId, from: ValidatorId): boolean {
    return this.#pending.get(keyId)?.expects(from) ?? false
  }

  /** Certificates that we asked for, one by one; the first that is none ends the reading: nobody honest sends such. */
  answer({ from, keyId, certificates }: Pick<SignedAnswer, 'from' | 'keyId' | 'certificates'>): Effect[] {
    const id = toHex(keyId)
    const pending = this.#pending.get(id)
    if (pending === undefined || !pending.expects(from)) return [{ type: 'dropped', reason: 'late' }]
    pending.answered(from)
    for (const bytes of certificates) {
      const author = peekHeader(bytes)?.header.from
      if (author === undefined || !pending.collect(author, bytes)) return [{ type: 'dropped', reason: 'malformed' }]
    }
    return this.#activate(id, pending)
  }

  /** Whether an envelope is a confirmation that a pending key lacks. */
  awaits({ kind, sid, stage, from, to }: EnvelopeHeader): boolean {
    if (kind !== 'keygen' || stage !== STAGE_NUMBER.sharedSecret.Confirm || to !== null) return false
    const pending = this.#pending.get(toHex(sid))
    return pending?.key.record.participants.includes(from) === true && !pending.has(from)
  }

  /** A confirmation after the end of its ceremony. */
  late({ header, bytes }: Envelope): Effect[] {
    const keyId = toHex(header.sid)
    const pending = this.#pending.get(keyId)
    if (pending === undefined || !pending.collect(header.from, bytes)) return [{ type: 'dropped', reason: 'late' }]
    return this.#activate(keyId, pending)
  }

  /** The store's answer to `activate`. */
  activated(keyId: KeyId, ok: boolean, now: number): Effect[] {
    this.#activating.delete(keyId)
    if (!this.#pending.has(keyId)) return []
    if (ok) {
      this.#forget(keyId)
      return [{ type: 'event', event: { type: 'keyReady', keyId } }]
    }
    // The operator may have deleted it, or made it active by hand.
    const times = (this.#refused.get(keyId)?.times ?? 0) + 1
    this.#refused.set(keyId, { times, retry: times < ACTIVATIONS ? now + this.#settings.stageTimeoutMs : Number.POSITIVE_INFINITY })
    return this.#recall(keyId)
  }

  /** It became active by other means: its certificates were shown to us. */
  active(keyId: KeyId): void {
    this.#forget(keyId)
  }

  /** What is due to be asked, or tried again. */
  due(now: number): Effect[] {
    for (const [asker, asked] of this.#answered) {
      for (const [keyId, until] of asked) if (until <= now) asked.delete(keyId)
      if (asked.size === 0) this.#answered.delete(asker)
    }
    const effects: Effect[] = []
    for (const [keyId, pending] of this.#pending) {
      if ((this.#refused.get(keyId)?.retry ?? Number.POSITIVE_INFINITY) <= now) effects.push(...this.#activate(keyId, pending))
      if (effects.length < REQUESTS_PER_ROUND) effects.push(...pending.nextAsked(now).map((to) => this.#ask(pending, to)))
    }
    return effects
  }

  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { nextRound } of this.#pending.values()) next = Math.min(next, nextRound)
    for (const [keyId, { retry }] of this.#refused) if (!this.#activating.has(keyId)) next = Math.min(next, retry)
    return next
  }

  #ask({ key }: PendingKey, to: ValidatorId): Effect {
    const { network, self: from, identity } = this.#settings
    const wanted = { type: 'certificates', ceremonyId: key.context.ceremonyId, keyId: key.keyIdBytes } as const
    return { type: 'send', to, bytes: sealRequest(identity, { network, from, to, wanted }).bytes }
  }

  /** To the participants of the key among them. */
  #answers(key: KeyMaterial, certificates: readonly Uint8Array[], askers: Iterable<ValidatorId>, now: number): Effect[] {
    const { network, self: from, identity } = this.#settings
    const participants = [...askers].filter((to) => key.record.participants.includes(to))
    return participants.flatMap((to): Effect[] => {
      const { bytes } = sealAnswer(identity, { network, from, to, keyId: key.keyIdBytes, certificates })
      return this.#budget.spend(to, bytes.length, now) ? [{ type: 'send', to, bytes }] : []
    })
  }

  #activate(keyId: KeyId, pending: PendingKey): Effect[] {
    if (!pending.complete || this.#activating.has(keyId)) return []
    this.#activating.add(keyId)
    return [{ type: 'activate', keyId, certificates: pending.encoded() }]
  }

  #recall(keyId: KeyId, note: (recall: Recall) => void = () => {}): Effect[] {
    const underWay = this.#recalls.get(keyId)
    const recall = underWay ?? { askers: new Set(), confirmations: null }
    note(recall)
    this.#recalls.set(keyId, recall)
    return underWay === undefined ? [{ type: 'recall', keyId }] : []
  }

  #forget(keyId: KeyId): void {
    this.#pending.delete(keyId)
    this.#refused.delete(keyId)
  }
}
