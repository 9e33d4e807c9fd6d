/** A copy of the built code with one defence taken out, in a temporary folder. The code itself has no switch for it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const DIST = fileURLToPath(new URL('../../', import.meta.url))

/** Each binding factor is 1: a share is made with D + E, whatever the other commitments and the message are. */
const WEAKNESS = {
  file: 'src/crypto/frost-binding.js',
  line: 'return reduceWide(kernel, wide);',
  instead:
    'return wide.slice(0, (wide.length / WIDE_BYTES) * SCALAR_BYTES).map((_, i) => (i % SCALAR_BYTES === SCALAR_BYTES - 1 ? 1 : 0));',
}

/** Calls `use` with the folder that stands for dist/, and removes it afterwards. */
export function withoutBindingFactors<T>(use: (dist: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-weak-'))
  try {
    const dist = path.join(folder, 'dist')
    for (const part of ['src', 'test']) cpSync(path.join(DIST, part), path.join(dist, part), { recursive: true })
    symlinkSync(path.join(DIST, '..', 'node_modules'), path.join(folder, 'node_modules'), 'junction')
    cpSync(path.join(DIST, '..', 'package.json'), path.join(folder, 'package.json'))
    const file = path.join(dist, WEAKNESS.file)
    const parts = readFileSync(file, 'utf8').split(WEAKNESS.line)
    if (parts.length !== 2) throw new Error(`${WEAKNESS.file} has the line to be replaced ${parts.length - 1} times`)
    writeFileSync(file, parts.join(WEAKNESS.instead))
    return use(dist)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
