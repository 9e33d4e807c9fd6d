/**
 * Compiles assembly/ twice, to integer.wasm and, with relaxed SIMD and its two-lane field, to fma.wasm, and writes the modules' SHA-256 to
 * src/kernel/wasm/digest.generated.ts, which the loader checks. The same sources and lockfile give the same bytes.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = new URL('../', import.meta.url)
const folder = new URL('dist/src/kernel/wasm/', root)
const TARGETS = ['integer', 'fma']

async function build(target) {
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target, '--baseDir', fileURLToPath(root)])
  if (error !== null) {
    console.error(stderr.toString())
    console.error(error.message)
    process.exit(1)
  }
  const bytes = readFileSync(new URL(`${target}.wasm`, folder))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  console.log(`kernel: ${target}.wasm, ${bytes.length} bytes, sha256 ${sha256}`)
  return `  ${target}: '${sha256}',`
}

mkdirSync(folder, { recursive: true })
const digests = []
for (const target of TARGETS) digests.push(await build(target))
const text = `// written by scripts/build-kernel.mjs
export const WASM_SHA256: { readonly integer: string; readonly fma: string } = {
${digests.join('\n')}
}
`
writeFileSync(new URL('src/kernel/wasm/digest.generated.ts', root), text)
