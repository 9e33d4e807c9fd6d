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
/** Between two questions of ours, each of which every peer answers. */
const CHALLENGE_INTERVAL_MS = 1_000

export interface TwinAlarmHost {
  /** whether the signature is ours */
  verify(message: ReadyMessage): boolean
  verifyEnvelope(envelope: Envelope): Promise<boolean>
  /** whether a signed envelope in our name is not ours */
  disowns(envelope: Envelope): boolean
  /** to all: an announcement with this nonce */
  announce(nonce: Uint8Array): void
  /** to all: an announcement with a nonce that is drawn now */
  challenge(): void
  alarm(): void
}

export class TwinAlarm {
  readonly #host: TwinAlarmHost
  /** nonces that this process drew, and for each the answer that only another process with our key can have signed */
  readonly #answers = new Map<string, string>()
  /** answers that this process gave, to whatever it heard */
  readonly #given = new Map<string, true>()
  #windowEnds = Number.NEGATIVE_INFINITY
  #checks = 0
  #nextAlarm = Number.NEGATIVE_INFINITY
  #nextChallenge = Number.NEGATIVE_INFINITY

  constructor(host: TwinAlarmHost) {
    this.#host = host
  }

  /** This node is about to announce itself with this nonce, which it has just drawn. */
  announced(nonce: Uint8Array): void {
    remember(this.#answers, keyOf(nonce), keyOf(answerNonce(nonce)))
  }

  /**
   * An announcement in our name. One that is old proves nothing, so it is answered, and whoever made it, if it runs, answers what we draw now. Only an answer to
   * what this process drew proves anything: an answer to an answer may be a recording of an earlier process, which was shown the same.
   */
  heardReady(message: ReadyMessage, now: number): void {
    const heard = keyOf(message.nonce)
    // What we drew is never answered by us, for as long as its answer is an alarm.
    if (this.#answers.has(heard) || this.#given.has(heard) || !this.#mayCheck(now) || !this.#host.verify(message)) return
    if (now >= this.#nextAlarm) this.#answer(message.nonce, now)
    if ([...this.#answers.values()].includes(heard)) this.#raise(now)
  }

  /** The question first: whoever hears the answer raises its alarm, and says nothing more for a while. */
  #answer(nonce: Uint8Array, now: number): void {
    if (now >= this.#nextChallenge) {
      this.#nextChallenge = now + CHALLENGE_INTERVAL_MS
      this.#host.challenge()
    }
    const answer = answerNonce(nonce)
    remember(this.#given, keyOf(answer), true)
    this.#host.announce(answer)
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
function remember<Value>(nonces: Map<string, Value>, nonce: string, value: Value): void {
  nonces.set(nonce, value)
  for (const oldest of nonces.keys()) {
    if (nonces.size <= REMEMBERED) break
    nonces.delete(oldest)
  }
}
