import { createRequire } from 'node:module'

/** From the package's own manifest, which its exports name for this purpose too. */
export const VERSION: string = readVersion()

function readVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('quorate/package.json')
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest && typeof manifest.version === 'string') {
    return manifest.version
  }
  return 'unknown'
}
