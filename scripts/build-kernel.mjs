/**
 * Compiles assembly/ to dist/src/kernel/wasm/integer.wasm and writes the module's SHA-256 to src/kernel/wasm/digest.generated.ts, which the
 * loader checks. The same sources and lockfile give the same bytes.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = new URL('../', import.meta.url)
const wasm = new URL('dist/src/kernel/wasm/integer.wasm', root)

mkdirSync(new URL('./', wasm), { recursive: true })
const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', 'integer', '--baseDir', fileURLToPath(root)])
if (error !== null) {
  console.error(stderr.toString())
  console.error(error.message)
  process.exit(1)
}
const bytes = readFileSync(wasm)
const digest = createHash('sha256').update(bytes).digest('hex')
const text = `// written by scripts/build-kernel.mjs
export const WASM_SHA256: string = '${digest}'
export const WASM_BYTES: number = ${bytes.length}
`
writeFileSync(new URL('src/kernel/wasm/digest.generated.ts', root), text)
console.log(`kernel: integer.wasm, ${bytes.length} bytes, sha256 ${digest}`)
