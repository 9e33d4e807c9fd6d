/** The built command as another version of the protocol would be: a copy whose frames begin with another number. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from './project.ts'

export const OTHER_VERSION = 2

/** Puts the copy into an empty folder and returns its command. */
export function makeOtherVersion(folder: string): string {
  const sources = path.join(folder, 'dist', 'src')
  cpSync(path.join(ROOT, 'dist', 'src'), sources, { recursive: true, filter: (source) => !/\.(?:d\.ts|map)$/.test(source) })
  cpSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  const file = path.join(sources, 'wire', 'message.js')
  const parts = readFileSync(file, 'utf8').split('WIRE_VERSION = 1;')
  if (parts.length !== 2) throw new Error(`the version is not where it was, in ${file}`)
  writeFileSync(file, parts.join(`WIRE_VERSION = ${OTHER_VERSION};`))
  return path.join(sources, 'cli', 'main.js')
}
