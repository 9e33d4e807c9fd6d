/**
 * Writes a file as a whole: a reader sees the old one or the new one. What a link leads to is replaced, not the link.
 */
import { closeSync, constants, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { QuorateError } from '../errors.ts'

/** Of a file that was not there: it belongs to whoever made it. */
const NEW_FILE_MODE = 0o600

export interface Target {
  /** as it was given */
  readonly name: string
  /** behind links */
  readonly path: string
  readonly exists: boolean
}

export function targetOf(name: string): Target {
  try {
    return { name, path: realpathSync(name), exists: true }
  } catch {
    return { name, path: name, exists: false }
  }
}

/** That its folder is there and may be written. @throws ERR_CONFIG with field `file` */
export function assertReplaceable(target: Target): void {
  const part = partOf(target.path)
  guarded(target, () => {
    closeSync(openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, NEW_FILE_MODE))
    rmSync(part)
  })
}

/** @param newMode of a file that was not there; another keeps its own. @throws ERR_CONFIG with field `file` */
export function replaceFile(target: Target, text: string, newMode = NEW_FILE_MODE): void {
  const { path, exists } = target
  guarded(target, () => {
    const mode = exists ? statSync(path).mode & 0o777 : newMode
    const part = partOf(path)
    try {
      const file = openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
      try {
        writeSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(part, path)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    }
  })
}

const partOf = (path: string): string => `${path}.${process.pid}.part`

function guarded({ name }: Target, work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new QuorateError('ERR_CONFIG', { field: 'file', message: `cannot be written: ${code} (${name})` })
  }
}
