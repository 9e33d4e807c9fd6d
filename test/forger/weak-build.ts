/** A test build without binding factors: each is 1, so that a share is made with D + E, whatever the other commitments and the message are. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Defence } from '../simulation/patches.ts'
import { makeTestBuild } from '../simulation/test-build.ts'

const DIST = fileURLToPath(new URL('../../', import.meta.url))

/** Left out for good, since the forger runs inside the build that it attacks. */
const BINDING: Defence = {
  name: 'binding-factors',
  rule: 'binding factors over group key, message, sorted commitments',
  patches: [
    {
      file: 'crypto/frost-binding',
      find: 'return reduceWide(kernel, wide);',
      replace:
        'return wide.slice(0, (wide.length / WIDE_BYTES) * SCALAR_BYTES).map((_, i) => (i % SCALAR_BYTES === SCALAR_BYTES - 1 ? 1 : 0));',
    },
  ],
}

/** Calls `use` with the folder of the build, and removes it afterwards. */
export function withoutBindingFactors<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-weak-'))
  try {
    makeTestBuild(path.join(DIST, '..'), folder, [BINDING])
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
