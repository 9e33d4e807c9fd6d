/** What an AbortSignal does to a caller that waits. */
import { setMaxListeners } from 'node:events'
import { QuorateError } from '../errors.ts'

/** @throws ERR_ABORTED */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new QuorateError('ERR_ABORTED')
}

/**
 * Returns the function that ends the listening. One signal may well guard thousands of ceremonies; each listener leaves with its outcome, so
 * their number is no leak and Node need not warn.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {}
  setMaxListeners(0, signal)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/** Waits for the promise. @throws (rejects with) ERR_ABORTED as soon as the signal aborts, and what the promise rejects with */
export async function untilAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  assertNotAborted(signal)
  let forget = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(new QuorateError('ERR_ABORTED')))
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    forget()
  }
}
