/**
 * Another process under this node's identity: a copy that was started by mistake, or a key that was stolen. What is signed with our key and is not ours
 * shows it. Everything that this node ever sent may come back, from a bus that echoes or a peer that recorded it, and shows nothing.
 */
import type { Envelope } from '../wire/message.ts'
import { answerNonce, type ReadyMessage } from '../wire/ready.ts'

/** A verification costs 0.1 ms, and whoever floods under our name gets no more of them: so many in a second. */
const CHECKS = 10
const CHECK_WINDOW_MS = 1_000
/** After an alarm nothing more is learnt at once: two processes that go on must not answer each other for ever. */
const ALARM_INTERVAL_MS = 60_000
/** Announcements of ours that may still be on their way back, or be answered. */
const REMEMBERED = 64

export interface TwinAlarmHost {
  /** whether the signature is ours */
  verify(message: ReadyMessage): boolean
  verifyEnvelope(envelope: Envelope): Promise<boolean>
  /** whether a signed envelope in our name is not ours */
  disowns(envelope: Envelope): boolean
  /** to all: an announcement with this nonce */
  announce(nonce: Uint8Array): void
  alarm(): void
}

export class TwinAlarm {
  readonly #host: TwinAlarmHost
  readonly #own = new Set<string>()
  /** what proves that somebody has heard one of `#own` and signs with our key */
  readonly #answers = new Set<string>()
  #windowEnds = Number.NEGATIVE_INFINITY
  #checks = 0
  #nextAlarm = Number.NEGATIVE_INFINITY

  constructor(host: TwinAlarmHost) {
    this.#host = host
  }

  /** This node is about to announce itself with this nonce. */
  announced(nonce: Uint8Array): void {
    remember(this.#own, nonce)
    remember(this.#answers, answerNonce(nonce))
  }

  /**
   * An announcement in our name. One that is old proves nothing, so it is answered in a way that nobody can have recorded; whoever made it answers as
   * well, if it runs.
   */
  heardReady(message: ReadyMessage, now: number): void {
    const { nonce } = message
    if (this.#own.has(keyOf(nonce)) || !this.#mayCheck(now) || !this.#host.verify(message)) return
    if (now >= this.#nextAlarm) this.#host.announce(answerNonce(nonce))
    if (this.#answers.has(keyOf(nonce))) this.#raise(now)
  }

  /** An envelope in our name. Never rejects. */
  async heardEnvelope(envelope: Envelope, now: number): Promise<void> {
    if (!this.#host.disowns(envelope) || !this.#mayCheck(now)) return
    if (await this.#host.verifyEnvelope(envelope)) this.#raise(now)
  }

  #mayCheck(now: number): boolean {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + CHECK_WINDOW_MS
      this.#checks = 0
    }
    this.#checks += 1
    return this.#checks <= CHECKS
  }

  #raise(now: number): void {
    if (now < this.#nextAlarm) return
    this.#nextAlarm = now + ALARM_INTERVAL_MS
    this.#host.alarm()
  }
}

function keyOf(nonce: Uint8Array): string {
  return nonce.join()
}

/** The oldest goes first. */
function remember(nonces: Set<string>, nonce: Uint8Array): void {
  nonces.add(keyOf(nonce))
  for (const oldest of nonces) {
    if (nonces.size <= REMEMBERED) break
    nonces.delete(oldest)
  }
}
