// The set-up behind ensure.mjs: what to do is decided from content hashes, never from times, so that a checkout, a touched file or a
// copied folder neither hides a change nor invents one.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildIsCurrent } from './build-stamp.mjs'
import { withLock } from './lock.mjs'
import { hashText, ROOT } from './tree-hash.mjs'

const INSTALL_STAMP = path.join(ROOT, 'node_modules', '.quorate-install')

/** A failure whose message is the whole explanation: printed without a stack. */
export class ExpectedError extends Error {
  expected = true
}

export async function setUp({ build }) {
  // The usual case, nothing to do, takes no lock: hashing reads only.
  if (installIsCurrent() && (!build || buildIsCurrent())) return
  await withLock(path.join(ROOT, '.setup.lock'), async () => {
    if (!installIsCurrent()) await install()
    if (build && !buildIsCurrent()) {
      await run(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')], 'the build failed; its errors are above')
    }
  })
}

function wantedInstall() {
  const lockfile = readFileSync(path.join(ROOT, 'package-lock.json'))
  const major = process.versions.node.split('.')[0]
  return hashText(`${hashText(lockfile)} node ${major} ${process.platform} ${process.arch}`)
}

function installIsCurrent() {
  if (existsSync(INSTALL_STAMP)) return readFileSync(INSTALL_STAMP, 'utf8') === wantedInstall()
  if (!installedByHand()) return false
  writeFileSync(INSTALL_STAMP, wantedInstall())
  return true
}

/** Whether a plain `npm ci` or `npm install` already put there what the lockfile names, so that we need not do it again. */
function installedByHand() {
  const hidden = path.join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages
  const found = JSON.parse(readFileSync(hidden, 'utf8')).packages
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '') continue
    // Packages for other platforms are optional and absent here.
    if (found[name] === undefined ? entry.optional !== true : found[name].version !== entry.version) return false
  }
  return Object.keys(found).every((name) => wanted[name] !== undefined)
}

async function install() {
  console.error('quorate: installing dependencies from package-lock.json')
  // Under `npm run` the very npm that runs us is in npm_execpath; other package managers set it too, hence the name check.
  const own = process.env.npm_execpath
  const viaNode = own !== undefined && path.basename(own) === 'npm-cli.js'
  const command = viaNode ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // --include=dev: NODE_ENV=production would leave the compiler out. The log level is set because .npmrc silences npm (see there).
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  await run(command, viaNode ? [own, ...args] : args, 'npm ci failed; its errors are above')
  writeFileSync(INSTALL_STAMP, wantedInstall())
}

function run(command, args, failure) {
  return new Promise((resolve, reject) => {
    // Our stderr takes the child's stdout too.
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', process.stderr, process.stderr], shell: command.endsWith('.cmd') })
    child.on('error', (error) => {
      const message = error.code === 'ENOENT' ? `quorate: ${command} was not found; npm comes with Node.js (https://nodejs.org)` : failure
      reject(new ExpectedError(message))
    })
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new ExpectedError(`quorate: ${failure}`))))
  })
}
