/** The project's own files, as the rules about them see them. */
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const NOT_OURS = new Set(['node_modules', 'dist', '.git'])

/** Files under `folder`, relative to the project with `/`, sorted. */
export function filesUnder(folder: string): string[] {
  const found: string[] = []
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue
    const name = folder === '.' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...filesUnder(name))
    else if (entry.isFile()) found.push(name)
  }
  return found.sort()
}

export const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

export const isGenerated = (file: string): boolean => /\.generated\.ts$/.test(file)

export interface Imports {
  /** project files, relative to the project */
  readonly files: readonly string[]
  /** package names, such as `@noble/curves` */
  readonly packages: readonly string[]
  /** built-in modules, such as `node:crypto` */
  readonly builtins: readonly string[]
}

/** Everything a file imports, types and `import()` included. */
export function importsOf(file: string): Imports {
  const specifiers = ts.preProcessFile(textOf(file), true, true).importedFiles.map((entry) => entry.fileName)
  const relative = specifiers.filter((name) => name.startsWith('.'))
  const builtins = specifiers.filter((name) => name.startsWith('node:') || builtinModules.includes(name))
  const packages = specifiers
    .filter((name) => !relative.includes(name) && !builtins.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  return { files: relative.map((name) => path.posix.join(path.posix.dirname(file), name)), packages, builtins }
}
