/**
 * A node's bus, counted, and with a gate: instructions are not asked for until the node has looked around. A second process with our identity would
 * otherwise take instructions away from the first, and begin ceremonies in its name, before either noticed the other.
 */
import { type Bus, type BusConnection, maxMessageBytesOf } from '../bus/contract.ts'
import type { PublishSubject, SubscribeSubject } from '../bus/subjects.ts'

type Handler = Parameters<BusConnection['subscribe']>[1]

export interface MessageCounts {
  readonly sent: Readonly<Record<PublishSubject, number>>
  readonly received: Readonly<Record<SubscribeSubject, number>>
}

export class GatedBus implements Bus {
  readonly #bus: Bus
  #waiting: (() => void)[] | null = []
  readonly #sent: Record<PublishSubject, number> = { P2P: 0, ReadyToKeygen: 0, MultisigEvent: 0 }
  readonly #received: Record<SubscribeSubject, number> = { P2PIncoming: 0, ReadyToKeygen: 0, MultisigInstruction: 0 }

  constructor(bus: Bus) {
    this.#bus = bus
  }

  counts(): MessageCounts {
    return { sent: this.#sent, received: this.#received }
  }

  /** From now on instructions are asked for. */
  open(): void {
    const acts = this.#waiting ?? []
    this.#waiting = null
    for (const act of acts) act()
  }

  async connect(self: string): Promise<BusConnection> {
    const connection = await this.#bus.connect(self)
    const gated = {
      publish: (subject, to, bytes) => {
        connection.publish(subject, to, bytes)
        this.#sent[subject] += 1
      },
      subscribe: (subject, handler) => this.#subscribe(connection, subject, handler),
      close: () => connection.close(),
    } satisfies BusConnection
    // Of the connection underneath, whose limit may change when it is made anew.
    return Object.defineProperty<BusConnection>(gated, 'maxMessageBytes', { get: () => maxMessageBytesOf(connection), enumerable: true })
  }

  close(): Promise<void> {
    return this.#bus.close()
  }

  #subscribe(connection: BusConnection, subject: SubscribeSubject, handler: Handler): () => void {
    const subscribe = (): (() => void) =>
      connection.subscribe(subject, (bytes: Uint8Array, ...more: readonly unknown[]) => {
        this.#received[subject] += 1
        // With all that this bus tells, and the promise, if it is one, for it to contain.
        return Reflect.apply(handler, undefined, [bytes, ...more])
      })
    if (subject !== 'MultisigInstruction') return subscribe()
    let wanted = true
    let end = (): void => {}
    this.#whenOpen(() => {
      if (wanted) end = subscribe()
    })
    return () => {
      wanted = false
      end()
    }
  }

  #whenOpen(act: () => void): void {
    if (this.#waiting === null) act()
    else this.#waiting.push(act)
  }
}
