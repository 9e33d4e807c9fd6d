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
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import asc from 'assemblyscript/asc'
import { generatedFiles } from './generate-field.mjs'
import { SECP256K1 } from './generator/curve.mjs'
import { withLock } from './lock.mjs'
import { allPoints, smallCurve } from './small-groups.mjs'
import { filesUnder, hashFiles, ROOT } from './tree-hash.mjs'

const BUILT = path.join(ROOT, 'dist', 'test-kernels')
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

/** Compiles in a folder of its own and puts the results in place, the module last. */
async function build(result, wanted) {
  const folder = path.join(BUILT, `${name}-${target}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await compile(folder, wanted)
    if (wanted.json !== undefined) writeFileSync(`${result}.json`, wanted.json)
    renameSync(path.join(folder, 'kernel.wat'), `${result}.wat`)
    renameSync(path.join(folder, 'kernel.wasm'), `${result}.wasm`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What was built of the same kernel from other inputs. */
function removeOlder(result) {
  const older = new RegExp(`^${name}-${target}-[0-9a-f]{16}\\.`)
  for (const file of readdirSync(BUILT)) {
    if (older.test(file) && !file.startsWith(path.basename(result))) rmSync(path.join(BUILT, file), { force: true })
  }
}

async function main() {
  const wanted = plan()
  const sources = [...filesUnder('assembly'), ...filesUnder('asconfig.json'), ...filesUnder('package-lock.json')]
  const inputs = createHash('sha256')
    .update(JSON.stringify([name, target, wanted, hashFiles(sources)]))
    .digest('hex')
    .slice(0, 16)
  const result = path.join(BUILT, `${name}-${target}-${inputs}`)
  mkdirSync(BUILT, { recursive: true })
  if (name === 'copy') {
    const own = `${result}-${process.pid}`
    await build(own, wanted)
    return own
  }
  // Several tests may want the same kernel at once.
  await withLock(path.join(BUILT, `${name}-${target}.lock`), async () => {
    if (existsSync(`${result}.wasm`)) return
    await build(result, wanted)
    removeOlder(result)
  })
  return result
}

process.stdout.write(`${await main()}\n`)
