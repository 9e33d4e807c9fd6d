/**
 * A key that this node has confirmed and not all others have, as far as this node knows: its certificates so far, and who is still to be asked
 * for more. Public facts only: the share stays in the store.
 */
import type { KeyMaterial } from '../ceremony/key-material.ts'
import { encodeCertificates } from '../ceremony/key-material.ts'
import { required } from '../ceremony/step.ts'
import type { ValidatorId } from '../wire/message.ts'

/** How often one peer is asked before somebody has a new reason to ask. */
const ASKS = 3
/** Peers asked in the first round; each further one asks twice as many. Who has all certificates sends all of them, so few answers do. */
const FIRST_ROUND = 3
/** Rounds in a stage timeout. */
const ROUNDS = 3

interface Peer {
  asks: number
  answered: boolean
  /** a peer answers once a stage timeout, so it is not asked sooner */
  notBefore: number
}

export class PendingKey {
  readonly key: KeyMaterial
  readonly #certificates: Map<ValidatorId, Uint8Array>
  readonly #peers: Map<ValidatorId, Peer>
  readonly #stageTimeoutMs: number
  #width = FIRST_ROUND
  #nextRound: number

  /** @param key with its share wiped */
  constructor(key: KeyMaterial, self: ValidatorId, stageTimeoutMs: number, now: number) {
    this.key = key
    this.#certificates = new Map([key.ownCertificate()])
    this.#stageTimeoutMs = stageTimeoutMs
    this.#nextRound = now
    // Beginning after ourselves, so that not all ask the same ones first.
    const { participants } = key.record
    const own = participants.indexOf(self)
    const peers = [...participants.slice(own + 1), ...participants.slice(0, Math.max(0, own))]
    this.#peers = new Map(peers.map((id) => [id, { asks: 0, answered: false, notBefore: now }]))
  }

  has(validator: ValidatorId): boolean {
    return this.#certificates.has(validator)
  }

  get complete(): boolean {
    return this.#certificates.size === this.key.record.participants.length
  }

  /** In index order, those that are there. */
  get certificates(): readonly Uint8Array[] {
    return this.key.record.participants.flatMap((id) => this.#certificates.get(id) ?? [])
  }

  /** All of them, as the store keeps them. */
  encoded(): Uint8Array {
    return encodeCertificates(this.key.record.participants.map((id) => required(this.#certificates.get(id))))
  }

  /** False for bytes that are no certificate of this validator over this key; one that is known already is not judged again. */
  collect(validator: ValidatorId, bytes: Uint8Array): boolean {
    if (this.has(validator)) return true
    if (!this.key.certifies(validator, bytes)) return false
    this.#certificates.set(validator, bytes)
    return true
  }

  /** Whether this peer may answer now: it was asked, and has not answered yet. */
  expects(validator: ValidatorId): boolean {
    const peer = this.#peers.get(validator)
    return peer !== undefined && peer.asks > 0 && !peer.answered
  }

  answered(validator: ValidatorId): void {
    const peer = this.#peers.get(validator)
    if (peer !== undefined) peer.answered = true
  }

  /** A new reason to ask: one peer if it is back, or all. */
  askAgain(now: number, only?: ValidatorId): void {
    for (const [id, peer] of this.#peers) {
      if (only !== undefined && id !== only) continue
      peer.asks = 0
      peer.answered = false
      this.#nextRound = Math.min(this.#nextRound, Math.max(now, peer.notBefore))
    }
    this.#width = FIRST_ROUND
  }

  /** Whom to ask now: first those whose own certificates are missing. Empty unless a round is due. */
  nextAsked(now: number): readonly ValidatorId[] {
    if (this.complete || now < this.#nextRound) return []
    const open = [...this.#peers].filter(([, { asks, answered }]) => asks < ASKS && !answered)
    const due = open.filter(([, { notBefore }]) => notBefore <= now)
    const first = due.filter(([id]) => !this.has(id))
    const asked = [...first, ...due.filter(([id]) => this.has(id))].slice(0, this.#width)
    for (const [, peer] of asked) {
      peer.asks += 1
      peer.notBefore = now + this.#stageTimeoutMs
    }
    this.#width *= 2
    this.#nextRound = open.length === 0 ? Number.POSITIVE_INFINITY : now + this.#stageTimeoutMs / ROUNDS
    return asked.map(([id]) => id)
  }

  get nextRound(): number {
    return this.complete ? Number.POSITIVE_INFINITY : this.#nextRound
  }
}
