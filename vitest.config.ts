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

export default defineConfig({
  plugins: [runBuiltCode()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/campaign/**', 'node_modules/**'],
    // Ends a test that hangs, no more: on a machine shared with other work one of them took more than a minute.
    testTimeout: 300_000,
    pool: 'forks',
    // One more than the two cores that the tests are meant for: some wait for processes, threads and deadlines.
    maxWorkers: 3,
  },
})
