/**
 * One connection to the broker: what nodes and operators have in common. It sends, within a bound; it subscribes, and again after the broker
 * refused a subject for a while; it tells what is wrong. It gives up only when it is closed.
 */
import { connect, type Msg, type NatsConnection, PermissionViolationError, type Subscription, TimeoutError } from '@nats-io/transport-node'
import { copyBytes } from '../../bytes.ts'
import { QuorateError } from '../../errors.ts'
import { Issues } from './issues.ts'
import type { Settings } from './options.ts'

/** What goes unsaid when a connection is closed: half a second is many round trips, and a broker that is gone must not hold up an exit. */
const DRAIN_MS = 2_000
const SLOW_CONSUMER_REPORT_MS = 1_000

export interface LinkStats {
  readonly sent: number
  readonly sentBytes: number
  readonly received: number
  readonly receivedBytes: number
  /** published while there was no connection: lost, as on any bus; who misses them asks again */
  readonly unsent: number
  /** dropped because the broker took them more slowly than they came */
  readonly droppedOut: number
  readonly droppedIn: number
  readonly reconnects: number
}

interface Listener {
  readonly subject: string
  readonly receive: (message: Msg) => void
  subscription: Subscription
}

export class Link {
  readonly issues: Issues
  readonly connection: NatsConnection
  readonly settings: Settings
  readonly #listeners = new Set<Listener>()
  readonly #returns = new Set<() => void>()
  #maxPayload: number
  #connected = true
  #closing: Promise<void> | null = null
  /** given to the socket, and not known to have left it */
  #unconfirmed = 0
  #flushing = false
  #counts = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, unsent: 0, droppedOut: 0, droppedIn: 0, reconnects: 0 }
  #slow = { in: { dropped: 0, reported: Number.NEGATIVE_INFINITY }, out: { dropped: 0, reported: Number.NEGATIVE_INFINITY } }

  /** @throws ERR_BUS when no server answers, or none takes this user */
  static async open(settings: Settings): Promise<Link> {
    let connection: NatsConnection
    try {
      connection = await connect(settings.connection)
    } catch (error) {
      settings.forget()
      throw busError(`no connection${hintOf(settings, error)}`, error)
    }
    return new Link(settings, connection)
  }

  private constructor(settings: Settings, connection: NatsConnection) {
    this.settings = settings
    this.connection = connection
    this.issues = new Issues(settings.onIssue)
    this.#maxPayload = connection.info?.max_payload ?? Number.MAX_SAFE_INTEGER
    void this.#watch()
    void connection.closed().then((error) => {
      this.#connected = false
      settings.forget()
      this.issues.report({ type: 'closed', reason: error instanceof Error ? error.message : null })
    })
  }

  get connected(): boolean {
    return this.#connected && this.#closing === null && !this.connection.isClosed()
  }

  get closed(): boolean {
    return this.#closing !== null || this.connection.isClosed()
  }

  get maxPayload(): number {
    return this.#maxPayload
  }

  /** subjects that the broker does not let this user hear */
  refused(): string[] {
    return [...this.#listeners].filter(({ subscription }) => subscription.isClosed()).map(({ subject }) => subject)
  }

  stats(): LinkStats {
    return { ...this.#counts }
  }

  /** @throws ERR_TOO_LARGE */
  assertSize(bytes: Uint8Array): void {
    if (bytes.length <= this.#maxPayload) return
    this.issues.report({ type: 'too-large', bytes: bytes.length, limit: this.#maxPayload })
    throw new QuorateError('ERR_TOO_LARGE', {
      field: 'bytes',
      message: `${bytes.length} bytes are more than the ${this.#maxPayload} that the broker takes in one message (max_payload)`,
    })
  }

  /** Copies; best effort. The caller has checked the subject. @throws ERR_TOO_LARGE */
  publish(subject: string, bytes: Uint8Array): void {
    this.assertSize(bytes)
    if (!this.#connected || this.connection.isClosed()) {
      this.#counts.unsent++
      return
    }
    // The library, and the socket under it, hold any number of bytes for a broker that does not read.
    if (this.#unconfirmed + bytes.length > this.settings.maxPendingBytes) {
      this.#counts.droppedOut++
      this.#reportSlow('out')
      return
    }
    try {
      this.connection.publish(subject, copyBytes(bytes))
    } catch {
      this.#counts.unsent++
      return
    }
    this.#counts.sent++
    this.#counts.sentBytes += bytes.length
    this.#unconfirmed += bytes.length
    this.#confirm()
  }

  /** The receiver must not keep the message's bytes: they are a view of what the socket read. */
  subscribe(subject: string, receive: (message: Msg) => void): () => void {
    const listener: Listener = { subject, receive, subscription: this.#subscription(subject, receive) }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (!listener.subscription.isClosed() && !this.connection.isClosed()) listener.subscription.unsubscribe()
    }
  }

  /** Calls whenever a connection stands again. Returns the function that ends it. */
  onReturn(call: () => void): () => void {
    this.#returns.add(call)
    return () => {
      this.#returns.delete(call)
    }
  }

  /** Resolves when a connection stands: true; or when it never will again, or not within that time: false. */
  standing(ms: number): Promise<boolean> {
    // Also while it is being closed: what waits goes out then, if it can.
    const stands = (): boolean => this.#connected && !this.connection.isClosed()
    if (stands() || this.connection.isClosed()) return Promise.resolve(stands())
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        end()
        resolve(stands())
      }
      const timer = setTimeout(done, ms)
      const end = this.onReturn(done)
      void this.connection.closed().then(done)
    })
  }

  droppedIncoming(): void {
    this.#counts.droppedIn++
    this.#reportSlow('in')
  }

  /** Until the broker has what was published, and what it sent before is here; not longer than a drain may take. */
  async settled(): Promise<void> {
    if (!this.#connected || this.connection.isClosed()) return
    await withinTime(this.connection.flush(), DRAIN_MS)
  }

  /** @param lastWords what still has to happen between the last message in and the end */
  close(lastWords: () => Promise<void> = async () => {}): Promise<void> {
    this.#closing ??= this.#close(lastWords)
    return this.#closing
  }

  async #close(lastWords: () => Promise<void>): Promise<void> {
    await this.settled()
    await withinTime(lastWords(), DRAIN_MS)
    if (this.#connected && !this.connection.isClosed()) await withinTime(this.connection.drain(), DRAIN_MS)
    if (!this.connection.isClosed()) await withinTime(this.connection.close(), DRAIN_MS)
    this.#connected = false
    this.settings.forget()
  }

  #subscription(subject: string, receive: (message: Msg) => void): Subscription {
    return this.connection.subscribe(subject, {
      callback: (error, message) => {
        // A refused subject arrives as an error here and as an issue in the connection's status.
        if (error !== null) return
        this.#counts.received++
        this.#counts.receivedBytes += message.data.length
        receive(message)
      },
    })
  }

  /** At most one round trip at a time: its end says that everything published before it has left. */
  #confirm(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      const bytes = this.#unconfirmed
      const done = (left: number): void => {
        this.#flushing = false
        this.#unconfirmed = left
        if (left > 0 && this.#connected) this.#confirm()
      }
      this.connection.flush().then(
        () => done(this.#unconfirmed - bytes),
        // Without a connection nothing of it is held any more.
        () => done(0),
      )
    })
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      switch (status.type) {
        case 'disconnect':
          this.#connected = false
          if (this.#closing === null) this.issues.report({ type: 'disconnected', server: status.server })
          break
        case 'reconnect':
          this.#reconnected(status.server)
          break
        case 'error':
          this.#error(status.error)
          break
        default:
          break
      }
    }
  }

  #reconnected(server: string): void {
    this.#connected = true
    this.#counts.reconnects++
    this.#maxPayload = this.connection.info?.max_payload ?? this.#maxPayload
    this.issues.report({ type: 'reconnected', server })
    // A broker whose permissions were corrected makes its users connect anew.
    for (const listener of this.#listeners) {
      if (listener.subscription.isClosed()) listener.subscription = this.#subscription(listener.subject, listener.receive)
    }
    for (const call of [...this.#returns]) call()
  }

  #error(error: Error): void {
    if (error instanceof PermissionViolationError) {
      this.issues.report({ type: 'permission', operation: error.operation, subject: error.subject })
    } else this.issues.report({ type: 'broker-error', message: error.message })
  }

  #reportSlow(direction: 'in' | 'out'): void {
    const slow = this.#slow[direction]
    slow.dropped++
    const now = performance.now()
    if (now - slow.reported < SLOW_CONSUMER_REPORT_MS) return
    this.issues.report({ type: 'slow-consumer', direction, dropped: slow.dropped })
    slow.dropped = 0
    slow.reported = now
  }
}

/** Under TLS 1.3 a server turns a client away after the handshake, and the library waits for what will not come. */
function hintOf({ connection }: Settings, error: unknown): string {
  if (!(error instanceof TimeoutError) || connection.tls === undefined) return ''
  return ' (no answer after the TLS handshake: the broker may not accept the client certificate, or want one)'
}

/** What the library throws stays the cause; its first line is the message, which holds addresses and reasons and no secret. */
export function busError(what: string, cause: unknown): QuorateError {
  const [reason = ''] = cause instanceof Error ? cause.message.split('\n') : []
  return new QuorateError('ERR_BUS', { message: reason === '' ? what : `${what}: ${reason}`, cause })
}

/** Waits no longer than that, for something whose failure is nobody's business any more. */
async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.then(nothing, nothing), late])
  clearTimeout(timer)
}

const nothing = (): void => {}
