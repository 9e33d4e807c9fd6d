/** The digests of the broadcast stages as this node saw them, and which of them the envelope of a stage must carry. */
import { nextTranscript } from '../crypto/transcript.ts'
import { broadcastBefore, type StagePlan } from './stage.ts'
import { required } from './step.ts'

export class Transcripts {
  readonly #sid: Uint8Array
  readonly #plans: readonly StagePlan[]
  readonly #first: Uint8Array | null
  /** T_k by k: an entry for each broadcast stage that was full */
  readonly #digests = new Map<number, Uint8Array>()
  #last: Uint8Array

  /** @param first what messages before the first full broadcast stage carry: the sid, or the T_1 of a one-round signing; null if we cannot know */
  constructor(sid: Uint8Array, plans: readonly StagePlan[], first: Uint8Array | null = sid) {
    this.#sid = sid
    this.#plans = plans
    this.#first = first
    this.#last = first ?? sid
  }

  /** Of the last full broadcast stage; what the first messages carry before there is one. */
  get last(): Uint8Array {
    return this.#last
  }

  /** T_k, or null before stage `k` was full. */
  of(k: number): Uint8Array | null {
    return this.#digests.get(k) ?? null
  }

  /** What an envelope of this stage must carry; null while this node cannot know. */
  carriedBy(stage: number): Uint8Array | null {
    const before = broadcastBefore(this.#plans, stage)
    return before === undefined ? this.#first : this.of(before.number)
  }

  /** Broadcast stage `k` is full. @param bodyDigests in the order of the participants */
  full(k: number, bodyDigests: readonly Uint8Array[]): void {
    this.#last = nextTranscript(this.#sid, k, required(this.carriedBy(k) ?? undefined), bodyDigests)
    this.#digests.set(k, this.#last)
  }
}
