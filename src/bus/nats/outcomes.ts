/**
 * What a node reports at the end of a ceremony, kept by the broker until somebody looks: published to the stream and published again until the
 * broker has said that it has it. In order, one at a time; the bytes are signed and carry the ceremony, so a repeated one is harmless.
 */
import { randomUUID } from 'node:crypto'
import { JetStreamApiError, jetstream } from '@nats-io/jetstream'
import { assertBytes, copyBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import type { Link } from './link.ts'

const RETRY_MS = 250
/** What the stream itself refuses may pass, as a full disk does, or never: then the rest must not wait behind it. */
const MAX_REFUSALS = 20
const MAX_WAITING = 1_024
const MAX_WAITING_BYTES = 32 << 20

interface Waiting {
  readonly bytes: Uint8Array
  /** the broker drops what it has under the same one */
  readonly id: string
  readonly stored: () => void
  readonly failed: (error: QuorateError) => void
  refusals: number
}

export class OutcomePublisher {
  readonly #link: Link
  readonly #subject: string
  readonly #queue: Waiting[] = []
  #bytes = 0
  #running: Promise<void> | null = null
  #published = 0
  #closed = false

  constructor(link: Link) {
    this.#link = link
    this.#subject = link.settings.subjects.of(link.settings.self, 'outcome')
  }

  get published(): number {
    return this.#published
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** @throws ERR_TOO_LARGE, ERR_BUS when too many wait already, ERR_CLOSED: all as rejections */
  async publish(bytes: Uint8Array): Promise<void> {
    assertBytes(bytes, 'bytes')
    if (this.#closed || this.#link.closed) throw new QuorateError('ERR_CLOSED')
    this.#link.assertSize(bytes)
    if (this.#queue.length >= MAX_WAITING || this.#bytes + bytes.length > MAX_WAITING_BYTES) {
      throw new QuorateError('ERR_BUS', { message: 'too many outcomes wait for the broker' })
    }
    const stored = new Promise<void>((resolve, reject) => {
      this.#queue.push({ bytes: copyBytes(bytes), id: randomUUID(), stored: resolve, failed: reject, refusals: 0 })
    })
    this.#bytes += bytes.length
    this.#running ??= this.#run()
    await stored
  }

  /** Gives what waits as long as the connection gives it; then it is lost. */
  async drained(): Promise<void> {
    await this.#running
  }

  close(): void {
    this.#closed = true
    for (const { failed } of this.#queue.splice(0)) failed(new QuorateError('ERR_CLOSED'))
    this.#bytes = 0
  }

  async #run(): Promise<void> {
    const { connection, settings } = this.#link
    const client = jetstream(connection, { timeout: settings.timeoutMs, apiPrefix: settings.subjects.streamApi })
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      // What is published into a connection that does not stand is lost, and its answer waited for in vain.
      if (!(await this.#link.standing(RETRY_MS)) && !connection.isClosed()) continue
      const error = await this.#until(client.publish(this.#subject, first.bytes, { msgID: first.id }))
      // Closed meanwhile: it was told so.
      if (this.#queue[0] !== first) continue
      if (error instanceof JetStreamApiError) first.refusals++
      if (error !== null && first.refusals < MAX_REFUSALS && !connection.isClosed()) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
        continue
      }
      this.#queue.shift()
      this.#bytes -= first.bytes.length
      if (error === null) {
        this.#published++
        first.stored()
      } else if (connection.isClosed()) first.failed(new QuorateError('ERR_CLOSED'))
      else first.failed(new QuorateError('ERR_BUS', { message: 'the broker refused an outcome', cause: error }))
    }
    this.#running = null
  }

  /** Null, or what went wrong: a connection made anew among it, over which no answer to the old one comes. */
  #until(published: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      const end = this.#link.onReturn(() => done(new Error('the connection was lost')))
      const done = (error: unknown): void => {
        end()
        resolve(error)
      }
      published.then(() => done(null), done)
    })
  }
}
