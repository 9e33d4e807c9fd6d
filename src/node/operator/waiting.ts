/** Waits for something that a subscription brings, no longer than allowed, and ends the subscription whatever happens. */
import { QuorateError } from '../../errors.ts'

export interface Patience {
  readonly milliseconds: number
  readonly signal?: AbortSignal | undefined
}

/**
 * @param begin is given what ends the wait, and what fails it; returns what ends the subscription
 * @returns what `done` was given; undefined when time was up
 * @throws (rejects with) ERR_ABORTED, or what `fail` was given
 */
export function waiting<Result>(
  { milliseconds, signal }: Patience,
  begin: (done: (result: Result) => void, fail: (error: unknown) => void) => () => void,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    let stop = (): void => {}
    let ended = false
    const end = (settle: () => void): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      stop()
      settle()
    }
    const abort = (): void => end(() => reject(new QuorateError('ERR_ABORTED', { message: 'interrupted' })))
    const timer = setTimeout(() => end(() => resolve(undefined)), milliseconds)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const begun = begin(
        (result) => end(() => resolve(result)),
        (error) => end(() => reject(error)),
      )
      // It may be over already.
      if (ended) begun()
      else stop = begun
      if (signal?.aborted === true) abort()
    } catch (error) {
      end(() => reject(error))
    }
  })
}
