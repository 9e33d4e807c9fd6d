/** Exit codes, as sysexits.h has them where it has any, and the line of JSON that goes with a refusal. */
import { CommanderError } from 'commander'
import { type ErrorCode, QuorateError } from '../errors.ts'

export const EXIT = {
  ok: 0,
  /** a ceremony failed, or a signature does not verify */
  failure: 1,
  usage: 2,
  /** EX_TEMPFAIL: nothing was sent, the same command may work later */
  unavailable: 75,
  /** EX_CONFIG */
  configuration: 78,
  /** 128 + SIGINT */
  interrupted: 130,
} as const

/** The line on stdout when a command under --json was refused or interrupted. */
export interface ErrorJson {
  readonly schema: 'quorate.error/1'
  /** ERR_INTERNAL: a fault of ours, exit code 1; the stack is on stderr */
  readonly code: ErrorCode | 'ERR_INTERNAL'
  readonly field?: string
  readonly message: string
}

/** Codes that are about this machine or its configuration, and those that may be gone in a moment; other codes are the caller's doing. */
const CONFIGURATION: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_CONFIG',
  'ERR_KERNEL_INTEGRITY',
  'ERR_KERNEL_UNAVAILABLE',
  'ERR_STORE',
  'ERR_STORE_LOCKED',
  'ERR_PASSPHRASE',
])
const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_BUS',
  'ERR_POOL_BUSY',
  'ERR_POOL_CLOSED',
  'ERR_WORKER_LOST',
  'ERR_CLOSED',
])

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.usage
  if (!(error instanceof QuorateError)) return EXIT.failure
  if (error.code === 'ERR_ABORTED') return EXIT.interrupted
  if (CONFIGURATION.has(error.code)) return EXIT.configuration
  return UNAVAILABLE.has(error.code) ? EXIT.unavailable : EXIT.usage
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error of the library under the name that the command line has for the thing. */
export function renamed(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof QuorateError) || error.field !== from) return error
  const message = error.message.startsWith(`${from}: `) ? error.message.slice(from.length + 2) : error.message
  return new QuorateError(error.code, { field: to, message, cause: error })
}

export function errorJson(error: unknown): ErrorJson {
  const line = { schema: 'quorate.error/1', message: messageOf(error) } as const
  if (error instanceof QuorateError) return { ...line, code: error.code, ...(error.field === undefined ? {} : { field: error.field }) }
  if (error instanceof CommanderError) return { ...line, code: 'ERR_INVALID_ARGUMENT', ...fieldOf(error) }
  return { ...line, code: 'ERR_INTERNAL' }
}

/** "error: unknown option '--nodez'": the quoted word is what it is about, but for excess arguments, where it is the command's name. */
function fieldOf(error: CommanderError): { field?: string } {
  if (error.code === 'commander.excessArguments') return { field: 'arguments' }
  const quoted = /'(?:-+)?([\w-]+)[^']*'/.exec(error.message)?.[1]
  return quoted === undefined ? {} : { field: camelCase(quoted) }
}

export function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
