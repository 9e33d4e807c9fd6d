/** Which version of a package is installed here. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Not every package exports its manifest, so it is looked for above the file that an import leads to. */
export function versionOf(name: string, entryPoint = name): string {
  const entry = fileURLToPath(import.meta.resolve(entryPoint))
  for (let folder = path.dirname(entry); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = readManifest(path.join(folder, 'package.json'))
    if (manifest !== null && manifest.name === name && typeof manifest.version === 'string') return manifest.version
  }
  return 'unknown'
}

function readManifest(file: string): { readonly name?: unknown; readonly version?: unknown } | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof manifest === 'object' ? manifest : null
  } catch {
    return null
  }
}
