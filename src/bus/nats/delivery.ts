/**
 * What the socket brought and no handler has seen yet. The library calls back while it parses, as fast as the socket gives, and holds nothing
 * itself: without a queue of ours a flood would either starve everything else or pile up at the broker, which then cuts off the connection, and
 * honest messages would wait behind the flood. So arrival is cheap and delivery takes turns:
 *
 * - a queue for each sender, one message from each in turn: who floods waits for itself;
 * - bounds over all queues; beyond them the oldest message of the sender who holds most is dropped and counted;
 * - deliveries run from `setImmediate`, for a slice of time: timers, sockets and worker results go on.
 */
export interface DeliveryLimits {
  readonly maxPendingMessages: number
  readonly maxPendingBytes: number
}

interface Entry {
  readonly bytes: Uint8Array
  readonly deliver: (bytes: Uint8Array, from: string) => void
}

interface Peer {
  readonly from: string
  entries: (Entry | undefined)[]
  /** place of the oldest: shifting a long array for each message would be quadratic */
  head: number
  bytes: number
}

const DELIVERIES_PER_TURN = 128
const TURN_MS = 4
/** Names that hold something. A broker that pins no sender lets one peer invent names; looking for the largest must stay cheap. */
const MAX_PEERS = 1_024

export class DeliveryQueue {
  readonly #limits: DeliveryLimits
  readonly #dropped: () => void
  readonly #peers = new Map<string, Peer>()
  #messages = 0
  #bytes = 0
  #scheduled = false
  #idle: (() => void)[] = []

  /** @param dropped called for each message that is dropped */
  constructor(limits: DeliveryLimits, dropped: () => void) {
    this.#limits = limits
    this.#dropped = dropped
  }

  get messages(): number {
    return this.#messages
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @param bytes the queue's own from now on */
  push(from: string, bytes: Uint8Array, deliver: Entry['deliver']): void {
    let peer = this.#peers.get(from)
    if (bytes.length > this.#limits.maxPendingBytes || (peer === undefined && this.#peers.size >= MAX_PEERS)) {
      this.#dropped()
      return
    }
    if (peer === undefined) {
      peer = { from, entries: [], head: 0, bytes: 0 }
      this.#peers.set(from, peer)
    }
    peer.entries.push({ bytes, deliver })
    peer.bytes += bytes.length
    this.#messages++
    this.#bytes += bytes.length
    while (this.#messages > this.#limits.maxPendingMessages) this.#dropOldest((other) => other.entries.length - other.head)
    while (this.#bytes > this.#limits.maxPendingBytes) this.#dropOldest((other) => other.bytes)
    this.#schedule()
  }

  /** Resolves when everything that is in it now, and what comes meanwhile, is delivered. */
  drained(): Promise<void> {
    if (this.#messages === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle.push(resolve)
    })
  }

  clear(): void {
    this.#peers.clear()
    this.#messages = 0
    this.#bytes = 0
    this.#wake()
  }

  #dropOldest(size: (peer: Peer) => number): void {
    let largest: Peer | undefined
    for (const peer of this.#peers.values()) if (largest === undefined || size(peer) > size(largest)) largest = peer
    if (largest !== undefined && this.#take(largest) !== undefined) this.#dropped()
  }

  #take(peer: Peer): Entry | undefined {
    const entry = peer.entries[peer.head]
    if (entry === undefined) return undefined
    peer.entries[peer.head++] = undefined
    peer.bytes -= entry.bytes.length
    this.#messages--
    this.#bytes -= entry.bytes.length
    if (peer.head === peer.entries.length) this.#peers.delete(peer.from)
    else if (peer.head >= 64 && peer.head * 2 >= peer.entries.length) {
      peer.entries = peer.entries.slice(peer.head)
      peer.head = 0
    }
    return entry
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#turn()
      if (this.#messages > 0) this.#schedule()
      else this.#wake()
    })
  }

  #turn(): void {
    const until = performance.now() + TURN_MS
    for (let left = DELIVERIES_PER_TURN; left > 0; left--) {
      const [peer] = this.#peers.values()
      const entry = peer === undefined ? undefined : this.#take(peer)
      if (peer === undefined || entry === undefined) return
      if (this.#peers.delete(peer.from)) this.#peers.set(peer.from, peer)
      entry.deliver(entry.bytes, peer.from)
      if (performance.now() > until) return
    }
  }

  #wake(): void {
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
