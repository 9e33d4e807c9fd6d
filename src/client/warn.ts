/** What an operator should hear and no caller is there to be told. */
import { QuorateError } from '../errors.ts'

/** On stderr, or through `process.on('warning')`. Messages of QuorateError hold no secrets; others are not shown. */
export function warn(what: string, error?: unknown): void {
  process.emitWarning(error === undefined ? what : `${what}: ${reasonOf(error)}`, 'QuorateWarning')
}

function reasonOf(error: unknown): string {
  if (error instanceof QuorateError) return `${error.code} ${error.message}`
  return error instanceof Error ? error.name : typeof error
}
