import { defineConfig } from 'vitest/config'
import base, { common } from './vitest.config.ts'

/** `npm run test:campaign`: the long runs, before a release; the same suites with more items, one file at a time so that figures mean something. */
export default defineConfig({
  ...base,
  test: {
    ...common,
    include: ['test/campaign/**/*.campaign.test.ts'],
    exclude: ['node_modules/**'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
})
