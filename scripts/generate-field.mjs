/**
 * Writes the unrolled arithmetic of the kernel and proves its limb bounds while it writes. `--check` compares with the checked-in files.
 * Run it after a change: node scripts/generate-field.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { curveConstants, SECP256K1 } from './generator/curve.mjs'
import { fieldLinear, fieldMultiplication } from './generator/field.mjs'
import { inverseUpdates } from './generator/inverse.mjs'
import { pairArithmetic } from './generator/pair.mjs'
import { scalarMultiplication, scalarSplit } from './generator/scalar.mjs'
import { scalarProducts } from './generator/scalar-product.mjs'

/**
 * Path from the project's root -> text. Another curve over the same field gives the kernel of its group; `checked` keeps the calls that
 * check each stated bound at run time (assembly/tests/require.ts).
 */
export function generatedFiles(curve = SECP256K1, { checked = false } = {}) {
  const files = {
    'assembly/curve.ts': curveConstants(curve),
    'assembly/field/multiply.ts': fieldMultiplication(),
    'assembly/field/linear.ts': fieldLinear(),
    'assembly/field/pair-arithmetic.ts': pairArithmetic(),
    'assembly/scalar/multiply.ts': scalarMultiplication(curve),
    'assembly/scalar/product.ts': scalarProducts(curve),
    'assembly/scalar/split.ts': scalarSplit(curve),
    'assembly/inverse/update.ts': inverseUpdates(),
  }
  return checked ? files : Object.fromEntries(Object.entries(files).map(([path, text]) => [path, withoutChecks(text)]))
}

function withoutChecks(text) {
  return text.replace(/^ *require[A-Z]\w*\(.*\)\n/gm, '').replace(/^import .* from '..\/tests\/require'\n\n/m, '')
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
