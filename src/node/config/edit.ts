/**
 * Changes settings in a configuration file and nothing else: comments, order and what other settings say stay. The file is replaced as a whole, so that
 * a reader sees the old one or the new one.
 */
import { closeSync, constants, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { Document } from 'yaml'
import { layerOf, readDocument, refused } from './file.ts'

/** What measuring a machine can tell. */
export interface TunedSettings {
  readonly pool: { readonly workers: number; readonly inlineBelowMicros: number }
  readonly signing: { readonly batch: number }
}

/** Of a file that was not there: it belongs to whoever made it, and may come to hold secrets. */
const NEW_FILE_MODE = 0o600

/**
 * Before minutes of measuring rather than after them. The file may be missing; then it will be made.
 *
 * @throws ERR_CONFIG with field `file`, or the setting that is wrong in it
 */
export function assertEditable(path: string): 'there' | 'new' {
  const target = targetOf(path)
  if (target.exists) layerOf(readDocument(path), path)
  const part = partOf(target.path)
  guarded(path, () => {
    closeSync(openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, NEW_FILE_MODE))
    rmSync(part)
  })
  return target.exists ? 'there' : 'new'
}

/** @throws ERR_CONFIG with field `file`, or the setting that is wrong in it */
export function writeTuned(path: string, { pool, signing }: TunedSettings): void {
  const target = targetOf(path)
  const document = target.exists ? readDocument(path) : new Document({})
  if (target.exists) layerOf(document, path)
  document.setIn(['pool', 'workers'], pool.workers)
  document.setIn(['pool', 'inlineBelowMicros'], pool.inlineBelowMicros)
  document.setIn(['signing', 'batch'], signing.batch)
  layerOf(document, path)
  // Long lines are not ours to fold.
  replaceFile(path, target, document.toString({ lineWidth: 0 }))
}

interface Target {
  /** behind links */
  readonly path: string
  readonly exists: boolean
}

function targetOf(path: string): Target {
  try {
    return { path: realpathSync(path), exists: true }
  } catch {
    return { path, exists: false }
  }
}

function replaceFile(path: string, { path: target, exists }: Target, text: string): void {
  guarded(path, () => {
    const mode = exists ? statSync(target).mode & 0o777 : NEW_FILE_MODE
    const part = partOf(target)
    try {
      const file = openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
      try {
        writeSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(part, target)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    }
  })
}

const partOf = (path: string): string => `${path}.${process.pid}.part`

function guarded(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw refused(path, `cannot be written: ${code}`)
  }
}
