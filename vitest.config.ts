import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const source = path.join(root, 'src') + path.sep

/** Tests import `src/**.ts` for their types and run the built `dist/src/**.js`: what a user gets, workers and .wasm included. */
function runBuiltCode(): Plugin {
  return {
    name: 'quorate:run-built-code',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (importer === undefined || !specifier.startsWith('.')) return null
      const target = path.resolve(path.dirname(importer), specifier)
      if (!target.startsWith(source) || !target.endsWith('.ts')) return null
      const built = path.join(root, 'dist', path.relative(root, target)).replace(/\.ts$/, '.js')
      if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build"`)
      return { id: built, external: true }
    },
  }
}

/**
 * Test files that change or measure the process that they run in: flags of the engine, `Uint8Array` replaced by one that remembers, what is alive.
 * Each has a process of its own; all others share processes, which saves a start and the loading of the package for every file.
 * `test/project/own-process.test.ts` finds a file that is missing here.
 */
export const OWN_PROCESS: readonly string[] = [
  'test/kernel/**/*.test.ts',
  'test/ceremony/failing-source.test.ts',
  'test/client/held-messages.test.ts',
  'test/client/long-run.test.ts',
  'test/crypto/jobs/leftovers.test.ts',
  'test/crypto/jobs/secrets.test.ts',
  'test/crypto/sha256.test.ts',
  'test/crypto/strobl-jobs.test.ts',
  'test/crypto/xchacha20-poly1305.test.ts',
  'test/frost/leftovers.test.ts',
  'test/node/no-secrets.test.ts',
  'test/pool/cut.test.ts',
  'test/pool/pieces.test.ts',
  'test/pool/split.test.ts',
]

const NOT_HERE = ['test/campaign/**', 'node_modules/**']

export const common = {
  // Ends a test that hangs, no more: on a machine shared with other work one of them took more than a minute.
  testTimeout: 300_000,
  pool: 'forks',
} as const

export default defineConfig({
  plugins: [runBuiltCode()],
  test: {
    ...common,
    // One more than the two cores that the tests are meant for: some wait for processes, threads and deadlines.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...NOT_HERE, ...OWN_PROCESS], isolate: false } },
      { extends: true, test: { name: 'alone', include: [...OWN_PROCESS], exclude: NOT_HERE } },
    ],
  },
})
