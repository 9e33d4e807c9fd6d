/**
 * A bus inside one process, for tests, demonstrations and embedders that run a whole group in one place. It behaves like a broker where that
 * matters: bytes are copied in and out, delivery is later and never re-entrant, and a flood is dropped instead of eating memory.
 *
 * Order: one queue for the whole hub, so everybody sees messages in the order in which they were published. Deliveries run from `setImmediate`
 * and not from microtasks: nodes that answer each other without end would otherwise never let timers, sockets and worker results through.
 *
 * Bounds: a recipient holds at most `maxPendingMessages` undelivered messages and `maxPendingBytes` bytes (a broadcast counts for each recipient,
 * though its bytes exist once); beyond that a message is dropped for that recipient and counted, as a slow consumer's is at a broker.
 */
import { assertBytes, assertInteger, copyBytes } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'
import { assertValidatorId, type Bus, type BusConnection } from './contract.ts'
import { assertPublishSubject, assertSubscribeSubject, HEARD_AS, type PublishSubject, type SubscribeSubject } from './subjects.ts'

export interface MemoryBusOptions {
  /** a recipient's undelivered messages, default 65,536 */
  readonly maxPendingMessages?: number
  /** a recipient's undelivered bytes, default 64 MiB */
  readonly maxPendingBytes?: number
  /** one message, default 64 MiB, what the largest frame needs; a larger one is refused with ERR_TOO_LARGE */
  readonly maxMessageBytes?: number
}

export interface MemoryBusStats {
  readonly connections: number
  /** waiting for delivery, counted once a recipient */
  readonly pending: number
  /** handed to a subscriber's handler */
  readonly delivered: number
  /** dropped: over a bound, or no such node */
  readonly dropped: number
  /** arrived where nobody subscribed to the subject */
  readonly unheard: number
  /** handlers that threw or rejected */
  readonly handlerErrors: number
  /** MultisigEvents published */
  readonly events: number
}

/** How many messages one turn of the event loop delivers: enough to amortise the turn, few enough to let other work in between. */
const DELIVERIES_PER_TURN = 128

interface Subscription {
  readonly subject: SubscribeSubject
  readonly handler: (bytes: Uint8Array) => void
  active: boolean
}

/** What the hub knows of one node. Never handed to another. */
interface Member {
  readonly subscriptions: Set<Subscription>
  /** false: accepts nothing more and finishes what it has */
  open: boolean
  pendingMessages: number
  pendingBytes: number
}

type Observer = (from: string, bytes: Uint8Array) => void

type Entry =
  | { readonly type: 'message'; readonly to: Member; readonly subject: SubscribeSubject; readonly bytes: Uint8Array }
  | { readonly type: 'event'; readonly from: string; readonly bytes: Uint8Array }
  /** all that was published before has been delivered */
  | { readonly type: 'mark'; readonly reached: () => void }

export class MemoryBus implements Bus {
  readonly #members = new Map<string, Member>()
  readonly #observers = new Set<{ readonly observer: Observer }>()
  readonly #maxPendingMessages: number
  readonly #maxPendingBytes: number
  readonly #maxMessageBytes: number
  #queue: (Entry | undefined)[] = []
  /** place of the next entry to deliver: shifting a long array for each message would be quadratic */
  #head = 0
  #scheduled = false
  #closed: Promise<void> | null = null
  #counts = { delivered: 0, dropped: 0, unheard: 0, handlerErrors: 0, events: 0 }

  /** @throws ERR_INVALID_ARGUMENT with field `options` or the option's name */
  constructor(options: MemoryBusOptions = {}) {
    if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
    this.#maxPendingMessages = limitOf(options.maxPendingMessages, 'maxPendingMessages', 65_536)
    this.#maxPendingBytes = limitOf(options.maxPendingBytes, 'maxPendingBytes', 64 * 1024 * 1024)
    this.#maxMessageBytes = limitOf(options.maxMessageBytes, 'maxMessageBytes', 64 * 1024 * 1024)
  }

  async connect(self: string): Promise<BusConnection> {
    this.#assertOpen()
    assertValidatorId(self, 'self')
    if (this.#members.has(self)) throw invalidArgument('self', 'is connected already')
    const member: Member = { subscriptions: new Set(), open: true, pendingMessages: 0, pendingBytes: 0 }
    this.#members.set(self, member)
    let closing: Promise<void> | null = null
    const assertOpen = (): void => {
      if (closing !== null || this.#closed !== null) throw new QuorateError('ERR_CLOSED')
    }
    // A connection is three closures: it holds the hub and its own member record, and no way to another node.
    return Object.freeze({
      publish: (subject: PublishSubject, to: string | null, bytes: Uint8Array): void => {
        assertOpen()
        this.#publish(self, subject, to, bytes)
      },
      subscribe: (subject: SubscribeSubject, handler: (bytes: Uint8Array) => void): (() => void) => {
        assertOpen()
        return subscribe(member, subject, handler)
      },
      close: (): Promise<void> => {
        closing ??= this.#closeMember(self, member)
        return closing
      },
    })
  }

  /**
   * An operator's instruction to one node: `MultisigInstruction` has no publisher among the nodes.
   *
   * @throws ERR_INVALID_ARGUMENT with field `to` or `bytes`; ERR_TOO_LARGE; ERR_CLOSED
   */
  instruct(to: string, bytes: Uint8Array): void {
    this.#assertOpen()
    assertValidatorId(to, 'to')
    this.#enqueue([this.#members.get(to)], 'MultisigInstruction', this.#copyIn(bytes))
  }

  /**
   * Hears every node's `MultisigEvent`: the application's end of that subject. On this bus it belongs to the hub and not to a connection,
   * so that no node can hear another's events. Returns the function that ends it.
   */
  observe(observer: Observer): () => void {
    this.#assertOpen()
    if (typeof observer !== 'function') throw invalidArgument('observer', 'must be a function')
    const entry = { observer }
    this.#observers.add(entry)
    return () => {
      this.#observers.delete(entry)
    }
  }

  stats(): MemoryBusStats {
    let pending = 0
    for (const member of this.#members.values()) pending += member.pendingMessages
    return { connections: this.#members.size, pending, ...this.#counts }
  }

  close(): Promise<void> {
    this.#closed ??= this.#drained().then(() => {
      for (const member of this.#members.values()) endSubscriptions(member)
      this.#members.clear()
      this.#observers.clear()
    })
    return this.#closed
  }

  #assertOpen(): void {
    if (this.#closed !== null) throw new QuorateError('ERR_CLOSED')
  }

  #publish(from: string, subject: PublishSubject, to: string | null, bytes: Uint8Array): void {
    assertPublishSubject(subject)
    if (to !== null) assertValidatorId(to, 'to')
    if (to === from) throw invalidArgument('to', 'must not be the sender')
    const heardAs = HEARD_AS[subject]
    if (heardAs === null) {
      if (to !== null) throw invalidArgument('to', `must be null: ${subject} has no addressee`)
      const copy = this.#copyIn(bytes)
      this.#counts.events++
      // Without an observer the count is all that is left of it: keeping events for one that may never come would be a leak.
      if (this.#observers.size > 0) this.#push({ type: 'event', from, bytes: copy })
      return
    }
    const copy = this.#copyIn(bytes)
    const recipients: (Member | undefined)[] = []
    if (to !== null) recipients.push(this.#members.get(to))
    else for (const [id, member] of this.#members) if (id !== from) recipients.push(member)
    this.#enqueue(recipients, heardAs, copy)
  }

  /** One copy at publish, held by nobody but the queue; each handler gets its own from it at delivery. */
  #copyIn(bytes: Uint8Array): Uint8Array {
    assertBytes(bytes, 'bytes')
    if (bytes.length > this.#maxMessageBytes) throw new QuorateError('ERR_TOO_LARGE', { field: 'bytes' })
    return copyBytes(bytes)
  }

  #enqueue(recipients: readonly (Member | undefined)[], subject: SubscribeSubject, bytes: Uint8Array): void {
    for (const to of recipients) {
      if (
        to === undefined ||
        !to.open ||
        to.pendingMessages >= this.#maxPendingMessages ||
        to.pendingBytes + bytes.length > this.#maxPendingBytes
      ) {
        this.#counts.dropped++
        continue
      }
      to.pendingMessages++
      to.pendingBytes += bytes.length
      this.#push({ type: 'message', to, subject, bytes })
    }
  }

  #push(entry: Entry): void {
    this.#queue.push(entry)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#deliverTurn()
    })
  }

  #deliverTurn(): void {
    // What the handlers publish now is for a later turn.
    const end = Math.min(this.#queue.length, this.#head + DELIVERIES_PER_TURN)
    while (this.#head < end) {
      const entry = this.#queue[this.#head]
      this.#queue[this.#head++] = undefined
      if (entry !== undefined) this.#deliver(entry)
    }
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    if (this.#head < this.#queue.length) this.#schedule()
  }

  #deliver(entry: Entry): void {
    switch (entry.type) {
      case 'mark':
        entry.reached()
        return
      case 'event':
        for (const { observer } of [...this.#observers]) this.#contain(() => observer(entry.from, copyBytes(entry.bytes)))
        return
      case 'message': {
        const { to, subject, bytes } = entry
        to.pendingMessages--
        to.pendingBytes -= bytes.length
        let heard = false
        for (const subscription of [...to.subscriptions]) {
          if (subscription.subject !== subject || !subscription.active) continue
          heard = true
          this.#counts.delivered++
          this.#contain(() => subscription.handler(copyBytes(bytes)))
        }
        if (!heard) this.#counts.unheard++
        return
      }
      default:
        entry satisfies never
    }
  }

  /** One node's fault must not stop the delivery to the others, nor end the process they share. */
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

  #drained(): Promise<void> {
    return new Promise((reached) => {
      this.#push({ type: 'mark', reached })
    })
  }

  async #closeMember(self: string, member: Member): Promise<void> {
    member.open = false
    await this.#drained()
    endSubscriptions(member)
    // The bus may have been closed, and cannot have been joined again under this id, meanwhile.
    if (this.#members.get(self) === member) this.#members.delete(self)
  }
}

function limitOf(value: number | undefined, field: string, fallback: number): number {
  if (value === undefined) return fallback
  assertInteger(value, field, 1, Number.MAX_SAFE_INTEGER)
  return value
}

function subscribe(member: Member, subject: SubscribeSubject, handler: (bytes: Uint8Array) => void): () => void {
  assertSubscribeSubject(subject)
  if (typeof handler !== 'function') throw invalidArgument('handler', 'must be a function')
  const subscription: Subscription = { subject, handler, active: true }
  member.subscriptions.add(subscription)
  return () => {
    subscription.active = false
    member.subscriptions.delete(subscription)
  }
}

function endSubscriptions(member: Member): void {
  member.open = false
  for (const subscription of member.subscriptions) subscription.active = false
  member.subscriptions.clear()
}
