/** Whoever has called and waits for the outcome of a ceremony, and whoever waits for all of them to be over. */
import type { AnyOutcome } from '../ceremony/outcome.ts'
import type { CeremonyId } from '../wire/message.ts'
import { onAbort } from './abort.ts'

export class Callers {
  readonly #settle = new Map<CeremonyId, (outcome: AnyOutcome) => void>()
  #onIdle: (() => void) | null = null

  /** Ids are one number space, so the outcome of this id is of the kind that was asked for. @param abort what the signal does */
  wait<Outcome extends AnyOutcome>(id: CeremonyId, abort: () => void, signal?: AbortSignal): Promise<Outcome> {
    const forget = onAbort(signal, abort)
    return new Promise<Outcome>((resolve) => {
      this.#settle.set(id, (ended) => {
        forget()
        resolve(ended as Outcome)
      })
    })
  }

  settle(outcome: AnyOutcome): void {
    const settle = this.#settle.get(outcome.ceremonyId)
    this.#settle.delete(outcome.ceremonyId)
    settle?.(outcome)
  }

  /** Until `idle` is called, or for so long. */
  untilIdle(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(resolve, milliseconds)
      this.#onIdle = () => {
        clearTimeout(timeout)
        resolve()
      }
    })
  }

  idle(): void {
    this.#onIdle?.()
  }
}
