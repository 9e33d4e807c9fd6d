/**
 * Changes settings in a configuration file and nothing else: comments, order and what other settings say stay.
 */
import { Document } from 'yaml'
import { assertReplaceable, replaceFile, targetOf } from '../replace-file.ts'
import { layerOf, readDocument } from './file.ts'

/** What measuring a machine can tell. */
export interface TunedSettings {
  readonly pool: { readonly workers: number; readonly inlineBelowMicros: number }
  readonly signing: { readonly batch: number }
}

/**
 * Before minutes of measuring rather than after them. The file may be missing; then it will be made.
 *
 * @throws ERR_CONFIG with field `file`, or the setting that is wrong in it
 */
export function assertEditable(path: string): 'there' | 'new' {
  const target = targetOf(path)
  if (target.exists) layerOf(readDocument(path), path)
  assertReplaceable(target)
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
  replaceFile(target, document.toString({ lineWidth: 0 }))
}
