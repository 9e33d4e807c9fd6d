// The package as a user gets it: packed, installed into an empty folder with its dependencies only, used there. This catches a missing
// file, a bad export, a worker or .wasm left out and a development dependency that the code needs after all.
//
//   node scripts/check-package.mjs [--counts <file>]   writes "passed failed" to the file
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { filesUnder, ROOT } from './tree-hash.mjs'

const PACKED =
  /^(?:dist\/src\/.+\.(?:js|js\.map|d\.ts|wasm)|package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/(?:[\w-]+\/)?[\w-]+\.(?:md|svg)|examples\/[\w-]+\.ts)$/
const scratch = mkdtempSync(path.join(tmpdir(), 'quorate-package-'))
const consumer = path.join(scratch, 'consumer')
const counts = { passed: 0, failed: 0 }

function run(command, args, options = {}) {
  const { shown = true, cwd = consumer } = options
  const env = { ...process.env, npm_config_loglevel: 'error' }
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26, shell: process.platform === 'win32' })
  if (result.error !== undefined) throw result.error
  if (shown || result.status !== 0) process.stderr.write(result.stdout + result.stderr)
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${result.status}`)
  return result.stdout
}

const node = (script, args = [], options = {}) => run(process.execPath, [script, ...args], options)

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

function check(name, work) {
  const started = Date.now()
  try {
    const result = work()
    counts.passed++
    console.error(`ok: package: ${name} (${Date.now() - started} ms)`)
    return result
  } catch (error) {
    counts.failed++
    console.error(`FAILED: package: ${name}: ${error.message}`)
    return undefined
  }
}

/** Relative links of a document: they must lead somewhere in the package too. */
function linkedFrom(document) {
  const text = readFileSync(path.join(ROOT, document), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, target]) => target)
}

function pack() {
  const [entry] = Object.values(JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: ROOT, shown: false })))
  const files = entry.files.map((file) => file.path)
  const strangers = files.filter((file) => !PACKED.test(file))
  expect(strangers.length === 0, `files that do not belong in it: ${strangers.join(', ')}`)
  const wanted = [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    ...linkedFrom('README.md'),
    ...filesUnder('dist/src').filter((file) => file.endsWith('.wasm')),
  ]
  for (const file of wanted) expect(files.includes(file), `${file} is missing`)
  console.error(`${entry.filename}: ${files.length} files, ${Math.round(entry.unpackedSize / 1024)} KiB unpacked`)
  return path.join(scratch, entry.filename)
}

function install(tarball) {
  mkdirSync(consumer)
  writeFileSync(path.join(consumer, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true, "type": "module" }\n')
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball])
  expect(!existsSync(path.join(consumer, 'node_modules', '@noble', 'curves')), 'the peers must be absent here')
}

function runExamples() {
  const examples = filesUnder('dist/examples').filter((file) => file.endsWith('.js'))
  expect(examples.length >= 2, 'there are no built examples')
  for (const file of examples) {
    const copy = path.join(consumer, path.basename(file))
    cpSync(path.join(ROOT, file), copy)
    node(copy)
  }
}

/** The first js block of the README is the embedding example. */
function runReadme() {
  const block = /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))?.[1]
  expect(block !== undefined, 'the README has no js block')
  expect(block.trimEnd().split('\n').length <= 24, 'the embedding example has grown beyond some 20 lines')
  const file = path.join(consumer, 'readme-example.mjs')
  writeFileSync(file, block)
  expect(node(file).trim() !== '', 'the embedding example prints nothing')
}

function runDemo() {
  const options = ['demo', '--nodes', '3', '--min-signers', '2', '--messages', '4', '--json']
  const stdout = run('npx', ['--no-install', 'quorate', ...options], { shown: false })
  const lines = stdout.trimEnd().split('\n')
  expect(lines.length === 1, `stdout is not one line: ${stdout}`)
  const { schema, signatures } = JSON.parse(lines[0])
  expect(schema === 'quorate.demo/1', `schema: ${schema}`)
  expect(signatures.verified === 12, `verified: ${signatures.verified}`)
  expect(signatures.verifiedBy === 'baseline', `verified by: ${signatures.verifiedBy}`)
}

/** Measuring needs nothing but the package, and what it writes is a configuration that the demo takes. */
function runTune() {
  const options = ['tune', '--quick', '--nodes', '2', '--max-workers', '1', '--batches', '2', '--config', 'node.yaml', '--write', '--json']
  const { schema, best, written } = JSON.parse(run('npx', ['--no-install', 'quorate', ...options], { shown: false }))
  expect(schema === 'quorate.tune/1' && written === 'node.yaml', `tune: ${schema}, ${written}`)
  const demo = ['demo', '--nodes', '2', '--messages', '2', '--suite', 'evm', '--config', 'node.yaml', '--json']
  const { workers } = JSON.parse(run('npx', ['--no-install', 'quorate', ...demo], { shown: false }))
  expect(workers === best.workers, `the demo runs ${workers} workers, the best were ${best.workers}`)
}

/** The declared surface against the installed declarations, with the libraries checked as well: an installed .d.ts may not dangle. */
function typeTest() {
  cpSync(path.join(ROOT, 'test', 'package'), path.join(consumer, 'types'), { recursive: true })
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
    typeRoots: [path.join(ROOT, 'node_modules', '@types')],
    types: ['node'],
  }
  writeFileSync(path.join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['types'] }))
  node(path.join(ROOT, 'node_modules/typescript/bin/tsc'), ['-p', 'tsconfig.json'])
}

try {
  const tarball = check('packs what belongs in it', pack)
  if (tarball !== undefined) {
    check('publint', () => node(path.join(ROOT, 'node_modules/publint/src/cli.js'), ['run', tarball, '--strict'], { cwd: ROOT }))
    check('attw', () =>
      node(path.join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'), [tarball, '--profile', 'esm-only'], { cwd: ROOT }),
    )
    check('installs into an empty folder', () => install(tarball))
    check('the examples run there', runExamples)
    check('the embedding example of the README runs there', runReadme)
    check('quorate demo runs there and verifies with the baseline', runDemo)
    check('quorate tune runs there, and the demo reads what it wrote', runTune)
    check('the declared surface compiles against it', typeTest)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const file = process.argv[process.argv.indexOf('--counts') + 1]
if (process.argv.includes('--counts') && file !== undefined) writeFileSync(file, `${counts.passed} ${counts.failed}\n`)
process.exitCode = counts.failed === 0 ? 0 : 1
