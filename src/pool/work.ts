/**
 * What is asked of a thread and what it answers. An error loses its class and code when it crosses, so nothing is thrown across: a failure is a
 * value, and becomes a `QuorateError` on the caller's side.
 */
import type { JobName } from '../crypto/jobs/contract.ts'
import { type ErrorCode, QuorateError } from '../errors.ts'
import type { KernelOperation } from '../kernel/contract.ts'

/** What one caller asks for, as plain data. That the arguments fit the name is checked where the work is submitted. */
export type SingleWork =
  | { readonly type: 'job'; readonly name: JobName; readonly args: unknown }
  | { readonly type: 'operation'; readonly name: KernelOperation; readonly args: readonly unknown[] }
  /** is the thread up and its kernel sound? */
  | { readonly type: 'ping' }

/** What a thread is asked for: also many jobs of one name in one message, each with an outcome of its own; the value is their list. */
export type Work = SingleWork | { readonly type: 'jobs'; readonly name: JobName; readonly list: readonly unknown[] }

export interface Failure {
  readonly ok: false
  readonly code: ErrorCode
  readonly field: string | null
  readonly message: string
}

export type Outcome = { readonly ok: true; readonly value: unknown } | Failure

/** `id` comes back with the answer: an answer to other work is never taken for this one's. */
export interface Request {
  readonly id: number
  readonly work: Work
}

export interface Response {
  readonly id: number
  readonly outcome: Outcome
}

/** A QuorateError crosses as it is; anything else is a fault of the code, of which only the class and the place are told: its text may quote data. */
export function failureOf(error: unknown): Failure {
  if (error instanceof QuorateError) {
    const field = error.field ?? null
    const prefix = field === null ? '' : `${field}: `
    const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message
    return { ok: false, code: error.code, field, message }
  }
  const name = error instanceof Error ? error.name : typeof error
  const place = error instanceof Error ? /^ +at .*$/m.exec(error.stack ?? '')?.[0].trim() : undefined
  return { ok: false, code: 'ERR_WORKER_LOST', field: null, message: `the work ended unexpectedly: ${name} ${place ?? ''}`.trimEnd() }
}

export function errorOf({ code, field, message }: Failure): QuorateError {
  return new QuorateError(code, field === null ? { message } : { field, message })
}
