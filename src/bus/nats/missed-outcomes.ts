/** The outcomes that the stream took while this operator had no connection: read one after the other when it is back. */
import { jetstreamManager } from '@nats-io/jetstream'
import { copyBytes } from '../../bytes.ts'
import type { Link } from './link.ts'

export class MissedOutcomes {
  readonly #link: Link
  readonly #deliver: (from: string, bytes: Uint8Array) => void
  readonly #end: () => void
  /** the stream's newest message when somebody began to listen, or that was read since */
  #seen = 0
  #reading: Promise<void>
  #closed = false

  constructor(link: Link, deliver: (from: string, bytes: Uint8Array) => void) {
    this.#link = link
    this.#deliver = deliver
    this.#reading = this.#mark()
    this.#end = link.onReturn(() => {
      this.#reading = this.#reading.then(() => this.#read())
    })
  }

  close(): void {
    this.#closed = true
    this.#end()
  }

  async #mark(): Promise<void> {
    try {
      const { state } = await (await this.#streams()).info(this.#link.settings.subjects.outcomeStream)
      this.#seen = state.last_seq
    } catch {
      // No stream yet: whatever it will hold is new.
    }
  }

  async #read(): Promise<void> {
    const { subjects } = this.#link.settings
    try {
      const streams = await this.#streams()
      while (!this.#closed && !this.#link.closed) {
        const wanted = { seq: this.#seen + 1, next_by_subj: subjects.fromAny('outcome') }
        const message = await streams.getMessage(subjects.outcomeStream, wanted)
        if (message === null || this.#closed) return
        this.#seen = message.seq
        const from = subjects.senderOf(message.subject)
        if (from !== null) this.#deliver(from, copyBytes(message.data))
      }
    } catch {
      // The connection went again; the next one reads on from here.
    }
  }

  async #streams() {
    const { connection, settings } = this.#link
    const manager = await jetstreamManager(connection, {
      checkAPI: false,
      timeout: settings.timeoutMs,
      apiPrefix: settings.subjects.streamApi,
    })
    return manager.streams
  }
}
