/**
 * ReadyToKeygen: each node says once that it has subscribed, and again to whoever it hears for the first time, so that the order in which nodes
 * start does not matter. Readiness is a convenience for instructors: nothing in a ceremony depends on it.
 */
import { equalBytes } from '../bytes.ts'
import { QuorateError } from '../errors.ts'
import type { Identity } from '../wire/identity.ts'
import type { ValidatorId } from '../wire/message.ts'
import { decodeReady, MAX_READY_BYTES, READY_NONCE_BYTES, sealReady, verifyReady } from '../wire/ready.ts'
import type { Roster } from '../wire/roster.ts'

export interface ReadinessOptions {
  readonly network: string
  readonly self: ValidatorId
  readonly identity: Identity
  readonly roster: Roster
  readonly random: (length: number) => Uint8Array
  publish(to: ValidatorId | null, bytes: Uint8Array): void
  /** a validator is ready for the first time since it started */
  onReady(validator: ValidatorId): void
}

interface Waiter {
  readonly missing: Set<ValidatorId>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Readiness {
  readonly #options: ReadinessOptions
  /** the nonce tells a restarted node from a repeated message */
  readonly #ready = new Map<ValidatorId, Uint8Array>()
  readonly #waiters = new Set<Waiter>()
  readonly #own: Uint8Array

  constructor(options: ReadinessOptions) {
    this.#options = options
    const { network, self: from, identity, random } = options
    const nonce = random(READY_NONCE_BYTES)
    this.#own = sealReady(identity, { network, from, nonce }).bytes
    this.#ready.set(from, nonce)
  }

  announce(): void {
    this.#options.publish(null, this.#own)
  }

  /** False for anything that is not a new, valid announcement of a peer. */
  receive(bytes: Uint8Array): 'new' | 'known' | 'refused' {
    if (bytes.length > MAX_READY_BYTES) return 'refused'
    const message = decode(bytes)
    if (message === null || message.network !== this.#options.network || message.from === this.#options.self) return 'refused'
    const known = this.#ready.get(message.from)
    if (known !== undefined && equalBytes(known, message.nonce)) return 'known'
    const publicKey = this.#options.roster.get(message.from)
    if (publicKey === undefined || !verifyReady(message, publicKey)) return 'refused'
    this.#ready.set(message.from, message.nonce)
    // To the newcomer alone: a broadcast by everybody at everybody's start would cost n^3 deliveries.
    this.#options.publish(message.from, this.#own)
    this.#options.onReady(message.from)
    for (const waiter of this.#waiters) {
      waiter.missing.delete(message.from)
      if (waiter.missing.size === 0) waiter.resolve()
    }
    return 'new'
  }

  /** @throws (rejects with) ERR_ABORTED, ERR_CLOSED */
  async wait(participants: readonly ValidatorId[], signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) throw new QuorateError('ERR_ABORTED')
    const missing = new Set(participants.filter((id) => !this.#ready.has(id)))
    if (missing.size === 0) return
    let waiter: Waiter | undefined
    const abort = (): void => waiter?.reject(new QuorateError('ERR_ABORTED'))
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { missing, resolve, reject }
        this.#waiters.add(waiter)
        signal?.addEventListener('abort', abort, { once: true })
      })
    } finally {
      signal?.removeEventListener('abort', abort)
      if (waiter !== undefined) this.#waiters.delete(waiter)
    }
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.reject(new QuorateError('ERR_CLOSED'))
  }
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeReady> | null {
  try {
    return decodeReady(bytes)
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}
