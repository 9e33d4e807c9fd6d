/**
 * Builds a kernel for tests from the sources of the release, in a folder of its own below dist/test-kernels, and prints the path of the result
 * without its ending (.wasm, .wat and, for a small group, .json). What was built from the same inputs before is not built again. The compiler is slow
until its own code is warm, four seconds for the first kernel and one for the next: who builds one of a family builds all of it.
 *
 *   node scripts/build-test-kernel.mjs small-13              the group of 13 points (7 and 199 as well)
 *   node scripts/build-test-kernel.mjs checked [target]      checks every stated bound of limbs at run time
 *   node scripts/build-test-kernel.mjs copy [target...]      nothing changed, and never taken from an earlier build; a line a target
 *   node scripts/build-test-kernel.mjs leaks                 functions that leak a secret, for the tests of constant time
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { generatedFiles } from './generate-field.mjs'
import { SECP256K1 } from './generator/curve.mjs'
import { withLock } from './lock.mjs'
import { allPoints, smallCurve } from './small-groups.mjs'
import { filesUnder, hashFiles, ROOT } from './tree-hash.mjs'

const BUILT = path.join(ROOT, 'dist', 'test-kernels')

/** Name and target of what tests want, by what is built together. */
const FAMILIES = [
  [
    ['small-7', 'integer'],
    ['small-13', 'integer'],
    ['small-13', 'fma'],
    ['small-199', 'integer'],
  ],
  [
    ['checked', 'integer'],
    ['checked', 'fma'],
    ['leaks', 'integer'],
  ],
]

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
function plan(name) {
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

async function compile(folder, target, { files, options, entry }) {
  const { default: asc } = await import('assemblyscript/asc')
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
async function build({ name, target, wanted }, result) {
  const folder = path.join(BUILT, `${name}-${target}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await compile(folder, target, wanted)
    if (wanted.json !== undefined) writeFileSync(`${result}.json`, wanted.json)
    renameSync(path.join(folder, 'kernel.wat'), `${result}.wat`)
    renameSync(path.join(folder, 'kernel.wasm'), `${result}.wasm`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What was built of the same kernel from other inputs. */
function removeOlder({ name, target, result }) {
  const older = new RegExp(`^${name}-${target}-[0-9a-f]{16}\\.`)
  for (const file of readdirSync(BUILT)) {
    if (older.test(file) && !file.startsWith(path.basename(result))) rmSync(path.join(BUILT, file), { force: true })
  }
}

const sources = hashFiles([...filesUnder('assembly'), ...filesUnder('asconfig.json'), ...filesUnder('package-lock.json')])

function describeBuild([name = '', target = 'integer']) {
  const wanted = plan(name)
  const inputs = createHash('sha256')
    .update(JSON.stringify([name, target, wanted, sources]))
    .digest('hex')
    .slice(0, 16)
  return { name, target, wanted, result: path.join(BUILT, `${name}-${target}-${inputs}`) }
}

const isThere = ({ result }) => existsSync(`${result}.wasm`)

/** @returns the path of the result */
async function buildFamilyOf(wanted) {
  const asked = describeBuild(wanted)
  if (isThere(asked)) return asked.result
  const family = FAMILIES.findIndex((kernels) => kernels.some(([name]) => name === asked.name))
  // Several tests may want kernels of one family at once.
  await withLock(path.join(BUILT, `family-${family}.lock`), async () => {
    for (const one of [asked, ...FAMILIES[family].map(describeBuild)]) {
      if (isThere(one)) continue
      await build(one, one.result)
      removeOlder(one)
    }
  })
  return asked.result
}

async function buildCopies(targets) {
  const results = []
  for (const target of targets) {
    const copy = describeBuild(['copy', target])
    results.push(`${copy.result}-${process.pid}`)
    await build(copy, results.at(-1))
  }
  return results
}

const [name = '', ...targets] = process.argv.slice(2)
mkdirSync(BUILT, { recursive: true })
const results = name === 'copy' ? await buildCopies(targets) : [await buildFamilyOf([name, ...targets])]
process.stdout.write(`${results.join('\n')}\n`)
