/**
 * JSON lines, one an event, to stderr or a file. What a line may hold is decided here, once: no bytes at all, since all secrets of this program are
 * bytes, and of errors that are not our own no message, since it may quote what it was about.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { type DestinationStream, pino } from 'pino'
import { invalidArgument, QuorateError } from '../errors.ts'
import type { Config } from './config/schema.ts'
import { LOG_LEVELS } from './config/sections.ts'

type Write = (fields: object, message: string) => void

export interface NodeLog {
  readonly fatal: Write
  readonly error: Write
  readonly warn: Write
  readonly info: Write
  readonly debug: Write
}

export interface OpenLog {
  readonly log: NodeLog
  /** after the file was moved away: goes on in a new one of the old name */
  reopen(): void
  close(): void
}

export interface LogOptions {
  readonly settings: Config['log']
  /** in every line */
  readonly fields: Readonly<Record<string, string>>
  /** in the place of stderr or the file */
  readonly stream?: DestinationStream
}

const STDERR = 2
/** Of one line, to a pipe that is full: its reader has this many chances. */
const MAX_WRITES = 1_000

/** @throws ERR_INVALID_ARGUMENT; ERR_CONFIG with field `log.file` */
export function openLog(options: LogOptions): OpenLog {
  assertLogOptions(options)
  const { settings, fields, stream } = options
  const { level, file } = settings
  const opened = stream === undefined ? new LineFile(file) : null
  const log = pino(
    {
      level,
      base: fields,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: plainFields },
      // The formatter has dealt with errors; the default serializer would print their messages and stacks.
      serializers: { error: (value: unknown) => value },
    },
    stream ?? opened ?? { write: () => {} },
  )
  return { log, reopen: () => opened?.reopen(), close: () => opened?.close() }
}

function assertLogOptions(options: LogOptions): void {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (!isObject(options)) throw invalidArgument('options', 'must be an object')
  if (!isObject(options.settings)) throw invalidArgument('settings', 'must be an object')
  if (!isObject(options.fields)) throw invalidArgument('fields', 'must be an object')
  const { level, file } = options.settings
  if (!LOG_LEVELS.includes(level)) throw invalidArgument('settings.level', `must be one of ${LOG_LEVELS.join(', ')}`)
  if (file !== undefined && typeof file !== 'string') throw invalidArgument('settings.file', 'must be a path')
}

/**
 * Synchronous: the last lines of a process that dies are the ones that are wanted. A line that cannot be written is lost: a full disk, or a reader of stderr that
 * is gone, must neither stop a node that signs nor keep one from ending.
 */
class LineFile implements DestinationStream {
  readonly #file: string | undefined
  #fd: number

  /** @throws ERR_CONFIG with field `log.file` */
  constructor(file: string | undefined) {
    this.#file = file
    this.#fd = file === undefined ? STDERR : openLines(file)
  }

  write(line: string): void {
    const bytes = Buffer.from(line)
    let written = 0
    for (let tries = 0; written < bytes.length && tries < MAX_WRITES; tries++) {
      try {
        written += writeSync(this.#fd, bytes, written)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return
      }
    }
  }

  reopen(): void {
    if (this.#file === undefined) return
    const before = this.#fd
    try {
      this.#fd = openLines(this.#file)
    } catch {
      // The old one goes on.
      return
    }
    closeSync(before)
  }

  close(): void {
    if (this.#fd === STDERR) return
    closeSync(this.#fd)
    this.#fd = STDERR
  }
}

/** @throws ERR_CONFIG with field `log.file` */
function openLines(file: string): number {
  try {
    return openSync(file, 'a', 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new QuorateError('ERR_CONFIG', { field: 'log.file', message: `cannot be written: ${code}` })
  }
}

function plainFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]: [string, unknown]) => [name, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return errorFields(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '<bytes>'
  if (Array.isArray(value)) return value.map(plainValue)
  if (value instanceof Map) return plainFields(Object.fromEntries(value))
  if (typeof value === 'object' && value !== null) return plainFields(value)
  return value
}

/** What may be told of an error: of one of ours everything, of the system's what it did, of all others where it happened. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (error instanceof QuorateError) {
    const { code, field, message } = error
    return { code, ...(field === undefined ? {} : { field }), message }
  }
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, syscall } = error as NodeJS.ErrnoException
  const stack = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line))
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof syscall === 'string' ? { syscall } : {}),
    stack: stack.map((line) => line.trim()),
  }
}
