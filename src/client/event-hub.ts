/** Hands events to any number of listeners; a slow listener loses its oldest events, nobody else's. */

import type { InnerEvent } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'

const CAPACITY = 4_096

class Listener {
  readonly #queue: InnerEvent[] = []
  #wake: (() => void) | null = null
  #done = false

  push(event: InnerEvent): boolean {
    this.#queue.push(event)
    const lost = this.#queue.length > CAPACITY
    if (lost) this.#queue.shift()
    this.#notify()
    return lost
  }

  end(): void {
    this.#done = true
    this.#notify()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<InnerEvent> {
    for (;;) {
      const event = this.#queue.shift()
      if (event !== undefined) yield event
      else if (this.#done) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #notify(): void {
    this.#wake?.()
    this.#wake = null
  }
}

export class EventHub {
  readonly #listeners = new Set<Listener>()
  #dropped = 0
  #closed = false

  /** events that slow listeners lost */
  get dropped(): number {
    return this.#dropped
  }

  emit(event: InnerEvent): void {
    for (const listener of this.#listeners) if (listener.push(event)) this.#dropped += 1
  }

  /** Listens from the call on, not from the first `next`. Ends at close or when the signal aborts. */
  listen(signal?: AbortSignal): AsyncIterable<InnerEvent> {
    if (this.#closed) throw new QuorateError('ERR_CLOSED')
    const listener = new Listener()
    const listeners = this.#listeners
    const end = (): void => {
      listeners.delete(listener)
      listener.end()
    }
    if (signal?.aborted === true) end()
    else {
      listeners.add(listener)
      signal?.addEventListener('abort', end, { once: true })
    }
    return {
      async *[Symbol.asyncIterator]() {
        try {
          yield* listener
        } finally {
          signal?.removeEventListener('abort', end)
          end()
        }
      },
    }
  }

  close(): void {
    this.#closed = true
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }
}
