/** A copy of the built code in which every defence can be left out by name: for positive controls, and never a part of the package. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Defence, Patch } from './patches.ts'

/** The names of the defences that the test build leaves out at this moment. */
const SWITCH = 'quorateDefencesOff'

export function switchOff(names: readonly string[]): void {
  Object.assign(globalThis, { [SWITCH]: new Set(names) })
}

function patched(text: string, name: string, { file, find, replace }: Patch): string {
  const parts = text.split(find)
  if (parts.length !== 2) throw new Error(`defence ${name}: its code occurs ${parts.length - 1} times in ${file}: ${find}`)
  return parts.join(replace.replaceAll('OFF', `leftOut("${name}")`))
}

/**
 * @param root of the project: with dist/ and node_modules/
 * @param target an empty folder
 */
export function makeTestBuild(root: string, target: string, defences: readonly Defence[]): void {
  const dist = path.join(root, 'dist')
  for (const part of ['src', 'test']) {
    const wanted = (source: string): boolean => !source.endsWith('.d.ts')
    cpSync(path.join(dist, part), path.join(target, 'dist', part), { recursive: true, filter: wanted })
  }
  writeFileSync(path.join(target, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(path.join(root, 'node_modules'), path.join(target, 'node_modules'))
  const texts = new Map<string, string>()
  for (const { name, patches } of defences) {
    for (const patch of patches) {
      const file = path.join(target, 'dist/src', `${patch.file}.js`)
      texts.set(file, patched(texts.get(file) ?? readFileSync(file, 'utf8'), name, patch))
    }
  }
  for (const [file, text] of texts) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${text}\nfunction leftOut(name) { return globalThis.${SWITCH}?.has(name) === true }\n`)
  }
}

/** Every `defence:` comment below a folder, with its file relative to it and without the extension. */
export function markersBelow(folder: string): { readonly name: string; readonly file: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8')
      const file = name.replaceAll(path.sep, '/').replace(/\.ts$/, '')
      return [...text.matchAll(/\/\/ defence: ([a-z-]+)/g)].map(([, marker = '']) => ({ name: marker, file }))
    })
}
