/** Hands events to any number of listeners; a slow listener loses its oldest events, nobody else's. */

import { type InnerEvent, outcomeOf } from '../ceremony/outcome.ts'
import { QuorateError } from '../errors.ts'
import { onAbort } from './abort.ts'

const CAPACITY = 4_096
/** Failures carry evidence: what a listener has not read yet is bounded in bytes as well. */
const CAPACITY_BYTES = 64 << 20

class Listener {
  readonly #queue: InnerEvent[] = []
  #bytes = 0
  #wake: (() => void) | null = null
  #done = false

  /** How many events were lost for it: the oldest go first, the newest never. */
  push(event: InnerEvent): number {
    this.#queue.push(event)
    this.#bytes += evidenceBytes(event)
    let lost = 0
    while (this.#queue.length > 1 && (this.#queue.length > CAPACITY || this.#bytes > CAPACITY_BYTES)) {
      this.#take()
      lost += 1
    }
    this.#notify()
    return lost
  }

  end(): void {
    this.#done = true
    this.#notify()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<InnerEvent> {
    for (;;) {
      const event = this.#take()
      if (event !== undefined) yield event
      else if (this.#done) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #take(): InnerEvent | undefined {
    const event = this.#queue.shift()
    if (event !== undefined) this.#bytes -= evidenceBytes(event)
    return event
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
    for (const listener of this.#listeners) this.#dropped += listener.push(event)
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
    listeners.add(listener)
    const forget = onAbort(signal, end)
    if (signal?.aborted === true) end()
    const leave = (): void => {
      forget()
      end()
    }
    // Not a generator: one that is left before its first event would never run its `finally`, and hold events for nobody.
    return {
      [Symbol.asyncIterator]() {
        const events = listener[Symbol.asyncIterator]()
        return {
          async next() {
            const result = await events.next()
            if (result.done === true) leave()
            return result
          },
          async return() {
            leave()
            return { done: true, value: undefined }
          },
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

function evidenceBytes(event: InnerEvent): number {
  const outcome = outcomeOf(event)
  if (outcome?.status !== 'failure') return 0
  return outcome.blamed.reduce((sum, { evidence }) => sum + evidence.length, 0)
}
