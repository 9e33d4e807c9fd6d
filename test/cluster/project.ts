/** Where the project is: for tests, which run from the sources, and for scripts, which run from dist/. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

function rootAbove(folder: string): string {
  if (existsSync(path.join(folder, 'package-lock.json'))) return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error('this is no clone of the project')
  return rootAbove(parent)
}

export const ROOT = rootAbove(path.dirname(fileURLToPath(import.meta.url)))
export const MAIN = path.join(ROOT, 'dist', 'src', 'cli', 'main.js')
/** What `test/cluster/<name>.ts` was built into. */
export const builtScript = (name: string): string => path.join(ROOT, 'dist', 'test', 'cluster', `${name}.js`)
