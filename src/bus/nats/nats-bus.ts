/**
 * The bus of nodes on separate machines: `Bus` over one connection to a NATS broker, for one node. The broker's permissions pin who publishes
 * what, which keeps the group's traffic apart and floods attributable; nothing else rests on them, since every message is signed by its author and
 * every share encrypted to its receiver.
 */
import type { Msg } from '@nats-io/transport-node'
import { assertBytes, copyBytes } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { assertValidatorId, type Bus, type ExtendedBusConnection } from '../contract.ts'
import { assertPublishSubject, assertSubscribeSubject, HEARD_AS, type PublishSubject, type SubscribeSubject } from '../subjects.ts'
import { DeliveryQueue } from './delivery.ts'
import { InstructionConsumer } from './instructions.ts'
import type { NatsIssueType } from './issues.ts'
import { Link, type LinkStats } from './link.ts'
import { type NatsConnectionOptions, settingsOf } from './options.ts'
import { OutcomePublisher } from './outcomes.ts'
import { KIND_OF, type NatsKind } from './subjects.ts'

export interface NatsBusOptions extends NatsConnectionOptions {
  /** the node whose bus this is */
  readonly self: string
  /** take instructions from the group's stream; default true */
  readonly instructions?: boolean
}

export interface NatsBusStats extends LinkStats {
  readonly connected: boolean
  readonly issues: Readonly<Record<NatsIssueType, number>>
  /** read from the socket, not yet delivered */
  readonly pending: number
  readonly pendingBytes: number
  readonly delivered: number
  /** arrived where nobody subscribed to the subject */
  readonly unheard: number
  /** handlers that threw or rejected */
  readonly handlerErrors: number
  readonly events: number
  readonly instructions: number
  readonly outcomes: number
  readonly outcomesWaiting: number
}

/** What answers an operator's question; null: nothing. */
export type AskHandler = (operator: string, bytes: Uint8Array) => Uint8Array | null | Promise<Uint8Array | null>

interface Handler {
  readonly subject: SubscribeSubject
  readonly handle: (bytes: Uint8Array, from?: string) => void
  active: boolean
}

const HEARD: readonly { readonly kind: NatsKind; readonly subject: SubscribeSubject }[] = [
  { kind: 'p2p', subject: 'P2PIncoming' },
  { kind: 'ready', subject: 'ReadyToKeygen' },
]

export class NatsBus implements Bus {
  readonly #link: Link
  readonly #self: string
  readonly #queue: DeliveryQueue
  readonly #outcomes: OutcomePublisher
  readonly #instructions: InstructionConsumer | null
  readonly #handlers = new Set<Handler>()
  readonly #askers = new Set<{ readonly handler: AskHandler }>()
  #node: { closing: Promise<void> | null } | null = null
  #closing: Promise<void> | null = null
  #counts = { delivered: 0, unheard: 0, handlerErrors: 0, events: 0 }

  /**
   * One TCP connection, made again for ever once it stood.
   *
   * @throws (rejects with) ERR_CONFIG or ERR_INVALID_ARGUMENT with the option's name; ERR_BUS when no server answers or none takes this user
   */
  static async connect(options: NatsBusOptions): Promise<NatsBus> {
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    assertValidatorId(options.self, 'self')
    return new NatsBus(await Link.open(settingsOf(options.self, options)), options.instructions !== false)
  }

  private constructor(link: Link, instructions: boolean) {
    this.#link = link
    this.#self = link.settings.self
    this.#queue = new DeliveryQueue(link.settings, () => link.droppedIncoming())
    this.#outcomes = new OutcomePublisher(link)
    this.#instructions = instructions
      ? new InstructionConsumer(link, (bytes, from) => this.#deliver('MultisigInstruction', bytes, from))
      : null
  }

  get connected(): boolean {
    return this.#link.connected
  }

  /** The broker's `max_payload`. */
  get maxMessageBytes(): number {
    return this.#link.maxPayload
  }

  /** Why this bus does not carry everything; empty: it does. */
  readiness(): readonly string[] {
    const reasons = this.#link.connected ? [] : ['no connection to the broker']
    for (const subject of this.#link.refused()) reasons.push(`the broker does not let this node subscribe to ${subject}`)
    const instructions = this.#instructions?.reason ?? null
    return instructions === null ? reasons : [...reasons, instructions]
  }

  /** @throws (rejects with) ERR_INVALID_ARGUMENT field `self`: another node's id, or connected already; ERR_CLOSED */
  async connect(self: string): Promise<ExtendedBusConnection> {
    this.#assertOpen()
    assertValidatorId(self, 'self')
    if (self !== this.#self) throw invalidArgument('self', `must be the node of this connection, ${this.#self}`)
    if (this.#node !== null) throw invalidArgument('self', 'is connected already')
    const node: { closing: Promise<void> | null } = { closing: null }
    this.#node = node
    const ends = this.#listen()
    // The broker has the subscriptions when the caller has the connection: what is published from now on arrives.
    await this.#link.settled()
    const assertOpen = (): void => {
      if (node.closing !== null || this.#closing !== null) throw new QuorateError('ERR_CLOSED')
    }
    const link = this.#link
    return Object.freeze({
      get maxMessageBytes(): number {
        return link.maxPayload
      },
      publish: (subject: PublishSubject, to: string | null, bytes: Uint8Array): void => {
        assertOpen()
        this.#publish(subject, to, bytes)
      },
      subscribe: (subject: SubscribeSubject, handler: (bytes: Uint8Array, from?: string) => void): (() => void) => {
        assertOpen()
        return this.#subscribe(subject, handler)
      },
      close: (): Promise<void> => {
        node.closing ??= this.#closeNode(node, ends)
        return node.closing
      },
    })
  }

  /**
   * Resolves when the broker has stored it, however often that takes.
   *
   * @throws (rejects with) ERR_TOO_LARGE, ERR_BUS, ERR_CLOSED
   */
  publishOutcome(bytes: Uint8Array): Promise<void> {
    return this.#outcomes.publish(bytes)
  }

  /** @throws ERR_INVALID_ARGUMENT field `bytes`, ERR_TOO_LARGE, ERR_CLOSED */
  publishProgress(bytes: Uint8Array): void {
    this.#assertOpen()
    assertBytes(bytes, 'bytes')
    this.#link.publish(this.#link.settings.subjects.of(this.#self, 'progress'), bytes)
  }

  /** Returns the function that ends it. */
  onAsk(handler: AskHandler): () => void {
    this.#assertOpen()
    if (typeof handler !== 'function') throw invalidArgument('handler', 'must be a function')
    const asker = { handler }
    this.#askers.add(asker)
    return () => {
      this.#askers.delete(asker)
    }
  }

  stats(): NatsBusStats {
    return {
      connected: this.connected,
      ...this.#link.stats(),
      ...this.#counts,
      issues: this.#link.issues.counts(),
      pending: this.#queue.messages,
      pendingBytes: this.#queue.bytes,
      instructions: this.#instructions?.received ?? 0,
      outcomes: this.#outcomes.published,
      outcomesWaiting: this.#outcomes.waiting,
    }
  }

  /** Lets out what was published and hands over what arrived, for a few seconds at most; then ends the connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#instructions?.close()
    await this.#link.close(async () => {
      await Promise.all([this.#queue.drained(), this.#outcomes.drained()])
    })
    this.#outcomes.close()
    this.#queue.clear()
    this.#endHandlers()
  }

  async #closeNode(node: { closing: Promise<void> | null }, ends: readonly (() => void)[]): Promise<void> {
    await this.#link.settled()
    await this.#queue.drained()
    for (const end of ends) end()
    this.#endHandlers()
    if (this.#node === node) this.#node = null
  }

  #endHandlers(): void {
    for (const handler of this.#handlers) handler.active = false
    this.#handlers.clear()
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new QuorateError('ERR_CLOSED')
  }

  #listen(): (() => void)[] {
    const { subjects } = this.#link.settings
    const ends = HEARD.flatMap(({ kind, subject }) =>
      [subjects.fromAny(kind), subjects.fromAny(kind, this.#self)].map((name) =>
        this.#link.subscribe(name, (message) => this.#arrived(message, (bytes, from) => this.#deliver(subject, bytes, from))),
      ),
    )
    ends.push(
      this.#link.subscribe(subjects.fromAny('ask'), (message) => this.#arrived(message, (bytes, from) => void this.#answer(bytes, from))),
    )
    return ends
  }

  #arrived(message: Msg, deliver: (bytes: Uint8Array, from: string) => void): void {
    const from = this.#link.settings.subjects.senderOf(message.subject)
    // A copy: a small message would keep the whole block that the socket read.
    if (from !== null) this.#queue.push(from, copyBytes(message.data), deliver)
  }

  #publish(subject: PublishSubject, to: string | null, bytes: Uint8Array): void {
    assertPublishSubject(subject)
    if (to !== null) assertValidatorId(to, 'to')
    if (to === this.#self) throw invalidArgument('to', 'must not be the sender')
    if (HEARD_AS[subject] === null && to !== null) throw invalidArgument('to', `must be null: ${subject} has no addressee`)
    assertBytes(bytes, 'bytes')
    this.#link.publish(this.#link.settings.subjects.of(this.#self, KIND_OF[subject], to), bytes)
    if (subject === 'MultisigEvent') this.#counts.events++
  }

  #subscribe(subject: SubscribeSubject, handle: Handler['handle']): () => void {
    assertSubscribeSubject(subject)
    if (typeof handle !== 'function') throw invalidArgument('handler', 'must be a function')
    const handler: Handler = { subject, handle, active: true }
    this.#handlers.add(handler)
    // Taken before anybody hears them, instructions would be acknowledged and lost.
    if (subject === 'MultisigInstruction') this.#instructions?.start()
    return () => {
      handler.active = false
      this.#handlers.delete(handler)
    }
  }

  #deliver(subject: SubscribeSubject, bytes: Uint8Array, from: string): void {
    let heard = false
    for (const handler of [...this.#handlers]) {
      if (handler.subject !== subject || !handler.active) continue
      heard = true
      this.#counts.delivered++
      this.#contain(() => handler.handle(copyBytes(bytes), from))
    }
    if (!heard) this.#counts.unheard++
  }

  async #answer(bytes: Uint8Array, operator: string): Promise<void> {
    for (const { handler } of [...this.#askers]) {
      try {
        const answer = await handler(operator, copyBytes(bytes))
        if (answer !== null && !this.#link.closed) {
          this.#link.publish(this.#link.settings.subjects.of(this.#self, 'answer', operator), answer)
        }
      } catch {
        this.#counts.handlerErrors++
      }
    }
  }

  /** What throws in a handler is counted: the socket's reader is above it. */
  #contain(call: () => unknown): void {
    const count = (): void => {
      this.#counts.handlerErrors++
    }
    try {
      const result = call()
      // An async function fits a handler's type: its rejection would be nobody's.
      if (result instanceof Promise) result.catch(count)
    } catch {
      count()
    }
  }
}
