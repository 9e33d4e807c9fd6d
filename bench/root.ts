/** The project's folder, from the built code as from the sources: where its documents are. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export function projectFile(...names: readonly string[]): string {
  return path.join(path.dirname(fileURLToPath(import.meta.resolve('quorate/package.json'))), ...names)
}
