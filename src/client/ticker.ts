/** The periodic cleanup, earlier when something is due sooner. */

/** Work that is left over by one round is taken up soon, but not at once: messages and results come in between. */
const SHORTEST_MS = 5

export class Ticker {
  readonly #tick: () => unknown
  readonly #delay: () => number
  readonly #needed: () => boolean
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  /**
   * @param delay milliseconds until the next tick
   * @param needed whether the process has to live until then
   */
  constructor(tick: () => unknown, delay: () => number, needed: () => boolean) {
    this.#tick = tick
    this.#delay = delay
    this.#needed = needed
  }

  start(): void {
    if (this.#stopped) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#tick()
        this.start()
      },
      Math.max(SHORTEST_MS, this.#delay()),
    )
    this.update()
  }

  /** Whether it is needed has changed. */
  update(): void {
    if (this.#needed()) this.#timer?.ref()
    else this.#timer?.unref()
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
