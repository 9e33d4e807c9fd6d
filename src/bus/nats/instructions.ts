/**
 * A node's instructions: a durable consumer of its own on the group's stream, so that one which was published while the node was away still comes.
 * Stale and repeated ones are refused by what they say, not by what the broker remembers. Without the stream, which an operator makes, the node
 * tries again every second.
 */
import { AckPolicy, type ConsumerMessages, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { copyBytes } from '../../bytes.ts'
import type { Link } from './link.ts'

const RETRY_MS = 1_000
/** An instruction that is handed over but not acknowledged, because the process died, comes again after this. */
const ACK_WAIT_MS = 3_000
/**
 * How long one request for instructions stands. The broker cannot see across accounts that who asked is gone: what it gives to a dead process's request
 * comes again only after the wait above, so such requests must not live long.
 */
const ASK_MS = 2_000
const MAX_AT_ONCE = 8

export class InstructionConsumer {
  readonly #link: Link
  readonly #handle: (bytes: Uint8Array, from: string) => void
  readonly #closed = new AbortController()
  #messages: ConsumerMessages | null = null
  #reason: string | null = 'instructions: not yet'
  #received = 0
  #running: Promise<void> | null = null

  /** @param handle returns before the instruction counts as received; must not throw */
  constructor(link: Link, handle: (bytes: Uint8Array, from: string) => void) {
    this.#link = link
    this.#handle = handle
  }

  get received(): number {
    return this.#received
  }

  /** Why no instruction can come; null: one can. */
  get reason(): string | null {
    return this.#reason
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#messages?.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted && !this.#link.closed) {
      if (!(await this.#link.standing(RETRY_MS))) continue
      try {
        this.#messages = await this.#consume()
        this.#reason = null
        if (this.#closed.signal.aborted) this.#messages.stop()
        const error = await this.#messages.closed()
        if (error instanceof Error) this.#failed(error)
      } catch (error) {
        this.#failed(error)
      }
      this.#messages = null
      await this.#pause()
    }
  }

  async #consume(): Promise<ConsumerMessages> {
    const { connection, settings } = this.#link
    const stream = settings.subjects.instructionStream
    const options = { timeout: settings.timeoutMs, apiPrefix: settings.subjects.streamApi }
    const manager = await jetstreamManager(connection, { ...options, checkAPI: false })
    await manager.consumers.add(stream, {
      durable_name: settings.self,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: MAX_AT_ONCE,
    })
    const consumer = await jetstream(connection, options).consumers.get(stream, settings.self)
    return consumer.consume({
      max_messages: MAX_AT_ONCE,
      expires: ASK_MS,
      // The stream may be lost with the broker's disk: the consumer has to be made again then.
      abort_on_missing_resource: true,
      callback: (message) => {
        this.#received++
        const from = settings.subjects.senderOf(message.subject)
        if (from !== null) this.#handle(copyBytes(message.data), from)
        message.ack()
      },
    })
  }

  #failed(error: unknown): void {
    if (this.#closed.signal.aborted || this.#link.closed) return
    const stream = this.#link.settings.subjects.instructionStream
    const reason = error instanceof Error ? error.message : String(error)
    const told = `instructions: ${reason}`
    // The same reason every second is one issue.
    if (told !== this.#reason) this.#link.issues.report({ type: 'no-stream', stream, reason })
    this.#reason = told
  }

  #pause(): Promise<void> {
    const { signal } = this.#closed
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, RETRY_MS)
      signal.addEventListener('abort', done)
    })
  }
}
