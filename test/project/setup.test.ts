/** The set-up of scripts/, in a small project of its own with an npm, a compiler and a kernel build that only note that they ran. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT } from './sources.ts'

/** `npm ci`: empties node_modules and puts the "compiler" there. */
const NPM = `
const { appendFileSync, mkdirSync, rmSync, writeFileSync } = require('node:fs')
console.log('npm on stdout')
appendFileSync('ran.txt', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('node_modules/typescript/bin', { recursive: true })
writeFileSync('node_modules/typescript/bin/tsc', ${JSON.stringify(`
const { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
appendFileSync('ran.txt', 'tsc\\n')
console.log('tsc on stdout')
mkdirSync('dist/src', { recursive: true })
for (const file of readdirSync('src')) writeFileSync('dist/src/' + file.replace(/ts$/, 'js'), readFileSync('src/' + file))
if (existsSync('src/broken.ts')) process.exit(1)
`)})
`
const KERNEL = `
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('ran.txt', 'kernel\\n')
mkdirSync('dist/src', { recursive: true })
copyFileSync('assembly/index.ts', 'dist/src/integer.wasm')
writeFileSync('src/digest.generated.ts', '1')
`

let folder: string
const at = (name: string): string => path.join(folder, name)
const write = (name: string, text: string): void => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quorate-setup-'))
  cpSync(path.join(ROOT, 'scripts'), at('scripts'), { recursive: true })
  write('scripts/build-kernel.mjs', KERNEL)
  write('npm-cli.js', NPM)
  write('package.json', '{}')
  write('package-lock.json', '{ "packages": {} }')
  write('tsconfig.json', '{}')
  write('assembly/index.ts', 'kernel')
  write('src/index.ts', 'a')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
  /** what ran since the last set-up */
  readonly ran: readonly string[]
}

async function ensure(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  rmSync(at('ran.txt'), { force: true })
  const child = spawn(process.execPath, [at('scripts/ensure.mjs'), ...args], {
    cwd: tmpdir(),
    env: { ...process.env, npm_execpath: at('npm-cli.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  const ran = existsSync(at('ran.txt')) ? readFileSync(at('ran.txt'), 'utf8').trimEnd().split('\n') : []
  return { code, stdout, stderr, ran: ran.map((line) => line.split(' ')[0] ?? '') }
}

describe('the set-up', () => {
  it('installs and builds once, all output on stderr, and then does nothing and says nothing', async () => {
    const first = await ensure()
    expect(first).toMatchObject({ code: 0, stdout: '', ran: ['npm', 'kernel', 'tsc'] })
    expect(first.stderr).toContain('tsc on stdout')
    expect(await ensure()).toEqual({ code: 0, stdout: '', stderr: '', ran: [] })
    expect(existsSync(at('.setup.lock'))).toBe(false)
  })

  it('goes by content: a touched file is no change, a changed one is', async () => {
    await ensure()
    utimesSync(at('src/index.ts'), new Date(), new Date())
    expect((await ensure()).ran).toEqual([])
    write('src/index.ts', 'b')
    expect((await ensure()).ran).toEqual(['tsc'])
    write('assembly/index.ts', 'other kernel')
    expect((await ensure()).ran).toEqual(['kernel', 'tsc'])
  })

  it('installs again when the lockfile changes, with the scripts of packages switched off', async () => {
    await ensure()
    write('package-lock.json', '{ "packages": {}, "changed": true }')
    rmSync(at('ran.txt'), { force: true })
    expect((await ensure(['--install'])).ran).toEqual(['npm'])
    expect(readFileSync(at('ran.txt'), 'utf8')).toMatch(/^npm ci --ignore-scripts --include=dev /)
  })

  it('takes what "npm ci" by hand installed from the same lockfile', async () => {
    await ensure()
    rmSync(at('node_modules/.quorate-install'))
    write('node_modules/.package-lock.json', '{ "packages": {} }')
    expect((await ensure()).ran).toEqual([])
    rmSync(at('node_modules/.quorate-install'))
    write('node_modules/.package-lock.json', '{ "packages": { "node_modules/other": { "version": "1.0.0" } } }')
    expect((await ensure()).ran).toEqual(['npm'])
  })

  it('builds again when an output is gone, altered or foreign, and leaves nothing of removed sources', async () => {
    write('src/old.ts', 'c')
    await ensure()
    expect(readdirSync(at('dist/src')).sort()).toEqual(['digest.generated.js', 'index.js', 'integer.wasm', 'old.js'])
    rmSync(at('src/old.ts'))
    await ensure()
    expect(readdirSync(at('dist/src')).sort()).toEqual(['digest.generated.js', 'index.js', 'integer.wasm'])
    write('dist/src/index.js', 'altered')
    expect((await ensure()).ran).toEqual(['tsc'])
    rmSync(at('src/digest.generated.ts'))
    expect((await ensure()).ran).toEqual(['kernel', 'tsc'])
    write('dist/src/integer.wasm', 'altered')
    expect((await ensure()).ran).toEqual(['kernel', 'tsc'])
  })

  it('fails with the compiler, says so in one line of its own, and tries again', async () => {
    write('src/broken.ts', '')
    const failed = await ensure()
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toBe('quorate: the build failed; its errors are above')
    expect((await ensure()).ran).toEqual(['tsc'])
    rmSync(at('src/broken.ts'))
    expect(await ensure()).toMatchObject({ code: 0, ran: ['tsc'] })
  })

  it('one line when npm is not there', async () => {
    const { code, stdout, stderr } = await ensure([], { npm_execpath: '', PATH: folder })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^quorate: npm\S* was not found; npm comes with Node\.js/)
  })

  it('two at once do the work once', async () => {
    const [first, second] = await Promise.all([ensure(), ensure()])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(readFileSync(at('ran.txt'), 'utf8').trimEnd().split('\n').length).toBe(3)
  })

  it('a lock that a dead process left is taken away', async () => {
    // Process ids are far below this on every system.
    write('.setup.lock', '2147483646')
    expect(await ensure()).toMatchObject({ code: 0, ran: ['npm', 'kernel', 'tsc'] })
    expect(readdirSync(folder).filter((name) => name.startsWith('.setup'))).toEqual([])
  })
})
