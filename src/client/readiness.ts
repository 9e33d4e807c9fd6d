/**
 * ReadyToKeygen: each node says once that it has subscribed, and again to whoever it hears for the first time, so that the order in which nodes
 * start does not matter. Readiness is a convenience for instructors: nothing in a ceremony depends on it.
 */
import { equalBytes } from '../bytes.ts'
import { drawBytes, type RandomSource } from '../crypto/random-scalars.ts'
import { QuorateError } from '../errors.ts'
import type { Identity } from '../wire/identity.ts'
import type { ValidatorId } from '../wire/message.ts'
import { decodeReady, MAX_READY_BYTES, READY_NONCE_BYTES, type ReadyMessage, sealReady, verifyReady } from '../wire/ready.ts'
import type { Roster } from '../wire/roster.ts'
import { assertNotAborted, untilAborted } from './abort.ts'

export interface ReadinessOptions {
  readonly network: string
  readonly self: ValidatorId
  readonly identity: Identity
  readonly roster: Roster
  readonly random: RandomSource
  publish(to: ValidatorId | null, bytes: Uint8Array): void
  /** this node announces itself with this nonce, which it has drawn */
  onOwn(nonce: Uint8Array): void
  /** an announcement in this node's own name, its signature not verified */
  onSelf(message: ReadyMessage): void
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
  #own: Uint8Array

  constructor(options: ReadinessOptions) {
    this.#options = options
    this.#own = this.#seal()
  }

  announce(): void {
    this.#options.publish(null, this.#own)
  }

  /** To all, with a nonce that nobody can have heard before. */
  announceAnew(): void {
    this.#own = this.#seal()
    this.announce()
  }

  /** Once, with a nonce that is not drawn but says something. */
  announceWith(nonce: Uint8Array): void {
    this.#options.publish(null, this.#sealWith(nonce))
  }

  /**
   * While somebody waits, now and then: an announcement or its answer may have been lost. With a new nonce, since a peer answers only to what
   * it does not know.
   */
  announceAgain(): void {
    if (this.#waiters.size > 0) this.announceAnew()
  }

  /** `known` is a repetition; everything that is not a valid announcement of a peer is `refused` and changes nothing. */
  receive(bytes: Uint8Array): 'new' | 'known' | 'refused' {
    if (bytes.length > MAX_READY_BYTES) return 'refused'
    const message = decode(bytes)
    if (message === null || message.network !== this.#options.network) return 'refused'
    if (message.from === this.#options.self) {
      this.#options.onSelf(message)
      return 'refused'
    }
    const known = this.#ready.get(message.from)
    if (known !== undefined && equalBytes(known, message.nonce)) return 'known'
    const publicKey = this.#options.roster.get(message.from)
    if (publicKey === undefined || !verifyReady(message, publicKey)) return 'refused'
    this.#ready.set(message.from, message.nonce)
    for (const waiter of this.#waiters) {
      waiter.missing.delete(message.from)
      if (waiter.missing.size === 0) waiter.resolve()
    }
    // To the newcomer alone: a broadcast by everybody at everybody's start would cost n^3 deliveries.
    this.#options.publish(message.from, this.#own)
    this.#options.onReady(message.from)
    return 'new'
  }

  /** @throws (rejects with) ERR_ABORTED, ERR_CLOSED */
  async wait(participants: readonly ValidatorId[], signal?: AbortSignal): Promise<void> {
    assertNotAborted(signal)
    const missing = new Set(participants.filter((id) => !this.#ready.has(id)))
    if (missing.size === 0) return
    const { waiter, ready } = waiting(missing)
    this.#waiters.add(waiter)
    try {
      await untilAborted(ready, signal)
    } finally {
      this.#waiters.delete(waiter)
    }
  }

  #seal(): Uint8Array {
    const nonce = drawBytes(this.#options.random, READY_NONCE_BYTES)
    this.#ready.set(this.#options.self, nonce)
    this.#options.onOwn(nonce)
    return this.#sealWith(nonce)
  }

  #sealWith(nonce: Uint8Array): Uint8Array {
    const { network, self: from, identity } = this.#options
    return sealReady(identity, { network, from, nonce }).bytes
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.reject(new QuorateError('ERR_CLOSED'))
  }
}

function waiting(missing: Set<ValidatorId>): { readonly waiter: Waiter; readonly ready: Promise<void> } {
  let resolve = (): void => {}
  let reject = (_error: unknown): void => {}
  const ready = new Promise<void>((resolveReady, rejectReady) => {
    resolve = resolveReady
    reject = rejectReady
  })
  return { waiter: { missing, resolve, reject }, ready }
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeReady> | null {
  try {
    return decodeReady(bytes)
  } catch (error) {
    if (error instanceof QuorateError) return null
    throw error
  }
}
