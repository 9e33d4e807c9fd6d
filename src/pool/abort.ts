/**
 * Who waits for which signal. One signal may stand behind thousands of pending pieces of work (a client's own signal does): a listener each would
 * be a warning from Node at the eleventh, so there is one a signal, for as long as somebody waits.
 */
interface Watch {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

export class AbortWatch {
  readonly #watches = new Map<AbortSignal, Watch>()

  /** Calls back at most once; returns the function that gives the callback back. */
  add(signal: AbortSignal, callback: () => void): () => void {
    const watch = this.#watches.get(signal) ?? this.#listen(signal)
    watch.callbacks.add(callback)
    return () => {
      watch.callbacks.delete(callback)
      if (watch.callbacks.size === 0 && this.#watches.get(signal) === watch) this.#forget(signal, watch)
    }
  }

  #listen(signal: AbortSignal): Watch {
    const callbacks = new Set<() => void>()
    const listener = (): void => {
      this.#watches.delete(signal)
      for (const callback of callbacks) callback()
    }
    const watch: Watch = { callbacks, listener }
    this.#watches.set(signal, watch)
    signal.addEventListener('abort', listener, { once: true })
    return watch
  }

  #forget(signal: AbortSignal, watch: Watch): void {
    this.#watches.delete(signal)
    signal.removeEventListener('abort', watch.listener)
  }
}
