/** Files that come from strangers: looked at before they are read, and read no further than what they may hold. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { copyBytes } from '../../bytes.ts'
import { invalidArgument, QuorateError } from '../../errors.ts'
import { parseRosterFile, type Roster } from '../../index.ts'

/** As `parseRosterFile`: a full roster of long ids, with generous white space. */
const MAX_ROSTER_BYTES = 1 << 22

export type FileRead =
  | { readonly status: 'read'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** nothing was read */
  | { readonly status: 'too-large'; readonly size: number }

/**
 * The whole of a regular file. What else has a name (a folder, a pipe, a device) is refused, and opened such that a pipe without a writer does not
 * hold us.
 *
 * @param field what the file is, on the command line
 * @throws ERR_INVALID_ARGUMENT with `field`
 */
export function readFileUpTo(path: string, field: string, maxBytes: number): FileRead {
  try {
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stat = fstatSync(file)
      if (!stat.isFile()) throw invalidArgument(field, `${path} is not a regular file`)
      if (stat.size > maxBytes) return { status: 'too-large', size: stat.size }
      const bytes = new Uint8Array(stat.size)
      let length = 0
      while (length < bytes.length) {
        const count = readSync(file, bytes, length, bytes.length - length, null)
        if (count === 0) break
        length += count
      }
      return { status: 'read', bytes: length === bytes.length ? bytes : copyBytes(bytes, 0, length) }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof QuorateError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw invalidArgument(field, `${path} cannot be read: ${code}`)
  }
}

/** @throws ERR_CONFIG with `field` roster, or the entry that is wrong */
export function readRoster(path: string): Roster {
  try {
    const read = readFileUpTo(path, 'roster', MAX_ROSTER_BYTES)
    if (read.status === 'too-large') throw invalidArgument('roster', `${path} is larger than ${MAX_ROSTER_BYTES} bytes`)
    return parseRosterFile(new TextDecoder('utf-8', { fatal: true }).decode(read.bytes))
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'ERR_CONFIG') throw error
    const message = error instanceof QuorateError ? error.message.replace(/^roster: /, '') : `${path} is not UTF-8`
    throw new QuorateError('ERR_CONFIG', { field: 'roster', message, cause: error })
  }
}
