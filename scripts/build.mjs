// The build: the WebAssembly kernel, then TypeScript by plain tsc (a bundler would move the worker and the .wasm), then whatever earlier
// builds left in dist/ of files that are gone from the sources, so that the package holds nothing stale.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { inputHash, kernelInputHash, kernelIsCurrent, writeBuildStamp, writeKernelStamp } from './build-stamp.mjs'
import { filesUnder, ROOT } from './tree-hash.mjs'

function run(script, args, what) {
  const { status } = spawnSync(process.execPath, [path.join(ROOT, script), ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  console.error(`quorate: ${what} failed`)
  process.exit(1)
}

function buildKernel() {
  const inputs = kernelInputHash()
  console.error('quorate: building the WebAssembly kernel')
  for (const file of filesUnder('dist')) if (file.endsWith('.wasm')) rmSync(path.join(ROOT, file))
  run('scripts/build-kernel.mjs', [], 'building the WebAssembly kernel')
  writeKernelStamp(inputs)
}

/** dist/a/b.js, .js.map and .d.ts come from a/b.ts. */
function removeStale() {
  for (const file of filesUnder('dist')) {
    const match = /^dist\/(.+?)(?:\.d\.ts|\.js\.map|\.js)$/.exec(file)
    if (match !== null && !existsSync(path.join(ROOT, `${match[1]}.ts`))) rmSync(path.join(ROOT, file))
  }
}

mkdirSync(path.join(ROOT, 'dist'), { recursive: true })
const inputs = inputHash()
if (!kernelIsCurrent()) buildKernel()
console.error('quorate: compiling TypeScript')
run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json'], 'compiling TypeScript')
removeStale()
writeBuildStamp(inputs)
