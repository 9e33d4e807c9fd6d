// Content hashes of files and folders.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export function hashText(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** Files under `folder` (or the file itself), relative to the project, with `/`, sorted; [] when there is none. */
export function filesUnder(folder) {
  const absolute = path.join(ROOT, folder)
  const stats = statSync(absolute, { throwIfNoEntry: false })
  if (stats === undefined) return []
  if (stats.isFile()) return [folder]
  const found = []
  for (const entry of readdirSync(absolute, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...filesUnder(name))
    else if (entry.isFile()) found.push(name)
  }
  return found.sort()
}

/** One hash of names and contents. */
export function hashFiles(files) {
  const hash = createHash('sha256')
  for (const file of [...files].sort()) {
    const content = readFileSync(path.join(ROOT, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}
