/**
 * Writes the unrolled arithmetic of the kernel and proves its limb bounds while it writes. `--check` compares with the checked-in files.
 * Run it after a change: node scripts/generate-field.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fieldLinear, fieldMultiplication } from './generator/field.mjs'
import { inverseUpdates } from './generator/inverse.mjs'
import { scalarMultiplication, scalarSplit } from './generator/scalar.mjs'

/** path from the project's root -> text */
export function generatedFiles() {
  return {
    'assembly/field/multiply.ts': fieldMultiplication(),
    'assembly/field/linear.ts': fieldLinear(),
    'assembly/scalar/multiply.ts': scalarMultiplication(),
    'assembly/scalar/split.ts': scalarSplit(),
    'assembly/inverse/update.ts': inverseUpdates(),
  }
}

const root = new URL('../', import.meta.url)

function main() {
  const check = process.argv.includes('--check')
  let stale = 0
  for (const [path, text] of Object.entries(generatedFiles())) {
    const file = new URL(path, root)
    if (!check) writeFileSync(file, text)
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`${path} is not what scripts/generate-field.mjs writes`)
      stale++
    }
  }
  process.exitCode = stale === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
