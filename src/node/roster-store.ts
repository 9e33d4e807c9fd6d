/** The roster's file on disk. It is public, and everything rests on it: it is read whole or not at all, and written whole. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { QuorateError } from '../errors.ts'
import { formatRosterDocument, parseRosterDocument, type RosterDocument } from '../wire/roster-file.ts'
import { replaceFile, targetOf } from './replace-file.ts'

/** What `parseRosterDocument` takes at most, were all of it ASCII, as a roster is. */
const MAX_BYTES = 1 << 22

/** @throws ERR_CONFIG with field `roster`, or the entry that is wrong */
export function readRosterDocument(path: string): RosterDocument {
  return parseRosterDocument(readText(path))
}

/** null: there is none yet. @throws as readRosterDocument */
export function readRosterIfThere(path: string): RosterDocument | null {
  return targetOf(path).exists ? readRosterDocument(path) : null
}

/** @throws ERR_CONFIG with field `roster` */
export function writeRosterDocument(path: string, document: RosterDocument): void {
  const text = formatRosterDocument(document)
  try {
    // Public: other users of this machine may run nodes of their own.
    replaceFile(targetOf(path), text, 0o644)
  } catch (error) {
    throw refused(error instanceof QuorateError ? error.message.replace(/^file: /, '') : 'cannot be written')
  }
}

function readText(path: string): string {
  let bytes: Uint8Array
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(file)
      if (!stat.isFile()) throw refused(`is not a regular file (${path})`)
      if (stat.size > MAX_BYTES) throw refused(`is larger than ${MAX_BYTES} bytes (${path})`)
      bytes = readFileSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof QuorateError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw refused(`cannot be read: ${code} (${path})`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(`is not UTF-8 (${path})`)
  }
}

function refused(message: string): QuorateError {
  return new QuorateError('ERR_CONFIG', { field: 'roster', message })
}
