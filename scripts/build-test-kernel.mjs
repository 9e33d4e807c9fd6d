/**
 * Builds a kernel for tests from the sources of the release, in a folder of its own below dist/test-kernels, and prints the path of the result
 * without its ending (.wasm, .wat and, for a small group, .json). What was built from the same inputs before is not built again.
 *
 *   node scripts/build-test-kernel.mjs small-13              the group of 13 points (7 and 199 as well)
 *   node scripts/build-test-kernel.mjs checked [target]      checks every stated bound of limbs at run time
 *   node scripts/build-test-kernel.mjs copy [target]         nothing changed, and never taken from an earlier build
 *   node scripts/build-test-kernel.mjs leaks                 functions that leak a secret, for the tests of constant time
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import asc from 'assemblyscript/asc'
import { generatedFiles } from './generate-field.mjs'
import { SECP256K1 } from './generator/curve.mjs'
import { allPoints, smallCurve } from './small-groups.mjs'
import { filesUnder, hashFiles, ROOT } from './tree-hash.mjs'

const [name = '', target = 'integer'] = process.argv.slice(2)

const byte = (n) => n.toString(16).padStart(64, '0')

/** What the tests need to know of a small group: its points 0, G, 2 G, ... as 64 bytes in hex. */
function describe(curve) {
  const points = allPoints(curve).map((point) => (point === null ? '0'.repeat(128) : byte(point.x) + byte(point.y)))
  return JSON.stringify({
    order: Number(curve.q),
    lambda: Number(curve.lambda),
    a1: Number(curve.a1),
    minusB1: Number(curve.minusB1),
    points,
  })
}

/** Changes of the sources (path -> text), options of the compiler, and a description to write beside the module. */
function plan() {
  const small = /^small-(\d+)$/.exec(name)
  if (small !== null) {
    const curve = smallCurve(Number(small[1]))
    return { files: generatedFiles(curve), options: ['--optimizeLevel', '1'], entry: 'assembly/tests/groups.ts', json: describe(curve) }
  }
  switch (name) {
    case 'checked':
      return { files: generatedFiles(SECP256K1, { checked: true }), options: [], entry: 'assembly/tests/bounds.ts' }
    case 'copy':
      return { files: {}, options: [] }
    case 'leaks':
      return { files: {}, options: [], entry: 'assembly/tests/leaks.ts' }
    default:
      throw new Error(`no test kernel is called ${name}`)
  }
}

async function compile(folder, { files, options, entry }) {
  for (const source of ['assembly', 'asconfig.json']) cpSync(path.join(ROOT, source), path.join(folder, source), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text)
  if (entry !== undefined) {
    const config = JSON.parse(readFileSync(path.join(folder, 'asconfig.json'), 'utf8'))
    writeFileSync(path.join(folder, 'asconfig.json'), JSON.stringify({ ...config, entries: [entry] }))
  }
  const outputs = ['--outFile', 'kernel.wasm', '--textFile', 'kernel.wat']
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target, '--baseDir', folder, ...outputs, ...options])
  if (error !== null) throw new Error(`${stderr}${error.message}`)
}

async function main() {
  const built = path.join(ROOT, 'dist', 'test-kernels')
  const wanted = plan()
  const sources = [...filesUnder('assembly'), ...filesUnder('asconfig.json'), ...filesUnder('package-lock.json')]
  const inputs = createHash('sha256')
    .update(JSON.stringify([name, target, wanted, hashFiles(sources)]))
    .digest('hex')
    .slice(0, 16)
  const result = path.join(built, `${name}-${target}-${inputs}`)
  // The module is put in place last.
  if (name === 'copy' || !existsSync(`${result}.wasm`)) {
    const folder = path.join(built, `${name}-${target}-${process.pid}`)
    mkdirSync(folder, { recursive: true })
    try {
      await compile(folder, wanted)
      const own = name === 'copy' ? `${result}-${process.pid}` : result
      if (wanted.json !== undefined) writeFileSync(`${own}.json`, wanted.json)
      renameSync(path.join(folder, 'kernel.wat'), `${own}.wat`)
      renameSync(path.join(folder, 'kernel.wasm'), `${own}.wasm`)
      process.stdout.write(`${own}\n`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  } else process.stdout.write(`${result}\n`)
}

await main()
