/** What went wrong here and cannot be anybody's answer. */
import { QuorateError } from '../errors.ts'

/** Operators see it on stderr or through `process.on('warning')`; messages of QuorateError hold no secrets, others are not shown. */
export function warn(what: string, error: unknown): void {
  const why = error instanceof QuorateError ? `${error.code} ${error.message}` : error instanceof Error ? error.name : typeof error
  process.emitWarning(`${what}: ${why}`, 'QuorateWarning')
}
